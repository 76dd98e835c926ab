"""Cookies of the product: readable by this site alone, not by scripts, over TLS alone where there is TLS (T11)."""

from __future__ import annotations

from typing import Any


def set_cookie(request: Any, name: str, value: str, max_age: int) -> None:
    """Put a cookie into the browser with the answer to this page; `max_age` is in seconds, 0 takes it back."""
    secure = request.registry.platform.settings.secure
    request.add_response_callback(
        lambda _request, response: response.set_cookie(
            name, value, max_age=max_age, httponly=True, samesite="Lax", secure=secure
        )
    )
