"""Guard of the transactions of jobs: what was taken over from a worker that hung is not written by it when it wakes up.

The engine asks who owns an attempt before it writes its outcome (`ownership`); here the same is asked before each
transaction of a job is committed.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from formengine.jobs.attempts import current_attempt
from formengine.jobs.ownership import TakenOver, is_owned

MIN_IDLE_SECONDS: Final = 180
"""Least time after which PostgreSQL ends the session of a job that stands still within a transaction: filling a
template may take a minute of it (`documents.sandbox`)."""


def guard_transactions(sessions: sessionmaker[Any], lease: float) -> None:
    """Let no transaction of a job commit here once another worker has taken the job over: it raises TakenOver.

    On PostgreSQL, the transaction of a job that is stopped ends with its session, so that it holds no row for longer
    than `lease` seconds (or MIN_IDLE_SECONDS). Safe to repeat.
    """
    if not event.contains(sessions, "before_commit", _confirm_ownership):
        event.listen(sessions, "before_commit", _confirm_ownership)
        idle = f"SET LOCAL idle_in_transaction_session_timeout = {round(max(lease, MIN_IDLE_SECONDS) * 1000)}"

        def limit_idle_time(_session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
            if current_attempt() is not None and connection.dialect.name == "postgresql":
                connection.exec_driver_sql(idle)

        event.listen(sessions, "after_begin", limit_idle_time)


def _confirm_ownership(session: Session) -> None:
    """Listener, called last before a commit: under SQLite's write lock, or with the job's row locked."""
    attempt = current_attempt()
    if attempt is None or attempt.token is None or session.in_nested_transaction():
        return
    if not is_owned(session.connection(), attempt.id, attempt.token, lock=True):
        raise TakenOver(attempt.id)
