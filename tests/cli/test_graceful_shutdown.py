"""A server told to stop ends what it has begun."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def slow() -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "tests.cli.slow_server"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield process, f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.kill()
    process.wait(5)
    process.stdout.close()


def test_what_is_being_answered_is_answered_whole(slow: tuple[subprocess.Popen[str], str]) -> None:
    """SIGTERM drains: a request in progress gets its whole answer, a new connection none, and the process ends well."""
    process, url = slow
    answers: list[bytes] = []
    asking = threading.Thread(target=lambda: answers.append(urllib.request.urlopen(f"{url}/slow").read()))
    asking.start()
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=1)
    asking.join(10)
    assert [len(answer) for answer in answers] == [5_000_000]
    assert process.wait(5) == 0


def test_with_nothing_to_do_it_ends_at_once(slow: tuple[subprocess.Popen[str], str]) -> None:
    process, url = slow
    assert urllib.request.urlopen(url).read() == b"x"
    before = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert time.monotonic() - before < 2
