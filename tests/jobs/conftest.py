"""A queue on a database of each kind, and workers as processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from formengine.jobs import Queue, Worker
from formengine.storage import Database, open_database
from tests.jobs import job_site as site
from tests.support.databases import KINDS, Templates
from tests.support.warm_process import ROOT, ForkedProcess, WarmProcess


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database, of each kind in turn."""
    made = templates.migrated(request.param, tmp_path)
    yield made
    templates.discard(made)


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
def worker_process(url: str, diary: site.Diary, warm_process: WarmProcess) -> Iterator[Callable[..., ForkedProcess]]:
    """Starts workers as processes (`name` is the executor id, `lease` in seconds); all are killed after the test."""
    started: list[ForkedProcess] = []

    def start(name: str = "", lease: float = 60) -> ForkedProcess:
        line = [url, str(diary.path), name, str(lease)]
        process = warm_process.start("tests.jobs.job_site:run", line, ROOT, os.environ)
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
