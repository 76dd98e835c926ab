"""The link of a mail by which a public request is confirmed and sent, and lost links sent again (F13)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.request import Request
from pyramid.view import view_config

from formengine.errors import LinkSpent
from formengine.i18n import pick, say
from formengine.services.catalogue.request_types import request_form
from formengine.services.drafts.changed_forms import older_form
from formengine.services.intake import public_requests
from formengine.services.intake.public_requests import UnconfirmedRequest
from formengine.web.actions import PageOrRedirect, run_action
from formengine.web.post_data import FormValues, posted_field
from formengine.web.try_limits import over_limit

TEMPLATE = "formengine:web/templates/public/confirmation.jinja2"
LINKS = "formengine:web/templates/public/links.jinja2"
SPENT = "formengine:web/templates/public/spent.jinja2"


@view_config(route_name="public.confirmation", request_method="GET", renderer=TEMPLATE)
def read(request: Request) -> Any:
    """The answers once more; opening the link sends nothing, as mail programs open links by themselves."""
    try:
        waiting = public_requests.get_unconfirmed(request.work, token_of(request))
    except LinkSpent as error:
        return spent(request, error)
    if waiting.reference:
        dossier = public_requests.sent_dossier(request.work, waiting)
        return HTTPSeeOther(public_requests.follow_path(request.work, dossier))
    return page(request, waiting)


@view_config(route_name="public.confirmation", request_method="POST", renderer=TEMPLATE)
def send(request: Request) -> PageOrRedirect:
    work, token, sent = request.work, token_of(request), []

    def confirm() -> None:
        sent.append(public_requests.follow_path(work, public_requests.confirm(work, token)))

    def again(problems: list[Any]) -> dict[str, Any]:
        return page(request, public_requests.get_unconfirmed(work, token), problems)

    try:
        return run_action(request, confirm, lambda: followed(request, sent[0]), again)
    except LinkSpent as error:
        return spent(request, error)


def followed(request: Request, path: str) -> HTTPSeeOther:
    """Lead to the request that was sent."""
    request.flash(say(request.work.language, "Your request has been sent"))
    return HTTPSeeOther(path)


def token_of(request: Request) -> str:
    return str(request.matchdict["token"])[:200]


def spent(request: Request, error: LinkSpent) -> dict[str, Any]:
    request.response.status_int = 404 if error.why == "unknown" else 410
    request.override_renderer = SPENT
    return {"why": error.why}


def page(request: Request, waiting: UnconfirmedRequest, problems: list[Any] | None = None) -> dict[str, Any]:
    """The answers, on the form that they were given on, where it is still offered."""
    work, request_type = request.work, waiting.request_type
    answers = notice = None
    if request_type is not None:
        form = older_form(work, request_type, waiting.draft.form_hash, work.language)
        answers = (form or request_form(work, request_type)).summary(waiting.data, zone=work.zone)
        notice = pick(request_type.legal_notice, work.language)
    return {
        "waiting": waiting,
        "secret": token_of(request),
        "type": request_type.id if request_type is not None else "",
        "answers": answers,
        "changes": public_requests.changes_since(work, waiting),
        "notice": notice,
        "expires_at": waiting.draft.expires_at,
        "problems": problems or [],
    }


@view_config(route_name="public.links", request_method="GET", renderer=LINKS)
def links_page(request: Request) -> dict[str, Any]:
    return {"form": FormValues(), "sent": False, "refusal": ""}


@view_config(route_name="public.links", request_method="POST", renderer=LINKS)
def send_links(request: Request) -> dict[str, Any]:
    """Mail lost links again; the answer is the same for every address."""
    email = posted_field(request, "email", 254).strip().lower()
    if "@" not in email or not email.isprintable():
        request.response.status_int = 422
        sentence = say(request.language, "Write a whole e-mail address, such as maya@example.com.")
        return {"form": FormValues({"email": email}, {"email": sentence}), "sent": False, "refusal": ""}
    if refusal := over_limit(request, *public_requests.limits_of(request.work, email)):
        return {"form": FormValues({"email": email}), "sent": False, "refusal": refusal[0]}
    public_requests.resend_links(request.work, email)
    return {"form": FormValues({"email": email}), "sent": True, "refusal": ""}
