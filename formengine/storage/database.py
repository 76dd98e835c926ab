"""The database: how SQLite and PostgreSQL are opened so that neither loses an update.

SQLite: write-ahead log, BEGIN IMMEDIATE for whoever means to write (a plain BEGIN for readers), full synchronisation,
foreign keys and a busy timeout. PostgreSQL: READ COMMITTED; a service locks the dossier's row before it reads.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

READ_ONLY = "formengine_read_only"
"""Execution option of a connection whose transaction will not write: it takes no write lock on SQLite."""


@dataclass(frozen=True)
class Database:
    """An opened database: the engine (reads and writes) and a factory of plain sessions bound to it."""

    url: str
    engine: Engine
    sessions: sessionmaker[Session]

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A short transaction of its own: commits at the end, rolls back when an exception passes."""
        with self.sessions.begin() as session:
            yield session

    def reading(self) -> Session:
        """A session that will not write."""
        return self.sessions(bind=self.engine.execution_options(**{READ_ONLY: True}))

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open `sqlite:///path` or `postgresql://...` (psycopg 3); a SQLite file's folder is made when missing."""
    if url.startswith("sqlite"):
        engine = _open_sqlite(url)
    else:
        engine = create_engine(
            _with_driver(url), pool_size=20, max_overflow=20, pool_pre_ping=True, json_serializer=_json
        )
    return Database(url, engine, sessionmaker(engine, expire_on_commit=False))


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _open_sqlite(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30}, pool_size=20, max_overflow=20, json_serializer=_json)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # sqlite3 would otherwise begin late, after the first read, and lose updates
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "busy_timeout = 30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
