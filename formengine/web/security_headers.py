"""The headers of every answer: what a browser may load, keep, frame and tell others (T9, T12); and the largest body."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from pyramid.events import NewRequest
from pyramid.httpexceptions import HTTPRequestEntityTooLarge
from pyramid.tweens import INGRESS

CONTENT_SECURITY_POLICY: Final = {
    "default-src": "'none'",
    "object-src": "'none'",  # said by default-src; ASVS 5.0, 3.4.3 wants it in so many words
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_POLICY_CHANGES: Final = "_formengine_policy"
FIXED_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    # `same-origin`, not `no-referrer`: with that one browsers send `Origin: null` even to ourselves.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def change_csp(request: Any, **sources: str) -> None:
    """Loosen the policy for this answer alone: `allow(request, frame_src="'self'")`."""
    loosened = {**getattr(request, _POLICY_CHANGES, {}), **{k.replace("_", "-"): v for k, v in sources.items()}}
    object.__setattr__(request, _POLICY_CHANGES, loosened)


def tween_factory(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Put the headers on whatever comes out, errors and files included; what a view has set itself stays."""

    def tween(request: Any) -> Any:
        response = handler(request)
        settings = registry.platform.settings
        base = settings.base_url.rstrip("/")
        response.headers.setdefault("Content-Security-Policy", _policy(getattr(request, _POLICY_CHANGES, {})))
        for name, value in FIXED_HEADERS.items():
            response.headers.setdefault(name, value)
        own_host = not settings.secure and _is_own_host(request.host, base)  # a TLS proxy speaks http to us
        if response.location and response.location.startswith("/") and not own_host:
            response.location = base + response.location
        if settings.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not request.environ.get("PATH_INFO", "").startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return tween


def _policy(changes: Mapping[str, str]) -> str:
    """The value of the Content-Security-Policy header."""
    return "; ".join(f"{name} {sources}" for name, sources in {**CONTENT_SECURITY_POLICY, **changes}.items())


def _is_own_host(host: str, base: str) -> bool:
    """Whether a Host header names this portal, or this machine; a redirect made of any other would lead astray."""
    return host == urlsplit(base).netloc or re.fullmatch(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?", host) is not None


def check_body_size(event: NewRequest) -> None:
    """Refuse a body that is too large before anybody reads it (T24)."""
    if (event.request.content_length or 0) > event.request.registry.platform.settings.max_body:
        raise HTTPRequestEntityTooLarge


def includeme(config: Any) -> None:
    config.add_tween("formengine.web.security_headers.tween_factory", under=INGRESS)
    config.add_subscriber(check_body_size, NewRequest)
