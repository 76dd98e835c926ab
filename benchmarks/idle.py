"""What an idle `formengine serve` costs: CPU and writes to the database while nobody asks for anything.

    python -m benchmarks.idle [SECONDS]

Also prints how long `serve` takes to answer `/healthz` after it is started, beside a bare Pyramid application behind
the same server, both with the files they import in the disk cache.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.submission import site

BARE = """
import sys
from pyramid.config import Configurator
from pyramid.response import Response
from waitress import serve
with Configurator() as config:
    config.add_route("healthz", "/healthz")
    config.add_view(lambda request: Response("ok"), route_name="healthz")
    app = config.make_wsgi_app()
serve(app, host="127.0.0.1", port=int(sys.argv[1]), _quiet=True)
"""


def main(seconds: float = 30.0) -> None:
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as (platform, _maya):
        settings = platform.settings
        environment = {
            **os.environ,
            "FORMENGINE_ENVIRONMENT": "development",
            "FORMENGINE_SECRET": settings.secret.current,
            "FORMENGINE_MAIL_URL": "memory:",
            "FORMENGINE_SITE": str(settings.site),
            "FORMENGINE_DATABASE_URL": settings.database_url,
            "FORMENGINE_STORAGE_URL": settings.storage_url,
        }
        command = [sys.executable, "-m", "formengine.cli", "serve", "--port"]
        bare = [sys.executable, "-c", BARE]
        start = min(start_seconds(command, environment) for _ in range(3))
        bare_start = min(start_seconds(bare, environment) for _ in range(3))
        print(
            f"first response after {start:.2f} s, of a bare application {bare_start:.2f} s:"
            f" {start / bare_start:.1f} times"
        )
        cpu, changes = idle_cost(command, environment, settings.database_url.removeprefix("sqlite:///"), seconds)
    print(f"idle for {seconds:g} s: {cpu / seconds:.2%} of a core, the database changed {changes} times")


def start_seconds(command: list[str], environment: dict[str, str]) -> float:
    port = free_port()
    began = time.monotonic()
    with running(command, environment, port):
        return time.monotonic() - began


def idle_cost(command: list[str], environment: dict[str, str], path: str, seconds: float) -> tuple[float, int]:
    """CPU seconds in so many seconds, and in how many of its tenths of a second the write-ahead log changed."""
    with running(command, environment, free_port()) as process:
        time.sleep(8)  # what the start leaves to do
        before, log, changes = cpu_seconds(process.pid), Path(f"{path}-wal"), 0
        modified = log.stat().st_mtime_ns
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.1)
            if log.stat().st_mtime_ns != modified:
                changes, modified = changes + 1, log.stat().st_mtime_ns
        return cpu_seconds(process.pid) - before, changes


class running:
    """A server process that has answered `/healthz`; stopped at the end."""

    def __init__(self, command: list[str], environment: dict[str, str], port: int) -> None:
        self._command, self._environment, self._port = [*command, str(port)], environment, port

    def __enter__(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{self._port}/healthz", timeout=60):
                    return self._process
            except (URLError, ConnectionError):
                if self._process.poll() is not None:
                    raise SystemExit(f"{self._command} ended") from None
                time.sleep(0.005)

    def __exit__(self, *_error: object) -> None:
        self._process.terminate()
        self._process.wait(40)


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:2]))
