"""Pruning: finished jobs are forgotten after a while, by a job that comes round every night.

Until then a finished job is what makes its key a no-op when it is enqueued again.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from dbos import DBOSClient

from formengine.jobs.kinds import register

PRUNE: Final = register("prune_jobs", tries=3, first_wait=60).name
KEEP_DONE: Final = timedelta(days=7)
KEEP_DEAD: Final = timedelta(days=90)
BATCH: Final = 500


def prune(
    client: DBOSClient,
    *,
    keep_done: timedelta = KEEP_DONE,
    keep_dead: timedelta = KEEP_DEAD,
    now: datetime | None = None,
) -> int:
    """Delete jobs that ended well longer than `keep_done` ago, or were given up longer than `keep_dead`; how many."""
    now = now or datetime.now(UTC)
    dead = ["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
    return _delete(client, ["SUCCESS"], now - keep_done) + _delete(client, dead, now - keep_dead)


def _delete(client: DBOSClient, statuses: list[str], before: datetime) -> int:
    count = 0
    while ids := [
        job.workflow_id
        for job in client.list_workflows(
            status=statuses, completed_before=before.isoformat(), limit=BATCH, load_input=False, load_output=False
        )
    ]:
        client.delete_workflows(ids)
        count += len(ids)
    return count
