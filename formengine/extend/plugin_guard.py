"""Limits on calls of plugins: one that raises, times out or returns a wrong value fails the whole step (X4).

This is no sandbox: plugins are trusted code that runs in this process.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from formengine.errors import ConversionFailed, DeliveryFailed, DocumentRefused, PluginFailed, PluginTimedOut
from formengine.jobs import Retry
from formengine.registry import PluginJob
from formengine.registry.signatures import problem_of_report

log = logging.getLogger(__name__)

TIMEOUT: Final = 5.0
"""Seconds that a step waits for a plugin while it holds a dossier; slower work belongs in a job."""
PAUSE: Final = 60.0
"""Seconds for which a plugin that did not answer is not asked again."""
JOB_TIMEOUT: Final = 60.0
"""Seconds that a job waits for a signature provider."""
TOLD: Final = (Retry, DeliveryFailed, ConversionFailed, DocumentRefused)
"""What a signature provider may raise: its text is told to the legal team, and the job follows it."""


def with_limits(slot: str, name: str, word: Any) -> Any:
    """A word of the vocabulary whose plugin is called within limits; `slot` is the field of Vocabulary."""
    if slot == "calendars":
        return LimitedCalendar(name, word)
    if slot == "providers":
        return replace(word, provider=LimitedProvider(name, word.provider))
    kind, attribute, is_answer = _CALLS[slot]
    return replace(word, **{attribute: limited(kind, name, getattr(word, attribute), is_answer)})


def with_limits_of_job(job: PluginJob) -> PluginJob:
    """A job whose function has JOB_TIMEOUT; how it says when to try again, or not, is passed on."""
    passed = (Retry, DeliveryFailed)
    return replace(job, function=limited("job", job.name, job.function, lambda _: True, JOB_TIMEOUT, passed))


def limited(
    kind: str,
    name: str,
    call: Callable[..., Any],
    is_answer: Callable[[Any], bool],
    timeout: float | None = None,
    passed: tuple[type[Exception], ...] = (),
) -> Callable[..., Any]:
    """The same function, which raises PluginFailed for anything but an answer; `kind` is the word for such a plugin.

    Exceptions of the types `passed` are raised as they are.

    It runs in a thread of its own: Python can stop waiting for one that hangs, though not stop it. One that hung in a
    step (which has no `timeout` of its own) is not asked again for PAUSE, by this returned function: make it once.
    Jobs are tried again later anyhow.
    """
    hung_at: float | None = None

    def run(*args: Any) -> Any:
        nonlocal hung_at
        if timeout is None and hung_at is not None and time.monotonic() < hung_at + PAUSE:
            raise PluginFailed(kind, name, "it did not answer lately, and is not asked again for a minute")
        try:
            answer = _call(kind, name, call, args, timeout or TIMEOUT, passed)
        except _Unanswered as overdue:
            hung_at = time.monotonic()
            log.error("the %s %s did not answer within %g seconds", kind, name, timeout or TIMEOUT)
            raise PluginTimedOut(kind, name, "it did not answer in time", overdue.ends_within) from None
        if not is_answer(answer):
            log.error("the %s %s answered %.1000r, which it may not", kind, name, answer)
            raise PluginFailed(kind, name, "it answered something that it may not, which the log tells")
        return answer

    return run


class _Unanswered(Exception):
    """A call did not end in time; it may be running still (`PluginTimedOut.ends_within`)."""

    def __init__(self, ends_within: Callable[[float], bool]) -> None:
        super().__init__()
        self.ends_within = ends_within


def _call(kind: str, name: str, call: Callable[..., Any], args: tuple[Any, ...], timeout: float, passed: Any) -> Any:
    answers: list[Any] = []
    errors: list[Exception] = []

    def target() -> None:
        try:
            answers.append(context.run(call, *args))
        except Exception as error:  # a plugin may raise anything
            errors.append(error)

    def ends_within(seconds: float) -> bool:
        thread.join(seconds)
        return not thread.is_alive()

    context = copy_context()
    thread = threading.Thread(target=target, name=f"plugin {name}", daemon=True)
    thread.start()
    thread.join(timeout)
    if errors and isinstance(errors[0], passed):
        raise errors[0]
    if errors:
        log.error("the %s %s failed", kind, name, exc_info=errors[0])
        raise PluginFailed(kind, name, "it raised an error, which the log tells")
    if not answers:
        raise _Unanswered(ends_within)
    return answers[0]


def _is_action_result(answer: Any) -> bool:
    """None, or (job name, arguments) each."""
    if answer is None:
        return True
    pairs = isinstance(answer, Sequence) and not isinstance(answer, str) and all(len(pair) == 2 for pair in answer)
    return pairs and all(isinstance(name, str) and isinstance(args, Mapping) for name, args in answer)


def _is_list_of_people(answer: Any) -> bool:
    return isinstance(answer, Sequence) and not isinstance(answer, str) and all(isinstance(p, str) for p in answer)


_CALLS: Final[Mapping[str, tuple[str, str, Callable[[Any], bool]]]] = {
    "guards": ("guard", "check", lambda answer: isinstance(answer, bool | str)),
    "actions": ("action", "action", _is_action_result),
    "resolvers": ("approver resolver", "resolver", _is_list_of_people),
    "words": ("condition word", "test", lambda answer: isinstance(answer, bool)),
}
"""By slot: the noun for such a plugin, the attribute with its function, the test of its return value."""


class LimitedCalendar:
    """A plugin's calendar; moments have to be aware, and time goes forward."""

    def __init__(self, name: str, calendar: Any) -> None:
        def add(start: datetime, amount: int, unit: str) -> tuple[datetime, Any]:
            return start, calendar.add(start, amount, unit)

        self._add = limited("calendar", name, add, _goes_forward)
        self._between = limited("calendar", name, calendar.between, _is_number)

    def add(self, start: datetime, amount: int, unit: str) -> datetime:
        """The moment (aware) that lies a duration after `start`. Raises PluginFailed."""
        _start, end = self._add(start, amount, unit)
        return end  # type: ignore[no-any-return]  # _goes_forward has looked at it

    def between(self, start: datetime, end: datetime) -> float:
        """The working minutes between two moments. Raises PluginFailed."""
        return self._between(start, end)  # type: ignore[no-any-return]  # _is_number has looked at it


def _goes_forward(span: tuple[datetime, Any]) -> bool:
    start, end = span
    return isinstance(end, datetime) and end.tzinfo is not None and end >= start


def _is_number(answer: Any) -> bool:
    return isinstance(answer, int | float) and not isinstance(answer, bool)


class LimitedProvider:
    """A plugin's signature provider; it is called in jobs, so it may take JOB_TIMEOUT."""

    def __init__(self, name: str, provider: Any) -> None:
        def in_job(call: Callable[..., Any], is_answer: Callable[[Any], bool]) -> Callable[..., Any]:
            return limited("signature provider", name, call, is_answer, JOB_TIMEOUT, TOLD)

        self.title = str(getattr(provider, "title", name))
        self.signs_here = bool(getattr(provider, "signs_here", False))
        self.several_documents = bool(getattr(provider, "several_documents", False))
        self.takes_pdf = bool(getattr(provider, "takes_pdf", False))
        self.start = in_job(provider.start, lambda _: True)
        self.recall = in_job(provider.recall, lambda _: True)
        self.status = in_job(provider.status, lambda answer: problem_of_report(answer) is None)
        hook = getattr(provider, "webhook", None)
        self.webhook = limited("signature provider", name, hook, _is_list_of_seats) if callable(hook) else None


def _is_list_of_seats(answer: Any) -> bool:
    return answer is None or (isinstance(answer, Sequence) and all(isinstance(seat, int) for seat in answer))
