"""Attempts of a job: retries with delays, permanent failures, attempt numbers."""

from formengine.jobs import current_attempt, list_jobs
from formengine.jobs.attempts import job_of, position_of
from tests.jobs.job_site import until


def enqueue(database, queue, name, key="job", **args):
    with database.transaction() as session:
        queue.enqueue(session, name, args, key=key)


def job(queue, key="job"):
    return next(job_ for job_ in list_jobs(queue) if job_.id == key)


def test_failing_job_is_retried_until_dead(database, queue, worker, diary):
    enqueue(database, queue, "fail", what="paper", dossier="CTR-2026-0001")
    until(lambda: job(queue).state == "dead", 15)
    dead = job(queue)
    assert (dead.attempts, dead.error, dead.dossier) == (3, "RuntimeError: no paper", "CTR-2026-0001")
    assert diary.lines() == ["fail 1", "fail 2", "fail 3 last"]


def test_permanent_failure_is_dead_at_once(database, queue, worker, diary):
    enqueue(database, queue, "refuse")
    until(lambda: job(queue).state == "dead", 10)
    assert (job(queue).attempts, diary.lines()) == (1, ["refused"])
    assert "550 no such user" in job(queue).error


def test_job_can_set_the_delay_of_its_retry(database, queue, worker, diary):
    enqueue(database, queue, "again")
    until(lambda: job(queue).state == "done", 10)
    assert diary.lines() == ["again 1", "again 2"]


def test_job_between_two_attempts_has_state_retrying(database, queue, worker, diary):
    enqueue(database, queue, "falter", what="ink")
    until(lambda: job(queue).state == "retrying", 10)
    assert job(queue).error == "RuntimeError: no ink"


def test_current_attempt_is_none_outside_a_job():
    assert current_attempt() is None


def test_attempt_id_contains_job_id_and_number():
    assert (job_of("mail-7~3"), position_of("mail-7~3"), position_of("mail-7")) == ("mail-7", 3, 1)
