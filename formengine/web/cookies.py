"""Cookies: readable only by this host, not by scripts, and sent over TLS only where the portal has TLS (T11)."""

from __future__ import annotations

from typing import Any

from formengine.settings import Settings


def cookie_name(settings: Settings, name: str) -> str:
    """The name of a cookie in browsers: `__Host-` binds it to this host; they take such a name over TLS alone."""
    return f"__Host-{name}" if settings.secure else name


def get_cookie(request: Any, name: str) -> str | None:
    """The value of a cookie that `set_cookie` put into the browser."""
    value: str | None = request.cookies.get(cookie_name(request.registry.platform.settings, name))
    return value


def set_cookie(request: Any, name: str, value: str, max_age: int) -> None:
    """Put a cookie into the browser with the answer to this page; `max_age` is in seconds, 0 takes it back."""
    settings = request.registry.platform.settings
    request.add_response_callback(
        lambda _request, response: response.set_cookie(
            cookie_name(settings, name), value, max_age=max_age, httponly=True, samesite="Lax", secure=settings.secure
        )
    )
