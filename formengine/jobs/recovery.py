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


def recover_dead_workers(client: DBOSClient, locks: WorkerLocks, owners: Iterable[str]) -> None:
    """Enqueue the running jobs of those `owners` (executor ids) again that are dead."""
    for owner in owners:
        with locks.claim_dead(owner) as dead:
            if dead:
                jobs = _pending(client, owner)  # read now that no other process can recover them
                requeue(client, jobs, died=True)
                log.warning("worker %s is dead; its %d running jobs are recovered", owner, len(jobs))


def take_over(client: DBOSClient, locks: WorkerLocks, hung: str) -> None:
    """Enqueue the running jobs of a worker (its executor id) again that lives and gives no sign.

    Should it wake up, it finds that they are no longer its own (`ownership`).
    """
    with locks.claim_hung(hung) as claimed:
        jobs = _pending(client, hung) if claimed else []  # read now that no other process can take them over
        requeue(client, jobs, died=True)
        if jobs:
            log.error("worker %s hangs; %d of its jobs are taken over: end its process", hung, len(jobs))


def recover_stuck_jobs(client: DBOSClient, worker: str, running: frozenset[str], older_than: float) -> None:
    """Enqueue own jobs again that are pending in the database but not among the `running` attempts of this process.

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
    requeue(client, stuck, died=False)


def recover_own_jobs(client: DBOSClient, worker: str) -> None:
    """Enqueue all pending jobs of a worker that runs none any more."""
    requeue(client, _pending(client, worker), died=False)


def requeue(client: DBOSClient, jobs: Iterable[WorkflowStatus], *, died: bool) -> None:
    """Enqueue jobs again in their lanes; one whose process died (or hung) too often while it ran is cancelled."""
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


def _pending(client: DBOSClient, worker: str) -> list[WorkflowStatus]:
    return client.list_workflows(status="PENDING", executor_id=worker, load_input=False, load_output=False)
