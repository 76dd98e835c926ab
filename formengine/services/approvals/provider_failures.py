"""What went wrong at a signature provider, in words for people; what it said itself is kept beside it (S7)."""

from __future__ import annotations

import re
from typing import Final

REASONS: Final = {
    "down": "its service does not work at the moment",
    "busy": "its service is too busy at the moment",
    "unreachable": "its service cannot be reached",
    "key": "its service does not accept the key of the portal; whoever runs the portal has to see to it",
    "unknown": "its service does not know this request any more",
    "refused": "its service refused the request",
    "document": "the document could not be made ready for signature",
    "other": "something unexpected went wrong",
}
"""What is told of each kind of failure."""
_STATUS: Final = re.compile(r"\bHTTP (\d{3})\b")
_UNREACHABLE: Final = re.compile(
    r"cannot be reached|timed out|refused the connection|Connection refused", re.IGNORECASE
)
_DOCUMENT: Final = re.compile(r"LibreOffice|the document|the PDF|the round is about no document")
_OF_STATUS: Final = {401: "key", 403: "key", 404: "unknown", 408: "busy", 410: "unknown", 425: "busy", 429: "busy"}


def failure_reason(error: str) -> str:
    """The sentence of REASONS for what a provider, or the making of its document, said.

    >>> failure_reason("HTTP 503 upstream down")
    'its service does not work at the moment'
    >>> failure_reason("the server cannot be reached: [Errno 111] Connection refused")
    'its service cannot be reached'
    """
    return REASONS[_kind(error)]


def _kind(error: str) -> str:
    match = _STATUS.search(error)
    if match:
        status = int(match[1])
        return "down" if status >= 500 else _OF_STATUS.get(status, "refused")
    if _UNREACHABLE.search(error):
        return "unreachable"
    return "document" if _DOCUMENT.search(error) else "other"
