"""Attempts to run a job, and the retry after a failure.

A failed attempt enqueues the next one with a delay, under the id `job~2`, `job~3` ...; it holds no slot while it
waits, and survives a restart. A job runs at least once: killed before its end was written, it runs again with the same
arguments, so its function has to be idempotent.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from formengine.errors import DeliveryFailed
from formengine.jobs.kinds import Kind
from formengine.jobs.ownership import TakenOver, is_owned, token_of_execution
from formengine.jobs.queue import CAUSED_BY, SEPARATOR
from formengine.log_context import log_context

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions
    from sqlalchemy import Engine

log = logging.getLogger(__name__)

JobFunction = Callable[[dict[str, Any]], None]
"""Runs one attempt with the job's args. It has to be idempotent; an exception makes the attempt a failed one."""
ERROR_LENGTH: Final = 2000
"""Characters of an error that are kept with its attempt."""


class Retry(Exception):
    """Raised by a job to be run again after so many seconds; counts as a failed attempt."""

    def __init__(self, after_seconds: float, why: str = "") -> None:
        super().__init__(why or f"to be tried again in {after_seconds:g} s")
        self.after_seconds = after_seconds


class DeadJob(Exception):
    """A job has failed for good; the message is its last error."""


@dataclass(frozen=True)
class Attempt:
    """The attempt that runs now: the job's id, its number (from 1) and whether it is the last one.

    `position` counts, from 1, the attempts since the job was enqueued; a retry by hand sets only `number` back to 1.
    `token` is of this execution (`ownership`); None outside a worker.
    """

    job: str
    number: int
    last: bool
    position: int = 1
    token: str | None = None

    @property
    def id(self) -> str:
        """The id of the attempt.

        >>> Attempt("mail-7", 1, last=False).id, Attempt("mail-7", 3, last=False, position=3).id
        ('mail-7', 'mail-7~3')
        """
        return self.job if self.position == 1 else f"{self.job}{SEPARATOR}{self.position}"


# `_try` has logged the cause of a dead job already.
logging.getLogger("dbos").addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], DeadJob)))

_current: ContextVar[Attempt | None] = ContextVar("formengine_attempt", default=None)


def current_attempt() -> Attempt | None:
    """Inside a job's function, the attempt that runs; None elsewhere."""
    return _current.get()


def job_of(attempt_id: str) -> str:
    """The job's id of an attempt's id.

    >>> job_of("mail-7~3")
    'mail-7'
    """
    return attempt_id.split(SEPARATOR)[0]


def position_of(attempt_id: str) -> int:
    """Which attempt in the job's chain this is, from 1.

    >>> position_of("mail-7"), position_of("mail-7~3")
    (1, 3)
    """
    _job, _separator, position = attempt_id.partition(SEPARATOR)
    return int(position) if position else 1


class AttemptRunner:
    """Runs attempts in this process, and knows which ones run."""

    def __init__(
        self, client: DBOSClient, engine: Engine, kinds: Mapping[str, Kind], functions: Mapping[str, JobFunction]
    ) -> None:
        self._client = client
        self._engine = engine
        self._kinds = kinds
        self._functions = functions
        self._ids: Counter[str] = Counter()  # of one taken over and taken back, two executions may run
        self._lock = threading.Lock()
        self.stopping = threading.Event()

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the attempts that run now."""
        with self._lock:
            return frozenset(+self._ids)

    def workflow(self, name: str) -> Callable[[dict[str, Any], int], None]:
        """The function that the engine calls for one kind of job: `(args, attempt number)`."""
        from dbos import DBOS

        def run(args: dict[str, Any], attempt: int = 1) -> None:
            attempt_id = DBOS.workflow_id or ""
            with self._lock:
                self._ids[attempt_id] += 1
            try:
                with log_context({**args.get(CAUSED_BY, {}), "job": attempt_id}):
                    self._try(self._kinds[name], attempt_id, args, attempt)
            finally:
                with self._lock:
                    self._ids[attempt_id] -= 1

        run.__qualname__ = run.__name__ = name
        return run

    def _try(self, kind: Kind, attempt_id: str, args: dict[str, Any], number: int) -> None:
        attempt = Attempt(
            job_of(attempt_id), number, number >= kind.tries, position_of(attempt_id), token_of_execution()
        )
        token = _current.set(attempt)
        try:
            self._functions[kind.name]({name: value for name, value in args.items() if name != CAUSED_BY})
        except TakenOver:
            log.warning("job %s was taken over; what it did here is not written", attempt_id)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:ERROR_LENGTH]
            if number >= kind.tries or (isinstance(error, DeliveryFailed) and error.permanent):
                log.error("job %s (%s) is given up after %d tries", attempt_id, kind.name, number, exc_info=error)
                raise DeadJob(reason) from None
            wait = error.after_seconds if isinstance(error, Retry) else kind.wait(number)
            log.warning("job %s (%s) failed and is tried again in %g s: %s", attempt_id, kind.name, wait, reason)
            self._enqueue_retry(kind, attempt, args, wait, reason)
        finally:
            _current.reset(token)

    def _enqueue_retry(self, kind: Kind, attempt: Attempt, args: dict[str, Any], wait: float, reason: str) -> None:
        """Enqueue the next attempt, trying until it succeeds (a full disk): the job would be lost otherwise."""
        while True:
            try:
                lane = _lane_of_attempt(self._client, attempt.id)
                options = next_attempt(
                    kind.name, lane, attempt.id, number=attempt.number + 1, delay=wait, reason=reason
                )
                if self._enqueue_if_owned(attempt, options, args):
                    mark_followed(self._client, attempt.id, options)
                else:
                    log.warning("job %s was taken over; it is not tried again from here", attempt.id)
                return
            except Exception:
                if self.stopping.is_set():
                    raise SystemExit from None  # not an Exception: the job stays pending
                log.exception("the next attempt of job %s cannot be written; trying again", attempt.id)
                time.sleep(2)

    def _enqueue_if_owned(self, attempt: Attempt, options: EnqueueOptions, args: Mapping[str, Any]) -> bool:
        """Enqueue the next attempt in one transaction with the question whether this one is still our own: the result.

        The row is written first: SQLite's write lock, or the lock on this attempt's row, keeps others from taking it
        over until the commit. Asked before, it might be taken over, and done, in between, and then run once more.
        """
        with self._engine.connect() as connection:
            self._client.enqueue_in_transaction(connection, options, args, attempt.number + 1)
            owned = attempt.token is None or is_owned(connection, attempt.id, attempt.token, lock=True)
            if owned:
                connection.commit()
        return owned


def next_attempt(
    name: str, lane: str, attempt_id: str, *, number: int, delay: float | None = None, reason: str | None = None
) -> EnqueueOptions:
    """The engine's options of the attempt after `attempt_id`: always the same id, so that enqueuing is idempotent.

    `number` is the new attempt's (from 1), `delay` in seconds, `reason` the error of the last one.
    """
    successor = f"{job_of(attempt_id)}{SEPARATOR}{position_of(attempt_id) + 1}"
    options: EnqueueOptions = {
        "workflow_name": name,
        "queue_name": lane,
        "workflow_id": successor,
        "attributes": {"attempt": number, "error": reason},
    }
    if delay:
        options["delay_seconds"] = delay
    return options


def enqueue_next_attempt(
    client: DBOSClient, name: str, lane: str, attempt_id: str, args: dict[str, Any], *, number: int
) -> None:
    """Enqueue the attempt after `attempt_id` now, and mark that one as followed; idempotent."""
    options = next_attempt(name, lane, attempt_id, number=number)
    client.enqueue(options, args, number)
    mark_followed(client, attempt_id, options)


def mark_followed(client: DBOSClient, attempt_id: str, options: EnqueueOptions) -> None:
    """Mark an attempt as followed by the one with these options."""
    client.update_workflow_attributes(attempt_id, {"followed": options["workflow_id"]}, merge=True)


def _lane_of_attempt(client: DBOSClient, attempt_id: str) -> str:
    attempts = client.list_workflows(workflow_ids=[attempt_id], load_input=False, load_output=False)
    return attempts[0].queue_name or "short"
