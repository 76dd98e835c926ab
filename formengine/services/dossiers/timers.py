"""Time passing on dossiers: reminders, deadlines, expiries, fired by jobs exactly once in effect (W9)."""

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
"""The job that comes round and enqueues WAKE for each dossier that something is due on."""
WAKE_JOB: Final = "wake_dossier"
"""The job that fires what is due on one dossier: `{"reference": ...}`."""
SWEEP_BATCH: Final = 200
"""Dossiers enqueued at a time, so that SQLite's write lock is held for at most 20 ms."""


def enqueue_due_dossiers(work: UnitOfWork) -> int:
    """Enqueue a job for each dossier on which something is due, the longest overdue first; how many.

    The job's key holds the moment, so that a dossier is enqueued once for it however often this is called.
    """
    query = select(Dossier.reference, Dossier.wake_at).where(Dossier.wake_at <= work.now)
    rows = work.session.execute(query.order_by(Dossier.wake_at).limit(SWEEP_BATCH)).all()
    jobs = {f"wake-{reference}-{moment:%Y%m%dT%H%M%S%f}": {"reference": reference} for reference, moment in rows}
    work.enqueue_all(WAKE_JOB, jobs)
    return len(rows)


def is_dossier_due(session: Session, now: datetime) -> bool:
    """Whether something is due on any dossier."""
    return session.scalar(select(Dossier.id).where(Dossier.wake_at <= now).limit(1)) is not None


def fire_timers(work: UnitOfWork, reference: str) -> None:
    """Fire everything due on a dossier at this moment, in due order; nothing when somebody was quicker."""
    loaded = load_for_update(work, reference)
    if loaded.dossier.wake_at is None or loaded.dossier.wake_at > work.now:
        return
    loaded.run(engine.fire_due)
