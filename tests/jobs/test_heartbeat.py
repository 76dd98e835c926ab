"""Workers that hang: stopped with SIGSTOP, noticed by their heartbeat, relieved of their jobs, and woken up again."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from sqlalchemy import text

from formengine.errors import DatabaseBusy
from formengine.jobs import Queue, list_jobs, status_of
from formengine.jobs.heartbeat import BeatWatch, beat, forget_worker, read_beats
from formengine.jobs.stats import Status
from formengine.storage import Database
from formengine.storage.database import IMMEDIATE
from tests.jobs import job_site as site
from tests.jobs.job_site import until
from tests.support.warm_process import ForkedProcess

LEASE = 3.0
StartWorker = Callable[..., ForkedProcess]


def enqueue(database: Database, queue: Queue, name: str, **args: object) -> None:
    with database.transaction() as session:
        queue.enqueue(session, name, args, key="j")


def state(queue: Queue) -> str:
    return next(job.state for job in list_jobs(queue) if job.id == "j")


def age(status: Status, worker: str) -> float:
    return next(each.seen for each in status.workers if each.id == worker)


def freeze(process: ForkedProcess, database: Database) -> None:
    """Stop a process, at a moment at which it does not hold SQLite's write lock: nobody could write then."""
    while True:
        process.send_signal(signal.SIGSTOP)
        try:
            with database.session(IMMEDIATE, wait=0.5) as session, session.begin():
                session.connection()
        except DatabaseBusy:
            process.send_signal(signal.SIGCONT)
        else:
            return


@pytest.fixture
def deposits(database: Database) -> Callable[[], list[str]]:
    """Who has deposited, in order."""
    with database.transaction() as session:
        session.execute(text("CREATE TABLE deposits (who VARCHAR(20))"))

    def read() -> list[str]:
        with database.reading() as session:
            return list(session.execute(text("SELECT who FROM deposits")).scalars())

    return read


def test_jobs_of_a_stopped_worker_are_taken_over(
    database: Database,
    queue: Queue,
    diary: site.Diary,
    worker_process: StartWorker,
    deposits: Callable[[], list[str]],
) -> None:
    """T50: one that hangs is late after its lease; what it would still write when it wakes up is not written."""
    first = worker_process("first", lease=LEASE)
    enqueue(database, queue, "deposit", seconds=4)
    until(lambda: diary.lines() == ["begin first"], 20)
    freeze(first, database)
    second = worker_process("second", lease=LEASE)
    until(lambda: state(queue) == "done", 30)
    assert diary.lines() == ["begin first", "begin second", "end second"]
    until(lambda: status_of(queue, LEASE).late, 10)
    status = status_of(queue, LEASE)
    assert age(status, "first") > LEASE > age(status, "second")

    first.send_signal(signal.SIGCONT)
    until(lambda: len(diary.lines()) == 4, 20)
    # it learns of it, or the database has ended the connection of the worker that did not answer
    assert diary.lines()[-1] in ("TakenOver first", "OperationalError first")
    until(lambda: not status_of(queue, LEASE).late, 10)
    assert (deposits(), state(queue)) == (["second"], "done")
    for process in (first, second):
        process.terminate()
        assert process.wait(30) == 0
    assert status_of(queue).workers == ()


def test_a_worker_that_wakes_up_does_not_repeat_what_was_taken_over(
    database: Database, queue: Queue, diary: site.Diary, worker_process: StartWorker
) -> None:
    """T50: its attempt fails, after another worker has finished the job: no further attempt is enqueued."""
    lame = worker_process("lame", lease=LEASE)
    enqueue(database, queue, "stumble", seconds=6)
    until(lambda: diary.lines() == ["begin lame"], 20)
    freeze(lame, database)
    worker_process("second", lease=LEASE)
    until(lambda: state(queue) == "done", 30)
    lame.send_signal(signal.SIGCONT)
    until(lambda: "fail lame" in diary.lines(), 20)
    lame.terminate()
    assert lame.wait(30) == 0
    assert [(job.id, job.state, job.attempts) for job in list_jobs(queue) if job.kind == "stumble"] == [
        ("j", "done", 1)
    ]


def test_a_killed_worker_is_late_until_another_one_finds_it_dead(
    database: Database, queue: Queue, worker_process: StartWorker
) -> None:
    """T50: kill -9 of the only worker is seen, and its row goes when there is one again."""
    first = worker_process("first", lease=LEASE)
    until(lambda: len(status_of(queue, LEASE).workers) == 1, 20)
    first.kill()
    until(lambda: status_of(queue, LEASE).late, 10)
    worker_process("second", lease=LEASE)
    until(lambda: [worker.id for worker in status_of(queue, LEASE).workers] == ["second"], 20)
    assert not status_of(queue, LEASE).late


def test_running_jobs_and_their_age(
    database: Database, queue: Queue, diary: site.Diary, worker_process: StartWorker
) -> None:
    """T50: a job that never ends is seen in a worker that lives."""
    worker_process("first")
    assert status_of(queue).oldest_running == 0.0
    enqueue(database, queue, "ponder", who="Paul", seconds=30)
    until(lambda: diary.lines() == ["begin Paul"], 20)
    until(lambda: 0.5 < status_of(queue).oldest_running < 20, 10)
    assert not status_of(queue).late


def test_beats_are_counted_per_worker(database: Database) -> None:
    beat(database.engine, "first")
    beat(database.engine, "first")
    beat(database.engine, "second")
    assert read_beats(database.engine) == {"first": 2, "second": 1}
    forget_worker(database.engine, "first")
    assert read_beats(database.engine) == {"second": 1}


def test_a_watcher_counts_only_the_time_in_which_it_could_look() -> None:
    """T8: else all workers would look hung after the database was away, or after the watcher was stopped itself."""
    now = [0.0]
    watch = BeatWatch(60, lambda: now[0])

    def silence(beats: int, *moments: float) -> float:
        for now[0] in moments:
            seconds = watch.silent({"first": beats})["first"]
        return seconds

    assert silence(1, 10, 20, 30) == 20
    assert silence(2, 40, 50) == 10
    assert silence(2, 300) == 0
    assert silence(2, 310, 320, 330, 340, 350, 360) == 60
