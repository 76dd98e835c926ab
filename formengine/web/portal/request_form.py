"""The form of a request type: filled in, shown again as typed, and submitted once (P8, F5, F6, T4)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.authoring import RequestType
from formengine.errors import KeyReused, Refused
from formengine.forms import FieldError
from formengine.i18n import pick, say
from formengine.services.catalogue import request_types as catalogue
from formengine.services.catalogue.field_choices import invalid_dossier_references
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.submitted_documents import wrong_documents
from formengine.services.drafts.changed_forms import FormChanges
from formengine.services.drafts.request_drafts import request_drafts, resume_request
from formengine.services.intake import submissions
from formengine.services.intake.dossier_opening import Submitted
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.embedded import is_embedded
from formengine.web.page_errors import PageError, errors_beside, missing
from formengine.web.portal.begun_forms import begin_form
from formengine.web.portal.form_pages import (
    SUBMIT,
    FormPage,
    changed_property,
    errors_shown,
    first_page_with_errors,
    form_pages,
    next_page,
    page_number,
)
from formengine.web.portal.request_drafts import (
    CHANGE_TYPE,
    SAVE,
    SAVE_APART,
    SEEN,
    UNCHANGED,
    UNSAVED,
    DraftState,
    PostedForm,
    autosave,
    finish_draft,
    form_mark,
    posted_state,
    read_posted_form,
    save_by_button,
    save_posted,
)
from formengine.web.post_data import (
    PAGE_KEY_PREFIX,
    is_autosave,
    is_checked,
    is_live_update,
    oversized_file_errors,
    posted_text,
)

if TYPE_CHECKING:
    from formengine.forms import Answers, Form

TEMPLATE = "formengine:web/templates/portal/request.jinja2"
CHANGE = Markup(
    '<button class="btn btn-link btn-sm" type="submit" name="_go" value="to-{}-{}">{}'
    '<span class="visually-hidden"> {}</span></button>'
)


def request_type_context(request: Request) -> RequestType:
    """The request type of `{type}`; raises NotFound when it is not offered to this person."""
    return catalogue.get_request_type(request.work, request.matchdict["type"])


@view_config(route_name="new_request", request_method="GET", renderer=TEMPLATE)
def request_page(context: RequestType, request: Request) -> dict[str, Any]:
    work, draft_id = request.work, request.GET.get("draft", "")
    steps, form = form_pages(context, work.language), submissions.form_to_fill(work, context)
    if not draft_id:
        return new_page(request, context, form, steps)
    resumed = resume_request(work, context, form, draft_id)
    draft, number = resumed.draft, min(resumed.draft.page, len(steps))
    fields = resumed.answers.html(only=page_fields(steps, number), errors=(), first=False)
    summaries = page_summaries(form, resumed.answers, steps, number, work)
    state = DraftState(draft.id, draft.version, draft.saved_at)
    return page(request, context, fields, steps, number, (), summaries, resumed.changes, state)


def new_page(request: Request, request_type: RequestType, form: Form, steps: Sequence[FormPage]) -> dict[str, Any]:
    """The first page of a new form, with the answers that it begins with."""
    begun, only = begin_form(request, request_type, form, steps), page_fields(steps, 0)
    if begun.controls is None:
        fields = form.render(only=only)
    else:
        fields = form.resume(begun.controls).html(only=only, errors=(), first=False)
    shown = page(request, request_type, fields, steps, 0, changes=begun.changes)
    drafts = [] if begun.changes else request_drafts(request.work, request_type)
    return {**shown, "begun": drafts, "prefilled": begun.prefilled}


@view_config(route_name="new_request", request_method="POST", renderer=TEMPLATE)
def submit_request(context: RequestType, request: Request) -> Any:
    work, go = request.work, posted_text(request, "_go")
    form, steps = submissions.form_to_fill(work, context), form_pages(context, work.language)
    posted, number = read_posted_form(request, context, form), page_number(posted_text(request, "_step"), steps)
    answers = posted.answers
    draw = partial(redraw, request, context, form, posted, steps)
    if is_autosave(request):
        return autosave(request, context, posted, number)
    if too_large := oversized_file_errors(request):
        request.response.status_int = 422
        answers.refuse(too_large)
        return draw(number, errors_shown(steps, number, answers.errors))
    lingering = errors_shown(steps, number, answers.lingering)
    if go in (SAVE, SAVE_APART, CHANGE_TYPE):
        saved = partial(draw, number, lingering, first=False)
        return save_by_button(request, context, posted, number, lambda state: saved(draft=state))
    if posted.carried or go == SEEN or is_live_update(request) or posted.operation:
        return draw(number, lingering, first=False)
    answers.refuse(invalid_dossier_references(work, form, answers.data))
    answers.refuse(wrong_documents(work, context, answers.data))
    number, errors = next_page(go, number, steps, answers)
    if number == SUBMIT:
        return send(request, context, answers, partial(draw_refused, draw, steps, answers))
    if errors:
        request.response.status_int = 422
        return draw(number, errors)
    return draw(number, draft=save_posted(request, context, posted, number))


def draw_refused(
    draw: Callable[..., dict[str, Any]], steps: Sequence[FormPage], answers: Answers, problems: list[PageError]
) -> dict[str, Any]:
    """The page of the first answer that was refused; the last one, where an error is of none."""
    number, errors = (len(steps), []) if answers.valid else first_page_with_errors(steps, answers.errors)
    return draw(number, errors, problems)


def send(
    request: Request, request_type: RequestType, answers: Answers, again: Callable[[list[PageError]], dict[str, Any]]
) -> PageOrRedirect:
    """Submit the answers and redirect to the confirmation; `again` shows the form with the errors."""
    work, accepted = request.work, is_checked(request, "accept_notice")
    key, sent = PAGE_KEY_PREFIX + posted_text(request, "nonce")[:64], []
    unread = "Tick the box under the legal notice before you send."
    reused = "This form was sent before, with other answers. If you mean to send another request, submit it again."

    def submit() -> None:
        try:
            sent.append(submissions.submit(work, request_type.id, answers, key=key, accept_notice=accepted))
        except KeyReused:
            request.POST["nonce"] = ""
            raise Refused([say(work.language, reused)]) from None

    def confirmation() -> HTTPSeeOther:
        finish_draft(request)
        return HTTPSeeOther(received_path(request, sent[0]))

    is_unread = bool(request_type.legal_notice) and not accepted
    errors = missing(say(work.language, unread), "accept_notice", when=is_unread)
    return run_action(request, submit, confirmation, again, errors, answers=answers)


def received_path(request: Request, sent: Submitted) -> str:
    """The address of the page that says what was sent; while others fill in their parts, that of the request."""
    if is_embedded(request):
        type_ = request.matchdict["type"]
        if sent.filling is not None:
            return str(request.route_path("embed.begun", type=type_))
        return str(request.route_path("embed.sent", type=type_, reference=sent.dossier.reference))
    if sent.filling is not None:
        return str(request.route_path("filling", id=sent.filling.id))
    return str(request.route_path("submission", reference=sent.dossier.reference))


def redraw(
    request: Request,
    request_type: RequestType,
    form: Form,
    posted: PostedForm,
    steps: Sequence[FormPage],
    number: int,
    errors: Sequence[FieldError] = (),
    problems: Sequence[PageError] = (),
    *,
    first: bool = True,
    draft: DraftState | None = None,
) -> dict[str, Any]:
    """One page of the form as filled in; with `first` the focus is on the first error."""
    focus, answers = changed_property(posted_text(request, "_go")), posted.answers
    fields = answers.html(
        only=page_fields(steps, number), errors=errors, first=first, focus=focus, beside=errors_beside(problems)
    )
    summaries = page_summaries(form, answers, steps, number, request.work)
    state = draft or posted_state(request)
    return page(request, request_type, fields, steps, number, problems, summaries, posted.changes, state)


def page_fields(steps: Sequence[FormPage], number: int) -> tuple[str, ...] | None:
    """The fields of a page; None for all."""
    if not steps:
        return None
    return steps[number].fields if number < len(steps) else ()


def page_summaries(
    form: Form, answers: Answers, steps: Sequence[FormPage], number: int, work: UnitOfWork
) -> list[Markup]:
    """On the summary, the answers of every page with buttons to change them; empty on other pages."""
    if not steps or number < len(steps):
        return []

    def summary(number: int, step: FormPage) -> Markup:
        def change(name: str, title: str) -> str:
            return CHANGE.format(number, name, say(work.language, "Change"), title)

        undeclared = set(answers.data or ()) - asked if step is steps[-1] else ()
        html = form.summary(answers.data, only={*step.fields, *undeclared}, change=change, zone=work.zone)
        return Markup(html if "<dt" in html else "")  # escaped by the forms engine  # nosec B704

    asked = {name for step in steps for name in step.fields}
    return [summary(number, step) for number, step in enumerate(steps)]


def page(
    request: Request,
    request_type: RequestType,
    fields: str,
    steps: Sequence[FormPage],
    number: int,
    problems: Sequence[PageError] = (),
    summaries: Sequence[Markup] = (),
    changes: FormChanges = UNCHANGED,
    draft: DraftState = UNSAVED,
) -> dict[str, Any]:
    language = request.work.language
    return {
        "type": request_type.id,
        "mark": form_mark(request_type, language),
        "changes": changes,
        "changes_text": json.dumps(changes.to_json(), ensure_ascii=False),
        "draft": draft,
        "begun": [],
        "prefilled": None,
        "title": request_type.title_in(language),
        "description": pick(request_type.description, language),
        "notice": pick(request_type.legal_notice, language),
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "others": [pick(part.title, language) for part in request_type.parts.values()],
        "steps": steps,
        "place": number,
        "summaries": summaries,
        "problems": problems,
        "accepted": is_checked(request, "accept_notice") and not changes.notice,
        "nonce": posted_text(request, "nonce")[:64] or secrets.token_urlsafe(18),
    }
