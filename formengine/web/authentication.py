"""Authentication: the person behind a session cookie, or behind a bearer token under /api/ (U1, X5).

Looked up once per request. The person belongs to no ORM session, so that an error page still has its reader after the
request's transaction was rolled back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pyramid.csrf import new_csrf_token
from sqlalchemy.orm import Session

from formengine.authoring import Site
from formengine.errors import DefinitionError
from formengine.log_context import add_to_log_context
from formengine.services.access.enforcement import current_viewer
from formengine.services.access.policy import Viewer
from formengine.services.accounts.api_tokens import find_token
from formengine.services.accounts.sessions import find_session, slide
from formengine.services.core.published_definitions import PublicationKey
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.storage.models.people import Person
from formengine.web.cookies import get_cookie, set_cookie
from formengine.web.routes import API
from formengine.web.unit_of_work import SAFE_METHODS


@dataclass(frozen=True)
class Identity:
    """The sender of a request. Without an account `person` and `viewer` are None; `scopes` are those of a token.

    `site` and `publication` are None while nothing is published; `secret` is the content of the session's cookie.
    """

    person: Person | None = None
    viewer: Viewer | None = None
    scopes: frozenset[str] = frozenset()
    secret: str | None = None
    site: Site | None = None
    publication: PublicationKey | None = None


SESSION_COOKIE: Final = "fe_session"
DEVICE_COOKIE: Final = "fe_device"
MAX_DEVICES: Final = 5
"""The number of accounts that one browser is remembered for."""


def identify(request: Any) -> Identity:
    """Authenticate the request and prolong its session.

    A request that only reads does this in its own transaction, any other in a short one before it.
    """
    if request.method in SAFE_METHODS:
        return _identify(request, request.database_session)
    with request.registry.platform.database.reading() as session:
        return _identify(request, session)


def _identify(request: Any, session: Session) -> Identity:
    platform: Platform = request.registry.platform
    now = datetime.now(UTC)
    person, scopes, secret = None, frozenset[str](), None
    if request.path_info_safe.startswith(API):
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and (owner := find_token(session, token.strip(), now)):
            person, scopes, publication = owner
            platform.definitions.pin(session, publication)
    else:
        secret = get_cookie(request, SESSION_COOKIE)
        current = find_session(platform.settings, session, secret, now) if secret else None
        if secret and current:
            person = current.person
            platform.definitions.pin(session, current.publication)
            slide(platform, secret, current, now)
    try:
        site, publication = platform.definitions.site(session), platform.definitions.publication(session)
    except DefinitionError:
        return Identity()
    if person is not None:
        add_to_log_context(person=person.id)
    viewer = current_viewer(UnitOfWork(platform, session, person, now)) if person else None
    return Identity(person, viewer, scopes, secret, site, publication)


def set_session_cookie(request: Any, secret: str) -> None:
    """Put the session into the browser's cookie, with the answer to this page; the token of forms is new too.

    The browser keeps it for the longest that a session lasts; the database knows when one that is not used ends.
    """
    settings = request.registry.platform.settings
    new_csrf_token(request)
    set_cookie(request, SESSION_COOKIE, secret, settings.session_max_days * 86400)


def known_devices(request: Any) -> list[str]:
    """The device tokens of this browser, of the accounts that it signed in to last (see `sign_in_throttle`)."""
    return (get_cookie(request, DEVICE_COOKIE) or "")[:2000].split("~")


def remember_device(request: Any, token: str) -> None:
    """Let this browser be known at the account's next sign-in, for as long as browsers keep a cookie."""
    other_devices = [device for device in known_devices(request) if device and device != token]
    set_cookie(request, DEVICE_COOKIE, "~".join([token, *other_devices[: MAX_DEVICES - 1]]), 400 * 86400)


def clear_session_cookie(request: Any) -> None:
    """Delete the session's cookie."""
    set_cookie(request, SESSION_COOKIE, "", 0)


def includeme(config: Any) -> None:
    config.add_request_method(identify, "identity", reify=True)
    config.add_request_method(lambda request: request.registry.platform, "platform", reify=True)
