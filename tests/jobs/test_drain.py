"""`drain`: waiting until no job is due."""

from datetime import UTC, datetime, timedelta

from formengine.jobs import drain, list_jobs, status_of
from tests.jobs import job_site as site
from tests.jobs.job_site import until


def test_drain_runs_jobs_when_no_worker_is_running(database, queue, diary):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"})
    assert drain(queue, site.functions(diary), timeout=15)
    assert diary.lines() == ["tell Maya"]


def test_drain_waits_for_a_running_worker(database, queue, diary, worker_process):
    worker_process()
    until(lambda: len(status_of(queue).workers) == 1, 20)
    with database.transaction() as session:
        queue.enqueue(session, "ponder", {"who": "Maya", "seconds": 0.5})
    assert drain(queue, {}, timeout=15)
    assert diary.lines() == ["begin Maya", "end Maya"]


def test_drain_returns_false_after_its_timeout(database, queue, diary, worker):
    with database.transaction() as session:
        queue.enqueue(session, "ponder", {"who": "Maya", "seconds": 1})
    assert not drain(queue, {}, timeout=0.3)


def test_drain_ignores_jobs_that_are_not_due(database, queue, diary):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, at=datetime.now(UTC) + timedelta(hours=1))
    assert drain(queue, site.functions(diary), timeout=5)
    assert [job.state for job in list_jobs(queue) if job.kind == "tell"] == ["waiting"]
