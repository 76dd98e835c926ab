"""Heartbeats: each worker counts in its row of `fe_workers`, so that one that hangs is noticed, and its jobs run.

A lock tells that a worker is dead (`worker_locks`), but one that is stopped, or whose machine is out of reach, keeps
its lock. A worker whose count has not changed for a lease is *hung*. Watchers time that with their own monotonic
clocks, so that no clock set forward or back makes a living worker look hung.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, text

DEFAULT_LEASE: Final = 60.0
"""Seconds without a heartbeat after which the running jobs of a worker are taken over, unless a setting changes it."""
BEATS_PER_LEASE: Final = 6

_NOW: Final = {"sqlite": "strftime('%Y-%m-%d %H:%M:%f000', 'now')", "postgresql": "now()"}
_AGE: Final = {
    "sqlite": "(julianday('now') - julianday(seen_at)) * 86400",
    "postgresql": "extract(epoch FROM now() - seen_at)",
}


@dataclass(frozen=True)
class SeenWorker:
    """A worker that has started and not ended, and how many seconds ago its last heartbeat was."""

    id: str
    seen: float


def beat(engine: Engine, worker: str) -> None:
    """Count a heartbeat of a worker; the first one makes its row."""
    now = _NOW[engine.dialect.name]
    insert = f"INSERT INTO fe_workers (id, beats, started_at, seen_at) VALUES (:id, 1, {now}, {now})"  # nosec B608
    statement = f"{insert} ON CONFLICT (id) DO UPDATE SET beats = fe_workers.beats + 1, seen_at = {now}"  # nosec B608
    with engine.begin() as connection:
        connection.execute(text(statement), {"id": worker})


def forget_worker(engine: Engine, worker: str) -> None:
    """Delete the row of a worker that has ended, or is dead."""
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM fe_workers WHERE id = :id"), {"id": worker})


def read_beats(engine: Engine) -> dict[str, int]:
    """The present count of every worker, by its id."""
    with engine.connect() as connection:
        return {row.id: row.beats for row in connection.execute(text("SELECT id, beats FROM fe_workers"))}


def seen_workers(connection: Connection) -> tuple[SeenWorker, ...]:
    """Every worker, in the order in which they started."""
    query = f"SELECT id, {_AGE[connection.dialect.name]} FROM fe_workers ORDER BY started_at, id"  # nosec B608
    return tuple(SeenWorker(worker, max(0.0, float(age))) for worker, age in connection.execute(text(query)))


class BeatWatch:
    """Tells which workers have not counted for how long, as one watcher sees it.

    Time in which the watcher itself could not look does not count: it was stopped, or the database was away, and then
    nobody could count.
    """

    def __init__(self, lease: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap, self._clock = lease / 2, clock
        self._since: dict[str, tuple[int, float]] = {}
        self._looked = clock()

    def silent(self, beats: Mapping[str, int]) -> dict[str, float]:
        """Seconds for which the count of each worker has not changed, given the present counts."""
        now = self._clock()
        unchanged_since = self._since if now - self._looked < self._gap else {}
        self._looked = now
        self._since = {
            worker: unchanged_since[worker]
            if worker in unchanged_since and unchanged_since[worker][0] == count
            else (count, now)
            for worker, count in beats.items()
        }
        return {worker: now - since for worker, (_count, since) in self._since.items()}
