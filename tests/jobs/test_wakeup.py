"""Idle workers: threads of the engine sleep until a job is enqueued."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from formengine.jobs import Queue, Worker, list_jobs
from formengine.jobs.schedules import PeriodicJob, Schedules
from formengine.storage import Database
from tests.jobs import job_site as site


def test_job_enqueued_in_this_process_starts_at_once(
    database: Database, queue: Queue, worker: Worker, diary: site.Diary
) -> None:
    time.sleep(1)  # the queue's thread sleeps now
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "maya"})
    began = time.monotonic()
    site.until(lambda: any(job.state == "done" for job in list_jobs(queue)), 5)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_an_idle_worker_writes_nothing(url: str, worker: Worker) -> None:
    time.sleep(2)
    log = Path(url.removeprefix("sqlite:///") + "-wal")
    before = log.stat().st_mtime_ns
    time.sleep(3)
    assert log.stat().st_mtime_ns == before


def test_periodic_job_with_nothing_due_is_not_enqueued(queue: Queue) -> None:
    now = [120.0]
    is_due = [False]
    schedules = Schedules(queue.client, [PeriodicJob("tell", 60, due=lambda: is_due[0])], clock=lambda: now[0])
    schedules.tick()
    assert list_jobs(queue) == []
    now[0], is_due[0] = 180.0, True
    schedules.tick()
    assert [job.id for job in list_jobs(queue)] == ["every-tell-3"]
