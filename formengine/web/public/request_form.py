"""The form of a public request type: filled in without an account, and kept until its sender confirms it (F13, T19).

Against machines: a control that only they fill in, a form that is sent back no sooner than a person could, and limits
by network address and by e-mail address. No third party is asked.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.authoring import RequestType
from formengine.errors import LinkSpent
from formengine.i18n import pick, say
from formengine.services.catalogue.request_types import request_form
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.submitted_documents import wrong_documents
from formengine.services.drafts.changed_forms import FormChanges
from formengine.services.intake import public_requests
from formengine.services.intake.public_requests import PUBLIC_POSTS, Sender, as_visitor, limits_of, receive, reopen
from formengine.source.yaml_cursor import EMAIL
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.page_errors import PageError, errors_beside, missing
from formengine.web.portal.form_pages import (
    SUBMIT,
    FormPage,
    changed_property,
    errors_shown,
    form_pages,
    next_page,
    page_number,
)
from formengine.web.portal.request_drafts import SEEN, UNCHANGED, PostedForm, read_posted_form
from formengine.web.portal.request_form import draw_refused, page, page_fields, page_summaries
from formengine.web.post_data import is_checked, is_live_update, oversized_file_errors, posted_text
from formengine.web.try_limits import over_limit

if TYPE_CHECKING:
    from formengine.forms import Answers, FieldError, Form

TEMPLATE = "formengine:web/templates/portal/request.jinja2"
QUICKEST: Final = timedelta(seconds=3)
"""How long a person takes at least to fill in a form."""
SLOWEST: Final = timedelta(days=1)
NONCE: Final = re.compile(r"[A-Za-z0-9_-]{20,64}\Z")


def public_type_context(request: Request) -> RequestType:
    """The public request type of `{type}`; raises NotFound for any other."""
    return public_requests.get_public_type(request.work, request.matchdict["type"])


@view_config(route_name="public", renderer="formengine:web/templates/public/catalogue.jinja2")
def catalogue(request: Request) -> dict[str, Any]:
    """The request types that are offered without an account."""
    language = request.work.language
    types = public_requests.public_request_types(request.work)
    shown = [(offered.id, offered.title_in(language), pick(offered.description, language)) for offered in types]
    return {"types": shown, "asked": request.GET.get("asked") == "1"}


@view_config(route_name="public.request", request_method="GET", renderer=TEMPLATE)
def form_page(context: RequestType, request: Request) -> PageOrRedirect:
    steps, form = form_pages(context, request.work.language), request_form(request.work, context)
    if secret := request.GET.get("from", "")[:200]:
        return reopened_page(request, context, steps, secret)
    return public_page(request, context, form.render(only=page_fields(steps, 0)), steps, 0)


def reopened_page(
    request: Request, request_type: RequestType, steps: Sequence[FormPage], secret: str
) -> PageOrRedirect:  # fmt: skip
    """The form with answers that wait for their confirmation; a link that holds none leads to what became of it."""
    try:
        reopened = reopen(request.work, request_type, secret)
    except LinkSpent:
        return HTTPSeeOther(request.route_path("public.confirmation", token=secret))
    fields = reopened.answers.html(only=page_fields(steps, 0), errors=(), first=False)
    shown = public_page(request, request_type, fields, steps, 0, changes=reopened.changes)
    public = {**shown["public"], "sender": reopened.sender, "instead": secret}
    return {**shown, "public": public, "nonce": reopened.visitor}


@view_config(route_name="public.request", request_method="POST", renderer=TEMPLATE)
def post(context: RequestType, request: Request) -> Any:
    nonce = visitor_key(request)
    work, too_many = as_visitor(request.work, nonce), over_limit(request, (PUBLIC_POSTS, request.work.address or "-"))
    form, steps = request_form(work, context), form_pages(context, work.language)
    posted, number = read_posted_form(request, context, form, work), page_number(posted_text(request, "_step"), steps)
    answers, go = posted.answers, posted_text(request, "_go")
    draw = partial(redraw, request, context, form, posted, steps, nonce)
    if too_many:
        return draw(number, (), too_many)
    if oversized := oversized_file_errors(request):
        request.response.status_int = 422
        answers.refuse(oversized)
        return draw(number, errors_shown(steps, number, answers.errors))
    if posted.carried or go == SEEN or is_live_update(request) or posted.operation:
        return draw(number, errors_shown(steps, number, answers.lingering), first=False)
    answers.refuse(wrong_documents(work, context, answers.data))
    return turn_page(request, work, context, answers, steps, number, draw)


def turn_page(
    request: Request,
    work: UnitOfWork,
    request_type: RequestType,
    answers: Answers,
    steps: Sequence[FormPage],
    number: int,
    draw: Callable[..., dict[str, Any]],
) -> PageOrRedirect:
    """The page that a button leads to, drawn by `draw`; from the last one the answers are sent."""
    number, errors = next_page(posted_text(request, "_go"), number, steps, answers)
    if number == SUBMIT:
        return send(request, work, request_type, answers, partial(draw_refused, draw, steps, answers))
    request.response.status_int = 422 if errors else 200
    return draw(number, errors)


def send(
    request: Request,
    work: UnitOfWork,
    request_type: RequestType,
    answers: Answers,
    again: Callable[[list[PageError]], dict[str, Any]],
) -> PageOrRedirect:
    """Keep the answers and ask for their confirmation; `again` shows the form with what keeps it from that."""
    sender, accepted = posted_sender(request), is_checked(request, "accept_notice")
    if posted_text(request, "website"):  # only a machine fills it in, and is told nothing
        return asked(request, sender)
    unread = say(work.language, "Tick the box under the legal notice before you send.")
    problems = [*sender_errors(request, sender), *pace_errors(request)]
    problems += missing(unread, "accept_notice", when=bool(request_type.legal_notice) and not accepted)
    if not problems:
        problems = over_limit(request, *limits_of(work, sender.email))

    def keep() -> None:
        receive(work, request_type, answers, sender, accepted=accepted, instead=posted_secret(request))

    return run_action(request, keep, lambda: asked(request, sender), again, problems, answers=answers)


def asked(request: Request, sender: Sender) -> HTTPSeeOther:
    """Lead to the page that says what to do now; the address of the sender is not part of its own."""
    sentence = "We sent a link to {email}. Open it to read your answers once more and to send them."
    request.flash(say(request.work.language, sentence, email=sender.email), "success")
    return HTTPSeeOther(request.route_path("public", _query={"asked": "1"}))


def sender_errors(request: Request, sender: Sender) -> list[PageError]:
    """What is wrong with the name and the address of the sender."""
    language = request.work.language
    return [
        *missing(say(language, "Write your name."), "sender_name", when=not sender.name),
        *missing(
            say(language, "Write a whole e-mail address, such as maya@example.com."),
            "sender_email",
            when=not EMAIL.match(sender.email) or not sender.email.isprintable(),
        ),
    ]


def pace_errors(request: Request) -> list[PageError]:
    """A form that came back sooner than a person fills it in, or after a day."""
    begun, now = begun_at(request), request.work.now
    if begun is not None and QUICKEST <= now - begun <= SLOWEST:
        return []
    return [
        PageError(say(request.work.language, "That was very quick. Look at your answers, and press the button again."))
    ]


def posted_sender(request: Request) -> Sender:
    """Who sends the request."""
    name, email = posted_text(request, "sender_name")[:200], posted_text(request, "sender_email").lower()
    return Sender(" ".join(name.split()), email if len(email) <= 254 else "")


def posted_secret(request: Request) -> str:
    """The secret of the request that this form was opened with, to be replaced; "" for a new one."""
    return posted_text(request, "_instead")[:200]


def visitor_key(request: Request) -> str:
    """The key of the page, made when it was first drawn: the files that it holds are those of this key."""
    nonce = posted_text(request, "nonce")
    return nonce if NONCE.match(nonce) else secrets.token_urlsafe(18)


def begun_mark(request: Request) -> str:
    """When the form was first drawn, signed; of a form that is shown again, the same as before if it holds."""
    if begun_at(request) is not None:
        return posted_text(request, "_begun")
    moment = str(int(request.work.now.timestamp()))
    signature = request.work.platform.settings.secret.sign(f"public form:{moment}")
    return f"{moment}.{urlsafe_b64encode(signature).decode()}"


def begun_at(request: Request) -> datetime | None:
    """When the form was first drawn; None where the mark of it is none of ours."""
    moment, _dot, signature = posted_text(request, "_begun")[:100].partition(".")
    try:
        signed = urlsafe_b64decode(signature.encode("ascii"))
    except ValueError:
        return None
    if not moment.isdecimal() or not request.work.platform.settings.secret.is_signed(f"public form:{moment}", signed):
        return None
    return datetime.fromtimestamp(int(moment), request.work.now.tzinfo)


def redraw(
    request: Request,
    request_type: RequestType,
    form: Form,
    posted: PostedForm,
    steps: Sequence[FormPage],
    nonce: str,
    number: int,
    errors: Sequence[FieldError] = (),
    problems: Sequence[PageError] = (),
    *,
    first: bool = True,
) -> dict[str, Any]:
    """One page of the form as it was filled in."""
    answers = posted.answers
    fields = answers.html(
        only=page_fields(steps, number),
        errors=errors,
        first=first,
        focus=changed_property(posted_text(request, "_go")),
        beside=errors_beside(problems),
    )
    shown = public_page(request, request_type, fields, steps, number, problems, posted.changes)
    return {**shown, "summaries": page_summaries(form, answers, steps, number, request.work), "nonce": nonce}


def public_page(
    request: Request,
    request_type: RequestType,
    fields: str,
    steps: Sequence[FormPage],
    number: int,
    problems: Sequence[PageError] = (),
    changes: FormChanges = UNCHANGED,
) -> dict[str, Any]:
    """The variables of the page of a form, with those of its sender."""
    public = {"sender": posted_sender(request), "begun": begun_mark(request), "instead": posted_secret(request)}
    return {**page(request, request_type, fields, steps, number, problems, changes=changes), "public": public}
