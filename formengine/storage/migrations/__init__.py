"""Migrations of the database schema (alembic).

Only `upgrade` changes the schema; `serve` and `worker` refuse a database that is not at revision `newest()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from formengine.storage.database import Database

FOLDER = Path(__file__).parent
LOCK = 0x6665_6D69  # "femi": the advisory lock that lets one process at a time migrate


def newest() -> str:
    """The revision that this version of the product works with: the name of the last file of `versions/` begins with
    it.
    """
    return max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


def current(database: Database) -> str | None:
    """The revision of the database; None for one that was never prepared."""
    with database.reading() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return None
        revision: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def upgrade(database: Database) -> None:
    """Upgrade the schema to the newest revision, in one transaction, with a lock against other processes that do the
    same.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    with schema_change(database) as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def schema_change(database: Database) -> Iterator[Connection]:
    """A connection in a transaction that may rebuild tables.

    SQLite changes a constraint by a new table in place of the old one, whose removal would delete every row that refers
    to it: foreign keys are off meanwhile, and checked before the commit. Raises RuntimeError for one that is broken.
    """
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        if database.is_sqlite:
            raw.execute("PRAGMA foreign_keys = OFF")  # has no effect within a transaction
        try:
            with connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all() if database.is_sqlite else ()
                if broken:
                    tables = ", ".join(sorted({f"{row[0]} to {row[2]}" for row in broken}))
                    raise RuntimeError(f"rows refer to others that are not there: {tables}; nothing was changed")
        finally:
            if database.is_sqlite:
                raw.execute("PRAGMA foreign_keys = ON")
