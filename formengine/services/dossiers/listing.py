"""Lists of the dossiers that the actor may read: filtered, counted, paged (P12, P13, P28, D2)."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from formengine.services.access.enforcement import READING_PARTS, readable_dossiers
from formengine.services.catalogue.request_types import fold_text
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier, Involvement
from formengine.storage.models.people import Person

MAX_PAGE_SIZE = 200
OPEN_CATEGORIES = ("open", "in_progress", "waiting")
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
    .order_by(_DOSSIER.opened_at.desc(), _DOSSIER.id.desc())
)


@dataclass(frozen=True)
class DossierFilter:
    """The filter of a list. `state` is a category of states or a state; `after` is the `next` of the page before."""

    kind: str | None = None
    state: str | None = None
    practice_area: str | None = None
    q: str = ""
    after: str | None = None
    limit: int = 25


@dataclass(frozen=True)
class DossierList:
    """A page of dossiers, newest first; `states` and `practice_areas` are counts over what the other filters leave."""

    items: list[DossierRow]
    next: str | None
    states: dict[str, int]
    practice_areas: dict[str, int]


def list_dossiers(work: UnitOfWork, chosen: DossierFilter) -> DossierList:
    """A page of the dossiers that the actor may read and that meet a filter."""
    limit = max(1, min(chosen.limit, MAX_PAGE_SIZE))
    base, words = _kind(readable_dossiers(work), chosen.kind), _words(chosen)
    state = [or_(_DOSSIER.state_category == chosen.state, _DOSSIER.state == chosen.state)] if chosen.state else []
    area = [_DOSSIER.practice_area == chosen.practice_area] if chosen.practice_area else []
    items, following = fetch_page(work, [base, *words, *state, *area], chosen.after, limit)
    states, areas = Counter[str](), Counter[str]()
    counts = _counts(base)
    for category, state_id, practice_area, count in work.session.execute(counts.where(*words) if words else counts):
        if chosen.practice_area in (None, "", practice_area):
            states[category] += count
        if practice_area is not None and (not chosen.state or chosen.state in (category, state_id)):
            areas[practice_area] += count
    return DossierList(items, following, states, areas)


def fetch_page(
    work: UnitOfWork, conditions: Iterable[ColumnElement[bool]], after: str | None, limit: int
) -> tuple[list[DossierRow], str | None]:
    """A page of the dossiers that meet the conditions, newest first, and the `after` of the following page (keyset
    paging).
    """
    condition, *further_conditions = conditions
    query = _page(condition, limit + 1)
    if further_conditions:
        query = query.where(*further_conditions)
    cursor = parse_cursor(after)
    if cursor is not None:
        opened, last = cursor
        query = query.where(or_(_DOSSIER.opened_at < opened, and_(_DOSSIER.opened_at == opened, _DOSSIER.id < last)))
    rows = list(work.session.execute(query))
    return rows[:limit], cursor_of(rows[limit - 1]) if len(rows) > limit else None


def cursor_of(dossier: DossierRow) -> str:
    """The position of a dossier in lists, as opaque text for an address."""
    return base64.urlsafe_b64encode(json.dumps([dossier.opened_at.isoformat(), dossier.id]).encode()).decode()


def parse_cursor(text: str | None) -> tuple[datetime, int] | None:
    """The position that an address holds; None without one, and for text that is not a position."""
    if not text:
        return None
    try:
        opened, last = json.loads(base64.urlsafe_b64decode(text.encode()))
        moment = datetime.fromisoformat(opened)
        return (moment, int(last)) if moment.tzinfo and abs(int(last)) < 2**62 else None
    except (ValueError, TypeError):
        return None


@lru_cache(maxsize=1024)
def _kind(readable: ColumnElement[bool], kind: str | None) -> ColumnElement[bool]:
    return and_(readable, _DOSSIER.kind == kind) if kind else readable


@lru_cache(maxsize=1024)
def _counts(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The numbers of dossiers by category of states, by state and by practice area."""
    columns = (_DOSSIER.state_category, _DOSSIER.state, _DOSSIER.practice_area)
    return select(*columns, func.count()).where(condition).group_by(*columns)


@lru_cache(maxsize=1024)
def _page(condition: ColumnElement[bool], limit: int) -> Select[*tuple[Any, ...]]:
    return _ROWS.where(condition).limit(limit)


def _words(chosen: DossierFilter) -> list[ColumnElement[bool]]:
    """The condition that every word of a search occurs in the dossier, ignoring case and accents."""
    words = fold_text(chosen.q).split()[:10]
    return [_DOSSIER.search_text.contains(word, autoescape=True) for word in words]


def open_dossiers_of_actor(work: UnitOfWork, limit: int = 10) -> list[DossierRow]:
    """The open dossiers that the actor is involved in, newest first."""
    involved = select(Involvement.dossier_id).where(Involvement.person_id == work.actor_id, READING_PARTS)
    conditions = [_DOSSIER.id.in_(involved), _DOSSIER.state_category.in_(OPEN_CATEGORIES), readable_dossiers(work)]
    return fetch_page(work, conditions, None, limit)[0]
