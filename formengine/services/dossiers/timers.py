"""Timers of dossiers: reminders, deadlines and expiries, fired by jobs, each once in effect (W9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from formengine.services.case.repository import load_for_update
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.workflow.engine import api as engine

SWEEP_JOB: Final = "wake_dossiers"
"""The periodic job that enqueues WAKE_JOB for each dossier on which a timer is due."""
WAKE_JOB: Final = "wake_dossier"
"""The job that fires the due timers of one dossier: `{"reference": ..., "due": ...}`, its due time (ISO 8601)."""
SWEEP_BATCH: Final = 200
"""Dossiers enqueued at a time, so that SQLite's write lock is held for at most 20 ms."""


def enqueue_due_dossiers(work: UnitOfWork) -> int:
    """Enqueue a job for each dossier on which a timer is due, the longest overdue first, at most SWEEP_BATCH; returns
    their number.

    The key of a job contains the due time, so that a dossier is enqueued once for it however often this is called.
    """
    query = select(Dossier.reference, Dossier.wake_at).where(Dossier.wake_at <= work.now)
    rows = work.session.execute(query.order_by(Dossier.wake_at).limit(SWEEP_BATCH)).all()
    jobs = {
        f"wake-{reference}-{moment:%Y%m%dT%H%M%S%f}": {"reference": reference, "due": moment.isoformat()}
        for reference, moment in rows
        if moment is not None
    }
    work.enqueue_all(WAKE_JOB, jobs)
    return len(rows)


def is_dossier_due(session: Session, now: datetime) -> bool:
    """Whether a timer is due on any dossier at a moment (UTC)."""
    return session.scalar(select(Dossier.id).where(Dossier.wake_at <= now).limit(1)) is not None


def fire_timers(work: UnitOfWork, reference: str, enqueued_for: str | None = None) -> None:
    """Fire every timer of a dossier that is due now, in due order; do nothing when another job has done it already.

    `enqueued_for` is the due time (ISO 8601, UTC) that the job was enqueued for: where it has not come, since the clock
    was set back or is behind that of another worker, the job is enqueued for then.
    """
    loaded = load_for_update(work, reference)
    due = loaded.dossier.wake_at
    if due is None:
        return
    if due > work.now:
        return _wake_again(work, reference, due, enqueued_for)
    loaded.run(engine.fire_due)


def _wake_again(work: UnitOfWork, reference: str, due: datetime, enqueued_for: str | None) -> None:
    """Enqueue the job of a moment that has not come, once more for then: the clock by which it was enqueued was ahead,
    and the sweep enqueues no second job for it.
    """
    if enqueued_for == due.isoformat():
        key = f"wake-{reference}-{due:%Y%m%dT%H%M%S%f}-{work.now:%Y%m%dT%H%M%S%f}"
        work.enqueue(WAKE_JOB, {"reference": reference, "due": enqueued_for}, key=key, at=due)
