"""Names of every template: `_`, `n_`, `when`, `day`, `pick`, `static`, and the reader.

The functions use the current request, so that macros work whether or not they are imported with their context.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from pyramid.csrf import get_csrf_token
from pyramid.events import BeforeRender
from pyramid.threadlocal import get_current_request

from formengine.i18n import Text, pick, say, say_n
from formengine.services.access.policy import is_permitted
from formengine.value_format import format_date, format_date_time
from formengine.web.flash import take_flashes
from formengine.web.static_assets import cache_busted_url
from formengine.web.template_helpers import TEMPLATE_FUNCTIONS, current_address

LANGUAGE_NAMES: Final = {"en": "English", "fr": "Français", "ar": "العربية"}
RIGHT_TO_LEFT: Final = frozenset(("ar",))


def translate(message: str, /, **values: object) -> str:
    """One of our sentences in the reader's language."""
    return say(_reader_language(), message, **values)


def translate_n(one: str, many: str, n: int, /, **values: object) -> str:
    """A sentence that depends on a number."""
    return say_n(_reader_language(), one, many, n, **values)


def date_time_text(moment: datetime | None) -> str:
    """A date-time in the reader's language and time zone: *24 November 2026 at 18:09*."""
    return "" if moment is None else format_date_time(moment, _reader_language(), _reader_zone())


def date_text(value: date | datetime | None) -> str:
    """A date in the reader's language: *24 November 2026*; of a date-time, its date in the reader's time zone."""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(_reader_zone())).date()
    return "" if value is None else format_date(value, _reader_language())


def author_text(text: Text | None) -> str:
    """An author's text in the reader's language."""
    return pick(text, _reader_language(), get_current_request().languages)


def _reader_language() -> str:
    request = get_current_request()
    return str(request.language) if request is not None else "en"


def _reader_zone() -> str:
    identity = get_current_request().identity
    if identity.person is not None:
        return str(identity.person.zone)
    return identity.site.portal.zone if identity.site else "UTC"


def add_request_globals(event: BeforeRender) -> None:
    """The names that depend on the page: who reads, what they may, where the portal is."""
    request = event.get("request")
    if request is None or not str(event.get("renderer_name", "")).endswith(".jinja2"):
        return
    identity = request.identity
    portal = identity.site.portal if identity.site else None
    event.setdefault("site", identity.site)
    event.setdefault("portal_name", portal.title(request.language) if portal else "formengine")
    event.setdefault("help_address", portal.help if portal else "")
    event.setdefault("me", identity.person)
    event.setdefault("viewer", identity.viewer)
    event.setdefault("may", _may(identity.viewer))
    event.setdefault("language", request.language)
    event.setdefault("languages", [(code, LANGUAGE_NAMES.get(code, code)) for code in request.languages])
    event.setdefault("direction", "rtl" if request.language in RIGHT_TO_LEFT else "ltr")
    event.setdefault("csrf", get_csrf_token(request))
    event.setdefault("take_flashes", partial(take_flashes, request))
    event.setdefault("here", current_address())
    event.setdefault("development", request.registry.platform.settings.development)


def _may(viewer: Any) -> Callable[[str], bool]:
    return lambda permission: viewer is not None and is_permitted(permission, viewer)


def includeme(config: Any) -> None:
    config.add_subscriber(add_request_globals, BeforeRender)
    config.action(None, _add_globals, args=(config,), order=999)


def _add_globals(config: Any) -> None:
    environment = config.get_jinja2_environment()
    environment.globals.update(
        _=translate,
        n_=translate_n,
        when=date_time_text,
        day=date_text,
        pick=author_text,
        static=cache_busted_url,
        **TEMPLATE_FUNCTIONS,
    )
