"""Signing in and out, and the reader's language."""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPSeeOther
from pyramid.view import view_config

from formengine.errors import Refused, TooManyTries
from formengine.forms import FieldError
from formengine.i18n import language_name, say
from formengine.services.accounts import accounts, sessions
from formengine.services.accounts.invitations import request_password_reset
from formengine.storage.models.people import Person
from formengine.web.authentication import clear_session_cookie, known_devices, remember_device, set_session_cookie
from formengine.web.locale import chosen_language, remember_language
from formengine.web.post_data import FormValues, posted_field, posted_values
from formengine.web.redirects import safe_next
from formengine.web.try_limits import answer_too_many, wait_sentence
from formengine.web.unsent_posts import claim_unsent

SIGN_IN = "formengine:web/templates/people/sign_in.jinja2"
CLEAR_SITE_DATA = {"Clear-Site-Data": '"storage"'}
"""Lets a browser forget what scripts kept. Pages and files are in no cache, and known devices stay known."""
FORGOTTEN = "formengine:web/templates/people/forgotten.jinja2"


@view_config(route_name="sign_in", request_method="GET", renderer=SIGN_IN)
def sign_in_page(request: Any) -> Any:
    back = safe_next(request.GET.get("next"))
    if request.identity.person is not None:
        return HTTPSeeOther(back)
    return _sign_in_page(request, FormValues(), back)


@view_config(route_name="sign_in", request_method="POST", renderer=SIGN_IN)
def sign_in(request: Any) -> Any:
    back = safe_next(posted_field(request, "next"))
    agent = request.user_agent or ""
    try:
        signed_in = sessions.sign_in(
            request.work,
            posted_field(request, "email"),
            posted_field(request, "password"),
            agent=agent,
            previous=request.identity.secret,
            devices=known_devices(request),
        )
    except Refused as error:
        request.response.status_int = 422
        form = posted_values(request.POST, [FieldError("/email", "email", "custom", error.reasons[0])])
        return _sign_in_page(request, form, back)
    except TooManyTries as error:
        answer_too_many(request, error)
        return _sign_in_page(request, posted_values(request.POST), back, wait_sentence(request, error))
    set_session_cookie(request, signed_in.secret)
    remember_device(request, signed_in.device)
    _tell_other_language(request, signed_in.person)
    _remember_language_of(request, signed_in.person)
    return HTTPSeeOther(claim_unsent(request, request.work, signed_in.person) or back)


@view_config(route_name="sign_out", request_method="POST")
def sign_out(request: Any) -> Any:
    if request.identity.secret:
        sessions.sign_out(request.work, request.identity.secret)
    clear_session_cookie(request)
    request.flash(say(request.language, "You are signed out."), "info")
    return HTTPSeeOther("/sign-in", headers=CLEAR_SITE_DATA)


@view_config(route_name="forgotten_password", request_method="GET", renderer=FORGOTTEN)
def forgotten_page(request: Any) -> Any:
    return {"form": FormValues(), "sent": False}


@view_config(route_name="forgotten_password", request_method="POST", renderer=FORGOTTEN)
def forgotten(request: Any) -> Any:
    email = posted_field(request, "email", 254).strip()
    if "@" not in email:
        request.response.status_int = 422
        sentence = say(request.language, "Write a whole e-mail address, such as maya@example.com.")
        return {"form": FormValues({"email": email}, {"email": sentence}), "sent": False}
    request_password_reset(request.work, email)
    return {"form": FormValues({"email": email}), "sent": True}


@view_config(route_name="language", request_method="POST")
def language(request: Any) -> Any:
    chosen = posted_field(request, "language")
    if chosen in request.languages:
        remember_language(request, chosen)
        if request.identity.person is not None:
            accounts.change_language(request.work, chosen)
    return HTTPSeeOther(safe_next(posted_field(request, "next")))


def _tell_other_language(request: Any, person: Person) -> None:
    """Tell who chose another language for the pages before the sign-in, in that one, where the language of their
    account is changed: its mails are in it, too.
    """
    chosen = chosen_language(request)
    if chosen is None or person.language not in request.languages or chosen == person.language:
        return
    name = language_name(person.language, chosen)
    text = "Your account is in {language}. The button at the top of the page changes that, for your mails as well."
    request.flash(say(chosen, text, language=name), "info", language=chosen)


def _remember_language_of(request: Any, person: Person) -> None:
    """Show the pages before a sign-in in the language of the account from now on, where another one was chosen."""
    if chosen_language(request) is not None and person.language in request.languages:
        remember_language(request, person.language)


def _sign_in_page(request: Any, form: FormValues, back: str, refusal: str | None = None) -> dict[str, Any]:
    site = request.identity.site
    sign_up = site is not None and site.portal.sign_up.mode != "off"
    return {"form": form, "next": back, "refusal": refusal, "sign_up": sign_up}
