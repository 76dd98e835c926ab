"""Where to go after signing in: an address of our own, and never another site (T21)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit


def safe_next(text: str | None, default: str = "/") -> str:
    """`text` when it is a path of this site, else `default`.

    >>> safe_next("/dossiers/CTR-2026-0001?tab=notes"), safe_next("//evil.example"), safe_next("https://evil.example")
    ('/dossiers/CTR-2026-0001?tab=notes', '/', '/')
    """
    if not text or len(text) > 2000 or not text.startswith("/") or text.startswith(("//", "/\\")):
        return default
    if "\\" in text or not text.isprintable() or any(c.isspace() for c in text):
        return default
    try:
        parts = urlsplit(text)
    except ValueError:
        return default
    if parts.scheme or parts.netloc:
        return default
    return quote(text, safe="/?&=%#:;,@!$'()*+~.-_[]")


def sign_in_address(request: Any) -> str:
    """The sign-in page, with the way back to a page that was to be read (a post cannot be sent again)."""
    address = request.path_qs if request.method in ("GET", "HEAD") else ""
    back = safe_next(address)
    return "/sign-in" if back == "/" else f"/sign-in?next={quote(back, safe='')}"
