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
"""The job that fires the due timers of one dossier: `{"reference": ...}`."""
SWEEP_BATCH: Final = 200
"""Dossiers enqueued at a time, so that SQLite's write lock is held for at most 20 ms."""


def enqueue_due_dossiers(work: UnitOfWork) -> int:
    """Enqueue a job for each dossier on which a timer is due, the longest overdue first, at most SWEEP_BATCH; returns
    their number.

    The key of a job contains the due time, so that a dossier is enqueued once for it however often this is called.
    """
    query = select(Dossier.reference, Dossier.wake_at).where(Dossier.wake_at <= work.now)
    rows = work.session.execute(query.order_by(Dossier.wake_at).limit(SWEEP_BATCH)).all()
    jobs = {f"wake-{reference}-{moment:%Y%m%dT%H%M%S%f}": {"reference": reference} for reference, moment in rows}
    work.enqueue_all(WAKE_JOB, jobs)
    return len(rows)


def is_dossier_due(session: Session, now: datetime) -> bool:
    """Whether a timer is due on any dossier at a moment (UTC)."""
    return session.scalar(select(Dossier.id).where(Dossier.wake_at <= now).limit(1)) is not None


def fire_timers(work: UnitOfWork, reference: str) -> None:
    """Fire every timer of a dossier that is due now, in due order; do nothing when another job has done it already."""
    loaded = load_for_update(work, reference)
    if loaded.dossier.wake_at is None or loaded.dossier.wake_at > work.now:
        return
    loaded.run(engine.fire_due)
