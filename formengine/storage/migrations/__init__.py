"""The database's schema, revision by revision, and the way from one to the next.

Only `upgrade` changes a schema; `serve` and `worker` refuse a database that is not at `newest()`.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from formengine.storage.database import Database

LOCK = 0x6665_6D69  # "femi": the advisory lock that lets one process at a time migrate


def newest() -> str:
    """The revision that this version of the product works with."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current(database: Database) -> str | None:
    """The revision the database is at; None for one that was never prepared."""
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def upgrade(database: Database) -> None:
    """Bring the schema to the newest revision, in one transaction, while no other process does the same."""
    config = _config()
    with database.engine.begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config
