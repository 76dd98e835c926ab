"""Queue statistics, counted by the database: cheap enough for every few seconds, however long the queue is."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text

from formengine.jobs.dbos_engine import open_engine, status_table
from formengine.jobs.queue import SEPARATOR, Queue
from formengine.jobs.worker_locks import worker_locks_for

_COUNTS: Final = """
    SELECT status, workflow_uuid LIKE :later AS again, count(*) FROM {table}
    WHERE attributes IS NULL OR CAST(attributes AS TEXT) NOT LIKE :followed GROUP BY 1, 2
"""
_OLDEST: Final = """
    SELECT min(coalesce(delay_until_epoch_ms, created_at)) FROM {table}
    WHERE status = 'ENQUEUED' OR (status = 'DELAYED' AND delay_until_epoch_ms <= :now)
"""


@dataclass(frozen=True)
class Status:
    """Number of jobs in each state, number of living workers, and age of the oldest due job in seconds (`lag`)."""

    waiting: int
    running: int
    retrying: int
    done: int
    dead: int
    workers: int
    lag: float


def status_of(queue: Queue) -> Status:
    """The present statistics; `lag` is 0.0 when no job is due."""
    now = time.time()
    engine = open_engine(queue.database_url)
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                text(_COUNTS.format(table=status_table(engine))),
                {"later": f"%{SEPARATOR}%", "followed": '%"followed"%'},
            )
            counts: Counter[str] = Counter()
            for status, again, count in rows:
                counts[_state(status, bool(again))] += count
            oldest = connection.execute(
                text(_OLDEST.format(table=status_table(engine))), {"now": int(now * 1000)}
            ).scalar()
    finally:
        engine.dispose()
    return Status(
        waiting=counts["waiting"],
        running=counts["running"],
        retrying=counts["retrying"],
        done=counts["done"],
        dead=counts["dead"],
        workers=_workers(queue.database_url),
        lag=max(0.0, now - oldest / 1000) if oldest else 0.0,
    )


def _state(status: str, again: bool) -> str:
    if status in ("ENQUEUED", "DELAYED"):
        return "retrying" if again else "waiting"
    return {"PENDING": "running", "SUCCESS": "done"}.get(status, "dead")


def _workers(database_url: str) -> int:
    lives = worker_locks_for(database_url)
    try:
        return lives.count()
    finally:
        lives.release()
