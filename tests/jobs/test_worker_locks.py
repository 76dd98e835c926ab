import fcntl

import pytest

from formengine.jobs import worker_locks as lives
from formengine.jobs.worker_locks import worker_locks_for


@pytest.fixture
def two(url, queue):
    pair = worker_locks_for(url), worker_locks_for(url)
    yield pair
    for one in pair:
        one.release()


def test_a_worker_that_lives_cannot_be_buried(two):
    mine, theirs = two
    mine.hold("Maya")
    with theirs.claim_dead("Maya") as dead:
        assert not dead


def test_a_worker_that_nobody_is_can_be_buried(two, monkeypatch):
    monkeypatch.setattr(lives, "DEAD_AFTER", 0)
    with two[0].claim_dead("Joe") as dead:
        assert dead


def test_a_dead_workers_lock_is_held_by_one_process(two, monkeypatch):
    monkeypatch.setattr(lives, "DEAD_AFTER", 0)
    with two[0].claim_dead("Joe") as first, two[1].claim_dead("Joe") as second:
        assert (first, second) == (True, False)


@pytest.mark.parametrize("moment", ["just before", "just then"])
def test_counting_never_keeps_a_worker_from_starting(tmp_path, monkeypatch, moment):
    """A count tries every lock for a moment, and takes away the files of the dead."""
    mine, theirs = (lives.FileWorkerLocks(tmp_path) for _ in range(2))
    flock = fcntl.flock

    def lock(descriptor, how):
        monkeypatch.setattr(fcntl, "flock", flock)
        if moment == "just then":
            raise BlockingIOError
        theirs.count()  # finds the file not locked yet, and takes it away
        flock(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", lock)
    mine.hold("Maya")
    with theirs.claim_dead("Maya") as dead:
        assert not dead
    assert theirs.count() == 1
    mine.release()


def test_the_files_of_the_dead_do_not_pile_up(tmp_path):
    (tmp_path / "gone.lock").touch()
    assert lives.FileWorkerLocks(tmp_path).count() == 0
    assert list(tmp_path.iterdir()) == []


def test_on_a_server_death_is_only_certain_after_a_while(cluster):
    watcher = lives.AdvisoryWorkerLocks(cluster.url("postgres"))
    try:
        with watcher.claim_dead("Joe") as dead:
            assert not dead
    finally:
        watcher.release()


def test_a_lost_connection_is_made_again_with_its_lock(cluster):
    url = cluster.url("postgres")
    mine, theirs = lives.AdvisoryWorkerLocks(url), lives.AdvisoryWorkerLocks(url)
    try:
        mine.hold("Maya")
        theirs._one(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s",
            lives.LOCK_CLASS,
        )
        mine.keep()
        with theirs.claim_dead("Maya") as dead:
            assert not dead
        assert theirs.count() == 1
    finally:
        mine.release()
        theirs.release()
