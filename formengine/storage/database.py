"""The database: SQLite or PostgreSQL, opened so that no update is lost and the write lock is held briefly.

SQLite: write-ahead log, full synchronisation, foreign keys. A transaction is begun in one of three modes:

- READ: a snapshot; nothing may be written.
- LATE: a snapshot until the first statement that writes. Then the snapshot ends, the write lock is taken (BEGIN
  IMMEDIATE), and what `expect_unchanged` registered is read again: a difference raises ConcurrentChange, upon which
  the caller runs the whole unit of work again.
- IMMEDIATE: the write lock from the start. It never raises ConcurrentChange.

PostgreSQL: READ COMMITTED in every mode; whoever changes a dossier locks its row (SELECT ... FOR UPDATE) first, and a
page gives up after PAGE_WAIT_SECONDS (lock_timeout), as it does for SQLite's write lock. A server that does not answer
at all is waited for as long as `answer_time` says.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, Select, Table, create_engine, event, select
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.orm import Session, SessionTransaction, configure_mappers, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from formengine.errors import ConcurrentChange, DatabaseBusy
from formengine.sqlite_write_lock import WAIT_SECONDS, GatedConnection
from formengine.storage.row_writer import RowWriter

T = TypeVar("T")
READ: Final = "read"
LATE: Final = "late"
IMMEDIATE: Final = "immediate"
PAGE_WAIT_SECONDS: Final = 5.0
"""How long a page waits for the write lock, or on PostgreSQL for a locked row, in seconds."""
MEMO: Final = "formengine_memo"
"""Key of `Session.info`: what a unit of work computed from the rows it read; emptied by a rollback."""
DEADLOCK_DETECTED: Final = "40P01"
"""PostgreSQL's SQLSTATE deadlock_detected."""
_LOCK_NOT_AVAILABLE: Final = "55P03"
"""PostgreSQL's SQLSTATE lock_not_available."""
_MODE: Final = "formengine_mode"
_WAIT: Final = "formengine_wait"
_LATE: Final = "formengine_late"
_MARKS: Final = "formengine_savepoint_marks"
_SAVEPOINTS: Final = ("SAVEPOINT", "ROLLBACK TO", "RELEASE")
_NOTHING: Final = "SELECT 1 WHERE 0"
_READS: Final = ("SELECT", "PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "EXPLAIN")


@dataclass(frozen=True)
class Database:
    """An open database: its engine and session factories."""

    url: str
    engine: Engine
    sessions: sessionmaker[BatchSession]
    _engines: dict[tuple[str, float], Engine] = field(default_factory=dict, compare=False)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite; otherwise it is PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    def session(self, mode: str, wait: float = WAIT_SECONDS) -> BatchSession:
        """A session whose transactions begin in `mode`, and wait at most `wait` seconds for SQLite's write lock."""
        engine = self._engines.get((mode, wait))
        if engine is None:
            configure_mappers()  # takes 0.1 s in a fresh process, otherwise under the write lock
            engine = self.engine.execution_options(**{_MODE: mode, _WAIT: wait})
            self._engines[mode, wait] = engine
        return self.sessions(bind=engine, info={_MODE: mode})

    @contextmanager
    def transaction(self, mode: str = IMMEDIATE) -> Iterator[Session]:
        """A transaction of its own: committed at the end, rolled back by an exception."""
        with self.session(mode) as session, session.begin():
            yield session

    def reading(self) -> Session:
        """A session that may not write."""
        return self.session(READ)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class BatchSession(Session):
    """A session that writes its new and changed rows in batches, at a flush or at the commit."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.rows: list[tuple[Table, Callable[[], dict[str, Any]]]] = []
        self.after_rows: list[Callable[[], None]] = []
        self.at_commit: list[Callable[[], None]] = []

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        """Write the collected rows, then call what waits for them (`at_flush`), then let SQLAlchemy do the rest."""
        if self.rows or self.after_rows or self.new or self.dirty:
            writer = RowWriter(self, self.rows)
            if not writer.is_empty:
                writer.write(_begin_writing(self))
            writer.mark_written()
            self.rows.clear()
            while self.after_rows:
                self.after_rows.pop(0)()
        super().flush()


def open_database(url: str) -> Database:
    """Open `sqlite:///path` or `postgresql://...` (psycopg 3); the folder of a SQLite file is made if it is missing."""
    engine = _open_sqlite(url) if url.startswith("sqlite") else _open_postgresql(url)
    event.listen(engine, "handle_error", _translate_busy)
    sessions = sessionmaker(engine, class_=BatchSession, expire_on_commit=False)
    event.listen(sessions, "after_transaction_create", _mark_savepoint)
    event.listen(sessions, "after_soft_rollback", _forget_rolled_back)
    event.listen(sessions, "before_flush", _refuse_when_reading)
    event.listen(sessions, "before_commit", _write_collected)
    return Database(url, engine, sessions)


def expect_unchanged(session: Session, query: Select[T], value: T | None) -> None:
    """Require that what was read still holds when the write lock is taken: `query` must then give `value` again, or no
    row for None.

    Otherwise ConcurrentChange is raised. Does nothing where the rows are locked already: on PostgreSQL, and once the
    transaction writes.
    """
    state: _Late | None = session.connection().info.get(_LATE)
    if state is not None and not state.writes:
        state.expected.append((query, value))


def is_snapshot(session: Session) -> bool:
    """Whether the session still reads from a snapshot, without the write lock (mode LATE, on SQLite)."""
    state: _Late | None = session.connection().info.get(_LATE)
    return state is not None and not state.writes


def holds_write_lock(session: Session) -> bool:
    """Whether the session holds SQLite's write lock, so that no other transaction of this thread can write."""
    if not session.in_transaction() or session.get_bind().dialect.name != "sqlite":
        return False
    connection = session.connection()
    state: _Late | None = connection.info.get(_LATE)
    return state.writes if state is not None else connection.get_execution_options().get(_MODE) != READ


def at_commit(session: Session, write: Callable[[], None]) -> None:
    """Call `write` just before the session commits, after its flush; a rollback discards it."""
    _batch(session).at_commit.append(write)


def at_flush(session: Session, write: Callable[[], None]) -> None:
    """Call `write` at the end of the next flush, when all new rows are inserted; a rollback discards it."""
    _batch(session).after_rows.append(write)


def insert_at_flush(session: Session, table: Table, row: Callable[[], dict[str, Any]]) -> None:
    """Insert a row with the next flush, in one statement with the other rows of its table; its own id is never read.

    `row` is called at the flush, in the order of these calls, when the session's objects have their ids.
    """
    _batch(session).rows.append((table, row))


def _batch(session: Session) -> BatchSession:
    assert isinstance(session, BatchSession)
    return session


def _begin_writing(session: Session) -> Connection:
    """The session's connection, with SQLite's write lock taken."""
    _refuse_when_reading(session)
    connection = session.connection()
    state: _Late | None = connection.info.get(_LATE)
    if state is not None and not state.writes:
        state.take_lock(connection)
    return connection


def _open_postgresql(url: str) -> Engine:
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(address, pool_size=20, max_overflow=20, pool_pre_ping=True, json_serializer=_json)
    event.listen(engine, "do_connect", _connect_postgresql)
    event.listen(engine, "begin", _limit_lock_wait)
    return engine


def _connect_postgresql(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Any:
    from formengine.storage.postgresql_connection import connect  # psycopg is slow to import, and SQLite needs none

    return connect(arguments, options)


def _open_sqlite(url: str) -> Engine:
    path = url.removeprefix("sqlite:///")
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    connect = {"timeout": WAIT_SECONDS, "factory": GatedConnection}
    engine = create_engine(url, connect_args=connect, pool_size=20, max_overflow=20, json_serializer=_json)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "before_cursor_execute", _lock_before_writing, retval=True)
    return engine


def _limit_lock_wait(connection: Connection) -> None:
    """On PostgreSQL, limit how long a page that writes waits for a locked row, as for SQLite's write lock; jobs wait
    longer.
    """
    options = connection.get_execution_options()
    wait = options.get(_WAIT, WAIT_SECONDS)
    if wait < WAIT_SECONDS and options.get(_MODE) != READ:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(wait * 1000)}")


def _prepare_sqlite(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # sqlite3 would otherwise begin by itself, with a plain BEGIN
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    mode = options.get(_MODE, IMMEDIATE)
    connection.info[_LATE] = _Late() if mode == LATE else None
    _raw(connection).wait_seconds = options.get(_WAIT, WAIT_SECONDS)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if mode == IMMEDIATE else "BEGIN")


def _lock_before_writing(
    connection: Connection,
    _cursor: DBAPICursor,
    statement: str,
    parameters: Any,
    context: ExecutionContext | None,
    _many: bool,
) -> tuple[str, Any]:
    """In mode LATE: take the write lock before the first statement that writes or locks rows.

    A savepoint that was made before needs no statement: rolling back to it is rolling back everything.
    """
    state: _Late | None = connection.info.get(_LATE)
    if state is None:
        return statement, parameters
    if statement.startswith(_SAVEPOINTS):
        return (_NOTHING, parameters) if state.handles(statement, _raw(connection)) else (statement, parameters)
    if not state.writes and _needs_lock(statement, context):
        state.take_lock(connection)
    return statement, parameters


@dataclass
class _Late:
    """A transaction in mode LATE: the values that it relies on, whether it holds the write lock, and the savepoints
    made before.
    """

    expected: list[tuple[Select[Any], Any]] = field(default_factory=list)
    writes: bool = False
    savepoints: set[str] = field(default_factory=set)

    def take_lock(self, connection: Connection) -> None:
        """End the snapshot and take the write lock; ConcurrentChange when an expected value is another by then."""
        compared = select(*(query.scalar_subquery() for query, _value in self.expected))
        self.writes = True
        raw = _raw(connection)
        try:
            raw.execute("COMMIT")
            raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise _translated(error) from error
        expected = tuple(value for _query, value in self.expected)
        if expected and tuple(connection.execute(compared).one()) != expected:
            raise ConcurrentChange("rows changed since they were read")

    def handles(self, statement: str, raw: GatedConnection) -> bool:
        """Whether a statement about a savepoint was handled here; otherwise SQLite has to execute it."""
        name = statement.split()[-1]
        if statement.startswith("SAVEPOINT"):
            if self.writes:
                return False
            self.savepoints.add(name)
            return True
        if name not in self.savepoints:
            return False
        if statement.startswith("ROLLBACK") and self.writes:
            raw.execute("ROLLBACK")
            raw.execute("BEGIN")
            self.writes = False
        return True


def _raw(connection: Connection) -> GatedConnection:
    return connection.connection.dbapi_connection  # type: ignore[return-value]  # the factory of `_open_sqlite`


def _needs_lock(statement: str, context: ExecutionContext | None) -> bool:
    if not statement.lstrip()[:8].upper().startswith(_READS):
        return True
    invoked: Any = getattr(context, "invoked_statement", None)
    return getattr(invoked, "_for_update_arg", None) is not None


def _translate_busy(context: ExceptionContext) -> Exception | None:
    """Raise the product's own errors for SQLite's "database is locked" and for PostgreSQL's lock timeouts and
    deadlocks.
    """
    error = context.original_exception
    if isinstance(error, sqlite3.OperationalError) and (translated := _translated(error)) is not error:
        return translated
    if getattr(error, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
        return DatabaseBusy("a row that is to be written stays locked")
    if getattr(error, "sqlstate", None) == DEADLOCK_DETECTED:
        return ConcurrentChange("the transaction deadlocked with another one")
    return None


def _translated(error: sqlite3.OperationalError) -> Exception:
    code = getattr(error, "sqlite_errorcode", None) or 0
    if code == sqlite3.SQLITE_BUSY_SNAPSHOT:
        return ConcurrentChange("the database changed since it was read")
    if code & 0xFF == sqlite3.SQLITE_BUSY:
        return DatabaseBusy("the database's write lock is not free")
    return error


def _collections(session: BatchSession) -> tuple[list[Any], ...]:
    return session.rows, session.after_rows, session.at_commit


def _refuse_when_reading(session: Session, *_event: object) -> None:
    changed = session.new or session.deleted or any(session.is_modified(row) for row in session.dirty)
    if changed and session.info.get(_MODE) == READ:
        raise RuntimeError("a session that only reads was to write: if this is a page, let it be a POST")


def _mark_savepoint(session: BatchSession, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks = [len(collected) for collected in _collections(session)]
        session.info.setdefault(_MARKS, {})[id(transaction)] = marks


def _forget_rolled_back(session: BatchSession, transaction: SessionTransaction) -> None:
    """Discard what was collected since the savepoint, or altogether, and everything that was computed from the rows."""
    marks = session.info.get(_MARKS, {}).pop(id(transaction), (0, 0, 0))
    for collected, length in zip(_collections(session), marks, strict=True):
        del collected[length:]
    session.info.pop(MEMO, None)


def _write_collected(session: BatchSession) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    while session.at_commit:
        session.at_commit.pop(0)()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
