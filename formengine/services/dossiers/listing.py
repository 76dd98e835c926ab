"""Lists of the dossiers that the actor may read: filtered, counted, paged (P12, P13, P28, D2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, func, select

from formengine.services.access.enforcement import READING_PARTS, readable_dossiers
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import keyset
from formengine.services.dossiers.keyset import Order, Page, parse_position
from formengine.services.dossiers.list_filter import (
    DEFAULT_SORT,
    SORT_COLUMNS,
    ListFilter,
    criteria,
    filter_conditions,
)
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.people import Person

OPEN_CATEGORIES = ("open", "in_progress", "waiting")
PAGE_SIZE: Final = 25
DossierRow: TypeAlias = Any
"""A database row of a list: the dossier's columns that lists show, `requester_name` and `assignee_name`."""
_DOSSIER: Final = Dossier.__table__.c
_REQUESTER: Final = Person.__table__.alias()
_ASSIGNEE: Final = Person.__table__.alias()
_ROWS: Final = (
    select(
        *(column for column in _DOSSIER if column.key not in ("search_text", "claims", "left_states")),
        _REQUESTER.c.name.label("requester_name"),
        _ASSIGNEE.c.name.label("assignee_name"),
    )
    .join(_REQUESTER, _REQUESTER.c.id == _DOSSIER.requester_id)
    .outerjoin(_ASSIGNEE, _ASSIGNEE.c.id == _DOSSIER.assignee_id)
)


@dataclass(frozen=True)
class DossierList:
    """A page of dossiers; `states` and `practice_areas` are counts over what the other filters leave."""

    page: Page[DossierRow]
    states: dict[str, int]
    practice_areas: dict[str, int]


def order_of(sort: str) -> Order:
    """The order that a filter names: one of `list_filter.SORTS`."""
    return Order(sort, SORT_COLUMNS[sort.removeprefix("-")], _DOSSIER.id, sort.startswith("-"))


def list_dossiers(
    work: UnitOfWork,
    chosen: ListFilter,
    *,
    after: str | None = None,
    before: str | None = None,
    limit: int = PAGE_SIZE,
) -> DossierList:
    """A page of the dossiers that the actor may read and that meet a filter, after or before a position of a page."""
    page = dossier_page(work, chosen, after=after, before=before, limit=limit)
    states, areas = Counter[str](), Counter[str]()
    without = replace(chosen, states=(), practice_areas=())
    counts = _counts(readable_dossiers(work)).where(*criteria(work, without).values())
    for category, state_id, practice_area, count in work.session.execute(counts):
        if not chosen.practice_areas or practice_area in chosen.practice_areas:
            states[category] += count
        if practice_area is not None and (not chosen.states or {category, state_id} & {*chosen.states}):
            areas[practice_area] += count
    return DossierList(page, states, areas)


def dossier_page(
    work: UnitOfWork, chosen: ListFilter, *, after: str | None = None, before: str | None = None, limit: int = PAGE_SIZE
) -> Page[DossierRow]:
    """A page of the dossiers that the actor may read and that meet a filter, without counts."""
    return fetch_page(work, filter_conditions(work, chosen), chosen.sort, after, before, limit)


def fetch_page(
    work: UnitOfWork,
    conditions: Iterable[ColumnElement[bool]],
    sort: str = DEFAULT_SORT,
    after: str | None = None,
    before: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[DossierRow]:
    """A page of the dossiers that meet the conditions, in an order. A position that cannot be read is none."""
    order = order_of(sort)
    query = _ROWS.where(*conditions)
    return keyset.fetch_page(
        work.session, query, order, limit, parse_position(order, after), parse_position(order, before)
    )


@lru_cache(maxsize=1024)
def _counts(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The numbers of dossiers by category of states, by state and by practice area."""
    columns = (_DOSSIER.state_category, _DOSSIER.state, _DOSSIER.practice_area)
    return select(*columns, func.count()).where(condition).group_by(*columns)


def open_dossiers_of_actor(work: UnitOfWork, limit: int = 10) -> list[DossierRow]:
    """The open dossiers that the actor is involved in, newest first."""
    involved = select(Involvement.dossier_id).where(Involvement.person_id == work.actor_id, READING_PARTS)
    conditions = [_DOSSIER.id.in_(involved), _DOSSIER.state_category.in_(OPEN_CATEGORIES), readable_dossiers(work)]
    return fetch_page(work, conditions, limit=limit).items
