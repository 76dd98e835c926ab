"""A transition of the workflow, asked for in a small form of its own (W3, W5, W11)."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.dossiers import transitions
from formengine.services.dossiers.transitions import StepForm
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext, load_child
from formengine.web.post_data import (
    form_controls,
    is_live_update,
    oversized_file_errors,
    posted_text,
    posted_version,
)

TEMPLATE = "formengine:web/templates/dossiers/step.jinja2"


@view_config(route_name="dossier.step", request_method="GET", renderer=TEMPLATE)
@view_config(route_name="dossier.child_step", request_method="GET", renderer=TEMPLATE)
def step_page(context: DossierContext, request: Request) -> dict[str, Any]:
    step, child = load_step_form(request, context.dossier)
    fields = step.form.render(step.data) if step.form else ""
    return page(context.dossier, step, child, fields, context.dossier.version)


@view_config(route_name="dossier.step", request_method="POST", renderer=TEMPLATE)
@view_config(route_name="dossier.child_step", request_method="POST", renderer=TEMPLATE)
def perform_step(context: DossierContext, request: Request) -> PageOrRedirect:
    work, dossier = request.work, context.dossier
    version, comment = posted_version(request), posted_text(request, "comment")
    step, child = load_step_form(request, dossier, version)
    answers = step.form.read(form_controls(request)) if step.form else None
    errors = oversized_file_errors(request)
    if not errors and answers is not None and (is_live_update(request) or answers.operation):
        fields = answers.html(errors=answers.lingering, first=False)
        return page(dossier, step, child, fields, version, comment=comment)
    if not errors and step.comment_required and not comment:
        errors = [say(work.language, "Write a comment: this step asks for one.")]
    data = None if answers is None else answers.data
    tab, flash = f"children-{child.kind}" if child else None, say(work.language, "Done: {step}.", step=step.title)
    return run_action(
        request,
        lambda: transitions.perform(work, dossier.reference, step.transition, version, data, comment or None, child),
        lambda: redirect_to_tab(request, dossier.reference, tab, flash=flash),
        lambda problems: {
            **page(dossier, step, child, "" if answers is None else answers.html(), version, comment=comment),
            "problems": problems,
            "again": True,
        },
        errors,
        valid=answers is None or answers.valid,
    )


def load_step_form(request: Request, dossier: Dossier, version: int | None = None) -> tuple[StepForm, Child | None]:
    """The form of `{transition}`, and the child of `{kind}` and `{number}` whose transition it is, if any."""
    child = load_child(request, dossier) if "kind" in request.matchdict else None
    return transitions.step_form(request.work, dossier, request.matchdict["transition"], child, version), child


def page(
    dossier: Dossier, step: StepForm, child: Child | None, fields: str, version: int, comment: str = ""
) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "asked": step,
        "child": child,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "version": version,
        "comment": comment,
        "problems": step.reasons,
        "again": False,
    }
