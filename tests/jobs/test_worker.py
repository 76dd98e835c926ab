"""Workers as processes, killed and stopped at various points, on SQLite and PostgreSQL."""

import time

import pytest
from sqlalchemy import text

from formengine.jobs import Worker, list_jobs, status_of
from formengine.jobs.worker_locks import worker_locks_for
from tests.jobs import job_site as site
from tests.jobs.job_site import until


def enqueue(database, queue, name, key=None, lane="short", **args):
    with database.transaction() as session:
        queue.enqueue(session, name, args, key=key, lane=lane)


def state(queue, key):
    return next(job.state for job in list_jobs(queue) if job.id == key)


def test_job_enqueued_before_a_kill_runs_after_restart(database, queue, diary, worker_process):
    """N3: killed with SIGKILL between commit and delivery."""
    first = worker_process()
    until(lambda: len(status_of(queue).workers) == 1, 20)
    first.kill()
    enqueue(database, queue, "tell", who="Maya")
    worker_process()
    until(lambda: diary.lines() == ["tell Maya"], 20)


def test_job_killed_while_running_runs_again_with_the_same_arguments(database, queue, diary, worker_process):
    first = worker_process()
    enqueue(database, queue, "ponder", key="p", who="Paul", seconds=1)
    until(lambda: diary.lines() == ["begin Paul"], 20)
    first.kill()
    worker_process()
    until(lambda: state(queue, "p") == "done", 20)
    assert diary.lines() == ["begin Paul", "begin Paul", "end Paul"]


def test_running_worker_takes_over_jobs_of_a_dead_one(database, queue, diary, worker_process):
    """The engine itself never reassigns the jobs of a dead worker."""
    first = worker_process("one")
    enqueue(database, queue, "ponder", key="p", lane="mail", who="Ana", seconds=1)
    until(lambda: diary.lines() == ["begin Ana"], 20)
    worker_process("two")
    until(lambda: len(status_of(queue).workers) == 2, 20)
    first.kill()
    until(lambda: state(queue, "p") == "done", 20)
    assert next(job.lane for job in list_jobs(queue) if job.id == "p") == "mail"


def test_second_worker_does_not_rerun_jobs_of_the_first(database, queue, diary, worker_process):
    """With equal executor ids the engine would run them again."""
    worker_process()
    enqueue(database, queue, "ponder", key="p", who="Ines", seconds=2.5)
    until(lambda: diary.lines() == ["begin Ines"], 20)
    worker_process()
    until(lambda: state(queue, "p") == "done", 20)
    assert diary.lines() == ["begin Ines", "end Ines"]


def test_two_workers_run_each_job_once(database, queue, diary, worker_process):
    worker_process("one")
    worker_process("two")
    with database.transaction() as session:
        for number in range(40):
            queue.enqueue(session, "tell", {"who": number}, lane="mail")
    until(lambda: status_of(queue).waiting == 0 and status_of(queue).running == 0 and len(diary.lines()) >= 40, 30)
    assert sorted(diary.lines()) == sorted(f"tell {number}" for number in range(40))


def test_periodic_job_runs_once_with_several_workers(database, queue, diary, worker_process):
    begun = time.time()
    for name in ("round-1", "round-2"):
        worker_process(name)
    until(lambda: len(diary.lines()) >= 5, 20)
    assert len(diary.lines()) <= time.time() - begun + 2  # one for the second that had begun before the workers


def test_sigterm_finishes_running_jobs_and_starts_no_more(database, queue, diary, worker_process):
    """The lane has one slot, so that the second job waits for the end of the first."""
    process = worker_process()
    enqueue(database, queue, "ponder", lane="documents", who="Bo", seconds=2)
    until(lambda: diary.lines() == ["begin Bo"], 20)
    enqueue(database, queue, "tell", key="t", lane="documents", who="Di")
    process.terminate()
    assert process.wait(15) == 0
    assert (diary.lines(), state(queue, "t")) == (["begin Bo", "end Bo"], "waiting")


def test_two_running_workers_cannot_share_a_name(url, queue, diary, worker_process):
    worker_process("one")
    until(lambda: len(status_of(queue).workers) == 1, 20)
    with pytest.raises(ValueError, match="alive already"):
        Worker(url, site.functions(diary), executor_id="one").start()


def test_pending_job_that_does_not_run_is_enqueued_again(database, queue, worker, diary):
    """A full disk can leave such jobs behind."""
    enqueue(database, queue, "tell", key="t", who="Joe")
    until(lambda: state(queue, "t") == "done", 10)
    table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
    with database.transaction() as session:
        session.execute(
            text(f"UPDATE {table} SET status = 'PENDING', started_at_epoch_ms = 1 WHERE workflow_uuid = 't'")
        )
    until(lambda: state(queue, "t") == "done" and diary.lines() == ["tell Joe", "tell Joe"], 15)


def test_jobs_run_under_a_version_that_is_no_hash_of_the_source(database, queue, worker):
    """The engine runs only jobs of its own version: code may change between enqueueing and the run."""
    enqueue(database, queue, "tell", key="t", who="Paul")
    until(lambda: state(queue, "t") == "done", 20)
    table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
    with database.reading() as session:
        assert session.execute(text(f"SELECT application_version FROM {table}")).scalars().first() == "1"


def test_queue_runs_at_most_as_many_jobs_as_it_has_slots(database, queue, worker, diary):
    for name in ("Maya", "Joe"):
        enqueue(database, queue, "ponder", lane="documents", who=name, seconds=0.5)
    until(lambda: len(diary.lines()) == 4, 15)
    assert [line.split()[0] for line in diary.lines()] == ["begin", "end", "begin", "end"]


def test_worker_starts_quickly(url, diary):
    begun = time.monotonic()
    worker = Worker(url, site.functions(diary))
    worker.start()
    took = time.monotonic() - begun
    worker.stop(drain=False)
    assert took < 3


def test_stopped_worker_is_not_counted(url, queue, diary):
    worker = Worker(url, site.functions(diary))
    worker.start()
    worker.stop(timeout=1)
    locks = worker_locks_for(url)
    assert locks.count() == 0
    locks.release()


def test_functions_of_unknown_kinds_are_refused(url):
    with pytest.raises(ValueError, match="no job is named"):
        Worker(url, {"knit": print})
