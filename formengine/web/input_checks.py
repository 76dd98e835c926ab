"""Rejects malformed requests with 400 before anything is looked up: NUL characters, broken forms (T14, T47).

PostgreSQL stores no NUL; a form may be cut off, or in an unknown charset.
"""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPBadRequest


def check_input(request: Any) -> None:
    """Raise HTTPBadRequest for a NUL in the address or the form, and for a form that cannot be parsed."""
    if "\0" in request.path_info or "%00" in request.query_string:
        raise HTTPBadRequest("the address holds a NUL")
    try:
        posted = request.POST.items()
    except (ValueError, DeprecationWarning) as error:  # no boundary; another charset, for which WebOb raises a warning
        raise HTTPBadRequest(str(error)) from None
    if any("\0" in text for pair in posted for text in pair if isinstance(text, str)):
        raise HTTPBadRequest("the form holds a NUL")
