"""Liveness of workers: each holds a lock on its name, so a lock that another process can take means a dead worker.

On SQLite it is a locked file beside the database (flock), on PostgreSQL a session-level advisory lock. The operating
system or the server releases either when the process dies.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from formengine.jobs.dbos_engine import sqlite_path

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")

LOCK_CLASS: Final = 0x0F0E
"""First half of the advisory locks' key: workers of formengine."""
CLAIM_CLASS: Final = 0x0F0F
"""First half of the key of those that are held while a worker takes over from another."""
ACQUIRE_TIMEOUT: Final = 2.0
"""Seconds that a worker tries to take the lock on its own name."""
DEAD_AFTER: Final = 2.0
"""Seconds that an advisory lock has to be free before its owner counts as dead: it may be reconnecting."""


class WorkerLocks(Protocol):
    """The locks of the workers on one database."""

    def hold(self, worker: str) -> None:
        """Take the lock of this process's own worker; ValueError when a living one has that name."""

    def keep(self) -> None:
        """Take the own lock again if it was lost; called every second or so."""

    def claim_dead(self, worker: str) -> AbstractContextManager[bool]:
        """A context that yields True while this process, alone, holds the lock of a dead worker."""

    def claim_hung(self, worker: str) -> AbstractContextManager[bool]:
        """A context that yields True while this process, alone, takes over from a worker that lives and hangs."""

    def count(self) -> int:
        """How many workers are alive."""

    def release(self) -> None:
        """Release the own lock and close."""


def worker_locks_for(database_url: str) -> WorkerLocks:
    """The locks that belong to a database."""
    if database_url.startswith("sqlite"):
        path = sqlite_path(database_url)
        return FileWorkerLocks(path.with_name(path.name + "-workers"))
    return AdvisoryWorkerLocks(database_url)


class FileWorkerLocks:
    """A locked file per worker in a folder beside the database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: tuple[int, Path] | None = None

    def hold(self, worker: str) -> None:
        path = self._path(worker)
        descriptor = _retry_until_timeout(lambda: _lock(path))
        if descriptor is None:
            raise ValueError(f"a worker named {worker!r} is alive already; give each its own name")
        self._held = (descriptor, path)

    def keep(self) -> None:
        """Nothing to do: the file stays locked for as long as the process lives."""

    def claim_dead(self, worker: str) -> AbstractContextManager[bool]:
        return _claimed(self._path(worker))

    def claim_hung(self, worker: str) -> AbstractContextManager[bool]:
        return _claimed(self._path(worker).with_suffix(".claim"))

    def count(self) -> int:
        return sum(self._alive(path) for path in self._folder.glob("*.lock"))

    def release(self) -> None:
        if self._held is not None:
            _unlock(*self._held)
            self._held = None

    def _path(self, worker: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{sha256(worker.encode()).hexdigest()[:32]}.lock"

    def _alive(self, path: Path) -> bool:
        descriptor = _lock(path)
        if descriptor is None:
            return path.exists()
        _unlock(descriptor, path)
        return False


@contextmanager
def _claimed(path: Path) -> Iterator[bool]:
    """A context that yields whether this process locked the file."""
    descriptor = _lock(path)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            _unlock(descriptor, path)


def _lock(path: Path) -> int | None:
    """The descriptor of the file, locked by us; None when another process holds it, or removed the file meanwhile."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def _unlock(descriptor: int, path: Path) -> None:
    path.unlink(missing_ok=True)
    os.close(descriptor)


def _retry_until_timeout(attempt: Callable[[], T | None]) -> T | None:
    """Call until it returns something, for a while: counting and recovery hold a lock for a moment too."""
    deadline = time.monotonic() + ACQUIRE_TIMEOUT
    while (result := attempt()) is None and time.monotonic() < deadline:
        time.sleep(0.02)
    return result


class AdvisoryWorkerLocks:
    """A session-level advisory lock per worker, on one connection of this process."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: psycopg.Connection[tuple[bool | int]] | None = None
        self._worker: str | None = None
        self._free_since: dict[str, float] = {}
        self._guard = threading.RLock()

    def hold(self, worker: str) -> None:
        with self._guard:
            key = (LOCK_CLASS, _number(worker))
            if (
                _retry_until_timeout(lambda: self._read_value("SELECT pg_try_advisory_lock(%s, %s)", *key) or None)
                is None
            ):
                raise ValueError(f"a worker named {worker!r} is alive already; give each its own name")
            self._worker = worker

    def keep(self) -> None:
        import psycopg

        with self._guard:
            try:
                self._read_value("SELECT 1")
            except psycopg.Error:
                self._close()  # the lock went with the connection: take it again within DEAD_AFTER
                if self._worker is not None:
                    self.hold(self._worker)

    @contextmanager
    def claim_dead(self, worker: str) -> Iterator[bool]:
        with self._guard:
            key = (LOCK_CLASS, _number(worker))
            if not self._read_value("SELECT pg_try_advisory_lock(%s, %s)", *key):
                self._free_since.pop(worker, None)
                yield False
                return
            try:
                now = time.monotonic()
                yield now - self._free_since.setdefault(worker, now) >= DEAD_AFTER
            finally:
                self._read_value("SELECT pg_advisory_unlock(%s, %s)", *key)

    @contextmanager
    def claim_hung(self, worker: str) -> Iterator[bool]:
        with self._guard:
            key = (CLAIM_CLASS, _number(worker))
            claimed = bool(self._read_value("SELECT pg_try_advisory_lock(%s, %s)", *key))
            try:
                yield claimed
            finally:
                if claimed:
                    self._read_value("SELECT pg_advisory_unlock(%s, %s)", *key)

    def count(self) -> int:
        query = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
        with self._guard:
            return int(self._read_value(query, LOCK_CLASS))

    def release(self) -> None:
        with self._guard:
            self._worker = None
            self._close()

    def _read_value(self, query: str, *values: int) -> bool | int:
        import psycopg

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._url, autocommit=True, connect_timeout=10, application_name="formengine worker"
            )
        row = self._connection.execute(query.encode(), values).fetchone()
        assert row is not None
        return row[0]

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _number(worker: str) -> int:
    """The second half of a lock's key: 31 bits of the name's hash."""
    return int.from_bytes(sha256(worker.encode()).digest()[:4], "big") >> 1
