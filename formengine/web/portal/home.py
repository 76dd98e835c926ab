"""The portal's home: what can be asked, what is under way, and what waits for the reader (P6, P7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.authoring import RequestType
from formengine.i18n import pick
from formengine.services.access.enforcement import current_site, has_permission
from formengine.services.approvals.round_views import seats_waiting_for_actor
from formengine.services.catalogue import request_types as catalogue
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.header import state_title
from formengine.services.dossiers.listing import DossierRow, open_dossiers_of_actor
from formengine.services.dossiers.overview import dossiers_waiting_for_client
from formengine.storage.models.dossiers import Dossier

OWN_DOSSIERS_SHOWN, OWN_DOSSIERS_READ = 6, 20


@dataclass(frozen=True)
class TypeView:
    """A request type as it is offered: `intake` says what its form begins with, a questionnaire or an upload (P22)."""

    id: str
    title: str
    description: str
    intake: str


@dataclass(frozen=True)
class CategoryView:
    """A category with what can be asked in it."""

    id: str
    title: str
    types: list[TypeView]


@dataclass(frozen=True)
class DossierView:
    """A dossier in a list, with its state in the words of the reader."""

    dossier: Dossier | DossierRow
    state_title: str


@view_config(route_name="home", renderer="formengine:web/templates/portal/home.jinja2")
def home(request: Request) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:200]
    category = request.GET.get("category") or None
    offered = catalogue.offered_request_types(request.work) if has_permission(request.work, "request.submit") else []
    found = catalogue.search_request_types(request.work, text, category) if offered and (text or category) else offered
    own = open_dossiers_of_actor(request.work, OWN_DOSSIERS_READ)
    return {
        "q": text,
        "category": category,
        "categories": by_category(request.work, offered),
        "found": by_category(request.work, found),
        "mine": [dossier_view(request.work, row) for row in own[:OWN_DOSSIERS_SHOWN]],
        "waiting": seats_waiting_for_actor(request.work),
        "wanted": [dossier_view(request.work, dossier) for dossier in dossiers_waiting_for_client(request.work, own)],
    }


def by_category(work: UnitOfWork, types: Iterable[RequestType]) -> list[CategoryView]:
    """Request types under their categories, in the order in which the portal names those; the rest comes last."""
    titles = current_site(work).portal.categories
    groups: dict[str, list[TypeView]] = {id: [] for id in titles}
    for one in types:
        groups.setdefault(one.category or "", []).append(type_view(one, work.language))
    return [CategoryView(id, pick(titles.get(id), work.language), shown) for id, shown in groups.items() if shown]


def type_view(one: RequestType, language: str) -> TypeView:
    return TypeView(one.id, one.title_in(language), pick(one.description, language), one.intake or "questionnaire")


def dossier_view(work: UnitOfWork, dossier: Dossier | DossierRow) -> DossierView:
    return DossierView(dossier, state_title(work, dossier))
