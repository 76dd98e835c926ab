"""Matters, litigation, contracts: each kind on its own page, to filter and search (P12-P15, P21)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import pick, say
from formengine.services.access.enforcement import current_site, has_permission, is_client_side
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import listing as dossiers
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.listing import DossierFilter
from formengine.storage.models.dossiers import Dossier

TEMPLATE = "formengine:web/templates/dossiers/list.jinja2"
STATE_CATEGORIES: Final = ("open", "in_progress", "waiting", "done", "cancelled")
CATEGORY_TITLES: Final = {
    "open": "Open",
    "in_progress": "In progress",
    "waiting": "Waiting",
    "done": "Done",
    "cancelled": "Cancelled",
}


@dataclass(frozen=True)
class ListRow:
    """A dossier in a list, in the words of its reader."""

    dossier: Dossier
    state_title: str
    practice_area: str


@dataclass(frozen=True)
class Choice:
    """A value to filter by, with how many dossiers have it."""

    id: str
    title: str
    count: int


@view_config(route_name="matters", renderer=TEMPLATE)
def matters(request: Request) -> dict[str, Any]:
    return page(request, "matter", say(request.work.language, "Matters"))


@view_config(route_name="litigation", renderer=TEMPLATE)
def litigation(request: Request) -> dict[str, Any]:
    return page(request, "litigation", say(request.work.language, "Litigation"))


@view_config(route_name="contracts", renderer=TEMPLATE)
def contracts(request: Request) -> dict[str, Any]:
    return page(request, "contract", say(request.work.language, "Contracts"))


def page(request: Request, kind: str, title: str) -> dict[str, Any]:
    chosen = filter_from_query(request, kind)
    listing = dossiers.list_dossiers(request.work, chosen)
    areas = current_site(request.work).portal.practice_areas
    return {
        "kind": kind,
        "title": title,
        "filter": chosen,
        "rows": [list_row(request.work, one) for one in listing.items],
        "next": listing.next,
        "states": [
            Choice(id, say(request.work.language, CATEGORY_TITLES[id]), listing.states.get(id, 0))
            for id in STATE_CATEGORIES
        ],
        "areas": [
            Choice(id, pick(areas.get(id, id), request.work.language), count)
            for id, count in sorted(listing.practice_areas.items())
        ],
        "may_ask": has_permission(request.work, "request.submit"),
        "client_side": is_client_side(request.work),
    }


def filter_from_query(request: Request, kind: str | None) -> DossierFilter:
    """The filter that an address names; what it names wrongly is no filter."""
    asked = request.GET
    state = asked.get("state")
    return DossierFilter(
        kind=kind,
        state=state if state in STATE_CATEGORIES else None,
        practice_area=asked.get("practice_area") or None,
        q=asked.get("q", "").strip()[:200],
        after=asked.get("after") or None,
    )


def list_row(work: UnitOfWork, dossier: Dossier) -> ListRow:
    areas = current_site(work).portal.practice_areas
    area = pick(areas.get(dossier.practice_area or ""), work.language)
    return ListRow(dossier, state_title(work, dossier), area)
