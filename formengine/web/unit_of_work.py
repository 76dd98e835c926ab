"""The request's unit of work: one session in the transaction that pyramid_tm manages, and the actor.

2xx and 3xx commit, everything else rolls back. GET, HEAD and OPTIONS read from a snapshot and cannot write. Any other
request takes the write lock with its first statement that writes; when rows that it read have changed by then, it is
run again (pyramid_retry), the last time with the lock from the start.
"""

from __future__ import annotations

from typing import Any, Final

import zope.sqlalchemy
from pyramid_retry import is_last_attempt, mark_error_retryable
from sqlalchemy.orm import Session
from zope.sqlalchemy.datamanager import STATUS_CHANGED

from formengine.errors import ConcurrentChange
from formengine.services.core.unit_of_work import Guest, UnitOfWork, Via
from formengine.storage.database import IMMEDIATE, LATE, PAGE_WAIT_SECONDS, READ
from formengine.web.routes import API

ANONYMOUS: Final = Guest("", 0)
"""Who has not signed in. Never None: that would be the engine itself, which may do everything."""
SAFE_METHODS: Final = frozenset(("GET", "HEAD", "OPTIONS"))


def database_session(request: Any) -> Session:
    """The ORM session of the request: of one that may write, in the transaction that pyramid_tm manages."""
    database = request.registry.platform.database
    if request.method in SAFE_METHODS:
        session: Session = database.session(READ, PAGE_WAIT_SECONDS)
        request.add_finished_callback(lambda _request: session.close())
        return session
    session = database.session(IMMEDIATE if is_last_attempt(request) else LATE, PAGE_WAIT_SECONDS)
    # Core statements do not mark a session as changed, so one that may write always commits.
    zope.sqlalchemy.register(session, initial_state=STATUS_CHANGED, transaction_manager=request.tm)
    return session


def work(request: Any) -> UnitOfWork:
    """The unit of work of this page; its session is in the page's own transaction."""
    platform, session, identity = request.registry.platform, request.database_session, request.identity
    if identity.publication is not None:
        platform.definitions.pin(session, identity.publication)
    actor = session.merge(identity.person, load=False) if identity.person is not None else ANONYMOUS
    address, via = request.remote_addr or "", _way_in(request)
    return UnitOfWork(platform, session, actor, language=request.language, address=address, via=via)


def _way_in(request: Any) -> Via:
    """How the request came in: `formengine.via` of the environment (`assistant/api_calls.py`) no client can set."""
    if not request.path_info_safe.startswith(API):
        return "page"
    return "mcp" if request.environ.get("formengine.via") == "mcp" else "api"


def includeme(config: Any) -> None:
    mark_error_retryable(ConcurrentChange)
    config.add_request_method(database_session, "database_session", reify=True)
    config.add_request_method(work, "work", reify=True)
