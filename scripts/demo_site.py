"""The demo in a folder of its own, served on a free port, for the scripts that take pictures of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CHROMIUM: Final = "/usr/bin/chromium"
COMMAND: Final = (sys.executable, "-m", "formengine.cli")
TRIES: Final = 3
"""How often a server is started whose port another process takes in the moment before it does."""
SECONDS_TO_STOP: Final = 30


def environment_in(folder: Path) -> dict[str, str]:
    """The environment of commands that work on the site in a folder."""
    return {
        **os.environ,
        "FORMENGINE_DATABASE_URL": f"sqlite:///{folder}/site.sqlite",
        "FORMENGINE_STORAGE_URL": f"file:{folder}/files",
        "FORMENGINE_RATE_LIMITS": "off",
    }


def free_address() -> str:
    """An address of this machine on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://localhost:{listener.getsockname()[1]}"


def fill_demo(environment: Mapping[str, str]) -> None:
    """Make the database and fill it with the demo."""
    for step in (["db", "upgrade"], ["demo"]):
        subprocess.run([*COMMAND, *step], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[str]:
    """The site, served at a free address until the block ends; its log is beside its files. RuntimeError for a server
    that ends before it answers, TimeoutError for one that does not answer in time.
    """
    log = Path(environment["FORMENGINE_STORAGE_URL"].removeprefix("file:")).with_name("server.log")
    for _ in range(TRIES):
        address = free_address()
        command = [*COMMAND, "serve", "--port", address.rpartition(":")[2]]
        with log.open("w", encoding="utf-8") as stream:
            server = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**environment, "FORMENGINE_BASE_URL": address},
                stderr=stream,
                start_new_session=True,  # a process group of its own: sandboxes and workers end with it
            )
        try:
            if answers(server, f"{address}/readyz"):
                yield address
                return
        finally:
            end_group(server, SECONDS_TO_STOP)
        if not is_port_taken(log.read_text(encoding="utf-8")):
            break  # it would end again, and the next log would replace this one
    raise RuntimeError(f"the server ended before it answered; {log} says why")


def is_port_taken(log: str) -> bool:
    """Whether the log of a server says that another process has its port."""
    return "cannot listen on" in log


def answers(server: subprocess.Popen[bytes], address: str, seconds: float = 120) -> bool:
    """Wait until an address answers, or its server has ended: False. TimeoutError when neither happens in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.poll() is not None:
            return False
        try:
            with urllib.request.urlopen(address, timeout=2):
                return True
        except OSError:  # not there yet, or busy
            time.sleep(0.2)
    raise TimeoutError(address)


def end_group(leader: subprocess.Popen[bytes], seconds: float) -> None:
    """Ask a process to end, and kill what is left of its process group when it has, or has not within some seconds."""
    leader.terminate()
    with suppress(subprocess.TimeoutExpired):
        leader.wait(seconds)
    with suppress(ProcessLookupError):  # nothing is left
        os.killpg(leader.pid, signal.SIGKILL)
    leader.wait()
