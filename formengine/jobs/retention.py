"""Retention: finished jobs are deleted after some days, by a nightly job.

Until then, enqueueing a job with the same key does nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from formengine.jobs.kinds import register

if TYPE_CHECKING:
    from dbos import DBOSClient

PRUNE: Final = register("prune_jobs", tries=3, first_wait=60).name
DONE_RETENTION: Final = timedelta(days=7)
DEAD_RETENTION: Final = timedelta(days=90)
BATCH: Final = 500


def prune_jobs(
    client: DBOSClient,
    *,
    keep_done: timedelta = DONE_RETENTION,
    keep_dead: timedelta = DEAD_RETENTION,
    now: datetime | None = None,
) -> int:
    """Delete jobs that were done before `keep_done`, or dead before `keep_dead`; returns how many."""
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
