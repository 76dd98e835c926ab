"""Hearings, milestones and tasks: the page of each, a new one, changes, and who sees it (P18, P26, P27, W10, W23)."""

from __future__ import annotations

from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.documents.calendar_file import calendar_file
from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, is_client_side
from formengine.services.case.timeline import history_of_child
from formengine.services.dossiers import child_changes, child_opening
from formengine.services.dossiers.calendar_events import hearing_event
from formengine.services.dossiers.children import child_view
from formengine.services.dossiers.hearings import hearing
from formengine.storage.models.dossiers import Dossier
from formengine.web.accounts.calendar import calendar_response
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.page import TEMPLATE as DOSSIER_TEMPLATE
from formengine.web.dossiers.page import act_on_tab
from formengine.web.dossiers.past_hearings import BOX, past_hearing
from formengine.web.page_errors import errors_beside, missing
from formengine.web.post_data import (
    form_controls,
    is_checked,
    is_live_update,
    oversized_file_errors,
    posted_switch,
    posted_text,
    posted_version,
    shown_fields,
)

TEMPLATE = "formengine:web/templates/dossiers/child.jinja2"


@view_config(route_name="dossier.child", renderer="formengine:web/templates/dossiers/one_child.jinja2")
def child_page(context: DossierContext, request: Request) -> dict[str, Any]:
    """The page of one child, for readers of the dossier and for who is in charge of the child alone."""
    work, dossier, kind = request.work, context.dossier, request.matchdict["kind"]
    number = int_from_path(request, "number")
    child, reads = child_view(work, dossier, kind, number), has_permission(work, "dossier.read", dossier)
    return {
        "dossier": dossier,
        "child": child,
        "client_side": is_client_side(work),
        "reads_dossier": reads,
        "hearing": hearing(child, work.now) if kind == "hearing" else None,
        "can": {"share": has_permission(work, "dossier.share", dossier)},
        "entries": history_of_child(work, dossier, kind, number) if reads else [],
    }


@view_config(route_name="dossier.hearing_file")
def hearing_file(context: DossierContext, request: Request) -> Response:
    """One hearing as a calendar file."""
    number = int_from_path(request, "number")
    event = hearing_event(request.work, context.dossier, number)
    name = f"{context.dossier.reference.replace('/', '-')}-hearing-{number}.ics"
    return calendar_response(request, calendar_file([event]), name)


@view_config(route_name="dossier.new_child", request_method="GET", renderer=TEMPLATE)
def new_child_page(context: DossierContext, request: Request) -> dict[str, Any]:
    form = child_opening.child_form(request.work, context.dossier, request.matchdict["kind"])
    return page(request, context.dossier, shown_fields(request, form, None))


@view_config(route_name="dossier.new_child", request_method="POST", renderer=TEMPLATE)
def add_child(context: DossierContext, request: Request) -> PageOrRedirect:
    dossier, work, kind = context.dossier, request.work, request.matchdict["kind"]
    answers = child_opening.child_form(work, dossier, kind).read(form_controls(request))
    too_large = oversized_file_errors(request)
    if not too_large and (is_live_update(request) or answers.operation):
        return page(request, dossier, answers.html(errors=answers.lingering, first=False))
    answers.refuse(too_large)
    visible, flash = is_checked(request, "visible_to_client"), say(work.language, "It is on the dossier now.")
    unsaid = say(work.language, "Say who will see it.")
    errors = missing(unsaid, "visible_to_client", when=asks_who_sees(request) and not said_who_sees(request))
    errors += past_hearing(request, (kind,), answers.data)
    return run_action(
        request,
        lambda: child_opening.open_child(work, dossier.reference, kind, answers.data, visible or is_client_side(work)),
        lambda: redirect_to_tab(request, dossier.reference, f"children-{kind}", flash=flash),
        lambda problems: {
            **page(request, dossier, answers.html(beside=errors_beside(problems))),
            "problems": problems,
        },
        errors,
        controls={"visible_to_client": "visible_to_client"},
        answers=answers,
    )


def asks_who_sees(request: Request) -> bool:
    """Whether a new child is shown to the client or not is said by the legal team; a task is its own affair."""
    return request.matchdict["kind"] != "task" and not is_client_side(request.work)


def said_who_sees(request: Request) -> bool:
    return posted_text(request, "visible_to_client") in ("yes", "no")


def page(request: Request, dossier: Dossier, fields: str) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "kind": request.matchdict["kind"],
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "visible": posted_text(request, "visible_to_client"),
        "asks_who_sees": asks_who_sees(request),
        "past_agreed": is_checked(request, BOX),
        "problems": [],
        "child": None,
    }


@view_config(route_name="dossier.child_change", request_method="GET", renderer=TEMPLATE)
def change_page(context: DossierContext, request: Request) -> dict[str, Any]:
    dossier, kind, number = context.dossier, request.matchdict["kind"], int_from_path(request, "number")
    shown = child_changes.change_form(request.work, dossier, kind, number)
    return changed_page(request, dossier, shown_fields(request, shown.form, shown.data), dossier.version)


@view_config(route_name="dossier.child_change", request_method="POST", renderer=TEMPLATE)
def change_child(context: DossierContext, request: Request) -> PageOrRedirect:
    work, dossier, kind = request.work, context.dossier, request.matchdict["kind"]
    number, version = int_from_path(request, "number"), posted_version(request)
    shown = child_changes.change_form(work, dossier, kind, number, version)
    answers = shown.form.read(form_controls(request), shown.data)
    too_large = oversized_file_errors(request)
    if not too_large and (is_live_update(request) or answers.operation):
        return changed_page(request, dossier, answers.html(errors=answers.lingering, first=False), version)
    answers.refuse(too_large)
    return run_action(
        request,
        lambda: child_changes.change_child(work, dossier.reference, kind, number, version, answers.data),
        lambda: redirect_to_child(request, dossier, kind, number),
        lambda problems: {
            **changed_page(request, dossier, answers.html(beside=errors_beside(problems)), version),
            "problems": problems,
        },
        past_hearing(request, (kind,), answers.data, shown.data.get("at")),
        answers=answers,
    )


def changed_page(request: Request, dossier: Dossier, fields: str, version: int) -> dict[str, Any]:
    child = child_view(request.work, dossier, request.matchdict["kind"], int_from_path(request, "number"))
    return {**page(request, dossier, fields), "asks_who_sees": False, "child": child, "version": version}


def redirect_to_child(request: Request, dossier: Dossier, kind: str, number: int) -> HTTPSeeOther:
    request.flash(say(request.work.language, "Your changes are on the dossier now."))
    return HTTPSeeOther(request.route_path("dossier.child", reference=dossier.reference, kind=kind, number=number))


@view_config(route_name="dossier.child_visibility", renderer=DOSSIER_TEMPLATE)
def change_child_visibility(context: DossierContext, request: Request) -> PageOrRedirect:
    kind, number, visible = request.matchdict["kind"], int_from_path(request, "number"), posted_switch(request, "on")
    reference = context.dossier.reference
    action = partial(child_changes.set_child_visibility, request.work, reference, kind, number, visible)
    return act_on_tab(request, context.dossier, f"children-{kind}", action)
