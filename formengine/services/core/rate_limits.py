"""Rate limiting: tries per subject and fixed window, counted in the database, so shared by every process (U4, T19).

A try is counted before it is made, in a transaction of its own: tries at the same time cannot slip through, and the
count stays when the page is rolled back.
"""

from __future__ import annotations

import hashlib
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import case, delete, or_, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from formengine.errors import TooManyTries
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import holds_write_lock
from formengine.storage.models.people import TryCount

log = logging.getLogger(__name__)
_ONCE: Final = "once"
ONCE_REMEMBERED: Final = timedelta(days=1)
"""How long tries with the same mark count as one (`consume`)."""


@dataclass(frozen=True)
class Limit:
    """The maximum number of tries in a window of time, per subject (an account, a network address).

    An `always` limit is counted even where the setting `rate_limits` is off: it protects a secret that is short enough
    to be guessed.
    """

    name: str
    tries: int
    window: timedelta
    always: bool = False


RESET_ACCOUNT: Final = Limit("reset:account", 3, timedelta(hours=1))
RESET_ADDRESS: Final = Limit("reset:address", 20, timedelta(hours=1))
SIGN_UP_ACCOUNT: Final = Limit("sign-up:account", 3, timedelta(hours=1))
SIGN_UP_ADDRESS: Final = Limit("sign-up:address", 20, timedelta(hours=1))
LINK_ADDRESS: Final = Limit("link:address", 60, timedelta(minutes=15))
FORGOTTEN_AFTER: Final = timedelta(minutes=15)
"""A turn (`wait_for_turn`) that is not used within this time is lost."""
PRESENT_PASSWORD: Final = Limit("present-password", 10, timedelta(hours=1), always=True)
SIGNING_CODE: Final = Limit("signing:code", 5, timedelta(minutes=10), always=True)
SIGNING_SEAT: Final = Limit("signing:seat", 20, timedelta(days=36_500), always=True)
"""Wrong codes for one seat, over all codes that were sent for it, until the person in charge sends a new link."""
FORWARDING_SEAT: Final = Limit("forwarding:seat", 10, timedelta(days=36_500), always=True)
"""Addresses that somebody without an account names in their place, refused ones included: a refusal tells something of
the address. Until the person in charge sends a new link."""


def consume(work: UnitOfWork, *counted: tuple[Limit, str], once: str = "") -> None:
    """Count one try for each limit and subject, in one transaction; tries with the same `once` count as one.

    Raises TooManyTries, with the limit's name and the seconds to wait, for the first limit that was exceeded in this
    window; the limits after it are not counted, so that a blocked address cannot use up the tries of an account.

    A unit of work that already holds SQLite's write lock is being run again: its try was counted the first time.
    """
    if not work.platform.settings.rate_limits:
        counted = tuple((limit, subject) for limit, subject in counted if limit.always)
    if not counted:
        return
    if holds_write_lock(work.session):
        return _require_below(work, counted)
    exceeded: tuple[Limit, datetime] | None = None
    with work.platform.database.transaction() as session:
        session.execute(delete(TryCount).where(TryCount.window_ends < work.now - timedelta(days=1)))
        counts = not once or _insert_once(work, session, _key(_ONCE, once), ONCE_REMEMBERED)
        count_of = _count if counts else _present_count
        for limit, subject in counted:
            count, window_ends = count_of(work, session, limit, subject)
            if count > limit.tries:
                log.warning("too many tries: %s, try %d, from %s", limit.name, count, work.address or "-")
                exceeded = limit, window_ends
                break
    if exceeded is not None:
        limit, window_ends = exceeded
        raise TooManyTries(max(1, int((window_ends - work.now).total_seconds())), limit.name)


def _require_below(work: UnitOfWork, counted: Sequence[tuple[Limit, str]]) -> None:
    """Raise TooManyTries for the first limit that is exceeded already, without counting."""
    for limit, subject in counted:
        count, window_ends = _present_count(work, work.session, limit, subject)
        if count > limit.tries:
            raise TooManyTries(max(1, int((window_ends - work.now).total_seconds())), limit.name)


def wait_for_turn(work: UnitOfWork, name: str, subject: str, delay: timedelta) -> None:
    """Admit one try per `delay` for a subject that is over a limit, the first one after a wait of that length.

    Raises TooManyTries with the seconds until the next try is admitted.
    """
    key = _key(name, f"turn {subject}")
    with work.platform.database.transaction() as session:
        session.execute(_insert(work).values(subject=key, window_ends=work.now, count=0).on_conflict_do_nothing())
        turn = session.get_one(TryCount, key, with_for_update=True)
        waited = turn.count > 0 and turn.window_ends <= work.now < turn.window_ends + FORGOTTEN_AFTER
        if waited or not work.now < turn.window_ends <= work.now + delay:  # later than that: the clock was set back
            turn.window_ends, turn.count = work.now + delay, 1
        wait = turn.window_ends - work.now
    if not waited:
        raise TooManyTries(max(1, math.ceil(wait.total_seconds())), name)


def _count(work: UnitOfWork, session: Session, limit: Limit, subject: str) -> tuple[int, datetime]:
    ends = work.now + limit.window
    set_back = TryCount.window_ends > ends + limit.window  # the clock was ahead when the window began
    over = or_(TryCount.window_ends <= work.now, set_back)
    statement = _insert(work).values(subject=_key(limit.name, subject), window_ends=ends, count=1)
    counted = statement.on_conflict_do_update(
        index_elements=[TryCount.subject],
        set_={
            "count": case((over, 1), else_=TryCount.count + 1),
            "window_ends": case((over, ends), else_=TryCount.window_ends),
        },
    ).returning(TryCount.count, TryCount.window_ends)
    count, window_ends = session.execute(counted).one()
    return count, window_ends


def _present_count(work: UnitOfWork, session: Session, limit: Limit, subject: str) -> tuple[int, datetime]:
    """The tries of a subject so far, and when its window ends; nothing is counted."""
    row = session.get(TryCount, _key(limit.name, subject), populate_existing=True)
    return (row.count, row.window_ends) if row is not None and row.window_ends > work.now else (0, work.now)


def _insert_once(work: UnitOfWork, session: Session, key: str, remembered: timedelta) -> bool:
    """Insert a row; False where it was there."""
    row = _insert(work).values(subject=key, window_ends=work.now + remembered, count=1)
    inserted = row.on_conflict_do_nothing().returning(TryCount.subject)
    return session.execute(inserted).scalar() is not None


def is_used(work: UnitOfWork, name: str, subject: str) -> bool:
    """Whether something that may be done once was done (`use_once`)."""
    return work.session.get(TryCount, _key(name, subject)) is not None


def use_once(work: UnitOfWork, name: str, subject: str, remembered: timedelta) -> bool:
    """Note, in the transaction of the unit of work, that something was done that may be done once; False where it was
    noted already. The same at the same moment waits for the end of the other transaction.
    """
    return _insert_once(work, work.session, _key(name, subject), remembered)


def reset_limit(session: Session, limit: Limit, subject: str) -> None:
    """Reset the count of a subject whose last try was right."""
    session.execute(delete(TryCount).where(TryCount.subject == _key(limit.name, subject)))


def refund(session: Session, limit: Limit, subject: str, *, once: str = "") -> None:
    """Take back one try of a subject: it was right, but the other tries still count. Those that were counted as one,
    by `once`, are taken back as one.
    """
    if once:
        mark = update(TryCount).where(TryCount.subject == _key(_ONCE, once), TryCount.count > 0)
        if session.execute(mark.values(count=0).returning(TryCount.subject)).scalar() is None:
            return
    counted = update(TryCount).where(TryCount.subject == _key(limit.name, subject), TryCount.count > 0)
    session.execute(counted.values(count=TryCount.count - 1))


def _insert(work: UnitOfWork) -> Any:
    """An INSERT into the table of tries, of this database's dialect, which supports ON CONFLICT."""
    return (sqlite_insert if work.platform.database.is_sqlite else postgresql_insert)(TryCount)


def _key(name: str, subject: str) -> str:
    """The subject hashed: what people type into a sign-in form is stored nowhere in clear."""
    return f"{name}:{hashlib.sha256(subject.strip().lower().encode()).hexdigest()[:40]}"
