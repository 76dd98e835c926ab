"""Lists of the dossiers that the actor may read: filtered and paged (P12, P13, P28, D2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, select

from formengine.services.access.enforcement import READING_PARTS
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import keyset
from formengine.services.dossiers.desk_tabs import OPEN_CATEGORIES as OPEN_CATEGORIES
from formengine.services.dossiers.keyset import Order, Page, parse_position
from formengine.services.dossiers.list_filter import (
    DEFAULT_SORT,
    SORT_COLUMNS,
    ListFilter,
    visible_sort,
)
from formengine.services.dossiers.matching_ids import page_conditions, readable_in_lists
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.people import Person

PAGE_SIZE: Final = 25
DossierRow: TypeAlias = Any
"""A database row of a list: the dossier's columns that lists show, `requester_name` and `assignee_name`."""
_DOSSIER: Final = Dossier.__table__.c
_REQUESTER: Final = Person.__table__.alias()
_ASSIGNEE: Final = Person.__table__.alias()
_ROWS: Final = (
    select(
        *(column for column in _DOSSIER if column.key not in ("claims", "left_states")),
        _REQUESTER.c.name.label("requester_name"),
        _ASSIGNEE.c.name.label("assignee_name"),
    )
    .join(_REQUESTER, _REQUESTER.c.id == _DOSSIER.requester_id)
    .outerjoin(_ASSIGNEE, _ASSIGNEE.c.id == _DOSSIER.assignee_id)
)


def order_of(sort: str) -> Order:
    """The order that a filter names: one of `list_filter.SORTS`."""
    return Order(sort, SORT_COLUMNS[sort.removeprefix("-")], _DOSSIER.id, sort.startswith("-"))


def dossier_page(
    work: UnitOfWork, chosen: ListFilter, *, after: str | None = None, before: str | None = None, limit: int = PAGE_SIZE
) -> Page[DossierRow]:
    """A page of the dossiers that the actor may read and that meet a filter, without counts."""
    return fetch_page(work, page_conditions(work, chosen), chosen.sort, after, before, limit)


def fetch_page(
    work: UnitOfWork,
    conditions: Iterable[ColumnElement[bool]],
    sort: str = DEFAULT_SORT,
    after: str | None = None,
    before: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[DossierRow]:
    """A page of the dossiers that meet the conditions, in an order. A position that cannot be read is none."""
    order = order_of(visible_sort(work, sort))
    query = _ROWS.where(*conditions)
    return keyset.fetch_page(
        work.session, query, order, limit, parse_position(order, after), parse_position(order, before)
    )


def open_dossiers_of_actor(work: UnitOfWork, limit: int = 10) -> list[DossierRow]:
    """The open dossiers that the actor is involved in, newest first."""
    involved = (
        select(Involvement.dossier_id)
        .where(Involvement.dossier_id == _DOSSIER.id, Involvement.person_id == work.actor_id, READING_PARTS)
        .offset(0)  # so that PostgreSQL looks for it with each of the newest, and not for all that were ever theirs
        .exists()
    )
    conditions = [readable_in_lists(work), _DOSSIER.state_category.in_(OPEN_CATEGORIES), involved]
    return fetch_page(work, conditions, limit=limit).items
