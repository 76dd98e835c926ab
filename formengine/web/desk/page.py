"""The desk's page and its bulk assignment; each act checks again, dossier by dossier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.dossiers import assignment as handling
from formengine.services.dossiers import desk
from formengine.services.dossiers.desk import DeskTab
from formengine.services.people import lookup as people
from formengine.web.post_data import posted_text, trying

TEMPLATE: Final = "formengine:web/templates/desk/desk.jinja2"
TABS: Final[tuple[DeskTab, ...]] = get_args(DeskTab)
TITLES: Final = {
    "mine": "My work",
    "queue": "My team's queue",
    "unassigned": "Unassigned",
    "waiting": "Waiting for approval / signature",
    "late": "Late",
}
MAX_ASSIGNED = 100
"""How many dossiers one bulk assignment takes."""


@view_config(route_name="desk", renderer=TEMPLATE)
def show(request: Request) -> dict[str, Any]:
    return page(request, request.GET.get("tab", "mine"))


@view_config(route_name="desk.assignments", renderer=TEMPLATE)
def assign(request: Request) -> dict[str, Any] | HTTPSeeOther:
    tab, person = posted_text(request, "tab"), posted_text(request, "person")
    chosen = [value for value in request.POST.getall("dossier") if isinstance(value, str)][:MAX_ASSIGNED]
    problems = assigned_or_why(request, chosen, person)
    if problems:
        request.response.status_int = 422
        return page(request, tab, problems, chosen)
    return HTTPSeeOther(request.route_path("desk", _query={"tab": tab}))


def assigned_or_why(request: Request, chosen: Sequence[str], person: str) -> list[str]:
    """Assign all the chosen dossiers, or none: what stands in the way of each, by reference."""
    language = request.work.language
    if not chosen or not person:
        return [say(language, "Choose at least one dossier and a person.")]
    try:
        with trying(request.work):
            problems = [line for reference in chosen if (line := assignment_refusal(request, reference, person))]
            if problems:
                raise Refused(problems)
    except Refused as error:
        return error.reasons
    return []


def assignment_refusal(request: Request, reference: str, person: str) -> str | None:
    """Assign one dossier; what stands in the way, when something does."""
    try:
        handling.assign(request.work, reference, person)
    except (Refused, NotFound) as error:
        return f"{reference}: {error}"
    return None


def page(request: Request, tab: str, problems: Sequence[str] = (), chosen: Sequence[str] = ()) -> dict[str, Any]:
    here = tab if tab in TABS else "mine"
    shown = desk.desk(request.work, here, request.GET.get("after") or None)
    language = request.work.language
    return {
        "tab": here,
        "tabs": [(one, say(language, TITLES[one]), shown.counts.get(one, 0)) for one in TABS],
        "page": shown,
        "people": [one for one in people.selectable_people(request.work) if one.role in ("counsel", "legal_admin")],
        "may_assign": any(has_permission(request.work, "dossier.assign", row.dossier) for row in shown.items),
        "problems": problems,
        "chosen": chosen,
    }
