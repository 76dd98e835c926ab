"""Migrations of the database schema (alembic).

Only `upgrade` changes the schema; `serve` and `worker` refuse a database that is not at revision `newest()`.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

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
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
