"""A deadlock on PostgreSQL is an error after which the unit of work is run again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import text

from formengine.errors import ConcurrentChange
from formengine.storage import Database


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


def test_one_of_two_deadlocked_transactions_can_be_run_again(database: Database) -> None:
    """W11: two transactions take the same advisory locks in opposite order."""
    barrier, lock = Barrier(2), text("SELECT pg_advisory_xact_lock(:key)")

    def take(keys: tuple[int, int]) -> str:
        try:
            with database.transaction() as session:
                session.execute(lock, {"key": keys[0]})
                barrier.wait(30)
                session.execute(lock, {"key": keys[1]})
        except ConcurrentChange:
            return "again"
        return ""

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, [(1, 2), (2, 1)])) == ["", "again"]
