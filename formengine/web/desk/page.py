"""The desk's page and its bulk assignment, which checks each dossier again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, get_args

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import NotFound, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.dossiers import assignment, desk
from formengine.services.dossiers.desk import DeskTab
from formengine.services.intake.filling_views import open_fillings
from formengine.services.people import lookup as people
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.page_errors import PageError, missing
from formengine.web.post_data import posted_text

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
"""The maximum number of dossiers in one bulk assignment."""


@view_config(route_name="desk", renderer=TEMPLATE)
def show(request: Request) -> dict[str, Any]:
    return page(request, request.GET.get("tab", "mine"))


@view_config(route_name="desk.assignments", renderer=TEMPLATE)
def assign(request: Request) -> PageOrRedirect:
    tab, person = posted_text(request, "tab"), posted_text(request, "person")
    chosen = [value for value in request.POST.getall("dossier") if isinstance(value, str)][:MAX_ASSIGNED]
    language = request.work.language
    errors = [
        *missing(say(language, "Choose at least one dossier."), "chosen", when=not chosen),
        *missing(say(language, "Choose a person first."), "bulk-person", when=not person),
    ]
    return run_action(
        request,
        lambda: assign_all(request, chosen, person),
        lambda: HTTPSeeOther(request.route_path("desk", _query={"tab": tab})),
        lambda problems: page(request, tab, problems, chosen),
        errors,
    )


def assign_all(request: Request, references: Sequence[str], person: str) -> None:
    """Assign all the dossiers or none. Raises Refused with the reason against each."""
    refusals = [line for reference in references if (line := assignment_refusal(request, reference, person))]
    if refusals:
        raise Refused(refusals)


def assignment_refusal(request: Request, reference: str, person: str) -> str | None:
    """Assign one dossier; returns the reason when it is refused, else None."""
    try:
        assignment.assign(request.work, reference, person)
    except (Refused, NotFound) as error:
        return f"{reference}: {error}"
    return None


def page(request: Request, tab: str, problems: Sequence[PageError] = (), chosen: Sequence[str] = ()) -> dict[str, Any]:
    shown_tab = tab if tab in TABS else "mine"
    shown = desk.desk(request.work, shown_tab, request.GET.get("after") or None)
    language = request.work.language
    return {
        "tab": shown_tab,
        "tabs": [(each, say(language, TITLES[each]), shown.counts.get(each, 0)) for each in TABS],
        "page": shown,
        "fillings": open_fillings(request.work, own=False) if shown_tab == "unassigned" else [],
        "people": [
            person for person in people.selectable_people(request.work) if person.role in ("counsel", "legal_admin")
        ],
        "may_assign": any(has_permission(request.work, "dossier.assign", row.dossier) for row in shown.items),
        "problems": problems,
        "chosen": chosen,
        "typed_person": posted_text(request, "person"),
    }
