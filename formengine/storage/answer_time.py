"""How long a page waits for PostgreSQL's answers altogether (T7).

A server that is stopped, or whose disk hangs, accepts statements and never answers: without a limit each page would
keep a thread for ever. Jobs and commands wait for as long as the connection stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

ANSWER_SECONDS: Final = 10.0
"""How long all statements of one request may wait for answers, in seconds; a locked row is waited for half as long."""


@dataclass
class Allowance:
    """The seconds that a request may still wait, in all its connections together."""

    left: float


_allowance: ContextVar[Allowance | None] = ContextVar("formengine_answer_time", default=None)


@contextmanager
def limited_wait(seconds: float) -> Iterator[None]:
    """Limit how long the block waits for the database: when the time is used up, the connection is closed and
    SQLAlchemy's OperationalError raised, at once for every statement that follows.
    """
    token = _allowance.set(Allowance(seconds))
    try:
        yield
    finally:
        _allowance.reset(token)


def current_allowance() -> Allowance | None:
    """What the present block may wait; None without a limit."""
    return _allowance.get()
