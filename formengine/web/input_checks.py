"""What cannot be read is refused at the door, before anything is looked up: 400, and never a fault of ours (T14, T47).

No person types a NUL, and no database of ours keeps one; a form that is cut off or in another encoding is no form.
"""

from __future__ import annotations

from typing import Any

from pyramid.httpexceptions import HTTPBadRequest


def check_input(request: Any) -> None:
    """Raise HTTPBadRequest for an address or a post that no page and no program of good will sends."""
    if "\0" in request.path_info or "%00" in request.query_string:
        raise HTTPBadRequest("the address holds a NUL")
    try:
        posted = request.POST.items()
    except (ValueError, DeprecationWarning) as error:  # no boundary; another charset, for which WebOb raises a warning
        raise HTTPBadRequest(str(error)) from None
    if any("\0" in text for pair in posted for text in pair if isinstance(text, str)):
        raise HTTPBadRequest("the form holds a NUL")
