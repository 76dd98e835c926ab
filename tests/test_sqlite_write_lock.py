"""The queue for SQLite's write lock: first in, first out, with a timeout."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from formengine.sqlite_write_lock import FairLock, GatedConnection


def connected(path: Path, wait: float = 5.0) -> GatedConnection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=GatedConnection)
    connection.wait_seconds = wait
    return connection


def test_the_lock_is_handed_over_in_order() -> None:
    lock, order = FairLock(), list[int]()
    assert lock.acquire(1)

    def wait(number: int) -> None:
        assert lock.acquire(5)
        order.append(number)
        lock.release()

    threads = []
    for number in range(5):
        thread = threading.Thread(target=wait, args=(number,))
        thread.start()
        threads.append(thread)
        time.sleep(0.02)
    lock.release()
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_timed_out_waiter_is_skipped() -> None:
    lock = FairLock()
    assert lock.acquire(1)
    assert not lock.acquire(0.01)
    lock.release()
    assert lock.acquire(0.01)


def test_a_connection_waits_for_another_of_the_same_process(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    first, second = connected(path), connected(path, wait=0.05)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked") as caught:
        second.execute("BEGIN IMMEDIATE")
    assert caught.value.sqlite_errorcode == sqlite3.SQLITE_BUSY
    first.commit()
    second.execute("BEGIN IMMEDIATE")
    second.rollback()
    first.execute("BEGIN IMMEDIATE")
    first.close()
    second.execute("BEGIN IMMEDIATE")
    second.close()


def test_a_connection_waits_for_another_process(tmp_path: Path) -> None:
    path = tmp_path / "site.sqlite"
    foreign, local = sqlite3.connect(path, isolation_level=None), connected(path, wait=0.2)
    foreign.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        local.execute("BEGIN IMMEDIATE")
    foreign.execute("COMMIT")
    local.execute("BEGIN IMMEDIATE")
    local.close()
    foreign.close()


def test_implicit_transactions_queue_too(tmp_path: Path) -> None:
    """The job engine lets sqlite3 begin transactions implicitly, before the first statement that writes."""
    path = tmp_path / "site.sqlite"
    first = connected(path)
    first.execute("CREATE TABLE t (n INTEGER)")
    second = sqlite3.connect(path, isolation_level="IMMEDIATE", factory=GatedConnection)
    second.wait_seconds = 0.05
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        second.execute("INSERT INTO t VALUES (1)")
    first.commit()
    second.execute("INSERT INTO t VALUES (1)")
    assert second.holds_gate
    second.commit()
    assert not second.holds_gate
    second.close()
    first.close()
