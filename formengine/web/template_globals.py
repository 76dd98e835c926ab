"""Names that templates use: functions (`when`, `day`, `path` ...), and what depends on the page, such as its reader.

The functions ask Pyramid for the current request, because macros are imported without the page's context.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape
from pyramid.csrf import get_csrf_token
from pyramid.encode import url_quote, urlencode
from pyramid.interfaces import IRoutesMapper
from pyramid.threadlocal import get_current_request

from formengine.forms.html.long_answers import folded_lines
from formengine.i18n import say
from formengine.services.access.policy import Viewer, is_permitted
from formengine.services.core.dossier_titles import title_in
from formengine.services.notifications.inbox import unread_count
from formengine.time_zones import reader_zone, zone_title
from formengine.value_format import format_date, format_date_time, format_due, format_month
from formengine.web.embedded import is_embedded
from formengine.web.flash import take_flashes
from formengine.web.redirects import safe_next
from formengine.web.repeated_posts import once_field
from formengine.web.unsent_posts import draft_field, for_field
from formengine.workflow.definition.site_roles import site_role_title

LANGUAGE_NAMES: Final = {"en": "English", "fr": "Français", "ar": "العربية"}
RIGHT_TO_LEFT: Final = frozenset(("ar",))
_LINK: Final = re.compile(r"https?://[^\s<>\"')\]]+")
_BROWSERS: Final = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def page_globals(request: Any) -> dict[str, Any]:
    """The names that depend on the page: who reads, what they may, where the portal is."""
    identity, language = request.identity, request.language
    portal = identity.site.portal if identity.site else None
    return {
        "request": request,
        "portal_name": portal.title(language) if portal else "formengine",
        "help_address": portal.help if portal else "",
        "privacy_address": portal.privacy if portal else "",
        "me": identity.person,
        "may": partial(_may, identity.viewer),
        "unread": partial(_unread, request),
        "language": language,
        "languages": [(code, LANGUAGE_NAMES.get(code, code)) for code in request.languages],
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "csrf_field": csrf_field(request),
        "draft_field": draft_field(request),
        "once_field": once_field,
        "section": section_of(request.path_info_safe),
        "take_flashes": partial(take_flashes, request),
        "here": current_address(request),
        "public_forms": identity.site is not None and identity.site.has_public_types,
        "embedded": is_embedded(request),
        "embed_origins": " ".join(portal.embed_origins) if portal else "",
        "development": request.registry.platform.settings.development,
    }


def section_of(path: str) -> str:
    """The address in the main menu under which a page lies: `/desk` for `/desk/assignments`."""
    return path if path == "/" else "/" + path.split("/")[1]


def _may(viewer: Viewer | None, permission: str) -> bool:
    return viewer is not None and is_permitted(permission, viewer)


def _unread(request: Any) -> int:
    """The number of unread items in the reader's inbox; 0 on an error page, whose transaction has ended."""
    return 0 if request.exception is not None or request.identity.person is None else unread_count(request.work)


def csrf_field(request: Any) -> Markup:
    """The hidden controls that every form of ours posts: its token, and for whom it was drawn."""
    token = Markup('<input type="hidden" name="csrf_token" value="{}">').format(get_csrf_token(request))
    return token + for_field(request)


def current_address(request: Any) -> str:
    """The address of this page, to come back to; of the answer to a post, the home page."""
    if request.method != "GET":
        return "/"
    try:
        return safe_next(request.path_qs)
    except UnicodeDecodeError:
        return "/"


def date_time_text(moment: datetime | None) -> str:
    """A date-time in the reader's language and time zone: *24 November 2026 at 18:09*."""
    request = get_current_request()
    return "" if moment is None else format_date_time(moment, request.language, _reader_zone(request))


def title_of(dossier: Any) -> str:
    """The title of a dossier, or of its row in a list, in the reader's language."""
    return title_in(dossier, get_current_request().language)


def clock_text(moment: datetime) -> str:
    """The time of a date-time by the reader's clock: *18:09*."""
    return f"{moment.astimezone(ZoneInfo(_reader_zone(get_current_request()))):%H:%M}"


def due_text(due: datetime | None, last_day: str | None) -> str:
    """When a deadline is due, for the reader: *28 February 2026, end of day*, or a moment."""
    request = get_current_request()
    return format_due(due, last_day, request.language, _reader_zone(request))


def date_text(value: date | datetime | None) -> str:
    """A date in the reader's language: *24 November 2026*; of a date-time, its date in the reader's time zone."""
    request = get_current_request()
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(_reader_zone(request))).date()
    return "" if value is None else format_date(value, request.language)


def month_text(day: date) -> str:
    """The month of a date in the reader's language: *Nov 2026*."""
    return format_month(day, get_current_request().language)


def _reader_zone(request: Any) -> str:
    identity = request.identity
    portal = identity.site.portal.zone if identity.site else "UTC"
    return reader_zone(identity.person.zone, portal) if identity.person is not None else portal


def route_path(
    name: str, _query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None, _anchor: str = "", **parts: object
) -> str:
    """The address of a route, as Pyramid's `request.route_path` gives it, without the checks of a URL's host."""
    route = get_current_request().registry.getUtility(IRoutesMapper).get_route(name)
    query = f"?{urlencode(_query)}" if _query else ""
    return f"{route.generate(parts)}{query}{'#' + url_quote(_anchor) if _anchor else ''}"


def is_current_path(address: str, exact: bool = False) -> bool:
    """Whether the page is at an address, or below it."""
    path = get_current_request().path_info_safe
    return bool(path == address or (not exact and path.startswith(address.rstrip("/") + "/")))


def role_options(roles: Iterable[str]) -> list[tuple[str, str]]:
    """Site roles as choices."""
    language = get_current_request().language
    return [(role, site_role_title(role, language)) for role in roles]


def shown_zone(zone: str) -> str:
    """A time zone (an IANA name) as its city and country, in the language of the page."""
    return zone_title(zone, get_current_request().language)


def shown_role(role: str) -> str:
    """The title of a site role, in the language of the page."""
    return site_role_title(role, get_current_request().language)


def organisation_options(organisations: Iterable[Any]) -> list[tuple[str, str]]:
    """Organisations as choices, and none of them."""
    return [("", "–"), *((row.short, row.name) for row in organisations)]


def browser_name(agent: str) -> str:
    """A browser's name of itself, for people: *Firefox, Linux*."""
    names = [next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    text = ", ".join(name for name in names if name)
    return text or say(get_current_request().language, "A browser or program")


def linkify(text: str) -> Markup:
    """A plain text with its web addresses as links; everything else is escaped."""
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        address = escape(match.group())
        pieces += [escape(text[end : match.start()]), Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])


def folded_text(text: str) -> Markup:
    """A plain text with its lines; the rest of a long one is folded."""
    return Markup(folded_lines(text, get_current_request().language))  # escaped  # nosec B704


TEMPLATE_FUNCTIONS: Final = {
    "folded_text": folded_text,
    "when": date_time_text,
    "due_text": due_text,
    "clock": clock_text,
    "title_of": title_of,
    "day": date_text,
    "month": month_text,
    "path": route_path,
    "here_is": is_current_path,
    "role_options": role_options,
    "role_title": shown_role,
    "zone_title": shown_zone,
    "organisation_options": organisation_options,
    "browser_name": browser_name,
    "with_links": linkify,
}
