"""The server of the scripts that take pictures ends, whatever it does about being asked to."""

import subprocess
import sys

import pytest

from scripts.demo_site import end_group

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
