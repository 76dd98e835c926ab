"""A unit of work: one actor doing one thing in one transaction.

A service is a function whose first argument is a `Work`. It loads, asks the cores, stores, appends to the history and
publishes events, and never commits: whoever made the `Work` does (a web response, a job, a command). Everything that
lives as long as the process is in `Platform`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.orm import Session

from formengine.events import Event
from formengine.registry import Registry
from formengine.settings import Settings
from formengine.storage.blobs.store import BlobStore
from formengine.storage.database import Database
from formengine.storage.models.people import Person

if TYPE_CHECKING:
    from formengine.services.core.published_definitions import Definitions


class JobQueue(Protocol):
    """What services need of the job engine: a job enqueued in the session's own transaction."""

    def enqueue(
        self,
        session: Session,
        name: str,
        args: dict[str, object],
        *,
        lane: str = "short",
        key: str | None = None,
        at: datetime | None = None,
    ) -> None: ...


Listener = Callable[["Work", Event], None]


@dataclass(frozen=True)
class Platform:
    """What one process shares: settings, database, what plugins gave, files, jobs, definitions, who listens."""

    settings: Settings
    database: Database
    registry: Registry
    blobs: BlobStore
    queue: JobQueue
    definitions: Definitions
    listeners: dict[type[Event], list[Listener]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outsider:
    """Somebody without an account, acting through a link: known by an e-mail address and bound to one seat."""

    email: str
    seat_id: int


@dataclass
class Work:
    """One actor, one session, one moment. `actor` is None for the engine itself (a deadline, a sweep)."""

    platform: Platform
    session: Session
    actor: Person | Outsider | None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    language: str = "en"
    address: str = ""

    @property
    def actor_id(self) -> str | None:
        """The actor as the history names them: a person's id, an outside address, or None."""
        if isinstance(self.actor, Outsider):
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
        """The time zone in which the actor reads date-times: a person's own, else the portal's."""
        return (
            self.actor.zone
            if isinstance(self.actor, Person)
            else self.platform.definitions.site(self.session).portal.zone
        )

    def publish(self, event: Event) -> None:
        """Tell whoever listens to this class of event, or to one above it, in this transaction."""
        for kind, listeners in self.platform.listeners.items():
            if isinstance(event, kind):
                for listener in listeners:
                    listener(self, event)

    def enqueue(
        self,
        name: str,
        args: dict[str, object],
        *,
        lane: str = "short",
        key: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Enqueue a job in this transaction; `key` makes a second enqueue of the same work a no-op."""
        self.platform.queue.enqueue(self.session, name, args, lane=lane, key=key, at=at)
