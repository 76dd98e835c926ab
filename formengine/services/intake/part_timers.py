"""Time and requests that several people fill in: reminders of open parts, and the end of what nobody finishes (F20)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from formengine.services.access.enforcement import current_site
from formengine.services.case.repository import calendars
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.drafts.storage import discard_drafts
from formengine.services.intake.loaded_fillings import FILLING, LoadedFilling, load_filling, lock_filling, log_event
from formengine.services.intake.part_mails import tell_expiring, tell_nobody, tell_reminder
from formengine.services.intake.part_people import people_of
from formengine.storage.models.fillings import FilledPart, Filling
from formengine.workflow.engine.calendar import DEFAULT
from formengine.workflow.engine.reminders import after_start

FILLING_SWEEP_JOB: Final = "wake_fillings"
"""The periodic job that enqueues WAKE_FILLING_JOB for each request on which something is due."""
WAKE_FILLING_JOB: Final = "wake_filling"
"""The job that reminds of a request's open parts, or deletes what nobody finished: `{"filling": id, "due": ...}`."""
BATCH: Final = 200


def set_timers(loaded: LoadedFilling) -> None:
    """Compute when each open part is next reminded of, and when the request has to be looked at."""
    for part in loaded.filling.parts:
        rule = loaded.rules.get(part.part)
        if part.state != "open" or rule is None or rule.remind is None:
            part.remind_at = None
        elif part.remind_at is None or part.remind_at <= loaded.work.now:
            known = calendars(loaded.work)
            calendar = known.get(loaded.pack.workflow.calendar or "") or known.get("", DEFAULT)
            part.remind_at = after_start(calendar, loaded.work.now, rule.remind)
    _set_wake(loaded.work, loaded.filling)


def _set_wake(work: UnitOfWork, filling: Filling) -> None:
    expire_after, before = _lengths(work)
    ends = filling.touched_at + expire_after
    told = ends - before
    moments = [part.remind_at for part in filling.parts if part.remind_at is not None]
    filling.wake_at = min(*moments, ends if told <= work.now else told, ends)
    if filling.state != FILLING:
        filling.wake_at = None


def _lengths(work: UnitOfWork) -> tuple[timedelta, timedelta]:
    """How long an unfinished request is kept after somebody last did something, and how long before that is said."""
    drafts = current_site(work).portal.drafts
    return drafts.expire_after, drafts.remind


def is_filling_due(session: Session, now: datetime) -> bool:
    """Whether anything is due on a request that is being filled in, at a moment (UTC)."""
    return session.scalar(select(Filling.id).where(_is_due(now)).limit(1)) is not None


def _is_due(now: datetime) -> ColumnElement[bool]:
    return (Filling.state == FILLING) & (Filling.wake_at <= now)  # in this order there is an index


def enqueue_due_fillings(work: UnitOfWork) -> int:
    """Enqueue a job for each request on which something is due, at most BATCH; returns their number."""
    query = select(Filling.id, Filling.wake_at).where(_is_due(work.now)).order_by(Filling.wake_at)
    rows = work.session.execute(query.limit(BATCH)).all()
    jobs = {
        f"wake-filling-{id}-{moment:%Y%m%dT%H%M%S%f}": {"filling": id, "due": moment.isoformat()}
        for id, moment in rows
        if moment is not None
    }
    work.enqueue_all(WAKE_FILLING_JOB, jobs)
    return len(rows)


def wake_filling(work: UnitOfWork, filling_id: int, enqueued_for: str | None = None) -> None:
    """Remind of the open parts of a request that are due, tell its requester that it ends soon, or delete it where it
    has ended. Does nothing when another job has done it already; a job whose due time `enqueued_for` (ISO 8601) has not
    come, since a clock was set back, is enqueued for then.
    """
    filling = work.session.get(Filling, filling_id)
    if filling is None or filling.wake_at is None:
        return
    if filling.wake_at > work.now:
        if enqueued_for == filling.wake_at.isoformat():
            key = f"wake-filling-{filling_id}-{filling.wake_at:%Y%m%dT%H%M%S%f}-{work.now:%Y%m%dT%H%M%S%f}"
            args = {"filling": filling_id, "due": enqueued_for}
            work.enqueue(WAKE_FILLING_JOB, args, key=key, at=filling.wake_at)
        return
    loaded = load_filling(work, filling)
    lock_filling(loaded)
    expire_after, before = _lengths(work)
    ends = filling.touched_at + expire_after
    loaded = load_filling(work, filling)
    lock_filling(loaded)
    if ends <= work.now:
        discard_drafts(work, [part.key for part in filling.parts])
        work.session.execute(delete(Filling).where(Filling.id == filling.id))
        return
    filling.version += 1
    for part in filling.parts:
        if part.state != "open":
            continue
        if not people_of(work, [row.source for row in part.sources]):
            report_nobody(loaded, part)
        elif part.remind_at is not None and part.remind_at <= work.now:
            remind(loaded, part)
    if ends - before <= work.now and not any(event["what"] == "expiring" for event in _since(filling)):
        tell_expiring(work, filling, loaded.request_type, ends)
        log_event(loaded, "expiring")
    set_timers(loaded)


def _since(filling: Filling) -> list[dict[str, str]]:
    """What happened since somebody last did something."""
    return [event for event in filling.log if event["at"] >= filling.touched_at.isoformat()]


def remind(loaded: LoadedFilling, part: FilledPart) -> list[str]:
    """Remind the people of an open part; returns who was told."""
    people = tell_reminder(loaded.work, loaded.filling, loaded.request_type, part)
    log_event(loaded, "reminded", part.part, people=people)
    return people


def report_nobody(loaded: LoadedFilling, part: FilledPart) -> None:
    """Tell the legal admins, once until somebody else is asked, that everybody has left who could fill in a part."""
    events = [event["what"] for event in loaded.filling.log if event.get("part") == part.part]
    if events[-1:] != ["nobody"]:
        tell_nobody(loaded.work, loaded.filling, loaded.request_type, part)
        log_event(loaded, "nobody", part.part)
