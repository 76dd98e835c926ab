"""A queue on a database of each kind, and workers as processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from formengine.jobs import Queue, Worker, prepare
from formengine.storage import Database, open_database
from tests.jobs import job_site as site
from tests.support.postgresql_cluster import Cluster


@pytest.fixture(scope="session")
def prepared(cluster: Cluster) -> Cluster:
    """The tests' PostgreSQL cluster, with the engine's tables in the database `prepared`."""
    prepare(cluster.url(cluster.create(name="prepared")))
    return cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/site.sqlite"
    cluster: Cluster = request.getfixturevalue("prepared")
    return cluster.url(cluster.create("prepared"))


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
    """Starts workers as processes (`name` is the executor id); running ones are killed after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str = "") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.job_site", url, str(diary.path), name]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait(10)


@pytest.fixture
def worker(url: str, diary: site.Diary) -> Iterator[Worker]:
    """A worker in this process, started and stopped."""
    started = Worker(url, site.functions(diary), stuck_after=1.0)
    started.start()
    yield started
    started.stop(drain=bool(started._running.ids), timeout=5)  # waiting for nothing takes a second
