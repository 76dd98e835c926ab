"""SQLite's only write lock, taken in turn by the threads of this process (first in, first out).

SQLite itself makes a waiting connection poll, so under load a thread may starve. Connections made by
`GatedConnection`, ours and the job engine's, wait in one queue per database file before they begin to write.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final

WAIT_SECONDS: Final = 30.0
"""How long a transaction waits for the lock unless its connection says otherwise (`wait_seconds`)."""
_DML: Final = ("INSERT", "UPDATE", "DELETE", "REPLAC")


class FairLock:
    """A lock that is handed to its waiters in the order in which they came."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Lock] = deque()

    def acquire(self, timeout: float) -> bool:
        """Take the lock, waiting at most `timeout` seconds; whether it was taken."""
        with self._mutex:
            if not self._held:
                self._held = True
                return True
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        if turn.acquire(timeout=timeout):
            return True
        with self._mutex:
            if turn in self._waiting:
                self._waiting.remove(turn)
                return False
        return True  # handed over between the timeout and the removal

    def release(self) -> None:
        """Hand the lock to the next waiter. Any thread may release it."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


_gates: dict[str, FairLock] = {}


class GatedConnection(sqlite3.Connection):
    """A SQLite connection that waits in its file's queue before a transaction that writes.

    Raises sqlite3.OperationalError with the code SQLITE_BUSY after `wait_seconds`, whether the lock is held in this
    process or in another.
    """

    def __init__(self, database: Any, *args: Any, **values: Any) -> None:
        super().__init__(database, *args, **values)
        self._gate = FairLock() if database == ":memory:" else _gates.setdefault(os.path.realpath(database), FairLock())
        self.holds_gate = False
        self._busy_timeout = 0
        self.wait_seconds = WAIT_SECONDS

    def cursor(self, factory: Any = None) -> Any:
        return super().cursor(factory or GatedCursor)

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        return self.cursor().execute(sql, parameters)  # sqlite3 would make a cursor of its own class

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Any:
        return self.cursor().executemany(sql, parameters)

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            self.leave_gate()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self.leave_gate()

    def close(self) -> None:
        super().close()
        if self.holds_gate:
            self.holds_gate = False
            self._gate.release()

    def enter_gate(self) -> None:
        """Wait for this connection's turn, and leave SQLite what remains of the time to wait for other processes."""
        deadline = time.monotonic() + self.wait_seconds
        if not self._gate.acquire(self.wait_seconds):
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = sqlite3.SQLITE_BUSY
            error.sqlite_errorname = "SQLITE_BUSY"
            raise error
        self.holds_gate = True
        timeout = max(1, round((deadline - time.monotonic()) * 1000, -2))
        if timeout != self._busy_timeout:
            self._busy_timeout = int(timeout)
            super().cursor().execute(f"PRAGMA busy_timeout = {self._busy_timeout}")

    def leave_gate(self) -> None:
        """Let the next one in once the transaction is over."""
        if self.holds_gate and not self.in_transaction:
            self.holds_gate = False
            self._gate.release()

    def begins_to_write(self, sql: str) -> bool:
        """Whether a statement, outside a transaction, takes the write lock."""
        start = sql.lstrip()[:15].upper()
        return start == "BEGIN IMMEDIATE" or (self.isolation_level is not None and start[:6] in _DML)


class GatedCursor(sqlite3.Cursor):
    """The cursor of a GatedConnection."""

    connection: GatedConnection

    def execute(self, sql: str, parameters: Any = (), /) -> GatedCursor:
        return self._run(super().execute, sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> GatedCursor:
        return self._run(super().executemany, sql, parameters)

    def _run(self, run: Callable[[str, Any], GatedCursor], sql: str, parameters: Any) -> GatedCursor:
        connection = self.connection
        if not connection.in_transaction and connection.begins_to_write(sql):
            connection.enter_gate()
        try:
            return run(sql, parameters)
        finally:
            connection.leave_gate()
