"""A step of the workflow, asked in a small form of its own; what is stale or refused says why (W3, W5, W11)."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import Invalid, Refused
from formengine.forms import Answers
from formengine.i18n import say
from formengine.services.dossiers import transitions as moving
from formengine.services.dossiers.transitions import StepForm
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.web.contexts import DossierContext, load_child
from formengine.web.portal.request_form import is_live_update
from formengine.web.post_data import (
    form_controls,
    oversized_file_errors,
    posted_text,
    posted_version,
    redirect_to_tab,
    refusal_sentences,
    trying,
)

TEMPLATE = "formengine:web/templates/dossiers/step.jinja2"


@view_config(route_name="dossier.step", request_method="GET", renderer=TEMPLATE)
@view_config(route_name="dossier.child_step", request_method="GET", renderer=TEMPLATE)
def step_page(context: DossierContext, request: Request) -> dict[str, Any]:
    asked, child = load_step_form(request, context.dossier)
    fields = asked.form.render(asked.data) if asked.form else ""
    return page(context.dossier, asked, child, fields, context.dossier.version)


@view_config(route_name="dossier.step", request_method="POST", renderer=TEMPLATE)
@view_config(route_name="dossier.child_step", request_method="POST", renderer=TEMPLATE)
def perform_step(context: DossierContext, request: Request) -> dict[str, Any] | HTTPSeeOther:
    asked, child = load_step_form(request, context.dossier, posted_version(request))
    answers = asked.form.read(form_controls(request)) if asked.form else None
    problems = oversized_file_errors(request)
    if not problems and answers is not None and (is_live_update(request) or answers.operation):
        fields = answers.html(errors=answers.lingering, first=False)
        return page(
            context.dossier, asked, child, fields, posted_version(request), comment=posted_text(request, "comment")
        )
    problems = problems or missing_comment(request, asked)
    if not problems and (answers is None or answers.valid):
        problems = taken_or_why(request, context.dossier, asked, child, answers)
        if not problems:
            said = say(request.work.language, "Done: {step}.", step=asked.title)
            return redirect_to_tab(
                request, context.dossier.reference, f"children-{child.kind}" if child else None, said=said
            )
    request.response.status_int = 422
    fields = answers.html() if answers is not None else ""
    shown = page(
        context.dossier, asked, child, fields, posted_version(request), comment=posted_text(request, "comment")
    )
    return {**shown, "problems": problems, "again": True}


def load_step_form(request: Request, dossier: Dossier, version: int | None = None) -> tuple[StepForm, Child | None]:
    child = load_child(request, dossier) if "kind" in request.matchdict else None
    return moving.step_form(request.work, dossier, request.matchdict["transition"], child, version), child


def missing_comment(request: Request, asked: StepForm) -> list[str]:
    if asked.comment_required and not posted_text(request, "comment"):
        return [say(request.work.language, "Write a comment: this step asks for one.")]
    return []


def taken_or_why(
    request: Request, dossier: Dossier, asked: StepForm, child: Child | None, answers: Answers | None
) -> list[str]:
    """Take the step; the reasons when it is refused. Stale goes through to the page that says what happened."""
    try:
        with trying(request.work):
            moving.perform(
                request.work,
                dossier.reference,
                asked.transition,
                posted_version(request),
                answers.data if answers is not None else None,
                posted_text(request, "comment") or None,
                child,
            )
    except (Refused, Invalid) as error:
        return refusal_sentences(error)
    return []


def page(
    dossier: Dossier, asked: StepForm, child: Child | None, fields: str, version: int, comment: str = ""
) -> dict[str, Any]:
    return {
        "dossier": dossier,
        "asked": asked,
        "child": child,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed
        "version": version,
        "comment": comment,
        "problems": asked.reasons,
        "again": False,
    }
