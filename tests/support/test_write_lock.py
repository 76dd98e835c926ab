"""What is recorded of transactions that hold SQLite's write lock."""

from __future__ import annotations

import subprocess

import pytest
from sqlalchemy import text

from formengine.storage import Database
from tests.support.write_lock import recorded_locks


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_process_is_recorded_that_is_started_under_the_lock(database: Database) -> None:
    """Another one is not: the thread that starts it keeps nobody waiting."""
    with recorded_locks() as recorder:
        with database.transaction() as session:
            session.execute(text("CREATE TABLE diary (entry INTEGER)"))
            subprocess.run(["true"], check=True)
        subprocess.run(["true"], check=True)
    assert len(recorder.processes) == 1
