"""Flash messages: a sentence for the next page (*Your password was changed*), in a signed cookie, shown once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any, Final, Literal

from formengine.web.cookies import set_cookie

COOKIE: Final = "fe_flash"
PENDING: Final = "_formengine_flash"
Level = Literal["success", "info", "warning", "danger"]


def flash(request: Any, text: str, level: Level = "success") -> None:
    """Say `text` on the next page that is shown."""
    messages: list[list[str]] = getattr(request, PENDING, [])
    object.__setattr__(request, PENDING, messages)  # on this attempt alone: the environ is that of a retry too
    messages.append([level, text])
    body = base64.urlsafe_b64encode(json.dumps(messages).encode()).decode()
    set_cookie(request, COOKIE, f"{body}.{_sign(request, body)}", 120)


def take_flashes(request: Any) -> list[tuple[str, str]]:
    """What the page before said to this one, as (level, text); it is said once."""
    value = request.cookies.get(COOKIE)
    if not value:
        return []
    set_cookie(request, COOKIE, "", 0)
    return _read_cookie(request, value)


def _read_cookie(request: Any, value: str) -> list[tuple[str, str]]:
    body, _dot, signature = value.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _sign(request, body).encode()):
        return []
    try:
        return [(level, text) for level, text in json.loads(base64.urlsafe_b64decode(body))]
    except (binascii.Error, ValueError):
        return []


def _sign(request: Any, body: str) -> str:
    key = request.registry.platform.settings.secret.encode()
    return hmac.new(key, b"flash:" + body.encode(), hashlib.sha256).hexdigest()


def includeme(config: Any) -> None:
    config.add_request_method(flash, "flash")
