"""The server of the scripts that take pictures ends, whatever it does about being asked to."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from formengine.cli.click_groups import Failure
from formengine.cli.serve import listen
from scripts import demo_site
from scripts.demo_site import end_group, is_port_taken, serving
from tests.support.platforms import settings_of

DEAF = "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
CHILD = "child = subprocess.Popen(['sleep', '60']); print('up', flush=True); "


@pytest.mark.parametrize("last", ["sys.exit()", "child.wait()"], ids=["leaves a child behind", "does not end"])
def test_a_server_ends_with_all_that_it_started(last: str) -> None:
    """A child that outlives its server goes too, and a server that does not hear is killed."""
    leader = subprocess.Popen(
        [sys.executable, "-c", DEAF + CHILD + last], stdout=subprocess.PIPE, start_new_session=True
    )
    assert leader.stdout is not None
    assert leader.stdout.readline() == b"up\n"
    end_group(leader, 0.2)
    assert leader.stdout.read() == b"", "a process still holds the pipe"
    leader.stdout.close()


@pytest.mark.parametrize(("reason", "starts"), [("no such table", 1), ("cannot listen on", demo_site.TRIES)])
def test_only_a_server_whose_port_was_taken_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str, starts: int
) -> None:
    """Each start replaces the log, which has to keep the reason."""
    started = tmp_path / "started"
    program = f"open({str(started)!r}, 'a').write('x'); raise SystemExit({reason!r})"
    monkeypatch.setattr(demo_site, "COMMAND", (sys.executable, "-c", program))
    with pytest.raises(RuntimeError), serving(demo_site.environment_in(tmp_path)):
        pass
    assert started.read_text() == "x" * starts
    assert reason in (tmp_path / "server.log").read_text()


def test_a_server_without_its_port_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(Failure) as failure:
        listen(settings_of(port=listener.getsockname()[1]))
    assert is_port_taken(str(failure.value))
