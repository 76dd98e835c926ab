"""A unit of work: one actor doing one thing in one transaction.

A service is a function whose first argument is a `UnitOfWork`. It loads rows, calls the engine, stores, and appends to
the history; it never commits: its caller does (a web response, `run_in_transaction` for jobs and commands). Everything
that lives as long as the process is in `Platform`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from sqlalchemy.orm import Session

from formengine.errors import ConcurrentChange
from formengine.registry import Registry
from formengine.settings import Settings
from formengine.storage.blobs.store import BlobStore
from formengine.storage.database import IMMEDIATE, LATE, MEMO, Database, at_commit
from formengine.storage.models.people import Person
from formengine.time_zones import reader_zone

if TYPE_CHECKING:
    from formengine.jobs import Queue
    from formengine.services.core.published_definitions import Definitions


T = TypeVar("T")
Via = Literal["page", "api", "mcp", "link"]
"""How the actor came in: by a page, by the API, or through an assistant (Model Context Protocol); by a link where
somebody without an account completed what they had begun."""
JobArgs = dict[str, object] | Callable[[], dict[str, object]]
"""A job's arguments; a function is called once the rows are flushed, when they have their ids."""
JobKey = str | Callable[[], str] | None
ATTEMPTS: Final = 3
"""How often a unit of work is run when others change what it has read; the last time it locks before it reads."""


@dataclass(frozen=True)
class Platform:
    """What a process shares between its threads: settings, database, plugins' registrations, file store, job queue,
    published definitions.
    """

    settings: Settings
    database: Database
    registry: Registry
    blobs: BlobStore
    queue: Queue
    definitions: Definitions


@dataclass(frozen=True)
class Guest:
    """Somebody without an account, acting through a link: known by an e-mail address and bound to one seat."""

    email: str
    seat_id: int


@dataclass
class UnitOfWork:
    """One actor, one session, one moment. `actor` is None where the engine itself acts (a deadline, a periodic job)."""

    platform: Platform
    session: Session
    actor: Person | Guest | None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    language: str = "en"
    address: str = ""
    via: Via = "page"

    @property
    def actor_id(self) -> str | None:
        """The actor as the history names them: a person's id, an outside address, or None."""
        if isinstance(self.actor, Guest):
            return self.actor.email
        return self.actor.id if self.actor else None

    @property
    def person(self) -> Person:
        """The actor, who must have an account; raises LookupError for the engine and for outside people."""
        if not isinstance(self.actor, Person):
            raise LookupError("this service is for people with an account")
        return self.actor

    @property
    def zone(self) -> str:
        """The time zone in which the actor reads date-times: a person's own, named where it is not the portal's."""
        portal = self.portal_zone
        return reader_zone(self.actor.zone, portal) if isinstance(self.actor, Person) else portal

    @property
    def portal_zone(self) -> str:
        """The time zone of the portal, by whose clock date-times are typed."""
        return self.platform.definitions.site(self.session).portal.zone

    def remember(self, key: Hashable, compute: Callable[[], T]) -> T:
        """The result of `compute`, called once per key in this transaction; an error is not remembered.

        The results are shared by every unit of work on the session, so a key must name the actor where the result
        depends on it.
        """
        memo: dict[Hashable, Any] = self.session.info.setdefault(MEMO, {})
        if key in memo:
            remembered: T = memo[key]
            return remembered
        value = compute()  # which may empty the memo
        self.session.info.setdefault(MEMO, {})[key] = value
        return value

    def forget(self, key: Hashable) -> None:
        """Compute a result anew when it is next asked for: the rows behind it have changed."""
        self.session.info.get(MEMO, {}).pop(key, None)

    def forget_all(self) -> None:
        """Compute all results anew: rows are about to be read again."""
        self.session.info.pop(MEMO, None)

    def enqueue(
        self, name: str, args: JobArgs, *, lane: str = "short", key: JobKey = None, at: datetime | None = None
    ) -> None:
        """Enqueue a job in this transaction, when it is written; a second job with the same `key` is dropped.

        Raises ValueError at once for an unknown name, lane or key.
        """
        queue, session = self.platform.queue, self.session
        if not callable(args) and not callable(key):
            at_commit(session, queue.prepare(session, name, args, lane=lane, key=key, at=at))
            return
        queue.check(name, lane=lane, key=None if callable(key) else key, at=at)

        def write() -> None:
            values = args() if callable(args) else args
            queue.enqueue(session, name, values, lane=lane, key=key() if callable(key) else key, at=at)

        at_commit(session, write)

    def enqueue_all(self, name: str, args_by_key: Mapping[str, Mapping[str, object]]) -> None:
        """Enqueue a job for each key, in as many statements as one job takes; a key that exists already is skipped.

        Raises ValueError at once for an unknown name or key.
        """
        if args_by_key:
            at_commit(self.session, self.platform.queue.prepare_all(self.session, name, args_by_key))


@contextmanager
def open_work(
    platform: Platform, actor_id: str | None = None, *, mode: str = LATE, **values: Any
) -> Iterator[UnitOfWork]:
    """A unit of work in a transaction of its own: committed at the end, rolled back by an exception.

    In mode LATE it may end in ConcurrentChange, which `run_in_transaction` handles.
    """
    with platform.database.transaction(mode) as session:
        actor = None if actor_id is None else session.get_one(Person, actor_id)
        yield UnitOfWork(platform, session, actor, **values)


def run_in_transaction(
    platform: Platform, operation: Callable[[UnitOfWork], T], actor_id: str | None = None, **values: Any
) -> T:
    """Run an operation as one unit of work and commit it; returns its result.

    When somebody else changes meanwhile what it read, it is run again from the start, on a new `UnitOfWork`.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with open_work(platform, actor_id, mode=LATE if attempt < ATTEMPTS else IMMEDIATE, **values) as work:
                return operation(work)
        except ConcurrentChange:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")
