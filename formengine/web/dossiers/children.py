"""A child of a dossier, on a page of its own, and a new hearing, milestone or task (P26, P27, W10, W23)."""

from __future__ import annotations

from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.access.enforcement import has_permission, is_client_side
from formengine.services.dossiers import transitions
from formengine.services.dossiers.children import child_view
from formengine.storage.models.dossiers import Dossier
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext, int_from_path
from formengine.web.dossiers.page import TEMPLATE as DOSSIER_TEMPLATE
from formengine.web.dossiers.page import act_on_tab
from formengine.web.post_data import form_controls, is_checked, is_live_update, oversized_file_errors, shown_fields

TEMPLATE = "formengine:web/templates/dossiers/child.jinja2"


@view_config(route_name="dossier.child", renderer="formengine:web/templates/dossiers/one_child.jinja2")
def child_page(context: DossierContext, request: Request) -> dict[str, Any]:
    """The page of one child, for readers of the dossier and for who is in charge of the child alone."""
    dossier, kind = context.dossier, request.matchdict["kind"]
    child = child_view(request.work, dossier, kind, int_from_path(request, "number"))
    return {
        "dossier": dossier,
        "child": child,
        "client_side": is_client_side(request.work),
        "reads_dossier": has_permission(request.work, "dossier.read", dossier),
    }


@view_config(route_name="dossier.new_child", request_method="GET", renderer=TEMPLATE)
def new_child_page(context: DossierContext, request: Request) -> dict[str, Any]:
    form = transitions.child_form(request.work, context.dossier, request.matchdict["kind"])
    return page(request, context.dossier, shown_fields(request, form, None))


@view_config(route_name="dossier.new_child", request_method="POST", renderer=TEMPLATE)
def add_child(context: DossierContext, request: Request) -> PageOrRedirect:
    dossier, work, kind = context.dossier, request.work, request.matchdict["kind"]
    answers = transitions.child_form(work, dossier, kind).read(form_controls(request))
    too_large = oversized_file_errors(request)
    if not too_large and (is_live_update(request) or answers.operation):
        return page(request, dossier, answers.html(errors=answers.lingering, first=False))
    answers.refuse(too_large)
    visible, flash = is_checked(request, "visible_to_client"), say(work.language, "It is on the dossier now.")
    return run_action(
        request,
        lambda: transitions.open_child(work, dossier.reference, kind, answers.data, visible or is_client_side(work)),
        lambda: redirect_to_tab(request, dossier.reference, f"children-{kind}", flash=flash),
        lambda problems: {**page(request, dossier, answers.html()), "problems": problems},
        answers=answers,
    )


def page(request: Request, dossier: Dossier, fields: str) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "kind": request.matchdict["kind"],
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "visible": is_checked(request, "visible_to_client"),
        "client_side": is_client_side(request.work),
        "problems": [],
    }


@view_config(route_name="dossier.child_visibility", renderer=DOSSIER_TEMPLATE)
def change_child_visibility(context: DossierContext, request: Request) -> PageOrRedirect:
    kind, number, visible = request.matchdict["kind"], int_from_path(request, "number"), is_checked(request, "on")
    reference = context.dossier.reference
    action = partial(transitions.set_child_visibility, request.work, reference, kind, number, visible)
    return act_on_tab(request, context.dossier, f"children-{kind}", action)
