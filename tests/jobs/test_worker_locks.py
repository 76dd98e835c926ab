"""Locks by which processes detect that a worker has died."""

import fcntl

import pytest

from formengine.jobs import worker_locks
from formengine.jobs.worker_locks import worker_locks_for


@pytest.fixture
def two(url, queue):
    pair = worker_locks_for(url), worker_locks_for(url)
    yield pair
    for locks in pair:
        locks.release()


def test_lock_of_a_running_worker_cannot_be_taken(two):
    first, second = two
    first.hold("Maya")
    with second.claim_dead("Maya") as dead:
        assert not dead


def test_lock_of_an_unknown_worker_can_be_taken(two, monkeypatch):
    monkeypatch.setattr(worker_locks, "DEAD_AFTER", 0)
    with two[0].claim_dead("Joe") as dead:
        assert dead


def test_lock_of_a_dead_worker_is_held_by_one_process(two, monkeypatch):
    monkeypatch.setattr(worker_locks, "DEAD_AFTER", 0)
    with two[0].claim_dead("Joe") as first, two[1].claim_dead("Joe") as second:
        assert (first, second) == (True, False)


@pytest.mark.parametrize("moment", ["just before", "just then"])
def test_counting_workers_never_blocks_a_start(tmp_path, monkeypatch, moment):
    """A count tries every lock briefly, and deletes the files of dead workers."""
    first, second = (worker_locks.FileWorkerLocks(tmp_path) for _ in range(2))
    flock = fcntl.flock

    def lock(descriptor, how):
        monkeypatch.setattr(fcntl, "flock", flock)
        if moment == "just then":
            raise BlockingIOError
        second.count()  # the file is not locked yet, so this deletes it
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", lock)
    first.hold("Maya")
    with second.claim_dead("Maya") as dead:
        assert not dead
    assert second.count() == 1
    first.release()


def test_lock_files_of_dead_workers_are_deleted(tmp_path):
    (tmp_path / "gone.lock").touch()
    assert worker_locks.FileWorkerLocks(tmp_path).count() == 0
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def address(cluster):
    """An empty database of PostgreSQL."""
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


def test_postgresql_worker_counts_as_dead_after_a_delay(address):
    watcher = worker_locks.AdvisoryWorkerLocks(address)
    try:
        with watcher.claim_dead("Joe") as dead:
            assert not dead
    finally:
        watcher.release()


def test_lost_connection_is_reopened_with_its_lock(address):
    first, second = worker_locks.AdvisoryWorkerLocks(address), worker_locks.AdvisoryWorkerLocks(address)
    try:
        first.hold("Maya")
        second._read_value(
            """SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""",
            worker_locks.LOCK_CLASS,
        )
        first.keep()
        with second.claim_dead("Maya") as dead:
            assert not dead
        assert second.count() == 1
    finally:
        first.release()
        second.release()
