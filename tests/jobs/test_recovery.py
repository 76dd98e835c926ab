"""Recovery of jobs whose worker has died."""

from sqlalchemy import text

from formengine.jobs import list_jobs
from formengine.jobs.recovery import MAX_PROCESS_DEATHS, requeue


def pending(database, queue, key):
    """A job in the state in which its worker's death leaves it."""
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, key=key, lane="mail")
        table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
        session.execute(text(f"UPDATE {table} SET status = 'PENDING', executor_id = 'gone'"))
    return queue.client.list_workflows(workflow_ids=[key])


def test_recovered_job_returns_to_its_own_queue(database, queue):
    requeue(queue.client, pending(database, queue, "a"), died=True)
    (job,) = list_jobs(queue)
    assert (job.state, job.lane) == ("waiting", "mail")


def test_job_that_keeps_crashing_becomes_dead(database, queue):
    for _ in range(MAX_PROCESS_DEATHS):
        requeue(queue.client, pending(database, queue, "a"), died=True)
    (job,) = list_jobs(queue)
    assert (job.state, job.error) == ("dead", "its process died or hung 20 times while it ran")
