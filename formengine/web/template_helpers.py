"""Small helpers of our own templates: what is current, what a list of choices says, links in a plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from markupsafe import Markup, escape
from pyramid.threadlocal import get_current_request

from formengine.i18n import say
from formengine.web.redirects import safe_next

_LINK: Final = re.compile(r"https?://[^\s<>\"')\]]+")
_BROWSERS: Final = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def is_current_path(address: str, exact: bool = False) -> bool:
    """Whether the page is at an address, or below it."""
    path = get_current_request().path_info_safe
    return bool(path == address or (not exact and path.startswith(address.rstrip("/") + "/")))


def current_address() -> str:
    """The address of this page, to come back to; of the answer to a post, the home page."""
    request = get_current_request()
    if request.method != "GET":
        return "/"
    try:
        return safe_next(request.path_qs)
    except UnicodeDecodeError:
        return "/"


def value_options(values: Iterable[str]) -> list[tuple[str, str]]:
    """Values that are their own titles, as choices."""
    return [(value, value) for value in values]


def role_options(roles: Iterable[str]) -> list[tuple[str, str]]:
    """Site roles as choices."""
    language = get_current_request().language
    titles = {
        "client": say(language, "Client"),
        "collaborator": say(language, "Client who may approve and sign"),
        "counsel": say(language, "Counsel"),
        "legal_admin": say(language, "Legal admin"),
        "auditor": say(language, "Auditor"),
    }
    return [(role, titles.get(role, role)) for role in roles]


def organisation_options(organisations: Iterable[Any]) -> list[tuple[str, str]]:
    """Organisations as choices, and none of them."""
    return [("", "–"), *((one.short, one.name) for one in organisations)]


def browser_name(agent: str) -> str:
    """A browser's name of itself, for people: *Firefox, Linux*."""
    names = [next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    found = ", ".join(name for name in names if name)
    return found or say(get_current_request().language, "A browser or program")


def linkify(text: str) -> Markup:
    """A plain text with its web addresses as links; everything else is escaped."""
    pieces, end = [], 0
    for match in _LINK.finditer(text):
        address = escape(match.group())
        pieces += [escape(text[end : match.start()]), Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(address)]
        end = match.end()
    return Markup("").join([*pieces, escape(text[end:])])


TEMPLATE_FUNCTIONS: Final = {
    "here_is": is_current_path,
    "zip_same": value_options,
    "role_options": role_options,
    "organisation_options": organisation_options,
    "agent_words": browser_name,
    "linked": linkify,
}
