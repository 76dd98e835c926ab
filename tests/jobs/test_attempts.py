from formengine.jobs import current_attempt, list_jobs
from formengine.jobs.attempts import job_of, position_of
from tests.jobs.job_site import until


def enqueue(database, queue, name, key="job", **args):
    with database.transaction() as session:
        queue.enqueue(session, name, args, key=key)


def job(queue, key="job"):
    return next(one for one in list_jobs(queue) if one.id == key)


def test_a_job_that_fails_is_tried_again_and_dies_in_the_end(database, queue, worker, diary):
    enqueue(database, queue, "fail", what="paper", dossier="CTR-2026-0001")
    until(lambda: job(queue).state == "dead", 15)
    dead = job(queue)
    assert (dead.attempts, dead.error, dead.dossier) == (3, "RuntimeError: no paper", "CTR-2026-0001")
    assert diary.lines() == ["fail 1", "fail 2", "fail 3 last"]


def test_a_permanent_refusal_is_dead_at_once(database, queue, worker, diary):
    enqueue(database, queue, "refuse")
    until(lambda: job(queue).state == "dead", 10)
    assert (job(queue).attempts, diary.lines()) == (1, ["refused"])
    assert "550 no such user" in job(queue).error


def test_a_job_may_say_when_to_be_tried_again(database, queue, worker, diary):
    enqueue(database, queue, "again")
    until(lambda: job(queue).state == "done", 10)
    assert diary.lines() == ["again 1", "again 2"]


def test_between_two_tries_a_job_is_retrying(database, queue, worker, diary):
    enqueue(database, queue, "falter", what="ink")
    until(lambda: job(queue).state == "retrying", 10)
    assert job(queue).error == "RuntimeError: no ink"


def test_outside_a_job_there_is_no_attempt():
    assert current_attempt() is None


def test_the_ids_of_attempts_name_job_and_place():
    assert (job_of("mail-7~3"), position_of("mail-7~3"), position_of("mail-7")) == ("mail-7", 3, 1)
