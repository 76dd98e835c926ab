"""Deletion of finished jobs."""

from datetime import UTC, datetime, timedelta

from formengine.jobs import list_jobs, prune_jobs
from tests.jobs.job_site import until


def test_old_finished_jobs_are_deleted_done_before_dead(database, queue, worker, diary):
    """The engine itself never deletes jobs."""
    for name, key in (("tell", "a"), ("refuse", "b")):
        with database.transaction() as session:
            queue.enqueue(session, name, {"who": "Maya"}, key=key)
    until(lambda: {job.state for job in list_jobs(queue) if job.id in "ab"} == {"done", "dead"}, 10)
    prune_jobs(queue.client, now=datetime.now(UTC) + timedelta(days=8))
    assert [job.id for job in list_jobs(queue)] == ["b"]
    prune_jobs(queue.client, now=datetime.now(UTC) + timedelta(days=91))
    assert list_jobs(queue) == []


def test_recent_and_waiting_jobs_are_kept(database, queue):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, key="a")
    prune_jobs(queue.client, now=datetime.now(UTC) + timedelta(days=400))
    assert [job.id for job in list_jobs(queue)] == ["a"]
