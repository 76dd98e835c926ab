"""The page that a link opens: the document, a code by mail, then sign or decline, or approve or reject.

Opening it does not use the link up, because mail scanners open links; what is done there does, and requires the code
(T16).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import exception_view_config, view_config

from formengine.errors import LinkSpent
from formengine.i18n import say
from formengine.services.approvals import guest_signing
from formengine.services.approvals.decisions import NO_VERSION_SHOWN, parse_decision
from formengine.services.files.reading_copies import request_missing_copy
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.dossiers.downloads import file_response
from formengine.web.post_data import is_checked, posted_text, posted_texts

TEMPLATE: Final = "formengine:web/templates/act/act.jinja2"
DONE: Final = "formengine:web/templates/act/done.jinja2"
SPENT: Final = "formengine:web/templates/act/spent.jinja2"


@view_config(route_name="act", renderer=TEMPLATE)
def show(request: Request) -> dict[str, Any]:
    shown = page(request)
    if shown["act"].document is not None:
        request_missing_copy(request.work, shown["act"].document.file)
    return shown


@view_config(route_name="act.document")
def document(request: Request) -> Response:
    return file_response(request, guest_signing.guest_document(request.work, token(request)))


@view_config(route_name="act.code", renderer=TEMPLATE)
def send_code(request: Request) -> PageOrRedirect:
    guest_signing.send_code(request.work, token(request))
    if any(posted_text(request, name) for name in ("text", "reason", "comment")):
        return page(request)  # with what was typed before the last code ran out
    return HTTPSeeOther(request.route_path("act", token=token(request), _anchor="sign"))


@view_config(route_name="act.signature", renderer=DONE)
def sign(request: Request) -> PageOrRedirect:
    code, text, consent = posted_text(request, "code"), posted_text(request, "text"), is_checked(request, "consent")
    language = request.work.language
    problems = code_problems(language, code)
    problems += [] if text else [say(language, "Type your full name to sign.")]
    problems += [] if consent else [say(language, "Tick the box to say that you agree to sign.")]
    shown = posted_text(request, "document_sha256") or NO_VERSION_SHOWN
    action = partial(guest_signing.guest_sign, request.work, token(request), code, text, consent, shown)
    return act(request, "signed", problems, action)


@view_config(route_name="act.refusal", renderer=DONE)
def decline(request: Request) -> PageOrRedirect:
    code, reason = posted_text(request, "code"), posted_text(request, "reason")
    language = request.work.language
    problems = code_problems(language, code)
    problems += [] if reason else [say(language, "Say why you decline to sign.")]
    action = partial(guest_signing.guest_decline, request.work, token(request), code, reason)
    return act(request, "declined", problems, action)


@view_config(route_name="act.decision", renderer=DONE)
def decide(request: Request) -> PageOrRedirect:
    code, comment = posted_text(request, "code"), posted_text(request, "comment")
    decision, language = parse_decision(posted_text(request, "decision")), request.work.language
    problems = code_problems(language, code)
    if decision is None:
        problems.append(say(language, "Choose Approve or Reject."))
    if decision == "reject" and not comment:
        problems.append(say(language, "Say in the comment why you reject."))
    shown = posted_text(request, "document_sha256") or NO_VERSION_SHOWN
    chosen = decision or "reject"
    action = partial(guest_signing.guest_decide, request.work, token(request), code, chosen, comment or None, shown)
    return act(request, chosen, problems, action)


def code_problems(language: str, code: str) -> list[str]:
    return [] if code else [say(language, "Type the six digits that we sent you.")]


@view_config(route_name="act.link", renderer=SPENT)
def new_link(request: Request) -> dict[str, Any]:
    guest_signing.request_new_link(request.work, token(request))
    return {"why": "asked", "token": token(request)}


@exception_view_config(LinkSpent, route_name="act", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.document", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.code", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.signature", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.refusal", renderer=SPENT)
@exception_view_config(LinkSpent, route_name="act.decision", renderer=SPENT)
def guest_link_spent(error: LinkSpent, request: Request) -> dict[str, Any]:
    request.response.status_int = 410
    return {"why": error.why, "token": token(request)}


def token(request: Request) -> str:
    return str(request.matchdict["token"])[:200]


def page(request: Request, problems: Sequence[str] = ()) -> dict[str, Any]:
    shown = guest_signing.load_guest_page(request.work, token(request))
    return {"act": shown, "token": token(request), "problems": list(problems), "typed": posted_texts(request)}


def act(request: Request, what: str, problems: list[str], action: Callable[[], object]) -> PageOrRedirect:
    """Act and confirm it, or show the page again with what was typed and what is wrong."""
    link = page(request)["act"]

    def again(problems: list[str]) -> dict[str, Any]:
        request.override_renderer = TEMPLATE
        return page(request, problems)

    return run_action(request, action, lambda: {"what": what, "act": link}, again, problems)
