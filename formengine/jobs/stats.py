"""Queue statistics, counted by the database: cheap enough for every few seconds, however long the queue is."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from formengine.jobs.dbos_engine import open_engine, status_table
from formengine.jobs.heartbeat import DEFAULT_LEASE, SeenWorker, seen_workers
from formengine.jobs.job_list import state_of
from formengine.jobs.queue import SEPARATOR, Queue

_COUNTS: Final = """
    SELECT status, workflow_uuid LIKE :retry AS is_retry, count(*) FROM {table}
    WHERE attributes IS NULL OR CAST(attributes AS TEXT) NOT LIKE :followed GROUP BY 1, 2
"""
_OLDEST: Final = """
    SELECT min(coalesce(delay_until_epoch_ms, created_at)) FROM {table}
    WHERE status = 'ENQUEUED' OR (status = 'DELAYED' AND delay_until_epoch_ms <= :now)
"""
_RUNNING: Final = "SELECT min(started_at_epoch_ms) FROM {table} WHERE status = 'PENDING'"


@dataclass(frozen=True)
class Status:
    """Number of jobs in each state, the workers with their heartbeats, and times in seconds.

    `lag` is how long the oldest due job has waited, `oldest_running` how long the oldest running one has run; 0.0 where
    there is none. `late`: a worker has given no sign for the lease, or a job has been due for that long.
    """

    waiting: int
    running: int
    retrying: int
    done: int
    dead: int
    workers: tuple[SeenWorker, ...]
    lag: float
    oldest_running: float
    late: bool


def status_of(queue: Queue, lease: float = DEFAULT_LEASE) -> Status:
    """The present statistics; `lease` in seconds decides what is late."""
    now = time.time()
    engine = open_engine(queue.database_url)
    counts: Counter[str] = Counter()
    try:
        table = status_table(engine)
        with engine.connect() as connection:
            rows = connection.execute(
                text(_COUNTS.format(table=table)), {"retry": f"%{SEPARATOR}%", "followed": '%"followed"%'}
            )
            for status, is_retry, count in rows:
                counts[state_of(status, is_retry=bool(is_retry))] += count
            oldest = connection.execute(text(_OLDEST.format(table=table)), {"now": int(now * 1000)}).scalar()
            running = connection.execute(text(_RUNNING.format(table=table))).scalar()
            workers = seen_workers(connection)
    finally:
        engine.dispose()
    lag = _seconds_since(oldest, now)
    return Status(
        waiting=counts["waiting"],
        running=counts["running"],
        retrying=counts["retrying"],
        done=counts["done"],
        dead=counts["dead"],
        workers=workers,
        lag=lag,
        oldest_running=_seconds_since(running, now),
        late=lag > lease or any(worker.seen > lease for worker in workers),
    )


def _seconds_since(milliseconds: int | None, now: float) -> float:
    return max(0.0, now - milliseconds / 1000) if milliseconds else 0.0
