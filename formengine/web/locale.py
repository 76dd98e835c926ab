"""Language negotiation: the `lang` parameter, else the person's language, the cookie, Accept-Language."""

from __future__ import annotations

from typing import Any, Final

from formengine.i18n import LANGUAGES
from formengine.web.routes import API

LANGUAGE_COOKIE: Final = "fe_language"
A_YEAR: Final = 365 * 86400


def offered_languages(request: Any) -> tuple[str, ...]:
    """The languages that the portal offers and that we speak; the first is its default."""
    site = request.identity.site
    ours = tuple(code for code in (site.portal.languages if site else LANGUAGES) if code in LANGUAGES)
    return ours or LANGUAGES


def negotiate_language(request: Any) -> str:
    """The language of this page."""
    ours = offered_languages(request)
    person = request.identity.person
    asked, accepted = _language_parameter(request), request.accept_language.lookup(ours, default="") or None
    own = person.language if person else None
    api = request.path_info_safe.startswith(API)
    if asked in ours and person is None and not api:
        remember_language(request, asked)
    # a program says what it wants in its header; a person's browser says only what it was installed with
    order = (accepted, own) if api else (asked, own, request.cookies.get(LANGUAGE_COOKIE), accepted)
    return next((code for code in order if code in ours), ours[0])


def _language_parameter(request: Any) -> str | None:
    try:
        return str(request.GET.get("lang", ""))
    except UnicodeDecodeError:  # an address that is no text; the page itself says so
        return None


def remember_language(request: Any, code: str) -> None:
    """Keep a choice of language in a cookie, for pages before the sign-in."""
    secure = request.registry.platform.settings.secure

    def put(_request: Any, response: Any) -> None:
        response.set_cookie(LANGUAGE_COOKIE, code, max_age=A_YEAR, httponly=True, samesite="Lax", secure=secure)

    request.add_response_callback(put)


def includeme(config: Any) -> None:
    config.add_request_method(negotiate_language, "language", reify=True)
    config.add_request_method(offered_languages, "languages", reify=True)
