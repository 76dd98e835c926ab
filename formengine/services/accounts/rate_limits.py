"""Limits on tries, counted in the database and so shared by every process (U4, T19).

A try is counted before it is made, in a transaction of its own: many at once cannot slip through, and what is counted
stays counted whatever becomes of the page. Take from a limit before the unit of work touches the database: on SQLite
there is one writer at a time.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import case, delete
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from formengine.errors import TooMany
from formengine.services.core.unit_of_work import Work
from formengine.storage.models.people import Tries

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """So many tries in a window of time, for each subject (an account, an address)."""

    name: str
    tries: int
    window: timedelta


SIGN_IN_ACCOUNT: Final = Limit("sign-in:account", 10, timedelta(minutes=15))
SIGN_IN_ADDRESS: Final = Limit("sign-in:address", 60, timedelta(minutes=15))
RESET_ACCOUNT: Final = Limit("reset:account", 3, timedelta(hours=1))
RESET_ADDRESS: Final = Limit("reset:address", 20, timedelta(hours=1))
LINK_ADDRESS: Final = Limit("link:address", 60, timedelta(minutes=15))


def take(work: Work, limit: Limit, subject: str) -> None:
    """Count one try; raises TooMany, with the seconds to wait, when there were too many in this window."""
    if not work.platform.settings.rate_limits:
        return
    key = _key(limit, subject)
    insert = sqlite_insert if work.platform.database.is_sqlite else postgresql_insert
    over = Tries.window_ends <= work.now
    ends = work.now + limit.window
    statement = insert(Tries).values(subject=key, window_ends=ends, count=1)
    counted = statement.on_conflict_do_update(
        index_elements=[Tries.subject],
        set_={
            "count": case((over, 1), else_=Tries.count + 1),
            "window_ends": case((over, ends), else_=Tries.window_ends),
        },
    ).returning(Tries.count, Tries.window_ends)
    with work.platform.database.transaction() as session:
        count, window_ends = session.execute(counted).one()
        session.execute(delete(Tries).where(Tries.window_ends < work.now - timedelta(days=1)))
    if count > limit.tries:
        log.warning("too many tries: %s, try %d, from %s", key, count, work.address or "-")
        raise TooMany(max(1, int((window_ends - work.now).total_seconds())))


def clear(work: Work, limit: Limit, subject: str) -> None:
    """Forget the tries of a subject: the last one was right."""
    if work.platform.settings.rate_limits:
        with work.platform.database.transaction() as session:
            session.execute(delete(Tries).where(Tries.subject == _key(limit, subject)))


def give_back(work: Work, limit: Limit, subject: str) -> None:
    """Take back one try: it was right, but the others from there still count."""
    if work.platform.settings.rate_limits:
        with work.platform.database.transaction() as session:
            row = session.get(Tries, _key(limit, subject), with_for_update=True)
            if row is not None and row.count > 0:
                row.count -= 1


def _key(limit: Limit, subject: str) -> str:
    """The subject hashed: what people type into a sign-in form is nobody's to read."""
    return f"{limit.name}:{hashlib.sha256(subject.strip().lower().encode()).hexdigest()[:40]}"
