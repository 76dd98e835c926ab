"""The form of a request that was sent back, filled in again by the requester (F19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from markupsafe import Markup
from pyramid.request import Request
from pyramid.view import view_config

from formengine import json_pointer
from formengine.i18n import say
from formengine.services.dossiers.submitted_documents import consents_of_correction
from formengine.services.dossiers.version_consequences import CONSENT, OVER_UPLOAD
from formengine.services.intake.corrections import Correction, judge_answers, open_correction, send_correction
from formengine.storage.models.dossiers import Dossier
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext
from formengine.web.page_errors import PageError, errors_beside, missing
from formengine.web.post_data import (
    form_controls,
    is_checked,
    is_live_update,
    is_shown_again,
    oversized_file_errors,
    posted_text,
    posted_version,
)

TEMPLATE = "formengine:web/templates/dossiers/correction.jinja2"


@view_config(route_name="dossier.correction", request_method="GET", renderer=TEMPLATE)
def correction_page(context: DossierContext, request: Request) -> PageOrRedirect:
    correction = open_correction(request.work, context.dossier)
    if correction is None:
        return nothing_open(request, context.dossier)
    if is_shown_again(request):
        answers = correction.form.read(form_controls(request), correction.answers)
        judged = judge_answers(request.work, correction, answers)
        only = rendered_fields(correction, judged.data, judged.opened)
        fields = answers.html(only=only, errors=(), first=False)
    else:
        fields = correction.form.render(correction.answers, only=rendered_fields(correction, correction.answers))
    return page(request, context.dossier, correction, fields, context.dossier.version)


@view_config(route_name="dossier.correction", request_method="POST", renderer=TEMPLATE)
def post_correction(context: DossierContext, request: Request) -> PageOrRedirect:
    work, dossier, version = request.work, context.dossier, posted_version(request)
    correction = open_correction(work, dossier, version)
    if correction is None:
        return nothing_open(request, dossier)
    answers = correction.form.read(form_controls(request), correction.answers)
    too_large = oversized_file_errors(request)
    answers.refuse(too_large)
    judged = judge_answers(work, correction, answers)
    only = rendered_fields(correction, judged.data, judged.opened)
    if not too_large and (is_live_update(request) or answers.operation):
        lingering = [e for e in answers.lingering if only is None or json_pointer.first(e.pointer) in only]
        fields = answers.html(only=only, errors=lingering, first=False)
        return page(request, dossier, correction, fields, version)
    comment, unsaid = posted_text(request, "comment"), say(work.language, "Write a comment: this step asks for one.")
    errors = missing(unsaid, "comment", when=correction.comment_required and not comment)

    def again(problems: list[PageError]) -> dict[str, Any]:
        wrong = [*judged.errors, *(error for error in answers.refused if error not in judged.errors)]
        fields = answers.html(only=only, errors=wrong, beside=errors_beside(problems))
        return page(request, dossier, correction, fields, version, problems)

    send = partial(send_correction, work, dossier.reference, version, correction, judged)
    flash = say(work.language, "Done: {step}.", step=correction.title)
    agrees = {name: is_checked(request, name) for name in (CONSENT, OVER_UPLOAD)}
    return run_action(
        request,
        partial(send, comment or None, **agrees),
        lambda: redirect_to_tab(request, dossier.reference, flash=flash),
        again,
        errors,
        controls={"comment": "comment", CONSENT: "ends-answers", OVER_UPLOAD: "over-answers"},
        answers=answers,
        valid=not judged.errors,
    )


def nothing_open(request: Request, dossier: Dossier) -> PageOrRedirect:
    """Back to the dossier, for example for somebody who follows the link of a mail a second time."""
    sentence = say(request.work.language, "The answers are not open for correction.")
    return redirect_to_tab(request, dossier.reference, flash=sentence)


def rendered_fields(
    correction: Correction, answers: Mapping[str, Any], opened: Collection[str] = ()
) -> list[str] | None:
    """The fields of the form that are shown to be filled in; None for all, so that an open form stays as it is."""
    return None if correction.parts is None else correction.open_fields(answers, opened)


def page(
    request: Request,
    dossier: Dossier,
    correction: Correction,
    fields: str,
    version: int,
    problems: list[PageError] | None = None,
) -> dict[str, Any]:
    consents = consents_of_correction(request.work, dossier, correction.step)
    closed = tuple(name for name in correction.answers if not correction.may_change(name))
    summary = correction.form.summary(correction.answers, only=closed, zone=request.work.zone) if closed else ""
    return {
        "dossier": dossier,
        "correction": correction,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "closed": Markup(summary),  # likewise  # nosec B704
        "version": version,
        "comment": posted_text(request, "comment"),
        "problems": problems or [],
        "ended_signatures": {"answers": consents.ended_signatures},
        "over_uploads": {"answers": " ".join(consents.over_uploads)},
    }
