"""A new hearing, milestone or task on a dossier (P26, P27, W10)."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import Invalid, Refused
from formengine.i18n import say
from formengine.services.access.enforcement import is_client_side
from formengine.services.dossiers import transitions as moving
from formengine.storage.models.dossiers import Dossier
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.page import TEMPLATE as SHOWN
from formengine.web.dossiers.page import dossier_page
from formengine.web.portal.request_form import is_live_update
from formengine.web.post_data import (
    form_controls,
    oversized_file_errors,
    posted_text,
    redirect_to_tab,
    refusal_sentences,
    trying,
)

TEMPLATE = "formengine:web/templates/dossiers/child.jinja2"


@view_config(route_name="dossier.new_child", request_method="GET", renderer=TEMPLATE)
def new_child_page(context: DossierContext, request: Request) -> dict[str, Any]:
    form = moving.child_form(request.work, context.dossier, request.matchdict["kind"])
    return page(request, context.dossier, form.render())


@view_config(route_name="dossier.new_child", request_method="POST", renderer=TEMPLATE)
def add_child(context: DossierContext, request: Request) -> dict[str, Any] | HTTPSeeOther:
    form = moving.child_form(request.work, context.dossier, request.matchdict["kind"])
    answers = form.read(form_controls(request))
    problems = oversized_file_errors(request)
    if not problems and (is_live_update(request) or answers.operation):
        return page(request, context.dossier, answers.html(errors=answers.lingering, first=False))
    if answers.valid and not problems:
        problems = opened_or_why(request, context.dossier, answers.data)
        if not problems:
            said = say(request.work.language, "It is on the dossier now.")
            return redirect_to_tab(
                request, context.dossier.reference, f"children-{request.matchdict['kind']}", said=said
            )
    request.response.status_int = 422
    return {**page(request, context.dossier, answers.html()), "problems": problems}


def opened_or_why(request: Request, dossier: Dossier, fields: dict[str, Any]) -> list[str]:
    visible = posted_text(request, "visible_to_client") == "yes" or is_client_side(request.work)
    try:
        with trying(request.work):
            moving.open_child(request.work, dossier.reference, request.matchdict["kind"], fields, visible)
    except (Refused, Invalid) as error:
        return refusal_sentences(error)
    return []


def page(request: Request, dossier: Dossier, fields: str) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "kind": request.matchdict["kind"],
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed
        "visible": posted_text(request, "visible_to_client") == "yes",
        "client_side": is_client_side(request.work),
        "problems": [],
    }


@view_config(route_name="dossier.child_visibility", renderer=SHOWN)
def change_child_visibility(context: DossierContext, request: Request) -> dict[str, Any] | HTTPSeeOther:
    kind, number, on = request.matchdict["kind"], int_from_path(request, "number"), posted_text(request, "on") == "yes"
    tab = f"children-{kind}"
    try:
        with trying(request.work):
            moving.set_child_visibility(request.work, context.dossier.reference, kind, number, on)
    except (Refused, Invalid) as error:
        request.response.status_int = 422
        return dossier_page(request, context.dossier, tab, refusal_sentences(error))
    return redirect_to_tab(request, context.dossier.reference, tab)
