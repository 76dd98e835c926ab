"""Language negotiation: the `lang` parameter, else the person's language, the cookie, Accept-Language."""

from __future__ import annotations

from typing import Any, Final

from formengine.i18n import LANGUAGES
from formengine.web.cookies import get_cookie, set_cookie
from formengine.web.routes import API

LANGUAGE_COOKIE: Final = "fe_language"
A_YEAR: Final = 365 * 86400


def offered_languages(request: Any) -> tuple[str, ...]:
    """The languages that the portal offers and that we speak; the first is its default."""
    site = request.identity.site
    return tuple(code for code in (site.portal.languages if site else ()) if code in LANGUAGES) or LANGUAGES


def negotiate_language(request: Any) -> str:
    """The language of this page."""
    offered, person = request.languages, request.identity.person
    preferred = person.language if person else None
    api = request.path_info_safe.startswith(API)
    parameter = None if api else _language_parameter(request)
    if parameter is not None and parameter in offered and person is None:
        remember_language(request, parameter)
    if preferred in offered and parameter not in offered and not api:
        return str(preferred)
    accepted = request.accept_language.lookup(offered, default="")
    # a program says what it wants in its header; a person's browser says only what it was installed with
    order = (accepted, preferred) if api else (parameter, get_cookie(request, LANGUAGE_COOKIE), accepted)
    return next((code for code in order if code and code in offered), offered[0])


def _language_parameter(request: Any) -> str | None:
    try:
        return str(request.GET.get("lang", ""))
    except UnicodeDecodeError:  # an address that is no text; the page itself says so
        return None


def remember_language(request: Any, code: str) -> None:
    """Keep a choice of language in a cookie, for pages before the sign-in."""
    set_cookie(request, LANGUAGE_COOKIE, code, A_YEAR)


def chosen_language(request: Any) -> str | None:
    """The language that was chosen for the pages before the sign-in, by a button or an address; None for none."""
    code = get_cookie(request, LANGUAGE_COOKIE)
    return code if code in request.languages else None


def includeme(config: Any) -> None:
    config.add_request_method(negotiate_language, "language", reify=True)
    config.add_request_method(offered_languages, "languages", reify=True)
