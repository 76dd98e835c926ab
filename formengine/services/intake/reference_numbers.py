"""Numbers of new dossiers: references counted by kind and year, never given twice (D4), and the rows' ids.

They are reserved in a short transaction of their own, so that whoever submits meanwhile does not wait for this
submission. A submission that fails after that leaves a gap; references without gaps are not promised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from formengine.services.access.enforcement import current_site
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import is_snapshot
from formengine.storage.models.dossiers import Dossier, ReferenceCounter, Submission

_ID_COUNTER: Final = "id"
_NEXT_IDS: Final = text(
    "SELECT nextval(pg_get_serial_sequence('fe_dossiers', 'id')),"
    " nextval(pg_get_serial_sequence('fe_submissions', 'id'))"
)


@dataclass(frozen=True)
class DossierNumbers:
    """What a new dossier is numbered with: its reference, such as `CTR-2026-0042`, and the ids of its rows."""

    reference: str
    dossier_id: int
    submission_id: int


def reserve_numbers(work: UnitOfWork, kind: str) -> DossierNumbers:
    """The next numbers of a kind: a reference by the portal's pattern and the year in its zone, and ids."""
    portal = current_site(work).portal
    year = work.now.astimezone(ZoneInfo(portal.zone)).year
    database = work.platform.database
    if database.is_sqlite and not is_snapshot(work.session):
        number, ids = _reserve(work.session, kind, year)  # this transaction holds the only write lock
    else:
        with database.transaction() as session:
            number, ids = _reserve(session, kind, year)
    return DossierNumbers(portal.numbering[kind].format(year=year, n=number), *ids)


def _reserve(session: Session, kind: str, year: int) -> tuple[int, tuple[int, int]]:
    if session.get_bind().dialect.name == "sqlite":
        highest = [select(func.coalesce(func.max(t.id), 0)).scalar_subquery() for t in (Dossier, Submission)]
        new_id = _count(session, _ID_COUNTER, 0, func.max(ReferenceCounter.last, *highest), func.max(*highest))
        return _count(session, kind, year, ReferenceCounter.last, 0), (new_id, new_id)
    dossier_id, submission_id = session.execute(_NEXT_IDS).one()
    return _count(session, kind, year, ReferenceCounter.last, 0), (dossier_id, submission_id)


def _count(session: Session, kind: str, year: int, last: object, first: object) -> int:
    """Move a counter to the number after `last`, or after `first` when it is new; returns that number."""
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    counted = insert(ReferenceCounter).values(kind=kind, year=year, last=first + 1)  # type: ignore[operator]
    counted = counted.on_conflict_do_update(
        index_elements=[ReferenceCounter.kind, ReferenceCounter.year],
        set_={"last": last + 1},  # type: ignore[operator]
    )
    return session.execute(counted.returning(ReferenceCounter.last)).scalar_one()
