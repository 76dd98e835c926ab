"""Rejects malformed and oversized requests before a session is loaded or a form parsed (T14, T24, T47).

400 for NUL characters (PostgreSQL stores none), for forms that are cut off or in an unknown charset, and for more than
MAX_FIELDS fields; 413 for bodies over MAX_BODY where no files belong. Parsing a form of a million fields would take
minutes and gigabytes, so fields are counted in the bytes.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pyramid.events import NewRequest
from pyramid.httpexceptions import HTTPBadRequest, HTTPRequestEntityTooLarge
from webob.datetime_utils import parse_date

MAX_FIELDS: Final = 21_000
"""Those of the largest form (20,000 controls), and of the page around it."""
MAX_BODY: Final = 2 * 1024 * 1024
"""The largest body, in bytes, of a request that brings no files."""
_BOUNDARY: Final = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE)
_CHUNK: Final = 1024 * 1024
_DATES: Final = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE", "HTTP_DATE")


def check_input(request: Any, uploads: bool = False) -> None:
    """Raise HTTPBadRequest or HTTPRequestEntityTooLarge for a request that cannot be taken.

    `uploads`: whether files belong to this address, so that a multipart body may be as large as the settings allow.
    """
    if "\0" in request.path_info or "%00" in request.query_string:
        raise HTTPBadRequest("the address holds a NUL")
    multipart = request.content_type.startswith("multipart/")
    if (request.content_length or 0) > MAX_BODY and not (uploads and multipart):
        raise HTTPRequestEntityTooLarge
    if request.query_string.count("&") >= MAX_FIELDS or _count_fields(request, multipart) > MAX_FIELDS:
        raise HTTPBadRequest(f"the form has more than {MAX_FIELDS} fields")
    try:
        posted = list(request.POST.items())  # a part of parts (multipart/mixed) is a list, or a file without a stream
    except (ValueError, LookupError, DeprecationWarning) as error:  # no boundary; a charset that nobody knows
        raise HTTPBadRequest(str(error)) from None
    if any(name is None for name, _value in posted):
        raise HTTPBadRequest("a part of the form has no name")
    if any(isinstance(value, list) or getattr(value, "list", None) is not None for _name, value in posted):
        raise HTTPBadRequest("a part of the form holds parts of its own (RFC 7578, 4.3)")
    if any("\0" in text for pair in posted for text in pair if isinstance(text, str)):
        raise HTTPBadRequest("the form holds a NUL")


def _count_fields(request: Any, multipart: bool) -> int:
    """How many fields a posted form has, at most, without parsing it."""
    if not multipart:
        urlencoded = request.content_type in ("", "application/x-www-form-urlencoded")  # WebOb parses both
        return _count_in_body(request, b"&") + 1 if urlencoded else 0
    boundary = _BOUNDARY.search(request.headers.get("Content-Type", ""))
    if boundary is None:
        return 0  # cannot be parsed
    if _count_in_body(request, b"content-type: multipart"):  # parts within parts have boundaries of their own
        return _count_in_body(request, b"\n--")
    return _count_in_body(request, b"--" + boundary[1].lower().encode())


def _count_in_body(request: Any, text: bytes) -> int:
    """Occurrences of a lower-case text in the body, in whatever case; the body is read in chunks and rewound."""
    stream = request.body_file_seekable
    count, tail = 0, b""
    while chunk := stream.read(_CHUNK):
        window = tail + chunk.lower()
        count += window.count(text)
        tail = window[max(0, len(window) - len(text) + 1) :]
    stream.seek(0)
    return count


def ignore_impossible_dates(event: NewRequest) -> None:
    """Remove headers with a date that no calendar has, as RFC 9110, 13.1.3, says.

    WebOb reads them when the answer is sent, where no view of an error is reached any more.
    """
    environ = event.request.environ
    for name in _DATES:
        try:
            parse_date(environ.get(name))
        except (ValueError, OverflowError, OSError):
            del environ[name]


def includeme(config: Any) -> None:
    config.add_subscriber(ignore_impossible_dates, NewRequest)
