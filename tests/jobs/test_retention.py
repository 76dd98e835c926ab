from datetime import UTC, datetime, timedelta

from formengine.jobs import list_jobs, prune_jobs
from tests.jobs.job_site import until


def test_what_ended_long_ago_is_forgotten_done_sooner_than_dead(database, queue, worker, diary):
    """Trap 9: the engine itself keeps everything for ever."""
    for name, key in (("tell", "a"), ("refuse", "b")):
        with database.transaction() as session:
            queue.enqueue(session, name, {"who": "Maya"}, key=key)
    until(lambda: {job.state for job in list_jobs(queue) if job.id in "ab"} == {"done", "dead"}, 10)
    prune_jobs(queue.client, now=datetime.now(UTC) + timedelta(days=8))
    assert [job.id for job in list_jobs(queue)] == ["b"]
    prune_jobs(queue.client, now=datetime.now(UTC) + timedelta(days=91))
    assert list_jobs(queue) == []


def test_what_is_young_or_waits_is_kept(database, queue):
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, key="a")
    assert prune_jobs(queue.client, now=datetime.now(UTC) + timedelta(days=400)) == 0
    assert [job.id for job in list_jobs(queue)] == ["a"]
