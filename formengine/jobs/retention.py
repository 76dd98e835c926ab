"""Retention: finished jobs are deleted after some days, by a nightly job.

Until then, enqueueing a job with the same key does nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from formengine.jobs.job_list import DEAD
from formengine.jobs.kinds import register

if TYPE_CHECKING:
    from dbos import DBOSClient

PRUNE: Final = register("prune_jobs", tries=3, first_wait=60).name
DONE_RETENTION: Final = timedelta(days=7)
DEAD_RETENTION: Final = timedelta(days=90)
BATCH: Final = 500
"""Jobs that are deleted in one transaction."""


def prune_jobs(client: DBOSClient, now: datetime | None = None) -> None:
    """Delete jobs done longer than DONE_RETENTION before `now` (aware), and those dead longer than DEAD_RETENTION."""
    now = now or datetime.now(UTC)
    _delete(client, ["SUCCESS"], now - DONE_RETENTION)
    _delete(client, list(DEAD), now - DEAD_RETENTION)


def _delete(client: DBOSClient, statuses: list[str], before: datetime) -> None:
    while ids := [
        job.workflow_id
        for job in client.list_workflows(
            status=statuses, completed_before=before.isoformat(), limit=BATCH, load_input=False, load_output=False
        )
    ]:
        client.delete_workflows(ids)
