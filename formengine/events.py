"""What happened, as frozen values: published by a service in the transaction that made it so.

Who listens (mails, inbox, webhooks) writes rows and enqueues jobs in that same transaction. An event carries ids and
plain values, never a row and never anything of the web.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Event:
    """The root: `at` is when (aware, UTC); `actor` the person's id, or None for the engine itself."""

    at: datetime
    actor: str | None


@dataclass(frozen=True)
class PersonInvited(Event):
    """Somebody was invited: `link` is the one-time address to choose a password at (it is stored nowhere)."""

    person: str
    link: str


@dataclass(frozen=True)
class PasswordResetAsked(Event):
    """A person (who exists) asked for a new password: `link` as for an invitation."""

    person: str
    link: str


@dataclass(frozen=True)
class DossierEvent(Event):
    """The root of what happens on a dossier: `dossier` is its database id, `entry` the number of the history entry."""

    dossier: int
    entry: int


@dataclass(frozen=True)
class DossierOpened(DossierEvent):
    """A submission opened a dossier."""


@dataclass(frozen=True)
class DossierMoved(DossierEvent):
    """A step took place: `transition` by id; `told` are the people ids (or outside addresses) to notify."""

    transition: str
    before: str
    after: str
    comment: str | None = None
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoteAdded(DossierEvent):
    """A note was written; `internal` notes are for counsel alone."""

    note: int
    internal: bool


@dataclass(frozen=True)
class PeopleTold(DossierEvent):
    """The engine says to tell people: `kind` is a mail kind, `to` ids or outside addresses, `data` plain values."""

    kind: str
    to: tuple[str, ...]
    data: Mapping[str, str] = field(default_factory=dict)
