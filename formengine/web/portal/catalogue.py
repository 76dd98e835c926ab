"""The catalogue of request types: by category, and searched, as one types or by its button (P6, P7, P15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pyramid.renderers import render_to_response
from pyramid.request import Request
from pyramid.view import view_config

from formengine.authoring import RequestType
from formengine.i18n import pick
from formengine.services.access.enforcement import current_site, has_permission
from formengine.services.catalogue import request_types as catalogue
from formengine.services.core.unit_of_work import UnitOfWork

FRAGMENT = "formengine:web/templates/portal/catalogue_fragment.jinja2"
MAX_QUERY = 200


@dataclass(frozen=True)
class TypeView:
    """A request type in the catalogue; `intake` says whether its form is a questionnaire or an upload (P22)."""

    id: str
    title: str
    description: str
    category: str
    intake: str


@dataclass(frozen=True)
class CategoryView:
    """A category in which something is offered."""

    id: str
    title: str


@view_config(route_name="catalogue", renderer="formengine:web/templates/portal/catalogue_page.jinja2")
def catalogue_page(request: Request) -> Any:
    """All that the reader may ask for."""
    return catalogue_response(request, {})


def catalogue_response(request: Request, values: dict[str, Any], instead_of: str = "", draft: str = "") -> Any:
    """The values of a page with the catalogue, `values` among them; for a script that sends what is typed, the response
    with the results alone.
    """
    section = catalogue_section(request, instead_of, draft)
    if "HX-Request" in request.headers:
        response = render_to_response(FRAGMENT, section, request)
        response.vary = (*(response.vary or ()), "HX-Request")
        return response
    return {**section, **values}


def catalogue_section(request: Request, instead_of: str = "", draft: str = "") -> dict[str, Any]:
    """What the catalogue's templates need: the request types that `?q=` and `?category=` choose.

    `instead_of` is a request type that is not to be chosen, for whose `draft` another one is looked for.
    """
    work, text = request.work, request.GET.get("q", "").strip()[:MAX_QUERY]
    offered = catalogue.offered_request_types(work) if has_permission(work, "request.submit") else []
    categories = categories_of(work, offered)
    category = request.GET.get("category", "")
    chosen = category if category in {known.id for known in categories} else None
    search = catalogue.search_request_types(work, text, chosen) if offered else catalogue.CatalogueSearch([])
    address = request.path if instead_of else request.route_path("catalogue")
    kept = {"draft": draft} if draft else {}

    def address_with(**query: str) -> str:
        chosen_query = urlencode({**kept, **{name: value for name, value in query.items() if value}})
        return f"{address}?{chosen_query}" if chosen_query else address

    return {
        "q": text,
        "category": chosen,
        "categories": categories,
        "types": [type_view(work, request_type) for request_type in search.types if request_type.id != instead_of],
        "complete": search.complete,
        "catalogue_address": address,
        "kept_query": kept,
        "address_with": address_with,
    }


def categories_of(work: UnitOfWork, types: Iterable[RequestType]) -> list[CategoryView]:
    """The categories of request types, in the portal's order; what has none of these comes last, without a title."""
    titles = current_site(work).portal.categories
    used = {request_type.category or "" for request_type in types}
    known = [CategoryView(id, pick(title, work.language)) for id, title in titles.items() if id in used]
    return [*known, *(CategoryView(id, "") for id in sorted(used - titles.keys()))]


def type_view(work: UnitOfWork, request_type: RequestType) -> TypeView:
    """A request type in the reader's language."""
    title, description = request_type.title_in(work.language), pick(request_type.description, work.language)
    category = pick(current_site(work).portal.categories.get(request_type.category or ""), work.language)
    return TypeView(request_type.id, title, description, category, request_type.intake)
