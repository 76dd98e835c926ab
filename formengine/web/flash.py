"""Flash messages: a sentence for the next page (*Your password was changed*), in a signed cookie, shown once."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, Final, Literal

from formengine.key_ring import KeyRing
from formengine.web.cookies import get_cookie, set_cookie

COOKIE: Final = "fe_flash"
PENDING: Final = "_formengine_flash"
Level = Literal["success", "info", "warning", "danger"]


def flash(request: Any, text: str, level: Level = "success", *, language: str = "") -> None:
    """Show `text` on the next page; `language` is its language, where that page may be in another one."""
    messages: list[list[str]] = getattr(request, PENDING, [])
    object.__setattr__(request, PENDING, messages)  # on this attempt alone: the environ is that of a retry too
    messages.append([level, text, language])
    body = base64.urlsafe_b64encode(json.dumps(messages).encode()).decode()
    set_cookie(request, COOKIE, f"{body}.{_keys(request).sign(_message(body)).hex()}", 120)


def take_flashes(request: Any) -> list[tuple[str, str, str]]:
    """The messages of the previous page, as (level, text, language or ""), removed so that they are shown once."""
    value = get_cookie(request, COOKIE)
    if not value:
        return []
    set_cookie(request, COOKIE, "", 0)
    return _read_cookie(request, value)


def _read_cookie(request: Any, value: str) -> list[tuple[str, str, str]]:
    body, _dot, signature = value.rpartition(".")
    try:
        if not _keys(request).is_signed(_message(body), bytes.fromhex(signature)):
            return []
        return [(level, text, language) for level, text, language in json.loads(base64.urlsafe_b64decode(body))]
    except (binascii.Error, ValueError):
        return []


def _message(body: str) -> str:
    return f"flash:{body}"


def _keys(request: Any) -> KeyRing:
    keys: KeyRing = request.registry.platform.settings.secret
    return keys


def includeme(config: Any) -> None:
    config.add_request_method(flash, "flash")
