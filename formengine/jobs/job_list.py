"""List of jobs by state, and the retry of dead ones.

All attempts of a job are one entry. A job that waits for another attempt, after a failure or a retry by hand, is
`retrying` until it runs.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from formengine.errors import NotFound, Refused
from formengine.jobs.attempts import enqueue_next_attempt, job_of, position_of
from formengine.jobs.queue import CAUSED_BY, Queue

if TYPE_CHECKING:
    from dbos import WorkflowStatus

State = Literal["waiting", "running", "retrying", "done", "dead"]
WAITING: Final = ("ENQUEUED", "DELAYED")
DEAD: Final = ("ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
STATUSES: Final[dict[State, tuple[str, ...]]] = {
    "waiting": WAITING,
    "running": ("PENDING",),
    "retrying": WAITING,
    "done": ("SUCCESS",),
    "dead": DEAD,
}


@dataclass(frozen=True)
class Job:
    """A job by its newest attempt. `attempts` counts those begun; `dossier` is the reference in its args, or None.

    `created_at`, and `due_at` of a delayed job, are seconds since the epoch; `error` is of the last failed attempt.
    """

    id: str
    kind: str
    state: State
    attempts: int
    error: str | None
    dossier: str | None
    lane: str
    args: dict[str, Any]
    created_at: float
    due_at: float | None


def list_jobs(queue: Queue, state: State | None = None, limit: int = 500) -> list[Job]:
    """At most `limit` jobs, newest first; those in one state, or all."""
    statuses = list(STATUSES[state]) if state else None
    rows = queue.client.list_workflows(status=statuses, sort_desc=True, limit=limit)
    newest: dict[str, WorkflowStatus] = {}
    for row in rows:
        newest_row = newest.setdefault(job_of(row.workflow_id), row)
        if position_of(row.workflow_id) > position_of(newest_row.workflow_id):
            newest[job_of(row.workflow_id)] = row
    jobs = [_job(row) for row in newest.values() if not _has_successor(row)]
    return [job for job in jobs if state is None or job.state == state]


def retry_job(queue: Queue, job: str) -> None:
    """Enqueue a dead job again, its attempts counted from 1. Raises NotFound, and Refused when it is not dead."""
    rows = queue.client.list_workflows(workflow_id_prefix=job_of(job), load_output=False)
    chain = [row for row in rows if job_of(row.workflow_id) == job_of(job)]
    if not chain:
        raise NotFound(f"no job has the id {job!r}")
    last = max(chain, key=lambda row: position_of(row.workflow_id))
    if last.status not in DEAD:
        raise Refused([f"The job {job_of(job)} is not dead."])
    _enqueue_again(queue, last)


def retry_dead(queue: Queue) -> int:
    """Enqueue every dead job again; returns how many."""
    rows = queue.client.list_workflows(status=list(DEAD), load_output=False)
    dead = [row for row in rows if not _has_successor(row)]
    for row in dead:
        _enqueue_again(queue, row)
    return len(dead)


def due_jobs(queue: Queue) -> bool:
    """Whether a job runs, waits for a slot, or is delayed to a time that has passed."""
    busy = queue.client.list_workflows(status=["ENQUEUED", "PENDING"], limit=1, load_input=False, load_output=False)
    if busy:
        return True
    delayed = queue.client.list_workflows(status="DELAYED", load_input=False, load_output=False)
    return any((_due_at(row) or 0) <= time.time() for row in delayed)


def state_of(status: str, *, is_retry: bool) -> State:
    """The state of a job whose newest attempt has that status of the engine; `is_retry`: it is not the first one."""
    if status in WAITING:
        return "retrying" if is_retry else "waiting"
    if status in DEAD:
        return "dead"
    return "running" if status == "PENDING" else "done"


def _enqueue_again(queue: Queue, row: WorkflowStatus) -> None:
    enqueue_next_attempt(queue.client, row.name, row.queue_name or "short", row.workflow_id, _args(row), number=1)


def _job(row: WorkflowStatus) -> Job:
    args = _args(row)
    attributes = row.attributes or {}
    attempt = int(attributes.get("attempt", 1))
    reference = args.get("dossier")
    return Job(
        id=job_of(row.workflow_id),
        kind=row.name,
        state=state_of(row.status, is_retry=position_of(row.workflow_id) > 1),
        attempts=attempt - 1 if row.status in WAITING else attempt,
        error=str(row.error) if row.error is not None else attributes.get("error"),
        dossier=reference if isinstance(reference, str) else None,
        lane=row.queue_name or "short",
        args={name: value for name, value in args.items() if name != CAUSED_BY},
        created_at=(row.created_at or 0) / 1000,
        due_at=_due_at(row),
    )


def _args(row: WorkflowStatus) -> dict[str, Any]:
    positional: Sequence[Any] = row.input["args"] if row.input else ()
    return dict(positional[0]) if positional else {}


def _has_successor(row: WorkflowStatus) -> bool:
    """Whether another attempt of the job was enqueued after this one."""
    return "followed" in (row.attributes or {})


def _due_at(row: WorkflowStatus) -> float | None:
    return row.delay_until_epoch_ms / 1000 if row.delay_until_epoch_ms else None
