"""The portal's home page: request types to choose from, open dossiers, and those that wait for the reader (P6, P7)."""

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
from formengine.services.dossiers.listing import open_dossiers_of_actor
from formengine.services.dossiers.overview import dossiers_waiting_for_client
from formengine.services.dossiers.waiting_children import children_waiting_for_actor
from formengine.services.intake.filling_views import open_fillings, waiting_parts
from formengine.web.contexts import DossierContext
from formengine.web.portal.drafts import draft_views

OWN_DOSSIERS_SHOWN, OWN_DOSSIERS_READ = 6, 20


@dataclass(frozen=True)
class TypeView:
    """A request type on the home page; `intake` says whether its form is a questionnaire or an upload (P22)."""

    id: str
    title: str
    description: str
    intake: str


@dataclass(frozen=True)
class CategoryView:
    """A category with its request types."""

    id: str
    title: str
    types: list[TypeView]


@view_config(route_name="home", renderer="formengine:web/templates/portal/home.jinja2")
def home(request: Request) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:200]
    category = request.GET.get("category") or None
    offered = catalogue.offered_request_types(request.work) if has_permission(request.work, "request.submit") else []
    matching = (
        catalogue.search_request_types(request.work, text, category) if offered and (text or category) else offered
    )
    own_dossiers = open_dossiers_of_actor(request.work, OWN_DOSSIERS_READ)
    return {
        "q": text,
        "category": category,
        "categories": by_category(request.work, offered),
        "found": by_category(request.work, matching),
        "drafts": draft_views(request) if has_permission(request.work, "draft.own") else [],
        "mine": [(row, state_title(request.work, row)) for row in own_dossiers[:OWN_DOSSIERS_SHOWN]],
        "parts": waiting_parts(request.work),
        "fillings": open_fillings(request.work, own=True),
        "waiting": seats_waiting_for_actor(request.work),
        "children": children_waiting_for_actor(request.work),
        "wanted": [
            (row, state_title(request.work, row)) for row in dossiers_waiting_for_client(request.work, own_dossiers)
        ],
    }


@view_config(route_name="submission", renderer="formengine:web/templates/portal/received.jinja2")
def confirmation(context: DossierContext, request: Request) -> dict[str, Any]:
    """The confirmation of a submission: its reference, and what happens next (P8, P11)."""
    state = state_title(request.work, context.dossier)
    return {"dossier": context.dossier, "state_title": state, "email": request.work.person.email}


def by_category(work: UnitOfWork, types: Iterable[RequestType]) -> list[CategoryView]:
    """Request types by category, in the portal's order of categories; those without one of these come last."""
    titles = current_site(work).portal.categories
    groups: dict[str, list[TypeView]] = {id: [] for id in titles}
    for request_type in types:
        groups.setdefault(request_type.category or "", []).append(type_view(request_type, work.language))
    return [CategoryView(id, pick(titles.get(id), work.language), shown) for id, shown in groups.items() if shown]


def type_view(request_type: RequestType, language: str) -> TypeView:
    title, description = request_type.title_in(language), pick(request_type.description, language)
    return TypeView(request_type.id, title, description, request_type.intake or "questionnaire")
