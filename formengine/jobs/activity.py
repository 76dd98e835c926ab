"""Which lanes and workers of the queue need attention, read in one query: cheap enough for twice a second."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, text

from formengine.jobs.dbos_engine import status_table

_QUERY: Final = """
    SELECT status, queue_name, executor_id FROM {table}
    WHERE status IN ('ENQUEUED', 'PENDING') OR (status = 'DELAYED' AND delay_until_epoch_ms <= :now)
    GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Activity:
    """Lanes with jobs that wait, whether delayed jobs have become due, and the workers that own running jobs."""

    lanes: frozenset[str]
    delayed_due: bool
    owners: frozenset[str]


def read_activity(engine: Engine) -> Activity:
    """The present activity of the queue on `engine`; writes nothing and takes no lock."""
    with engine.connect() as connection:
        rows = connection.execute(text(_QUERY.format(table=status_table(engine))), {"now": int(time.time() * 1000)})
        jobs = [(status, lane, owner) for status, lane, owner in rows]
    return Activity(
        lanes=frozenset(lane for status, lane, _owner in jobs if status == "ENQUEUED" and lane),
        delayed_due=any(status == "DELAYED" for status, _lane, _owner in jobs),
        owners=frozenset(owner for status, _lane, owner in jobs if status == "PENDING" and owner),
    )
