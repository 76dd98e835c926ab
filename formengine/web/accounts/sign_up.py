"""Signing up: the form, and the page of the mailed link, where the address is confirmed (P5, U3)."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import exception_view_config, view_config

from formengine.errors import Invalid, LinkSpent, TooManyTries
from formengine.i18n import say
from formengine.services.accounts import passwords, sign_ups
from formengine.web.authentication import remember_device, set_session_cookie
from formengine.web.error_views import link_spent
from formengine.web.post_data import FormValues, posted_field, posted_values
from formengine.web.try_limits import answer_too_many, wait_sentence

SIGN_UP = "formengine:web/templates/people/sign_up.jinja2"
CONFIRM = "formengine:web/templates/people/sign_up_link.jinja2"
SPENT = "formengine:web/templates/people/link_spent.jinja2"


@view_config(route_name="sign_up", request_method="GET", renderer=SIGN_UP)
def sign_up_page(request: Any) -> Any:
    if request.identity.person is not None:
        return HTTPSeeOther("/")
    if sign_ups.sign_up_rule(request.work).mode == "off":
        request.response.status_int = 404
    return _page(request, FormValues({"language": request.language}))


@view_config(route_name="sign_up", request_method="POST", renderer=SIGN_UP)
def sign_up(request: Any) -> Any:
    language = posted_field(request, "language")
    fields = {name: posted_field(request, name) for name in ("email", "name", "company", "reason")}
    try:
        sign_ups.request_account(
            request.work, **fields, language=language if language in request.languages else request.language
        )
    except Invalid as error:
        request.response.status_int = 422
        return _page(request, posted_values(request.POST, error.errors))
    except TooManyTries as error:
        answer_too_many(request, error)
        return _page(request, posted_values(request.POST), refusal=wait_sentence(request, error))
    return _page(request, FormValues({"email": fields["email"].strip()}), sent=True)


@view_config(route_name="sign_up_link", request_method="GET", renderer=CONFIRM)
def confirm_page(request: Any) -> Any:
    return _link_page(request, FormValues())


@view_config(route_name="sign_up_link", request_method="POST", renderer=CONFIRM)
def confirm(request: Any) -> Any:
    secret, work = request.matchdict["secret"], request.work
    if sign_ups.sign_up_rule(work).mode != "open":
        sign_ups.confirm_address(work, secret)
        return HTTPSeeOther(request.path)
    agent, previous = request.user_agent or "", request.identity.secret
    try:
        signed_in = sign_ups.open_account(
            work, secret, posted_field(request, "password"), agent=agent, previous=previous
        )
    except Invalid as error:
        request.response.status_int = 422
        return _link_page(request, posted_values(request.POST, error.errors))
    set_session_cookie(request, signed_in.secret)
    remember_device(request, signed_in.device)
    request.flash(say(signed_in.person.language, "Welcome! Your account is open and you are signed in."))
    return HTTPSeeOther("/")


@exception_view_config(LinkSpent, route_name="sign_up_link", renderer=SPENT)
def sign_up_link_spent(error: LinkSpent, request: Any) -> Any:
    request.response.status_int = 410
    shown = link_spent(error, lambda sentence, /, **values: say(request.language, sentence, **values), False)
    return {"shown": shown, "sent": False, "secret": "", "again": error.why in ("expired", "unknown")}  # nosec B105


def _page(request: Any, form: FormValues, *, sent: bool = False, refusal: str | None = None) -> dict[str, Any]:
    rule = sign_ups.sign_up_rule(request.work)
    return {
        "form": form,
        "mode": rule.mode,
        "domains": ", ".join(rule.domains),
        "sent": sent,
        "refusal": refusal,
        "longest": sign_ups.MAX_REASON,
    }


def _link_page(request: Any, form: FormValues) -> dict[str, Any]:
    row = sign_ups.read_sign_up(request.work, request.matchdict["secret"])
    mode = sign_ups.sign_up_rule(request.work).mode
    return {"form": form, "row": row, "mode": mode, "shortest": passwords.MIN_LENGTH}
