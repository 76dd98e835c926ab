"""Connections to PostgreSQL that are closed when an answer takes longer than the request may wait (`answer_time`)."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from psycopg import Connection, OperationalError

from formengine.storage.answer_time import current_allowance

T = TypeVar("T")
OPTIONS: Final[dict[str, Any]] = {
    "connect_timeout": 5,  # seconds
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}
"""What is told libpq, unless the address of the database says otherwise: a host that is gone is noticed in a minute."""
SETTINGS: Final = "-c jit=off"
"""What each session begins with: to compile the conditions of a list takes ten times as long as to evaluate them.
libpq sends it with the first message, before the `options` of the address, which win.
"""
SHORTEST: Final = 2
"""The shortest `connect_timeout` of libpq, in seconds."""


class LimitedConnection(Connection[Any]):
    """A connection whose every wait for the server counts against what the request may wait."""

    def wait(self, gen: Any, *args: Any, **values: Any) -> Any:
        """Raises OperationalError, with the connection closed, when the time is used up."""
        with _counted() as deadline:
            if deadline is None:
                return super().wait(gen, *args, **values)
            try:
                return super().wait(_until(gen, deadline), *args, **values)
            except _NoAnswer:
                self.pgconn.finish()
                raise OperationalError("the database does not answer") from None


def connect(arguments: Sequence[Any], options: dict[str, Any]) -> Connection[Any]:
    """Open a connection, as psycopg's `connect`; raises OperationalError, at once where the time is used up."""
    with _counted() as deadline:
        values = {**OPTIONS, **options}
        if deadline is not None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise OperationalError("the database does not answer")
            values["connect_timeout"] = min(int(values["connect_timeout"]) or SHORTEST, max(SHORTEST, round(left)))
        given = values.get("options") or os.environ.get("PGOPTIONS", "")  # libpq reads the variable only without ours
        values["options"] = f"{SETTINGS} {given}".rstrip()
        return LimitedConnection.connect(*arguments, **values)


@contextmanager
def _counted() -> Iterator[float | None]:
    """Count the time that the block takes; gives the moment (time.monotonic) when it is used up, None without a
    limit.
    """
    allowance = current_allowance()
    if allowance is None:
        yield None
        return
    begun = time.monotonic()
    try:
        yield begun + allowance.left
    finally:
        allowance.left -= time.monotonic() - begun


class _NoAnswer(Exception):
    """The time is used up."""


def _until(waiting: Generator[Any, Any, T], deadline: float) -> Generator[Any, Any, T]:
    """The same generator of psycopg, which raises _NoAnswer when nothing came until the deadline.

    psycopg sends 0 (READY_NONE) at intervals while nothing comes; what has come is taken, however late.
    """
    try:
        state = next(waiting)
        while True:
            ready = yield state
            if not ready and time.monotonic() >= deadline:
                raise _NoAnswer
            state = waiting.send(ready)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]  # what the generator returned
