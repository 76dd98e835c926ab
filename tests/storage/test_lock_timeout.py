"""PostgreSQL: a page that waits for a locked row gives up after its time; jobs and commands wait longer."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from formengine.errors import DatabaseBusy
from formengine.storage import Database
from formengine.storage.database import LATE, PAGE_WAIT_SECONDS, READ
from formengine.storage.models.history import ChainHead

SHOW = text("SHOW lock_timeout")


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


def test_a_locked_row_is_waited_for_for_a_limited_time(database: Database) -> None:
    with database.transaction() as session:
        session.add(ChainHead(chain="a", number=1, hash="0" * 64))
    with database.transaction() as holder, database.session(LATE, 0.1) as session:
        holder.get(ChainHead, "a", with_for_update=True)
        with pytest.raises(DatabaseBusy):
            session.get(ChainHead, "a", with_for_update=True)


def test_only_pages_that_write_have_the_limit(database: Database) -> None:
    with database.session(LATE, PAGE_WAIT_SECONDS) as page:
        assert page.scalar(SHOW) == "5s"
    with database.session(READ, PAGE_WAIT_SECONDS) as reader, database.session(LATE) as job:
        assert reader.scalar(SHOW) == "0"
        assert job.scalar(SHOW) == "0"
