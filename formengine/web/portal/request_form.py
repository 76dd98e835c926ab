"""The form of a request: filled, shown again as it was typed, and sent once (P8, F5, F6, T4)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.authoring import RequestType
from formengine.errors import Invalid, KeyReused, Refused
from formengine.forms import Answers, FieldError, Form
from formengine.i18n import pick, say
from formengine.services.catalogue import request_types as catalogue
from formengine.services.catalogue.field_choices import invalid_dossier_references
from formengine.services.core.unit_of_work import Work
from formengine.services.intake import submissions as submitting
from formengine.web.portal.form_pages import SUBMIT, FormPage, changed_property, form_pages, next_page, page_number
from formengine.web.post_data import form_controls, oversized_file_errors, posted_text, refusal_sentences, trying

TEMPLATE = "formengine:web/templates/portal/request.jinja2"
CHANGE = Markup(
    '<button class="btn btn-link btn-sm" type="submit" name="_go" value="to-{}-{}">{}'
    '<span class="visually-hidden"> {}</span></button>'
)
PAGE_KEY_PREFIX = "page-"
"""What the idempotency keys of pages begin with, so that no key of the API is ever one of theirs."""


def request_type_context(request: Request) -> RequestType:
    """The request type of `{type}`; NotFound when it is not offered to this person."""
    return catalogue.get_request_type(request.work, request.matchdict["type"])


@view_config(route_name="new_request", request_method="GET", renderer=TEMPLATE)
def request_page(context: RequestType, request: Request) -> dict[str, Any]:
    steps = form_pages(context, request.work.language)
    form = catalogue.request_form(request.work, context, suggesting=True)
    return page(request, context, form.render(only=steps[0].fields if steps else None), steps, 0)


@view_config(route_name="new_request", request_method="POST", renderer=TEMPLATE)
def submit_request(context: RequestType, request: Request) -> dict[str, Any] | HTTPSeeOther:
    form = catalogue.request_form(request.work, context, suggesting=True)
    steps = form_pages(context, request.work.language)
    answers, place, problems = form.read(form_controls(request)), page_number(posted_text(request, "_step"), steps), []
    errors: list[FieldError] = []
    meanwhile = False
    if oversized_file_errors(request):
        problems, errors = oversized_file_errors(request), answers.errors
    elif is_live_update(request) or answers.operation:
        meanwhile, errors = True, answers.lingering
    else:
        answers.refuse(invalid_dossier_references(request.work, form, answers.data))
        place, errors = next_page(posted_text(request, "_go"), place, steps, answers)
    if place == SUBMIT:
        done = sent_or_why(request, context, answers)
        if isinstance(done, HTTPSeeOther):
            return done
        place, problems = len(steps), done
    if not meanwhile and (problems or errors):
        request.response.status_int = 422
    focus = changed_property(posted_text(request, "_go"))
    fields = answers.html(only=page_fields(steps, place), errors=errors, first=not meanwhile, focus=focus)
    shown = page_summaries(form, answers, steps, place, request.work)
    return page(request, context, fields, steps, place, problems, shown)


def page_fields(steps: Sequence[FormPage], place: int) -> tuple[str, ...] | None:
    """The fields to draw on a page; None for all of them."""
    if not steps:
        return None
    return steps[place].fields if place < len(steps) else ()


def page_summaries(form: Form, answers: Answers, steps: Sequence[FormPage], place: int, work: Work) -> list[Markup]:
    """The answers of every page to check before they are sent, each with its way back; on other pages, nothing."""
    if not steps or place < len(steps):
        return []

    def drawn(number: int, step: FormPage) -> Markup:
        def change(name: str, title: str) -> str:
            return CHANGE.format(number, name, say(work.language, "Change"), title)

        html = form.summary(answers.data, only=step.fields, change=change, zone=work.zone)
        return Markup(html)  # escaped by the forms engine

    return [drawn(number, step) for number, step in enumerate(steps)]


def is_live_update(request: Request) -> bool:
    """Whether a script posted the form while it is being filled, to see which fields appear (F4)."""
    return request.headers.get("X-Form-Live") == "1"


def sent_or_why(request: Request, request_type: RequestType, answers: Answers) -> HTTPSeeOther | list[str]:
    """The way to the confirmation, or the sentences that say why nothing was sent."""
    work, accepted = request.work, posted_text(request, "accept_notice") == "yes"
    if request_type.legal_notice and not accepted:
        return [say(work.language, "Tick the box under the legal notice before you send.")]
    try:
        with trying(work):
            sent = submitting.submit(
                work,
                request_type.id,
                answers,
                key=PAGE_KEY_PREFIX + posted_text(request, "nonce")[:64],
                accept_notice=accepted,
            )
    except (Refused, Invalid) as error:
        return refusal_sentences(error)
    except KeyReused:
        request.POST["nonce"] = ""
        return [
            say(
                work.language,
                "This form was sent before, with other answers. If you mean to send another request, submit it again.",
            )
        ]
    return HTTPSeeOther(request.route_path("submission", reference=sent.dossier.reference))


def page(
    request: Request,
    request_type: RequestType,
    fields: str,
    steps: Sequence[FormPage],
    place: int,
    problems: Sequence[str] = (),
    summaries: Sequence[Markup] = (),
) -> dict[str, Any]:
    language = request.work.language
    return {
        "title": request_type.title_in(language),
        "description": pick(request_type.description, language),
        "notice": pick(request_type.legal_notice, language),
        "fields": Markup(fields),  # made by the forms engine, which escapes what people typed
        "steps": steps,
        "place": place,
        "summaries": summaries,
        "problems": problems,
        "accepted": posted_text(request, "accept_notice") == "yes",
        "nonce": posted_text(request, "nonce")[:64] or secrets.token_urlsafe(18),
    }
