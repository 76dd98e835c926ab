"""Configuration of the job engine (dbos): its tables, its client, and the lanes (queues) of jobs.

Arguments are portable JSON (never pickle) under one pinned version, so that jobs survive upgrades. The engine's tables
are unprefixed in a SQLite file, and in the schema `dbos` on PostgreSQL.
"""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, create_engine, event

from formengine.jobs.wakeup import MIN_INTERVAL
from formengine.sqlite_write_lock import GatedConnection

if TYPE_CHECKING:
    from dbos import DBOSClient

APPLICATION: Final = "formengine"
VERSION: Final = "1"
"""Pinned: the default is a hash of the source, and an upgraded worker would not run older jobs."""
LANES: Final[dict[str, int]] = {"mail": 32, "short": 8, "drafts": 1, "documents": 1, "plugins": 4, "copies": 1}
"""Each lane with the number of jobs that one worker runs in it at a time, unless a setting changes it. A draft takes a
second, what is converted or signed (`documents`) up to minutes, so that neither waits for the other.
"""

# Without a handler, the engine writes to the console by itself.
logging.getLogger("dbos").addHandler(logging.NullHandler())


def prepare(database_url: str) -> None:
    """Create or upgrade the engine's tables and its lanes; safe to repeat and on a running site.

    A SQLite file is switched to its write-ahead log first, which the engine does not do.
    """
    from dbos import DBOS

    if database_url.startswith("sqlite"):
        _prepare_file(sqlite_path(database_url))
    logging.getLogger("dbos").setLevel(logging.WARNING)
    DBOS.migrate(database_url)
    client = connect(database_url)
    try:
        for lane, slots in LANES.items():
            set_lane(client, lane, slots, keep=True)
    finally:
        client.destroy()


def connect(database_url: str) -> DBOSClient:
    """A client of the engine, which enqueues, lists and repairs jobs, and runs none. Opens no connection yet."""
    from dbos import DBOSClient, DBOSPortableJSONSerializer

    client = DBOSClient(
        system_database_url=database_url,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APPLICATION,
        lazy=True,
    )
    if database_url.startswith("sqlite"):
        event.listen(client._sys_db.engine, "do_connect", _use_gated_connection)
    return client


def engine_options(database_url: str) -> dict[str, Any]:
    """SQLAlchemy's options for the engine's own connections: on SQLite they take turns with ours at the write lock."""
    return {"connect_args": {"factory": GatedConnection}} if database_url.startswith("sqlite") else {}


def _use_gated_connection(_dialect: object, _record: object, _args: object, values: dict[str, Any]) -> None:
    values["factory"] = GatedConnection


def open_engine(database_url: str) -> Engine:
    """An SQLAlchemy engine on the same database, for what the client has no method for."""
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(url, pool_size=1, pool_pre_ping=not url.startswith("sqlite"), **engine_options(database_url))


def status_table(engine: Engine) -> str:
    """The engine's table of jobs, one row for each attempt."""
    return "workflow_status" if engine.dialect.name == "sqlite" else "dbos.workflow_status"


def set_lane(client: DBOSClient, lane: str, slots: int, *, keep: bool = False) -> None:
    """Store how many jobs of a lane one worker runs at a time; `keep` leaves a lane that exists as it is."""
    client.register_queue(
        lane,
        worker_concurrency=slots,
        polling_interval_sec=MIN_INTERVAL,
        on_conflict="never_update" if keep else "always_update",
    )


def sqlite_path(database_url: str) -> Path:
    """The file of a `sqlite:///path` address; jobs need a file, so a database in memory is a ValueError."""
    path = database_url.removeprefix("sqlite:///")
    if not path or path == ":memory:":
        raise ValueError("background jobs need a database file: write sqlite:///path/to/file.sqlite")
    return Path(path)


def _prepare_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=30)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
