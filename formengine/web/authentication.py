"""Authentication: the person behind a session cookie, or behind a bearer token under /api/ (U1, X5).

Looked up once per request, in a short read transaction of its own, so that an error page still has its reader after
the request's transaction was rolled back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyramid.csrf import new_csrf_token

from formengine.authoring import Site
from formengine.errors import DefinitionError
from formengine.services.access.enforcement import current_viewer
from formengine.services.access.policy import Viewer
from formengine.services.accounts.api_tokens import find_token
from formengine.services.accounts.sessions import find_session, slide
from formengine.services.core.published_definitions import PublicationKey
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.settings import Settings
from formengine.storage.models.people import Person, SignIn
from formengine.web.routes import API


@dataclass(frozen=True)
class Identity:
    """Who makes the request. Without an account `person` and `viewer` are None; `scopes` are those of a token.

    `site` and `publication` are None when nothing was published yet; `secret` is what the session's cookie holds.
    """

    person: Person | None = None
    viewer: Viewer | None = None
    scopes: frozenset[str] = frozenset()
    secret: str | None = None
    signed_in: SignIn | None = None
    site: Site | None = None
    publication: PublicationKey | None = None


def session_cookie_name(settings: Settings) -> str:
    """`__Host-` binds a cookie to this very host; browsers take it over TLS alone."""
    return "__Host-fe_session" if settings.secure else "fe_session"


def identify(request: Any) -> Identity:
    """Authenticate the request and prolong its session."""
    platform: Platform = request.registry.platform
    now = datetime.now(UTC)
    with platform.database.reading() as session:
        found = (
            _identify_by_token(request, session)
            if request.path.startswith(API)
            else _identify_by_cookie(request, session, now)
        )
        work = UnitOfWork(platform, session, found.person, now)
        try:
            site = platform.definitions.site(session)
            publication = platform.definitions.publication(session)
        except DefinitionError:
            return Identity()
        seen = current_viewer(work) if found.person else None
    if found.signed_in is not None:
        slide(platform, found.signed_in, now)
    return Identity(found.person, seen, found.scopes, found.secret, found.signed_in, site, publication)


def _identify_by_cookie(request: Any, session: Any, now: datetime) -> Identity:
    secret = request.cookies.get(session_cookie_name(request.registry.platform.settings))
    found = find_session(session, secret, now) if secret else None
    return Identity(person=found[0], secret=secret, signed_in=found[1]) if found else Identity(secret=secret)


def _identify_by_token(request: Any, session: Any) -> Identity:
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    found = find_token(session, token.strip()) if kind.lower() == "bearer" else None
    return Identity(person=found[0], scopes=found[1]) if found else Identity()


def set_session_cookie(request: Any, secret: str) -> None:
    """Put the session into the browser's cookie, with the answer to this page; the token of forms is new too."""
    settings = request.registry.platform.settings
    new_csrf_token(request)

    def put(_request: Any, response: Any) -> None:
        response.set_cookie(
            session_cookie_name(settings),
            secret,
            max_age=settings.session_days * 86400,
            httponly=True,
            samesite="Lax",
            secure=settings.secure,
        )

    request.add_response_callback(put)


def clear_session_cookie(request: Any) -> None:
    """Take the session's cookie back."""
    settings = request.registry.platform.settings

    def take(_request: Any, response: Any) -> None:
        response.set_cookie(
            session_cookie_name(settings), "", max_age=0, httponly=True, samesite="Lax", secure=settings.secure
        )

    request.add_response_callback(take)


def includeme(config: Any) -> None:
    config.add_request_method(identify, "identity", reify=True)
    config.add_request_method(lambda request: request.registry.platform, "platform", reify=True)
