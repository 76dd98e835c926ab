"""The portal's home: what can be asked, what is under way, and what waits for the reader (P6, P7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pyramid.request import Request
from pyramid.view import view_config

from formengine.authoring import RequestType
from formengine.i18n import pick
from formengine.services.access.enforcement import allowed, site_of
from formengine.services.catalogue import request_types as catalogue
from formengine.services.core.unit_of_work import Work
from formengine.services.dossiers import listing as dossiers
from formengine.services.dossiers import overview as reading
from formengine.storage.models.dossiers import Dossier

SHOWN = 6


@dataclass(frozen=True)
class TypeShown:
    """A request type as it is offered: `intake` says what its form begins with, a questionnaire or an upload (P22)."""

    id: str
    title: str
    description: str
    intake: str


@dataclass(frozen=True)
class CategoryShown:
    """A category with what can be asked in it."""

    id: str
    title: str
    types: list[TypeShown]


@dataclass(frozen=True)
class DossierShown:
    """A dossier in a list, with its state in the words of the reader."""

    dossier: Dossier
    state_title: str


@view_config(route_name="home", renderer="formengine:web/templates/portal/home.jinja2")
def home(request: Request) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:200]
    category = request.GET.get("category") or None
    offered = catalogue.offered(request.work) if allowed(request.work, "request.submit") else []
    found = catalogue.search(request.work, text, category) if offered and (text or category) else offered
    return {
        "q": text,
        "category": category,
        "categories": by_category(request.work, offered),
        "found": by_category(request.work, found),
        "mine": [shown(request.work, one) for one in dossiers.mine(request.work, SHOWN)],
        "waiting": reading.waiting_for(request.work),
        "wanted": [shown(request.work, one) for one in reading.answers_wanted(request.work)],
    }


def by_category(work: Work, types: Iterable[RequestType]) -> list[CategoryShown]:
    """Request types under their categories, in the order in which the portal names those; the rest comes last."""
    titles = site_of(work).portal.categories
    groups: dict[str, list[TypeShown]] = {id: [] for id in titles}
    for one in types:
        groups.setdefault(one.category or "", []).append(type_shown(one, work.language))
    return [CategoryShown(id, pick(titles.get(id), work.language), shown) for id, shown in groups.items() if shown]


def type_shown(one: RequestType, language: str) -> TypeShown:
    return TypeShown(one.id, one.title_in(language), pick(one.description, language), one.intake or "questionnaire")


def shown(work: Work, dossier: Dossier) -> DossierShown:
    return DossierShown(dossier, reading.state_title(work, dossier))
