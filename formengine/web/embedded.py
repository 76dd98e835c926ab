"""Pages inside a page of another site: which they are, who may frame them, and what browsers say of the frame (P4, X6).

A session's cookie goes with a frame only where the page around it is of the same site. Elsewhere, and in browsers that
do not say where a frame stands, nobody can sign in within it.
"""

from __future__ import annotations

from typing import Any, Final

from formengine.web.security_headers import change_csp

ROUTE: Final = "embed"
"""The name of the route of the form; the others in a frame begin with it."""
_NEAR: Final = ("same-origin", "same-site", "none")


def is_embedded(request: Any) -> bool:
    """Whether the page is one of those that may stand in a frame."""
    route = getattr(request, "matched_route", None)
    return route is not None and (route.name == ROUTE or route.name.startswith(f"{ROUTE}."))


def allowed_origins(request: Any) -> tuple[str, ...]:
    """The origins whose pages may frame the portal: `embed: {origins: [...]}` of `config/portal.yaml`."""
    site = request.identity.site
    return tuple(site.portal.embed_origins) if site is not None else ()


def allow_framing(request: Any) -> None:
    """Let the answer, an error as well, be framed by the pages of those origins, and by no others."""
    origins = allowed_origins(request)
    change_csp(request, frame_ancestors=" ".join(origins) if origins else "'none'")


def is_top_level(request: Any) -> bool:
    """Whether a page is opened by itself, and not in a frame (Fetch Metadata, `Sec-Fetch-Dest`)."""
    return bool(request.headers.get("Sec-Fetch-Dest") == "document")


def has_cookies(request: Any) -> bool:
    """Whether the browser sends its cookies within the frame, because the page around it is of the same site."""
    in_frame = request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame", "empty")
    return in_frame and request.headers.get("Sec-Fetch-Site") in _NEAR
