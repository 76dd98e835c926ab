"""The jobs counted, by the database itself: cheap enough to be asked every few seconds, however long the queue is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from formengine.jobs.queue import SEPARATOR, Queue
from formengine.jobs.worker_locks import lives_of

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
    """How many jobs are in each state, how many workers live, and for how many seconds the oldest due job waits."""

    waiting: int
    running: int
    retrying: int
    done: int
    dead: int
    workers: int
    lag: float


def status_of(queue: Queue) -> Status:
    """The jobs counted; `lag` is 0.0 when nothing is due."""
    sqlite = queue.database_url.startswith("sqlite")
    url = queue.database_url if sqlite else queue.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    table = "workflow_status" if sqlite else "dbos.workflow_status"
    now = time.time()
    with create_engine(url, poolclass=NullPool).connect() as connection:
        rows = connection.execute(
            text(_COUNTS.format(table=table)), {"later": f"%{SEPARATOR}%", "followed": '%"followed"%'}
        )
        counts: dict[str, int] = {}
        for status, again, count in rows:
            state = _state(status, bool(again))
            counts[state] = counts.get(state, 0) + count
        oldest = connection.execute(text(_OLDEST.format(table=table)), {"now": int(now * 1000)}).scalar()
    return Status(
        waiting=counts.get("waiting", 0),
        running=counts.get("running", 0),
        retrying=counts.get("retrying", 0),
        done=counts.get("done", 0),
        dead=counts.get("dead", 0),
        workers=_workers(queue.database_url),
        lag=max(0.0, now - oldest / 1000) if oldest else 0.0,
    )


def _state(status: str, again: bool) -> str:
    if status in ("ENQUEUED", "DELAYED"):
        return "retrying" if again else "waiting"
    return {"PENDING": "running", "SUCCESS": "done"}.get(status, "dead")


def _workers(database_url: str) -> int:
    lives = lives_of(database_url)
    try:
        return lives.count()
    finally:
        lives.release()
