"""A transition of the workflow, asked for in a small form of its own (W3, W5, W11)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.i18n import say
from formengine.services.access.enforcement import has_permission
from formengine.services.case.developments import developments
from formengine.services.dossiers import transitions
from formengine.services.dossiers.answers import request_summary
from formengine.services.dossiers.attachments import attach_files
from formengine.services.dossiers.children import child_view, is_visible_child
from formengine.services.dossiers.decided_documents import empty_places_decided
from formengine.services.dossiers.step_documents import wrong_document_of_step
from formengine.services.dossiers.transitions import StepForm
from formengine.services.dossiers.version_consequences import CONSENT, OVER_UPLOAD, kept_texts, left_signatures
from formengine.services.files.accepted_types import accepted_types
from formengine.services.intake.corrections import open_correction
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.rounds import Child
from formengine.web.actions import PageOrRedirect, redirect_to_tab, run_action
from formengine.web.contexts import DossierContext, load_child
from formengine.web.dossiers.past_hearings import BOX, past_hearing
from formengine.web.page_errors import PageError, errors_beside, missing, page_errors
from formengine.web.post_data import (
    form_controls,
    is_checked,
    is_live_update,
    oversized_file_errors,
    posted_number,
    posted_text,
    posted_version,
    shown_fields,
    uploaded_files,
)

if TYPE_CHECKING:
    from formengine.forms import Answers

TEMPLATE = "formengine:web/templates/dossiers/step.jinja2"
FILES = "step_files"
"""The control of files that are attached with a step; the names of a form's own controls never look so."""
SHORT: Final = 5
"""Up to this many answers stand open above the form of a step; more are folded, for they would hide it on a phone."""


@view_config(route_name="dossier.step", request_method="GET", renderer=TEMPLATE)
@view_config(route_name="dossier.child_step", request_method="GET", renderer=TEMPLATE)
def step_page(context: DossierContext, request: Request) -> PageOrRedirect:
    correction = None if "kind" in request.matchdict else open_correction(request.work, context.dossier)
    if correction is not None and correction.step == request.matchdict["transition"]:
        return HTTPSeeOther(request.route_path("dossier.correction", reference=context.dossier.reference))
    step, child = load_step_form(request, context.dossier)
    fields = shown_fields(request, step.form, step.data) if step.form else ""
    return page(request, step, child, fields, context.dossier.version, posted_text(request, "comment"))


@view_config(route_name="dossier.step", request_method="POST", renderer=TEMPLATE)
@view_config(route_name="dossier.child_step", request_method="POST", renderer=TEMPLATE)
def perform_step(context: DossierContext, request: Request) -> PageOrRedirect:
    work, dossier = request.work, context.dossier
    version, comment = posted_version(request), posted_text(request, "comment")
    step, child = load_step_form(request, dossier, version)
    answers = step.form.read(form_controls(request), step.data) if step.form else None
    too_large = oversized_file_errors(request)
    if not too_large and answers is not None and (is_live_update(request) or answers.operation):
        fields = answers.html(errors=answers.lingering, first=False)
        return page(request, step, child, fields, version, comment=comment)
    if answers is not None:
        answers.refuse([error for error in too_large if error.control_id != FILES])
        answers.refuse(wrong_document_of_step(work, context.dossier, step.document, answers.data))
    unsaid = say(work.language, "Write a comment: this step asks for one.")
    errors = missing(unsaid, "comment", when=step.comment_required and not comment)
    errors += [PageError(error.message, "step-files") for error in too_large if error.control_id == FILES]
    data = None if answers is None else answers.data
    errors += past_hearing(request, step.opens, data)
    if step.done and child is None:  # as a sentence of the history: *Maya Laurent withdrew the request*
        flash = f"{work.person.name} {step.done}."
    else:
        flash = say(work.language, "Done: {step}.", step=step.done or step.title)
    return run_action(
        request,
        partial(perform_with_files, request, step, version, data, comment or None, child),
        lambda: redirect_after_step(request, dossier, child, flash),
        lambda problems: {
            **page(request, step, child, fields_again(answers, problems), version, comment=comment),
            "problems": problems,
            "again": True,
        },
        errors,
        controls={"comment": "comment", "files": "step-files", CONSENT: "ends-step", OVER_UPLOAD: "over-step"},
        answers=answers,
    )


def perform_with_files(
    request: Request,
    step: StepForm,
    version: int,
    data: dict[str, Any] | None,
    comment: str | None,
    child: Child | None,
) -> None:
    """Take a step; the files that were posted with it are attached for those who read its comment."""
    reference, files = request.context.dossier.reference, uploaded_files(request, FILES)
    if files and child is None:
        attach_files(request.work, reference, files, internal=step.comment_for_client is False, with_step=True)
    clean = {document.id: posted_number(request, f"clean-{document.id}") for document in step.unclean}
    ends, over = is_checked(request, CONSENT), is_checked(request, OVER_UPLOAD)
    perform = partial(transitions.perform, request.work, reference, step.transition, version)
    perform(data, comment, child, clean, ends_signatures=ends, over_upload=over)


def fields_again(answers: Answers | None, problems: list[PageError]) -> str:
    """The fields as filled in, the errors of the controls around them in their summary; "" without fields."""
    return "" if answers is None else answers.html(beside=errors_beside(problems))


def load_step_form(request: Request, dossier: Dossier, version: int | None = None) -> tuple[StepForm, Child | None]:
    """The form of `{transition}`, and the child of `{kind}` and `{number}` whose transition it is, if any."""
    child = load_child(request, dossier) if "kind" in request.matchdict else None
    return transitions.step_form(request.work, dossier, request.matchdict["transition"], child, version), child


def redirect_after_step(request: Request, dossier: Dossier, child: Child | None, flash: str) -> HTTPSeeOther:
    """Redirect to the dossier, or to the tab of the child; who reads that child alone goes to its page, and home where
    the step has put somebody else in charge.
    """
    if child is None or has_permission(request.work, "dossier.read", dossier):
        return redirect_to_tab(request, dossier.reference, f"children-{child.kind}" if child else None, flash=flash)
    request.flash(flash)
    if not is_visible_child(request.work, dossier, child.kind, child.number):
        return HTTPSeeOther(request.route_path("home"))
    return HTTPSeeOther(
        request.route_path("dossier.child", reference=dossier.reference, kind=child.kind, number=child.number)
    )


def page(
    request: Request, step: StepForm, child: Child | None, fields: str, version: int, comment: str = ""
) -> dict[str, Any]:
    dossier: Dossier = request.context.dossier
    return {
        "dossier": dossier,
        "reads_dossier": has_permission(request.work, "dossier.read", dossier),
        "asked": step,
        "child": child,
        "about_child": child_view(request.work, dossier, child.kind, child.number) if child is not None else None,
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "version": version,
        "comment": comment,
        "problems": page_errors(step.reasons),
        "again": False,
        "ended_signatures": {"step": step.ends},
        "over_uploads": {"step": " ".join(step.over_uploads)},
        "past_agreed": is_checked(request, BOX),
        **(about(request, dossier, step) if child is None else {}),
    }


def about(request: Request, dossier: Dossier, step: StepForm) -> dict[str, Any]:
    """What a step of a dossier is about: the request, the last that was said, the signatures that it leaves, the
    texts that it does not draft anew, empty places in what is decided on, and whether files may be added.
    """
    work, summary = request.work, request_summary(request.work, dossier)
    said = next((entry for entry in developments(work, dossier) if entry.comment), None)
    takes_files = has_permission(work, "dossier.attach", dossier)
    return {
        "request_summary": summary,
        "shows_request": said is None and summary.shown <= SHORT,
        "said": said,
        "left_signatures": left_signatures(work, dossier, step.transition),
        "empty_places": empty_places_decided(work, dossier, step.transition),
        "kept_texts": kept_texts(work, dossier, step.transition),
        "accepted": accepted_types(work) if takes_files else "",
    }
