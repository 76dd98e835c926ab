"""Recovery of jobs whose worker died or hangs, or whose result could not be written: they are enqueued again.

The engine leaves both pending for ever. A job that kills its process again and again is dead in the end, so that it
cannot stop all workers.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from formengine.jobs.worker_locks import WorkerLocks

if TYPE_CHECKING:
    from dbos import DBOSClient, WorkflowStatus

log = logging.getLogger(__name__)

MAX_PROCESS_DEATHS: Final = 20
"""How many processes may die or hang while they run one attempt, before the job is dead."""


def recover_dead_workers(client: DBOSClient, lives: WorkerLocks, owners: Iterable[str]) -> int:
    """Enqueue the running jobs of those `owners` again that are dead; returns how many jobs that were."""
    rescued = 0
    for owner in owners:
        with lives.claim_dead(owner) as dead:
            if dead:
                jobs = _pending(client, owner)  # read again, now that no other process can recover them
                rescued += requeue(client, jobs, died=True)
                log.warning("worker %s is dead; %d of its jobs are enqueued again", owner, len(jobs))
    return rescued


def take_over(client: DBOSClient, lives: WorkerLocks, hung: str) -> int:
    """Enqueue the running jobs of a worker again that lives and gives no sign; returns how many.

    Should it wake up, it finds that they are no longer its own (`ownership`).
    """
    with lives.claim_hung(hung) as claimed:
        if not claimed:
            return 0
        jobs = _pending(client, hung)  # read again, now that no other process can take them over
        count = requeue(client, jobs, died=True)
        if jobs:
            log.error("worker %s hangs; %d of its jobs are taken over: end its process", hung, len(jobs))
    return count


def recover_stuck_jobs(client: DBOSClient, worker: str, running: frozenset[str], older_than: float) -> int:
    """Enqueue own jobs again that are pending in the database but do not run here; returns how many.

    A full disk leaves them so: the job ended, and the engine could not write that. Only jobs that were taken more than
    `older_than` seconds ago count.
    """
    before = (time.time() - older_than) * 1000
    stuck = [
        job
        for job in _pending(client, worker)
        if job.workflow_id not in running and (job.dequeued_at or job.updated_at or 0) < before
    ]
    if stuck:
        log.warning("%d jobs are pending here without running; they are enqueued again", len(stuck))
    return requeue(client, stuck, died=False)


def recover_own_jobs(client: DBOSClient, worker: str) -> int:
    """Enqueue all pending jobs of a worker that runs none any more; returns how many."""
    return requeue(client, _pending(client, worker), died=False)


def requeue(client: DBOSClient, jobs: Iterable[WorkflowStatus], *, died: bool) -> int:
    """Enqueue jobs again in their lanes; one that killed too many processes is cancelled. Returns how many."""
    count = 0
    for job in jobs:
        deaths = int((job.attributes or {}).get("deaths", 0)) + died
        if deaths >= MAX_PROCESS_DEATHS:
            reason = f"its process died or hung {deaths} times while it ran"
            client.update_workflow_attributes(job.workflow_id, {"deaths": deaths, "error": reason}, merge=True)
            client.cancel_workflow(job.workflow_id)
            log.error("job %s is given up: %s", job.workflow_id, reason)
            continue
        if died:
            client.update_workflow_attributes(job.workflow_id, {"deaths": deaths}, merge=True)
        client.resume_workflow(job.workflow_id, queue_name=job.queue_name)  # the engine changes the lane otherwise
        count += 1
    return count


def _pending(client: DBOSClient, executor: str | None = None) -> list[WorkflowStatus]:
    return client.list_workflows(status="PENDING", executor_id=executor, load_input=False, load_output=False)
