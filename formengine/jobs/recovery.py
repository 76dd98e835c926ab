"""Rescuing: jobs whose worker died, or whose end could not be written, go back to their lane.

The engine leaves both pending for ever. A job that takes its process down each time is given up in the end, so that it
cannot keep every worker from working.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import Final

from dbos import DBOSClient, WorkflowStatus

from formengine.jobs.worker_locks import Lives

log = logging.getLogger(__name__)

DEATHS: Final = 20
"""How many processes may die under one attempt before it is given up."""


def rescue_dead(client: DBOSClient, lives: Lives, owners: Iterable[str]) -> int:
    """Enqueue the running jobs of those `owners` again that are dead; returns how many jobs that were."""
    rescued = 0
    for owner in owners:
        with lives.bury(owner) as dead:
            if dead:
                jobs = _pending(client, owner)  # again, now that nobody else can be at it
                rescued += put_back(client, jobs, died=True)
                log.warning("worker %s is dead; %d of its jobs are put back", owner, len(jobs))
    return rescued


def rescue_stuck(client: DBOSClient, own: str, running: frozenset[str], older_than: float) -> int:
    """Put back own jobs that are pending in the database though nothing runs them here; how many they were.

    That is what a full disk leaves: the work is done or failed, and the engine could not write so. Only jobs taken
    more than `older_than` seconds ago count.
    """
    before = (time.time() - older_than) * 1000
    stuck = [
        job
        for job in _pending(client, own)
        if job.workflow_id not in running and (job.dequeued_at or job.updated_at or 0) < before
    ]
    if stuck:
        log.warning("%d jobs are pending here without running; they are put back", len(stuck))
    return put_back(client, stuck, died=False)


def rescue_own(client: DBOSClient, own: str) -> int:
    """Put back whatever is pending under a worker's name that runs nothing; how many jobs they were."""
    return put_back(client, _pending(client, own), died=False)


def put_back(client: DBOSClient, jobs: Iterable[WorkflowStatus], *, died: bool) -> int:
    """Enqueue jobs again in their own lanes; one that has seen too many deaths is given up instead."""
    count = 0
    for job in jobs:
        deaths = int((job.attributes or {}).get("deaths", 0)) + died
        if deaths >= DEATHS:
            reason = f"its process died {deaths} times while it ran"
            client.update_workflow_attributes(job.workflow_id, {"deaths": deaths, "error": reason}, merge=True)
            client.cancel_workflow(job.workflow_id)
            log.error("job %s is given up: %s", job.workflow_id, reason)
            continue
        if died:
            client.update_workflow_attributes(job.workflow_id, {"deaths": deaths}, merge=True)
        client.resume_workflow(job.workflow_id, queue_name=job.queue_name)  # without its lane it would change lanes
        count += 1
    return count


def _pending(client: DBOSClient, executor: str | None = None) -> list[WorkflowStatus]:
    return client.list_workflows(status="PENDING", executor_id=executor, load_input=False, load_output=False)
