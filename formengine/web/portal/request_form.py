"""The form of a request type: filled in, shown again as typed, and submitted once (P8, F5, F6, T4)."""

from __future__ import annotations

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
from formengine.services.intake import submissions
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.portal.form_pages import SUBMIT, FormPage, changed_property, form_pages, next_page, page_number
from formengine.web.post_data import (
    PAGE_KEY_PREFIX,
    form_controls,
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
    steps = form_pages(context, request.work.language)
    form = catalogue.request_form(request.work, context, suggesting=True)
    return page(request, context, form.render(only=steps[0].fields if steps else None), steps, 0)


@view_config(route_name="new_request", request_method="POST", renderer=TEMPLATE)
def submit_request(context: RequestType, request: Request) -> PageOrRedirect:
    work, go = request.work, posted_text(request, "_go")
    form, steps = catalogue.request_form(work, context, suggesting=True), form_pages(context, work.language)
    answers, number = form.read(form_controls(request)), page_number(posted_text(request, "_step"), steps)
    draw = partial(redraw, request, context, form, answers, steps)
    if too_large := oversized_file_errors(request):
        request.response.status_int = 422
        return draw(number, answers.errors, too_large)
    if is_live_update(request) or answers.operation:
        return draw(number, answers.lingering, first=False)
    answers.refuse(invalid_dossier_references(work, form, answers.data))
    number, errors = next_page(go, number, steps, answers)
    if number != SUBMIT:
        if errors:
            request.response.status_int = 422
        return draw(number, errors)
    return send(request, context, answers, lambda problems: draw(len(steps), problems=problems))


def send(
    request: Request, request_type: RequestType, answers: Answers, again: Callable[[list[str]], dict[str, Any]]
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

    errors = [say(work.language, unread)] if request_type.legal_notice and not accepted else []
    return run_action(
        request,
        submit,
        lambda: HTTPSeeOther(request.route_path("submission", reference=sent[0].dossier.reference)),
        again,
        errors,
    )


def redraw(
    request: Request,
    request_type: RequestType,
    form: Form,
    answers: Answers,
    steps: Sequence[FormPage],
    number: int,
    errors: Sequence[FieldError] = (),
    problems: Sequence[str] = (),
    *,
    first: bool = True,
) -> dict[str, Any]:
    """One page of the form as filled in; with `first` the focus is on the first error."""
    focus = changed_property(posted_text(request, "_go"))
    fields = answers.html(only=page_fields(steps, number), errors=errors, first=first, focus=focus)
    summaries = page_summaries(form, answers, steps, number, request.work)
    return page(request, request_type, fields, steps, number, problems, summaries)


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

        html = form.summary(answers.data, only=step.fields, change=change, zone=work.zone)
        return Markup(html)  # escaped by the forms engine  # nosec B704

    return [summary(number, step) for number, step in enumerate(steps)]


def page(
    request: Request,
    request_type: RequestType,
    fields: str,
    steps: Sequence[FormPage],
    number: int,
    problems: Sequence[str] = (),
    summaries: Sequence[Markup] = (),
) -> dict[str, Any]:
    language = request.work.language
    return {
        "title": request_type.title_in(language),
        "description": pick(request_type.description, language),
        "notice": pick(request_type.legal_notice, language),
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed  # nosec B704
        "steps": steps,
        "place": number,
        "summaries": summaries,
        "problems": problems,
        "accepted": is_checked(request, "accept_notice"),
        "nonce": posted_text(request, "nonce")[:64] or secrets.token_urlsafe(18),
    }
