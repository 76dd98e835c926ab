from sqlalchemy import text

from formengine.jobs import list_jobs
from formengine.jobs.recovery import MAX_PROCESS_DEATHS, requeue


def pending(database, queue, key):
    """A job as its worker's death leaves it."""
    with database.transaction() as session:
        queue.enqueue(session, "tell", {"who": "Maya"}, key=key, lane="mail")
        table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
        session.execute(text(f"UPDATE {table} SET status = 'PENDING', executor_id = 'gone'"))
    return queue.client.list_workflows(workflow_ids=[key])


def test_a_job_is_put_back_into_its_own_lane(database, queue):
    requeue(queue.client, pending(database, queue, "a"), died=True)
    (job,) = list_jobs(queue)
    assert (job.state, job.lane) == ("waiting", "mail")


def test_a_job_that_keeps_killing_its_process_is_given_up(database, queue):
    for _ in range(MAX_PROCESS_DEATHS):
        requeue(queue.client, pending(database, queue, "a"), died=True)
    (job,) = list_jobs(queue)
    assert (job.state, job.error) == ("dead", "its process died 20 times while it ran")
