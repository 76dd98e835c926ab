"""Matters, litigation, contracts: each kind on its own page, to filter and search (P12-P15, P21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import pick, say
from formengine.services.access.enforcement import current_site, has_permission, is_client_side
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import listing
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.list_filter import ListFilter, filter_query, parse_filter
from formengine.services.dossiers.listing import DossierRow
from formengine.web.template_globals import date_text, route_path
from formengine.workflow.definition.model import CATEGORIES

TEMPLATE = "formengine:web/templates/dossiers/list.jinja2"

CATEGORY_TITLES: Final = {
    "open": "Open",
    "in_progress": "In progress",
    "waiting": "Waiting",
    "done": "Done",
    "cancelled": "Cancelled",
}


@dataclass(frozen=True)
class Choice:
    """A value to filter by, the address of the list filtered so, and how many dossiers have it."""

    id: str
    title: str
    count: int
    address: str = ""


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
    work = request.work
    chosen, errors = parse_filter(request.GET.items(), kind=kind)
    after, before = request.GET.get("after"), request.GET.get("before")
    listed, areas = (
        listing.list_dossiers(work, chosen, after=after, before=before),
        current_site(work).portal.practice_areas,
    )
    address = partial(list_address, request, chosen)
    state = next(iter(chosen.states), "")
    return {
        "title": title,
        "filter": chosen,
        "parameters": filter_query(chosen),
        "state": state,
        "area": next(iter(chosen.practice_areas), ""),
        "errors": [error.message(work.language) for error in errors],
        "rows": list_rows(work, listed.page.items),
        "all": Choice("", "", sum(listed.states.get(id, 0) for id in CATEGORIES), address(states=())),
        "previous": address(before=listed.page.previous) if listed.page.previous else None,
        "next": address(after=listed.page.next) if listed.page.next else None,
        "states": [
            Choice(id, say(work.language, CATEGORY_TITLES[id]), listed.states.get(id, 0), address(states=(id,)))
            for id in CATEGORIES
            if id in listed.states or id == state
        ],
        "areas": [
            Choice(id, pick(areas.get(id, id), work.language), count)
            for id, count in sorted(listed.practice_areas.items())
        ],
        "may_ask": has_permission(work, "request.submit"),
    }


def list_address(request: Request, chosen: ListFilter, after: str = "", before: str = "", **changes: Any) -> str:
    """The address of this list, filtered as now but for the changes, from its first page on or from a position."""
    pairs = [*filter_query(replace(chosen, **changes), without=("kind",)), ("after", after), ("before", before)]
    return route_path(request.matched_route.name, [(name, value) for name, value in pairs if value])


def list_rows(work: UnitOfWork, rows: Iterable[DossierRow]) -> list[tuple[str | None, ...]]:
    """The cells of each row: address, reference, title, requester, state's category and title, area, date, handler."""
    areas, language, client = current_site(work).portal.practice_areas, work.language, is_client_side(work)
    return [
        (
            route_path("dossier", reference=row.reference),
            row.reference,
            row.title,
            None if client else row.requester_name,
            row.state_category,
            state_title(work, row),
            pick(areas.get(row.practice_area or ""), language) or "–",
            date_text(row.opened_at),
            row.assignee_name or "–",
        )
        for row in rows
    ]
