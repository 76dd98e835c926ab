"""The page's unit of work: one session in the transaction of the page, and who acts in it.

2xx and 3xx commit, everything else rolls back. A page that only reads takes no write lock, and cannot write.
"""

from __future__ import annotations

from typing import Any, Final

import zope.sqlalchemy
from sqlalchemy import event
from sqlalchemy.orm import Session
from zope.sqlalchemy.datamanager import STATUS_ACTIVE, STATUS_CHANGED

from formengine.services.core.unit_of_work import Outsider, Work
from formengine.storage.database import READ_ONLY

NOBODY: Final = Outsider("", 0)
"""Who has not signed in. Never None: that would be the engine itself, which may do everything."""
READING: Final = frozenset(("GET", "HEAD", "OPTIONS"))


def work(request: Any) -> Work:
    """The unit of work of this page; its session is in the page's own transaction."""
    platform = request.registry.platform
    reads = request.method in READING
    engine = platform.database.engine
    session = platform.database.sessions(bind=engine.execution_options(**{READ_ONLY: True}) if reads else engine)
    if reads:
        event.listen(session, "before_flush", _refuse)
    # Core statements do not mark a session as changed, so one that may write always commits.
    status = STATUS_ACTIVE if reads else STATUS_CHANGED
    zope.sqlalchemy.register(session, initial_state=status, transaction_manager=request.tm)
    person = request.visit.person
    actor = session.merge(person, load=False) if person is not None else NOBODY
    return Work(platform, session, actor, language=request.language, address=request.remote_addr or "")


def _refuse(session: Session, _context: object, _instances: object) -> None:
    if session.new or session.deleted or any(session.is_modified(one) for one in session.dirty):
        raise RuntimeError("a page that is only read wrote to the database: let it be a POST")


def includeme(config: Any) -> None:
    config.add_request_method(work, "work", reify=True)
