"""A plugin's functions, held within bounds: one that raises, hangs or answers what it may not fails the step that
asked, whole, under the plugin's name (X4). A plugin is trusted code all the same: it runs in this process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from datetime import datetime
from typing import Any, Final

from formengine.errors import PluginFailed

log = logging.getLogger(__name__)

PATIENCE: Final = 5.0
"""Seconds that a step waits for a plugin while it holds a dossier; what takes longer belongs into a job."""
PATIENCE_IN_JOB: Final = 60.0
STATUSES: Final = ("asked", "signed", "declined", "expired")


def bounded(
    what: str, name: str, call: Callable[..., Any], fits: Callable[[Any], bool], patience: float | None = None
) -> Callable[..., Any]:
    """The same function, which raises PluginFailed instead of anything else; `what` is the word for such a plugin.

    It runs in a thread of its own: Python can stop waiting for one that hangs, though not stop it.
    """

    def run(*args: Any) -> Any:
        answer = _in_time(what, name, call, args, patience or PATIENCE)
        if not fits(answer):
            raise PluginFailed(what, name, f"it answered {str(answer)[:100]!r}")
        return answer

    return run


def _in_time(what: str, name: str, call: Callable[..., Any], args: tuple[Any, ...], patience: float) -> Any:
    came: list[Any] = []
    raised: list[Exception] = []

    def target() -> None:
        try:
            came.append(context.run(call, *args))
        except Exception as problem:  # a plugin may raise anything
            raised.append(problem)

    context = copy_context()
    thread = threading.Thread(target=target, name=f"plugin {name}", daemon=True)
    thread.start()
    thread.join(patience)
    if raised:
        log.error("the %s %s failed", what, name, exc_info=raised[0])
        raise PluginFailed(what, name, f"{type(raised[0]).__name__}: {raised[0]}")
    if not came:
        raise PluginFailed(what, name, f"it did not answer within {patience:g} seconds")
    return came[0]


def is_verdict(answer: Any) -> bool:
    return isinstance(answer, bool | str)


def is_answer_of_action(answer: Any) -> bool:
    """None, or (job name, arguments) each."""
    if answer is None:
        return True
    pairs = isinstance(answer, Sequence) and not isinstance(answer, str) and all(len(one) == 2 for one in answer)
    return pairs and all(isinstance(name, str) and isinstance(args, Mapping) for name, args in answer)


def are_people(answer: Any) -> bool:
    return isinstance(answer, Sequence) and not isinstance(answer, str) and all(isinstance(p, str) for p in answer)


class BoundedCalendar:
    """A plugin's calendar, each call held within bounds; moments stay aware and time goes forward."""

    def __init__(self, name: str, calendar: Any) -> None:
        self._name, self._calendar = name, calendar

    def add(self, start: datetime, amount: int, unit: str) -> datetime:
        def fits(answer: Any) -> bool:
            return isinstance(answer, datetime) and answer.tzinfo is not None and (answer - start).total_seconds() >= 0

        found: datetime = bounded("calendar", self._name, self._calendar.add, fits)(start, amount, unit)
        return found

    def between(self, start: datetime, end: datetime) -> float:
        def fits(answer: Any) -> bool:
            return isinstance(answer, int | float) and not isinstance(answer, bool)

        found: float = bounded("calendar", self._name, self._calendar.between, fits)(start, end)
        return found


class BoundedProvider:
    """A plugin's signature provider; it is called in jobs, so it may take its time."""

    def __init__(self, name: str, provider: Any) -> None:
        self.signs_here = bool(getattr(provider, "signs_here", False))
        self.start = self._held(name, provider.start, lambda _: True)
        self.recall = self._held(name, provider.recall, lambda _: True)
        self.status = self._held(name, provider.status, lambda answer: answer in STATUSES)

    @staticmethod
    def _held(name: str, call: Callable[..., Any], fits: Callable[[Any], bool]) -> Callable[..., Any]:
        return bounded("signature provider", name, call, fits, PATIENCE_IN_JOB)
