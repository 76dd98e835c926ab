"""The list of jobs with their states, and retries of dead jobs."""

import pytest

from formengine.errors import NotFound, Refused
from formengine.jobs import list_jobs, retry_dead, retry_job
from tests.jobs.job_site import until


def enqueue(database, queue, name, key, **args):
    with database.transaction() as session:
        queue.enqueue(session, name, args, key=key)


def states(queue):
    return {job.id: job.state for job in list_jobs(queue) if not job.id.startswith("every-")}


def test_each_job_is_listed_once_in_its_state(database, queue, worker, diary):
    enqueue(database, queue, "tell", "a", who="Maya")
    enqueue(database, queue, "refuse", "b")
    enqueue(database, queue, "ponder", "c", who="Paul", seconds=1.5)
    until(lambda: states(queue) == {"a": "done", "b": "dead", "c": "running"}, 10)
    assert [job.id for job in list_jobs(queue, "dead")] == ["b"]


def test_retried_dead_job_starts_with_attempt_1(database, queue, worker, diary):
    """T50: a poison job is listed as dead, and can be retried."""
    enqueue(database, queue, "fail", "b", what="pen")
    until(lambda: states(queue) == {"b": "dead"}, 10)
    retry_job(queue, "b")
    until(lambda: diary.lines()[3:] == ["fail 1", "fail 2", "fail 3 last"] and states(queue) == {"b": "dead"}, 10)


def test_all_dead_jobs_are_retried(database, queue, worker, diary):
    for key in ("a", "b"):
        enqueue(database, queue, "refuse", key)
    until(lambda: set(states(queue).values()) == {"dead"}, 10)
    assert retry_dead(queue) == 2
    until(lambda: len(diary.lines()) == 4, 10)


def test_retry_of_a_job_that_is_not_dead_is_refused(database, queue):
    enqueue(database, queue, "tell", "a", who="Maya")
    with pytest.raises(Refused, match="not dead"):
        retry_job(queue, "a")


def test_retry_of_an_unknown_job_is_refused(queue):
    with pytest.raises(NotFound):
        retry_job(queue, "nobody")
