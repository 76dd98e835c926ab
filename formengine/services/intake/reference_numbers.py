"""Reference numbers of dossiers: counted by kind and year, never given twice (D4)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import update

from formengine.services.access.enforcement import site_of
from formengine.services.core.unit_of_work import Work
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.dossiers import ReferenceCounter


def next_reference(work: Work, kind: str) -> str:
    """The next reference of a kind, by the portal's pattern and the year in its zone, such as `CTR-2026-0042`."""
    portal = site_of(work).portal
    year = work.now.astimezone(ZoneInfo(portal.zone)).year
    insert_if_absent(work.session, ReferenceCounter, kind=kind, year=year, last=0)
    counting = (
        update(ReferenceCounter)
        .where(ReferenceCounter.kind == kind, ReferenceCounter.year == year)
        .values(last=ReferenceCounter.last + 1)
        .returning(ReferenceCounter.last)
    )
    return portal.numbering[kind].format(year=year, n=work.session.execute(counting).scalar_one())
