"""Matters, litigation, contracts: each kind on its own page, to filter and search (P12-P15, P21)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pyramid.httpexceptions import HTTPFound
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import pick, say
from formengine.services.access.enforcement import current_site, is_client_side
from formengine.services.catalogue.request_types import is_offered
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import listing
from formengine.services.dossiers.facets import count_facets
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.list_filter import filter_of_actor
from formengine.services.dossiers.listing import DossierRow
from formengine.services.notifications.inbox import dossiers_with_news
from formengine.web.actions import PageOrRedirect
from formengine.web.dossiers.list_page import ListPage
from formengine.web.portal.begun_forms import copy_path
from formengine.web.template_globals import date_text, route_path, title_of

TEMPLATE = "formengine:web/templates/dossiers/list.jinja2"
QUICK: Final = ("practice_area",)
"""The quick filters beside the status (P13)."""
OF_CLIENTS: Final = ("category", "request_type")
OF_TEAM: Final = ("category", "assignee", "team", "priority")


@view_config(route_name="matters", renderer=TEMPLATE)
def matters(request: Request) -> PageOrRedirect:
    return page(request, "matter", say(request.work.language, "Matters"))


@view_config(route_name="litigation", renderer=TEMPLATE)
def litigation(request: Request) -> PageOrRedirect:
    return page(request, "litigation", say(request.work.language, "Litigation"))


@view_config(route_name="contracts", renderer=TEMPLATE)
def contracts(request: Request) -> PageOrRedirect:
    return page(request, "contract", say(request.work.language, "Contracts"))


def page(request: Request, kind: str, title: str) -> PageOrRedirect:
    """The list of a kind; without any parameter, the person's default view of it, if there is one."""
    work, query = request.work, request.GET
    chosen, errors = filter_of_actor(work, query.items(), kind=kind)
    shown = ListPage(work, request.matched_route.name, chosen, errors, count_facets(work, chosen))
    default = next((view for view in shown.views if view.is_default and view.query), None)
    if not query and default is not None:
        return HTTPFound(f"{route_path(shown.route)}?{default.query}")
    rows = listing.dossier_page(work, chosen, after=query.get("after"), before=query.get("before"))
    news = dossiers_with_news(work)
    return {
        "title": title,
        "list": shown,
        "rows": list_rows(work, rows.items),
        "news": {row.reference for row in rows.items if row.id in news},
        "pages": shown.pages(rows),
        "quick": shown.selects(*QUICK),
        "more": shown.selects(*(OF_CLIENTS if is_client_side(work) else OF_TEAM)),
        "elsewhere": elsewhere(request, shown) if not rows.items and chosen.q else [],
    }


def elsewhere(request: Request, shown: ListPage) -> list[tuple[str, str]]:
    """The other lists, for the same search: (title, address)."""
    titles = {"matters": "Matters", "litigation": "Litigation", "contracts": "Contracts"}
    query = {"q": shown.filter.q}
    return [
        (say(request.work.language, title), route_path(route, query))
        for route, title in titles.items()
        if route != shown.route
    ]


def list_rows(work: UnitOfWork, rows: Iterable[DossierRow]) -> list[tuple[str | None, ...]]:
    """The cells of each row: address, reference, title, requester, state's category and title, area, date, handler, and
    where a client starts from one that has ended (F10).
    """
    areas, language, client = current_site(work).portal.practice_areas, work.language, is_client_side(work)

    def again(row: DossierRow) -> str | None:
        if not client or row.ended_at is None or not is_offered(work, row.request_type):
            return None
        return copy_path(row)

    return [
        (
            route_path("dossier", reference=row.reference),
            row.reference,
            title_of(row),
            None if client else row.requester_name,
            row.state_category,
            state_title(work, row),
            pick(areas.get(row.practice_area or ""), language) or "–",
            date_text(row.opened_at),
            row.assignee_name or "–",
            again(row),
        )
        for row in rows
    ]
