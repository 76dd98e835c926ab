"""Addresses that only take posts, opened as a page: where a form came back with errors, people reload, or go back.

They are led to the page that has the form. Programs, and the API, are told which methods there are.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from pyramid.interfaces import IRoutesMapper

from formengine.web.routes import API

_TAB_OF_SEGMENT: Final = {
    "notes": "notes",
    **dict.fromkeys(("attachments", "documents"), "attachments"),
    **dict.fromkeys(("decision", "signature", "refusal", "delegation", "approver", "signer"), "approvals"),
    "developments": "history",
    **dict.fromkeys(("seats", "copies", "forwarding"), "approvals"),
}
"""The tab of a dossier's page that has the form of an address, by the part after the reference."""


def allowed_methods(request: Any, path: str | None = None) -> set[str]:
    """The methods of an address, by default that of the request; empty where there is nothing."""
    mapper = request.registry.getUtility(IRoutesMapper)
    table = request.registry.formengine_routes
    try:
        path = request.path_info if path is None else path
        matching = [r.name for r in mapper.get_routes() if r.name in table and r.match(path) is not None]
    except UnicodeDecodeError:
        return set()
    methods = {method for name in matching for method in table[name].methods}
    return methods | {"HEAD"} if "GET" in methods else methods


def page_with_form(request: Any) -> str | None:
    """The address of the page above one that only takes posts, for a browser that opens it; None for other requests."""
    if request.method != "GET" or request.path_info.startswith(API):
        return None
    return page_above(request) if "text/html" in request.headers.get("Accept", "") else None


def page_above(request: Any) -> str | None:
    """The address of the page with the form that posts to an address: the next one above it that can be opened."""
    path = request.path_info
    while path.count("/") > 1:
        path = path.rpartition("/")[0]
        if "GET" in allowed_methods(request, path) and not _is_page_of_child(path):
            tab = _tab_of(request.path_info.removeprefix(f"{path}/")) if path.startswith("/dossiers/") else None
            return quote(f"{request.script_name}{path}") + (f"?tab={tab}" if tab else "")
    return None


def _is_page_of_child(path: str) -> bool:
    """Whether an address is that of the page of a child, which has no form: those about it stand on its tab."""
    return path.split("/")[-3:-2] == ["children"]


def _tab_of(tail: str) -> str | None:
    """The tab that has the form of an address, by what follows the reference; None for the first tab."""
    segments = tail.split("/")
    if segments[0] == "children" and len(segments) > 1:
        return f"children-{quote(segments[1])}"
    return _TAB_OF_SEGMENT.get(segments[0])
