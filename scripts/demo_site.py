"""The demo in a folder of its own, served on a free port, for the scripts that take pictures of it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CHROMIUM: Final = "/usr/bin/chromium"
COMMAND: Final = (sys.executable, "-m", "formengine.cli")


def environment_in(folder: Path, address: str) -> dict[str, str]:
    """The environment of commands that work on the site in a folder."""
    return {
        **os.environ,
        "FORMENGINE_DATABASE_URL": f"sqlite:///{folder}/site.sqlite",
        "FORMENGINE_STORAGE_URL": f"file:{folder}/files",
        "FORMENGINE_BASE_URL": address,
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
    """The site, served at the address that its environment names, until the block ends; its log is beside its files."""
    address = environment["FORMENGINE_BASE_URL"]
    command = [*COMMAND, "serve", "--port", address.rpartition(":")[2]]
    log = Path(environment["FORMENGINE_STORAGE_URL"].removeprefix("file:")).with_name("server.log")
    with log.open("w", encoding="utf-8") as stream:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=stream)
        try:
            wait_for(f"{address}/readyz")
            yield address
        finally:
            server.terminate()
            server.wait(30)


def wait_for(address: str, seconds: float = 120) -> None:
    """Come back when an address answers; TimeoutError when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:  # not there yet, or busy
            time.sleep(0.2)
    raise TimeoutError(address)
