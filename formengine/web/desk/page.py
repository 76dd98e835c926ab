"""The desk's page, and what is done from it: claim, release, and bulk assignment, which checks each dossier again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qsl

from pyramid.httpexceptions import HTTPFound, HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import NotFound, Refused
from formengine.i18n import say, say_n
from formengine.services.access.enforcement import has_permission
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import assignment, desk
from formengine.services.dossiers.desk_tabs import TABS
from formengine.services.dossiers.facets import count_facets
from formengine.services.dossiers.list_filter import ListFilter, default_sort, filter_query, parse_filter
from formengine.services.intake.filling_views import open_fillings
from formengine.services.notifications.inbox import dossiers_with_news
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.dossiers.list_page import ListPage
from formengine.web.page_errors import PageError, missing
from formengine.web.post_data import posted_text
from formengine.web.template_globals import route_path

TEMPLATE: Final = "formengine:web/templates/desk/desk.jinja2"
TITLES: Final = {
    "mine": "My work",
    "late_mine": "My late work",
    "queue": "My team's queue",
    "unassigned": "Unassigned",
    "waiting": "Waiting for approval / signature",
    "decisions": "Decisions",
    "late": "Late",
}
QUICK: Final = ("kind", "state", "practice_area")
MORE: Final = ("category", "assignee", "team", "priority")
OF_WORKERS: Final = ("mine", "queue", "waiting", "late_mine")
"""The tabs of those who work (`_is_worker`)."""
MAX_ASSIGNED: Final = 100
"""The maximum number of dossiers in one bulk assignment."""


@view_config(route_name="desk", renderer=TEMPLATE)
def show(request: Request) -> PageOrRedirect:
    """The desk; without any parameter, the person's default view of it, if there is one."""
    works = _is_worker(request.work)
    pairs = list(request.GET.items())
    shown = page(request, pairs if works or "tab" in request.GET else [*pairs, ("tab", "late")])
    default = next((view for view in shown["list"].views if view.is_default and view.query), None)
    if not request.GET and default is not None:
        return HTTPFound(f"{route_path('desk')}?{default.query}")
    return shown


@view_config(route_name="desk.assignments", renderer=TEMPLATE)
def assign(request: Request) -> PageOrRedirect:
    person = posted_text(request, "person")
    chosen = [value for value in request.POST.getall("dossier") if isinstance(value, str)][:MAX_ASSIGNED]
    language = request.work.language
    errors = [
        *missing(say(language, "Choose at least one dossier."), "chosen", when=not chosen),
        *missing(say(language, "Choose a person first."), "bulk-person", when=not person),
    ]
    action = partial(assign_all, request, chosen, person)
    told = say_n(language, "{n} dossier is assigned.", "{n} dossiers are assigned.", len(chosen))
    return _run(request, action, told, errors, chosen)


@view_config(route_name="desk.claim", renderer=TEMPLATE)
def claim(request: Request) -> PageOrRedirect:
    reference = posted_text(request, "reference")
    told = say(request.work.language, "You are in charge of {reference} now.", reference=reference)
    return _run(request, partial(assignment.claim, request.work, reference), told)


@view_config(route_name="desk.release", renderer=TEMPLATE)
def release(request: Request) -> PageOrRedirect:
    reference = posted_text(request, "reference")
    told = say(request.work.language, "{reference} is back in the queue of its team.", reference=reference)
    return _run(request, partial(assignment.release, request.work, reference), told)


def _run(
    request: Request,
    action: Callable[[], object],
    told: str,
    errors: Sequence[str] = (),
    chosen: Sequence[str] = (),
) -> PageOrRedirect:
    """Do something from the desk, and come back to the list that it was done from."""
    pairs = parse_qsl(posted_text(request, "query")[:4000])

    def after() -> HTTPSeeOther:
        request.flash(told)
        return HTTPSeeOther(route_path("desk", filter_query(desk_filter(pairs)[0])))

    return run_action(request, action, after, lambda problems: page(request, pairs, problems, chosen), errors)


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


def desk_filter(pairs: Sequence[tuple[str, str]]) -> tuple[ListFilter, tuple[Any, ...]]:
    """The filter of the desk that parameters name: of a tab, which is *My work* unless they say otherwise."""
    chosen, errors = parse_filter(pairs)
    if not chosen.tab:
        sorts = any(name == "sort" for name, _value in pairs)
        chosen = replace(chosen, tab="mine", sort=chosen.sort if sorts else default_sort("mine"))
    return chosen, errors


def _is_worker(work: UnitOfWork) -> bool:
    """Whether the actor works on dossiers; the auditor, who has neither any nor a team, begins with what is late."""
    return has_permission(work, "request.submit")


def page(
    request: Request, pairs: Sequence[tuple[str, str]], problems: Sequence[PageError] = (), chosen: Sequence[str] = ()
) -> dict[str, Any]:
    work, language, query, is_worker = request.work, request.work.language, dict(pairs), _is_worker(request.work)
    listed, errors = desk_filter(pairs)
    shown = desk.desk(work, listed, after=query.get("after"), before=query.get("before"))
    list_page = ListPage(work, "desk", listed, errors, count_facets(work, listed))
    rows = [*shown.items, *shown.others]
    return {
        "list": list_page,
        "tab": listed.tab,
        "tabs": [
            (name, say(language, TITLES[name]), shown.counts.get(name, 0), tab_address(name))
            for name in TABS
            if is_worker or name not in OF_WORKERS
        ],
        "turns": listed.tab in desk.BY_TURN and not listed.turn,
        "desk": shown,
        "pages": list_page.pages(shown.page),
        "quick": list_page.selects(*QUICK),
        "more": list_page.selects(*MORE),
        "fillings": open_fillings(work, own=False) if listed.tab == "unassigned" else [],
        "people": desk.assignable_people(work, rows),
        "news": dossiers_with_news(work),
        "may_assign": any(row.may_assign for row in rows),
        "problems": problems,
        "chosen": chosen,
        "typed_person": posted_text(request, "person"),
    }


def tab_address(tab: str) -> str:
    """The address of a tab without a filter."""
    return route_path("desk", {"tab": tab})
