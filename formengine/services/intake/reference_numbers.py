"""Numbers of new dossiers: references, counted by kind and year and never used twice (D4), and ids of rows.

They are reserved in a short transaction of their own, so that other submissions do not wait for this one. A submission
that fails after that leaves a gap; references without gaps are not promised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from formengine.services.access.enforcement import current_site
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.database import is_snapshot

T = TypeVar("T")

_COUNT_ON_SQLITE: Final = text("""
    INSERT INTO fe_reference_counters (kind, year, last) VALUES
        (:kind, :year, 1),
        ('id', 0, 1 + max((SELECT coalesce(max(id), 0) FROM fe_dossiers),
                          (SELECT coalesce(max(id), 0) FROM fe_submissions)))
    ON CONFLICT (kind, year) DO UPDATE SET last = max(fe_reference_counters.last + 1, excluded.last)
    RETURNING last
""")
"""The row of kind `id` and year 0 counts the ids of dossiers and submissions, which are the same."""
_COUNT_ON_POSTGRESQL: Final = text("""
    INSERT INTO fe_reference_counters (kind, year, last) VALUES (:kind, :year, 1)
    ON CONFLICT (kind, year) DO UPDATE SET last = fe_reference_counters.last + 1
    RETURNING last, nextval(pg_get_serial_sequence('fe_dossiers', 'id')),
        nextval(pg_get_serial_sequence('fe_submissions', 'id'))
""")


_ID_ON_SQLITE: Final = text("""
    INSERT INTO fe_reference_counters (kind, year, last) VALUES
        ('id', 0, 1 + max((SELECT coalesce(max(id), 0) FROM fe_dossiers),
                          (SELECT coalesce(max(id), 0) FROM fe_submissions)))
    ON CONFLICT (kind, year) DO UPDATE SET last = max(fe_reference_counters.last + 1, excluded.last)
    RETURNING last
""")
_ID_ON_POSTGRESQL: Final = text("SELECT nextval(pg_get_serial_sequence('fe_submissions', 'id'))")
_DOSSIER_ID_ON_POSTGRESQL: Final = text("SELECT nextval(pg_get_serial_sequence('fe_dossiers', 'id'))")


@dataclass(frozen=True)
class DossierNumbers:
    """The numbers of a new dossier: its reference, such as `CTR-2026-0042`, and the ids of its rows."""

    reference: str
    dossier_id: int
    submission_id: int


def reserve_numbers(work: UnitOfWork, kind: str) -> DossierNumbers:
    """Reserve the next numbers of a kind: a reference by the portal's pattern, with the year in the portal's time zone,
    and ids.
    """
    portal = current_site(work).portal
    year = work.now.astimezone(ZoneInfo(portal.zone)).year
    numbers = _reserve(work, lambda connection: _count(connection, kind, year))
    return DossierNumbers(portal.numbering[kind].format(year=year, n=numbers[0]), *numbers[1:])


def reserve_submission_id(work: UnitOfWork) -> int:
    """Reserve the id of a submission that corrects another one (F19)."""
    statement = _ID_ON_SQLITE if work.platform.database.is_sqlite else _ID_ON_POSTGRESQL
    return _reserve(work, lambda connection: int(connection.execute(statement).scalar_one()))


def reserve_dossier_id(work: UnitOfWork) -> int:
    """Reserve the id of a dossier that has no reference yet: a request that several people fill in (F20)."""
    statement = _ID_ON_SQLITE if work.platform.database.is_sqlite else _DOSSIER_ID_ON_POSTGRESQL
    return _reserve(work, lambda connection: int(connection.execute(statement).scalar_one()))


def _reserve(work: UnitOfWork, count: Callable[[Connection], T]) -> T:
    database = work.platform.database
    if database.is_sqlite and not is_snapshot(work.session):
        return count(work.session.connection())  # this transaction holds the only write lock
    with database.engine.begin() as connection:
        return count(connection)


def _count(connection: Connection, kind: str, year: int) -> tuple[int, int, int]:
    """The next number of a kind in a year, and the next ids of a dossier and of a submission."""
    values = {"kind": kind, "year": year}
    if connection.dialect.name == "sqlite":
        number, new_id = connection.scalars(_COUNT_ON_SQLITE, values)
        return number, new_id, new_id
    number, dossier_id, submission_id = connection.execute(_COUNT_ON_POSTGRESQL, values).one()
    return number, dossier_id, submission_id
