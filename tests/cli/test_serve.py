"""The portal served and told to stop, in processes of their own."""

from __future__ import annotations

import json
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from formengine.cli.serve import _announce
from tests.support.platforms import settings_of
from tests.support.postgresql_cluster import until
from tests.support.server import Commands


def test_the_portal_answers_and_ends_on_sigterm(site_commands: Commands) -> None:
    """O1, O4: /healthz and /readyz, and SIGTERM drains; `python -m formengine.cli serve`, started anew."""
    site_commands.warm = None
    process, url = site_commands.serve()
    until(lambda: _is_ready(url), 20, 0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_port_that_is_taken_is_named(commands: Commands) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        assert f"cannot listen on 127.0.0.1, port {port}" in commands.run("serve", "--port", port, code=1)


def test_the_address_of_another_port_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """O2: in development, where `--port` is not the port of `base_url`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://localhost:{listener.getsockname()[1]}"
        _announce(settings_of(base_url="http://localhost:6543"), *listener.getsockname()[:2])
        told = capsys.readouterr().out
    assert f"formengine serves {address} " in told
    assert f"{address}/dev/mail" in told
    assert "links in mails lead to http://localhost:6543" in told


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://localhost:8123"),
        ("::1", "http://localhost:8123"),
        ("2001:db8::1", "http://[2001:db8::1]:8123"),
        ("192.0.2.7", "http://192.0.2.7:8123"),
    ],
)
def test_the_address_that_is_shown_can_be_opened(host: str, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """O2: an address of IPv6 stands in brackets (RFC 3986, section 3.2.2); the one for all networks is this machine."""
    _announce(settings_of(base_url="http://localhost:6543"), host, 8123)
    assert f"formengine serves {address} (listening on {host}, port 8123)" in capsys.readouterr().out


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_in_development_a_saved_file_is_published(commands: Commands, tmp_path: Path) -> None:
    """A5: on start, and again when a file is saved; a broken one leaves the site before in service."""
    commands.run("init", "mysite")
    folder = tmp_path / "mysite"
    commands.environment["FORMENGINE_SITE"] = str(folder)
    _process, url = commands.serve("--no-worker")
    assert "Legal portal" in _page(url)
    portal = folder / "config" / "portal.yaml"
    text = portal.read_text()
    portal.write_text(text.replace("Legal portal", "Ask the lawyers"))
    until(lambda: "Ask the lawyers" in _page(url), 15, 0.3)
    portal.write_text(text.replace("name:", "nmae:"))
    time.sleep(2)
    assert "Ask the lawyers" in _page(url)


def test_a_killed_server_starts_again_and_does_what_was_left(site_commands: Commands) -> None:
    """T1, T2: after kill -9 and a restart, a mail that was enqueued before is delivered."""
    process, _url = site_commands.serve("--no-worker")
    site_commands.run("user", "invite", "zoe@example.com", "--name", "Zoe")
    process.kill()
    process.wait(5)
    worker = site_commands.start("worker")
    until(lambda: json.loads(site_commands.run("jobs", "status", "--json"))["done"] >= 1, 20, 0.5)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0


def _page(url: str) -> str:
    try:
        with urllib.request.urlopen(f"{url}/sign-in") as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return error.read().decode()


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz") as answer:
            return bool(json.load(answer)["ready"])
    except urllib.error.HTTPError:
        return False
