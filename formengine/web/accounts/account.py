"""The account settings pages: name, language, time zone, password and sessions; tokens for programs."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.errors import Invalid
from formengine.i18n import say, say_n
from formengine.services.accounts import accounts, calendar_feeds, passwords, sessions
from formengine.services.accounts import api_tokens as tokens
from formengine.web.accounts.sign_in import CLEAR_SITE_DATA
from formengine.web.accounts.time_zones import zone_groups
from formengine.web.authentication import clear_session_cookie
from formengine.web.contexts import int_from_path
from formengine.web.locale import remember_language
from formengine.web.post_data import FormValues, posted_field, posted_text, posted_values, whole_number

ACCOUNT = "formengine:web/templates/people/account.jinja2"
TOKENS = "formengine:web/templates/people/tokens.jinja2"


@view_config(route_name="account", renderer=ACCOUNT)
def account(request: Any) -> Any:
    return _page(request)


@view_config(route_name="account_profile", renderer=ACCOUNT)
def profile(request: Any) -> Any:
    language = posted_field(request, "language")
    try:
        accounts.change_profile(
            request.work, name=posted_field(request, "name"), language=language, zone=posted_field(request, "zone")
        )
    except Invalid as error:
        return _page_with_errors(request, error, "profile")
    remember_language(request, language)
    request.flash(say(language, "Your profile was saved."))
    return HTTPSeeOther("/account")


@view_config(route_name="account_password", renderer=ACCOUNT)
def password(request: Any) -> Any:
    secret = request.identity.secret
    try:
        accounts.change_password(
            request.work, posted_field(request, "present"), posted_field(request, "new"), keep=secret
        )
    except Invalid as error:
        return _page_with_errors(request, error, "password")
    request.flash(
        say(request.language, "Your password was changed. Every other session and every token of yours has ended.")
    )
    return HTTPSeeOther("/account")


@view_config(route_name="account_sessions")
def log_out_everywhere(request: Any) -> Any:
    sessions.log_out_everywhere(request.work)
    clear_session_cookie(request)
    request.flash(say(request.language, "You are signed out on every device, and your tokens no longer work."), "info")
    return HTTPSeeOther("/sign-in", headers=CLEAR_SITE_DATA)


@view_config(route_name="account_session")
def end_session(request: Any) -> Any:
    sessions.end_own_session(request.work, request.matchdict["session"])
    request.flash(say(request.language, "That device is signed out."))
    return HTTPSeeOther("/account#sessions-title")


@view_config(route_name="account_tokens", request_method="GET", renderer=TOKENS)
def tokens_page(request: Any) -> Any:
    return _tokens_page(request)


@view_config(route_name="account_tokens", request_method="POST", renderer=TOKENS)
def create_token(request: Any) -> Any:
    scopes = [scope for scope in request.POST.getall("scopes") if isinstance(scope, str)]
    days = whole_number(posted_text(request, "days"), 9) if "days" in request.POST else tokens.DEFAULT_LIFETIME
    try:
        token = tokens.create_token(request.work, request.work.person, scopes, days, post=request.post_subject)
    except Invalid as error:
        request.response.status_int = 422
        return _tokens_page(request, posted_values(request.POST, error.errors))
    return _tokens_page(request, token=token)


@view_config(route_name="account_token_withdraw")
def withdraw_token(request: Any) -> Any:
    tokens.withdraw_token(request.work, int_from_path(request, "token"))
    request.flash(say(request.language, "The token was withdrawn."))
    return HTTPSeeOther("/account/tokens")


def _page_with_errors(request: Any, error: Invalid, part: str) -> dict[str, Any]:
    request.response.status_int = 422
    return _page(request, part=part, form=posted_values(request.POST, error.errors))


def _page(request: Any, part: str = "", form: FormValues | None = None) -> dict[str, Any]:
    person = request.work.person
    saved = FormValues({"name": person.name, "language": person.language, "zone": person.zone})
    own = request.platform.settings.secret.hashes(request.identity.secret or "")
    rows = sessions.sessions_of(request.work, person)
    return {
        "person": person,
        "profile": form if part == "profile" and form else saved,
        "password": form if part == "password" and form else FormValues(),
        "sessions": [(row, row.id_hash[: sessions.SESSION_NUMBER_LENGTH], row.id_hash in own) for row in rows],
        "zones": zone_groups(request.language, person.zone, request.work.portal_zone),
        "shortest": passwords.MIN_LENGTH,
        "calendar": calendar_feeds.calendar_address(request.work),
    }


def _tokens_page(request: Any, form: FormValues | None = None, token: str = "") -> dict[str, Any]:  # nosec B107
    person = request.work.person
    return {
        "person": person,
        "wanted": form or FormValues({"days": str(tokens.DEFAULT_LIFETIME)}),
        "tokens": tokens.tokens_of(request.work, person),
        "token": token,
        "scopes": tokens.scopes_for(person),
        "lifetimes": [(str(n), say_n(request.language, "{n} day", "{n} days", n)) for n in tokens.LIFETIMES],
    }
