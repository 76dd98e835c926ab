"""A database of each kind, a queue on it, and workers in processes of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from formengine.jobs import Queue, Worker, prepare
from formengine.storage import Database, open_database
from tests.jobs import site

BINARIES = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="session")
def jobs_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL cluster of our own on a socket, without synchronisation; its address without a database name."""
    if not (BINARIES / "postgres").exists():
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL 15 is not installed")
        pytest.skip("PostgreSQL 15 is not installed")
    folder = Path("/tmp") / f"fe-jobs-{uuid4().hex[:8]}"  # a socket's path must be short
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
    data = folder / "data"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([*prefix, BINARIES / "initdb", "-D", data, "-U", "maya", "-A", "trust", "-N"], **quiet)
    options = ["-c", "fsync=off", "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
    server = subprocess.Popen(
        [*prefix, BINARIES / "postgres", "-D", data, *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    try:
        address = f"host={folder} user=maya dbname=postgres"
        site.until(lambda: _answers(address), 20)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE prepared")
        prepare(f"postgresql://maya@/prepared?host={folder}")
        yield str(folder)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/site.sqlite"
    folder = request.getfixturevalue("jobs_server")
    name = f"d{uuid4().hex[:10]}"
    with psycopg.connect(f"host={folder} user=maya dbname=postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE prepared")
    return f"postgresql://maya@/{name}?host={folder}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def queue(url: str) -> Iterator[Queue]:
    opened = Queue(url)
    yield opened
    opened.close()


@pytest.fixture
def diary(tmp_path: Path) -> site.Diary:
    return site.Diary(tmp_path / "diary")


@pytest.fixture
def worker_process(url: str, diary: site.Diary) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts workers in processes of their own (`name` as executor id); what still lives at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str = "") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.site", url, str(diary.path), name]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def _answers(address: str) -> bool:
    try:
        psycopg.connect(address).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def worker(url: str, diary: site.Diary) -> Iterator[Worker]:
    """A worker in this process, started and stopped."""
    started = Worker(url, site.functions(diary), stuck_after=1.0)
    started.start()
    yield started
    started.stop(drain=bool(started._running.ids), timeout=5)  # waiting for nothing takes a second
