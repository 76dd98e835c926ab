"""The list of people for those who administer them: found among thousands, in pages that cost what the first costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from formengine.i18n import fold
from formengine.services.access.enforcement import require_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.people.organisations import every_organisation
from formengine.storage.models.people import GUEST, Department, Organisation, Person

STATES: Final = ("active", "invited", "closed", GUEST)
PAGE_LENGTH: Final = 25
_MAX_WORDS: Final = 8


@dataclass(frozen=True)
class PeopleFilter:
    """Which people: every word of `q` is in the name, the address or the organisation; an empty part excludes nobody.

    `organisation` is a short name, or `short/department`; `nowhere` is that of people without one.
    """

    q: str = ""
    role: str = ""
    organisation: str = ""
    state: str = ""

    def parameters(self, **changed: str) -> dict[str, str]:
        """The filter as the query of an address, with some parts changed; parts that exclude nobody are left out."""
        parts = {"q": self.q, "role": self.role, "organisation": self.organisation, "state": self.state, **changed}
        return {name: value for name, value in parts.items() if value}


NOWHERE: Final = "-"
"""The `organisation` of a filter for people who belong to none."""


@dataclass(frozen=True)
class PeoplePage:
    """A page of people; `next` and `previous` are what to pass as `after` and `before`, None where nothing follows.

    `counts` are the people by state whom the filter would show without its own state.
    """

    items: list[Person]
    next: str | None
    previous: str | None
    counts: Mapping[str, int]


def list_people(
    work: UnitOfWork,
    chosen: PeopleFilter | None = None,
    *,
    after: str | None = None,
    before: str | None = None,
    limit: int = PAGE_LENGTH,
) -> PeoplePage:
    """The people whom a filter selects, by name; Refused without `people.manage`.

    `after` and `before` are ids of people, at whose names the page begins or ends; unknown ones are ignored.
    """
    require_permission(work, "people.manage")
    chosen = chosen or PeopleFilter()
    where = [*(_holds(work, word) for word in chosen.q.split()[:_MAX_WORDS]), *_narrowed(chosen)]
    counts = _count(work, where)
    query = select(Person).options(joinedload(Person.organisation), joinedload(Person.department)).where(*where)
    if chosen.state:
        query = query.where(Person.state == chosen.state)
    edge = work.session.get(Person, after or before) if after or before else None
    return _page(work, query, edge, bool(before and not after), limit, counts)


def count_people(work: UnitOfWork) -> dict[str, int]:
    """The number of people by state; Refused without `people.manage`."""
    require_permission(work, "people.manage")
    return _count(work, [])


def _count(work: UnitOfWork, where: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    query = select(Person.state, func.count()).where(*where).group_by(Person.state)
    return dict(work.session.execute(query).all())


def _page(
    work: UnitOfWork, query: Select[Person], edge: Person | None, backwards: bool, limit: int, counts: dict[str, int]
) -> PeoplePage:
    key = tuple_(Person.folded_name, Person.id)
    if edge is not None:
        last = (edge.folded_name, edge.id)
        query = query.where(key < last if backwards else key > last)
    order = (Person.folded_name, Person.id)
    ordered = query.order_by(*(column.desc() for column in order)) if backwards and edge else query.order_by(*order)
    rows = list(work.session.scalars(ordered.limit(limit + 1)))
    more, rows = len(rows) > limit, rows[:limit]
    if backwards and edge is not None:
        rows.reverse()
        return PeoplePage(rows, rows[-1].id if rows else None, rows[0].id if more else None, counts)
    previous = rows[0].id if rows and edge is not None else None
    return PeoplePage(rows, rows[-1].id if more else None, previous, counts)


def _holds(work: UnitOfWork, word: str) -> ColumnElement[bool]:
    """The condition that a word is in the name, whatever its accents and capitals, the address or the organisation."""
    folded = fold(word)
    organisations = [row.id for row in every_organisation(work) if folded in fold(row.name)]
    return or_(
        Person.folded_name.like(_pattern(folded), escape="\\"),
        Person.email.like(_pattern(word.lower()), escape="\\"),
        Person.organisation_id.in_(organisations),
    )


def _pattern(text: str) -> str:
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"


def _narrowed(chosen: PeopleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.role:
        conditions.append(Person.role == chosen.role)
    if chosen.organisation == NOWHERE:
        conditions.append(Person.organisation_id.is_(None))
    elif chosen.organisation:
        short, _slash, department = chosen.organisation.partition("/")
        organisation = select(Organisation.id).where(Organisation.short == short).scalar_subquery()
        conditions.append(Person.organisation_id == organisation)
        if department:
            in_department = and_(Department.organisation_id == organisation, Department.short == department)
            conditions.append(Person.department_id == select(Department.id).where(in_department).scalar_subquery())
    return conditions
