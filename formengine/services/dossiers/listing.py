"""Dossiers found and listed, within the actor's sight alone (P12, P13, P28, D2)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from formengine.services.access.enforcement import readable_dossiers
from formengine.services.case.repository import get_dossier
from formengine.services.catalogue.request_types import fold_text
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier, Involvement

__all__ = ["DossierFilter", "DossierList", "get_dossier", "list_dossiers", "open_dossiers_of_actor"]
MAX_PAGE_SIZE = 200
OPEN_CATEGORIES = ("open", "in_progress", "waiting")


@dataclass(frozen=True)
class DossierFilter:
    """What a list shows. `state` is a category of states, or a state; `after` is the `next` of the page before."""

    kind: str | None = None
    state: str | None = None
    practice_area: str | None = None
    q: str = ""
    after: str | None = None
    limit: int = 25


@dataclass(frozen=True)
class DossierList:
    """A page of dossiers, newest first; `states` and `practice_areas` count what the rest of the filter leaves."""

    items: list[Dossier]
    next: str | None
    states: dict[str, int]
    practice_areas: dict[str, int]


def list_dossiers(work: UnitOfWork, chosen: DossierFilter) -> DossierList:
    """The dossiers that the actor may see, filtered."""
    limit = max(1, min(chosen.limit, MAX_PAGE_SIZE))
    base = [readable_dossiers(work), *_kind(chosen), *_words(chosen)]
    state = [or_(Dossier.state_category == chosen.state, Dossier.state == chosen.state)] if chosen.state else []
    area = [Dossier.practice_area == chosen.practice_area] if chosen.practice_area else []
    items, following = fetch_page(work, select(Dossier).where(*base, *state, *area), chosen.after, limit)
    return DossierList(
        items=items,
        next=following,
        states=_counts(work, Dossier.state_category, [*base, *area]),
        practice_areas=_counts(work, Dossier.practice_area, [*base, *state]),
    )


def fetch_page(
    work: UnitOfWork, query: Select[Dossier], after: str | None, limit: int
) -> tuple[list[Dossier], str | None]:
    """A page of a query by keyset, newest first, and what to pass as `after` for the following one."""
    cursor = parse_cursor(after)
    if cursor is not None:
        opened, last = cursor
        query = query.where(or_(Dossier.opened_at < opened, and_(Dossier.opened_at == opened, Dossier.id < last)))
    query = query.options(joinedload(Dossier.requester), joinedload(Dossier.assignee))
    rows = list(work.session.scalars(query.order_by(Dossier.opened_at.desc(), Dossier.id.desc()).limit(limit + 1)))
    return rows[:limit], cursor_of(rows[limit - 1]) if len(rows) > limit else None


def cursor_of(dossier: Dossier) -> str:
    """A dossier's place in the order of lists, as opaque text for an address."""
    return base64.urlsafe_b64encode(json.dumps([dossier.opened_at.isoformat(), dossier.id]).encode()).decode()


def parse_cursor(text: str | None) -> tuple[datetime, int] | None:
    """The place that an address names; None for none, and for text that is no place."""
    if not text:
        return None
    try:
        opened, last = json.loads(base64.urlsafe_b64decode(text.encode()))
        moment = datetime.fromisoformat(opened)
        return (moment, int(last)) if moment.tzinfo and abs(int(last)) < 2**62 else None
    except (ValueError, TypeError):
        return None


def _kind(chosen: DossierFilter) -> list[ColumnElement[bool]]:
    return [Dossier.kind == chosen.kind] if chosen.kind else []


def _words(chosen: DossierFilter) -> list[ColumnElement[bool]]:
    """Every word of the search somewhere in the dossier, whatever its case and accents."""
    words = fold_text(chosen.q).split()[:10]
    return [Dossier.search_text.contains(word, autoescape=True) for word in words]


def _counts(work: UnitOfWork, column: Any, where: list[ColumnElement[bool]]) -> dict[str, int]:
    rows = work.session.execute(select(column, func.count()).where(*where).group_by(column)).all()
    return {str(value): int(number) for value, number in rows if value is not None}


def open_dossiers_of_actor(work: UnitOfWork, limit: int = 10) -> list[Dossier]:
    """What is under way for the actor: open dossiers that they are one of the people of, newest first."""
    own = select(Involvement.dossier_id).where(Involvement.person_id == work.actor_id)
    query = select(Dossier).where(
        Dossier.id.in_(own), Dossier.state_category.in_(OPEN_CATEGORIES), readable_dossiers(work)
    )
    return fetch_page(work, query, None, limit)[0]
