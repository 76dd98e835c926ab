"""CSRF protection: a token in every form that matches a cookie, and a check of the Origin header (T10).

The API is exempt: it authenticates by bearer tokens alone, which no browser sends by itself.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from pyramid.csrf import CookieCSRFStoragePolicy
from pyramid.exceptions import BadCSRFOrigin

from formengine.web.cookies import cookie_name
from formengine.web.routes import API

SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))


def check_origin(request: Any) -> None:
    """Raise BadCSRFOrigin for a post from another site, by the headers Sec-Fetch-Site and Origin."""
    if request.method in SAFE or request.path.startswith(API):
        return
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise BadCSRFOrigin("the form was sent by another site")
    origin = request.headers.get("Origin")
    settings = request.registry.platform.settings
    own_origins = {_origin_of(settings.base_url)}
    if not settings.secure:  # behind TLS the Host header is the proxy's or the client's to choose, and its scheme http
        own_origins.add(_origin_of(request.host_url))
    if origin is not None and origin.lower() not in own_origins:
        raise BadCSRFOrigin("the form was sent by another site")


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    port = (
        "" if (parts.scheme, parts.port) in (("http", 80), ("https", 443)) or parts.port is None else f":{parts.port}"
    )
    return f"{parts.scheme}://{parts.hostname or ''}{port}".lower()


def includeme(config: Any) -> None:
    settings = config.registry.platform.settings
    policy = CookieCSRFStoragePolicy(
        cookie_name=cookie_name(settings, "fe_csrf"), secure=settings.secure, httponly=True, samesite="Lax"
    )
    config.set_csrf_storage_policy(policy)
    # Pyramid looks at the origin over TLS alone; `check_origin` does always.
    config.set_default_csrf_options(
        require_csrf=True, check_origin=False, callback=lambda request: not request.path.startswith(API)
    )
