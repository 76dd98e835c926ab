"""Queue statistics."""

import time

from formengine.jobs import status_of
from tests.jobs.job_site import until


def enqueue(database, queue, name, key, **args):
    with database.transaction() as session:
        queue.enqueue(session, name, args, key=key)


def test_counts_of_waiting_jobs_without_workers(database, queue):
    enqueue(database, queue, "tell", "a", who="Maya")
    status = status_of(queue)
    assert (status.waiting, status.running, status.dead, status.workers) == (1, 0, 0, ())


def test_counts_of_running_jobs_and_workers(database, queue, worker):
    enqueue(database, queue, "refuse", "a")
    until(lambda: status_of(queue).dead == 1, 10)
    assert (len(status_of(queue).workers), status_of(queue).lag) == (1, 0.0)


def test_retrying_job_is_counted_once(database, queue, worker):
    enqueue(database, queue, "falter", "a", what="ink")
    until(lambda: status_of(queue).retrying == 1, 10)
    assert (status_of(queue).waiting, status_of(queue).dead, status_of(queue).lag) == (0, 0, 0.0)


def test_lag_is_the_waiting_time_of_the_oldest_due_job(database, queue):
    enqueue(database, queue, "tell", "a", who="Maya")
    time.sleep(1.2)
    assert 1 < status_of(queue).lag < 4
