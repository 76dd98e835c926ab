"""Transactions that take SQLite's write lock late: guards on what was read, savepoints without a lock."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from formengine.errors import ConcurrentChange, DatabaseBusy
from formengine.storage import Database
from formengine.storage.database import LATE, at_commit, expect_unchanged, is_snapshot
from formengine.storage.models.history import ChainHead


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def write(database: Database, chain: str, number: int = 1) -> None:
    with database.transaction() as session:
        session.merge(ChainHead(chain=chain, number=number, hash="0" * 64))


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(ChainHead)) or 0


def test_first_write_takes_the_lock(database: Database) -> None:
    with database.transaction(LATE) as session:
        session.scalars(select(ChainHead)).all()
        assert is_snapshot(session)
        write(database, "other")  # nobody holds the lock
        session.add(ChainHead(chain="own", number=1, hash="0" * 64))
        session.flush()
        assert not is_snapshot(session)
    assert count(database) == 2


def test_changed_read_raises_concurrent_change(database: Database) -> None:
    write(database, "a")
    query = select(ChainHead.number).where(ChainHead.chain == "a")
    with pytest.raises(ConcurrentChange), database.transaction(LATE) as session:  # noqa: PT012  # its end raises
        expect_unchanged(session, query, session.scalar(query))
        write(database, "a", 2)
        session.add(ChainHead(chain="b", number=1, hash="0" * 64))
    assert count(database) == 1


def test_new_row_where_none_was_read_raises_concurrent_change(database: Database) -> None:
    query = select(ChainHead.number).where(ChainHead.chain == "a")
    with pytest.raises(ConcurrentChange), database.transaction(LATE) as session:  # noqa: PT012  # its end raises
        expect_unchanged(session, query, None)
        write(database, "a")
        session.add(ChainHead(chain="b", number=1, hash="0" * 64))


def test_select_for_update_takes_the_lock_first(database: Database) -> None:
    write(database, "a")
    with database.transaction(LATE) as session:
        assert session.scalar(select(func.count()).select_from(ChainHead)) == 1
        write(database, "b")
        heads = session.scalars(select(ChainHead).with_for_update()).all()
        assert not is_snapshot(session)
        assert len(heads) == 2


def test_a_savepoint_takes_no_lock_and_rolls_back(database: Database) -> None:
    collected: list[str] = []
    with database.transaction(LATE) as session:
        with pytest.raises(ValueError, match="no"), session.begin_nested():  # noqa: PT012  # its end raises
            session.add(ChainHead(chain="a", number=1, hash="0" * 64))
            at_commit(session, lambda: collected.append("a"))
            session.flush()
            raise ValueError("no")
        assert is_snapshot(session)
        with session.begin_nested():
            session.add(ChainHead(chain="b", number=1, hash="0" * 64))
            at_commit(session, lambda: collected.append("b"))
        with pytest.raises(ValueError, match="no"), session.begin_nested():  # noqa: PT012  # its end raises
            session.add(ChainHead(chain="c", number=1, hash="0" * 64))
            session.flush()
            raise ValueError("no")
    with database.reading() as session:
        assert session.scalars(select(ChainHead.chain)).all() == ["b"]
    assert collected == ["b"]


def test_waiting_for_the_lock_times_out(database: Database) -> None:
    with database.transaction() as holder:
        holder.add(ChainHead(chain="a", number=1, hash="0" * 64))
        holder.flush()
        session = database.session(LATE, 0.05)
        session.add(ChainHead(chain="b", number=1, hash="0" * 64))
        with pytest.raises(DatabaseBusy):
            session.commit()
        session.close()
    assert count(database) == 1
