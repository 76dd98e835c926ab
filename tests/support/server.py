"""The whole application on a loopback port: in this process with its worker, or as processes that can be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from waitress.server import create_server

from tests.support.postgresql_cluster import until
from tests.support.warm_process import ForkedProcess, WarmProcess

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform

ROOT = Path(__file__).parents[2]
INI = "[app:main]\nuse = egg:formengine\n"


@dataclass(frozen=True)
class Served:
    """A served application: its `url` and its platform."""

    url: str
    platform: Platform


_APPS: dict[bool, Any] = {}
_NOT_SERVED: dict[bool, list[Any]] = {}
"""Applications that were served and can be served again, by whether their cookies are secure."""


def app_of(platform: Platform) -> Any:
    """The application over a platform: assembled once, then switched to each test's platform."""
    from formengine.web import make_app

    secure = platform.settings.secure
    if secure not in _APPS:
        _APPS[secure] = make_app(platform)
    _APPS[secure].registry.platform = platform
    return _APPS[secure]


@contextmanager
def _application(platform: Platform) -> Iterator[Any]:
    """An application over a platform that nobody else serves meanwhile: two may be served at the same time."""
    from formengine.web import make_app

    free = _NOT_SERVED.setdefault(platform.settings.secure, [])
    app = free.pop() if free else make_app(platform)
    app.registry.platform = platform
    yield app
    free.append(app)


@contextmanager
def serving(platform: Platform, listener: socket.socket, *, worker: bool = True) -> Iterator[Served]:
    """Serve a platform from a listening socket, in threads of this process, with its worker."""
    from formengine.cli.serve import make_server

    with _application(platform) as app, running(make_server(platform, platform.settings, listener, app)):
        jobs = _worker(platform) if worker else None
        try:
            yield Served(platform.settings.base_url, platform)
        finally:
            if jobs is not None:
                jobs.stop(drain=False)


@contextmanager
def serving_app(app: Any) -> Iterator[str]:
    """Serve a WSGI application on a free loopback port, in threads of this process; the URL."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    with running(server):
        yield f"http://127.0.0.1:{server.effective_port}"


@contextmanager
def running(server: Any) -> Iterator[None]:
    """A waitress server in a thread, until the block ends.

    Its loop ends before its sockets are closed: closing them under it is an error in `select`, at times.
    """
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            server.asyncore.loop(timeout=1, map=server._map, use_poll=server.adj.asyncore_use_poll, count=1)

    thread = threading.Thread(target=run, name="serving", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.task_dispatcher.shutdown()
        stopping.set()
        server.pull_trigger()
        thread.join(10)
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()


def _worker(platform: Platform):  # type: ignore[no-untyped-def]  # jobs.Worker, known only once it is imported
    from formengine.work import worker_of

    worker = worker_of(platform)
    worker.start()
    return worker


@pytest.fixture
def served(platform: Platform, listening: socket.socket) -> Iterator[Served]:
    """The platform under test, served with its worker."""
    with serving(platform, listening) as running:
        yield running


@pytest.fixture(scope="session")
def warm_process() -> Iterator[WarmProcess]:
    """The process of which the servers and workers of the session are copies."""
    warm = WarmProcess()
    yield warm
    warm.close()


Process = subprocess.Popen[str] | ForkedProcess


@dataclass
class Commands:
    """`formengine` commands as processes, with the same ini and environment; all are ended with the test."""

    folder: Path
    environment: dict[str, str]
    warm: WarmProcess | None = None
    """What the processes that keep running are copies of; None: each is started anew."""
    started: list[Process] = field(default_factory=list)
    program: Sequence[str] = (sys.executable, "-m", "formengine.cli")

    def run(self, *arguments: str, code: int = 0, text: str | None = None) -> str:
        """The output of a command, run in this process; AssertionError with all output unless it ends with `code`.

        Standard error is appended when `code` is not 0.
        """
        from formengine.cli import main

        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            for name in [name for name in os.environ if name.startswith("FORMENGINE_")]:
                patch.delenv(name)
            result = CliRunner(env=self.environment).invoke(main, list(arguments), input=text)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, f"exit {result.exit_code}\n{result.output}"
        return result.stdout + result.stderr if code else result.stdout

    def spawn(self, *arguments: str, code: int = 0, timeout: float = 60) -> str:
        """The same in a process of its own."""
        line = [*self.program, *arguments]
        process = subprocess.run(
            line, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=timeout
        )
        assert process.returncode == code, f"exit {process.returncode}\n{process.stdout}\n{process.stderr}"
        return process.stdout + process.stderr if code else process.stdout

    def start(self, *arguments: str) -> Process:
        """Start a command that keeps running, such as `start("worker")`."""
        process: Process
        if self.warm is not None:
            process = self.warm.start("formengine.cli:main", arguments, self.folder, self.environment)
        else:
            line = [*self.program, *arguments]
            process = subprocess.Popen(line, cwd=self.folder, env=self.environment, text=True)
        self.started.append(process)
        return process

    def serve(self, *arguments: str, seconds: float = 30) -> tuple[Process, str]:
        """`formengine serve` on a free port, once it responds: the process and its URL."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        self.environment["FORMENGINE_BASE_URL"] = url
        process = self.start("serve", "--port", str(port), *arguments)
        until(lambda: process.poll() is not None or _answers(url), seconds, 0.1)
        assert process.poll() is None, f"serve ended with {process.returncode}"
        return process, url

    def end(self) -> None:
        """Kill the processes that still run."""
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def commands_on(database_url: str, site_folder: Path, folder: Path, warm: WarmProcess | None = None) -> Commands:
    """Commands in a folder with an ini; all other settings come from the environment."""
    settings = {
        "DATABASE_URL": database_url,
        "STORAGE_URL": f"file:{folder}/files",
        "MAIL_URL": "dev:",
        "ENVIRONMENT": "development",
        "SECRET": "a-secret-for-the-tests-alone,-long-enough",
        "SITE": str(site_folder),
        "RATE_LIMITS": "off",
        "PASSWORD_COST": "cheap",
    }
    (folder / "development.ini").write_text(INI)
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("FORMENGINE_")}
    return Commands(folder, {**inherited, **{f"FORMENGINE_{key}": value for key, value in settings.items()}}, warm)


@pytest.fixture
def commands(database_url: str, site_folder: Path, tmp_path: Path, warm_process: WarmProcess) -> Iterator[Commands]:
    """Commands on a migrated, empty database; the site is the `site` marker's, else the repository's own."""
    commands_ = commands_on(database_url, site_folder, tmp_path, warm_process)
    yield commands_
    commands_.end()


@pytest.fixture
def site_commands(
    published_url: str, site_folder: Path, tmp_path: Path, warm_process: WarmProcess
) -> Iterator[Commands]:
    """Commands on a database in which the site is published."""
    commands_ = commands_on(published_url, site_folder, tmp_path, warm_process)
    yield commands_
    commands_.end()


Waiting = Callable[[Callable[[], object], float], None]


@pytest.fixture
def eventually() -> Waiting:
    """`eventually(condition, seconds)` waits until the condition is true."""

    def wait(condition: Callable[[], object], seconds: float = 15) -> None:
        until(condition, seconds, 0.05)

    return wait
