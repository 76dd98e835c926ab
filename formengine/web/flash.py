"""Flash messages: a sentence for the next page (*Your password was changed*), in a signed cookie, shown once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any, Final, Literal

COOKIE: Final = "fe_flash"
PENDING: Final = "_formengine_flash"
Level = Literal["success", "info", "warning", "danger"]


def flash(request: Any, text: str, level: Level = "success") -> None:
    """Say `text` on the next page that is shown."""
    kept: list[list[str]] = getattr(request, PENDING, [])
    if not kept:
        object.__setattr__(request, PENDING, kept)  # on this attempt alone: the environ is that of a retry too
        request.add_response_callback(_set_cookie)
    kept.append([level, text])


def take_flashes(request: Any) -> list[tuple[str, str]]:
    """What the page before said to this one, as (level, text); it is said once."""
    given = request.cookies.get(COOKIE)
    if not given:
        return []
    secure = request.registry.platform.settings.secure

    def take(_request: Any, response: Any) -> None:
        response.set_cookie(COOKIE, "", max_age=0, httponly=True, samesite="Lax", secure=secure)

    request.add_response_callback(take)
    return _read_cookie(request, given)


def _set_cookie(request: Any, response: Any) -> None:
    body = base64.urlsafe_b64encode(json.dumps(getattr(request, PENDING)).encode()).decode()
    secure = request.registry.platform.settings.secure
    value = f"{body}.{_sign(request, body)}"
    response.set_cookie(COOKIE, value, max_age=120, httponly=True, samesite="Lax", secure=secure)


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
