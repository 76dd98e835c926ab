"""The engine's data: the case (a dossier with its rounds, deadlines and children), its context, and the effects.

The caller (services with rows, `Simulation` in memory) loads the whole case, calls `engine.api.run`, and saves the case
and its effects; when the engine refuses, it discards the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from formengine.i18n import Text

RoundKind = Literal["approval", "signature"]
RoundStatus = Literal["open", "approved", "rejected", "signed", "declined", "expired", "superseded", "closed"]
SeatStatus = Literal[
    "open", "approved", "rejected", "signed", "declined", "delegated", "removed", "not_needed", "closed"
]
DeadlineStatus = Literal["running", "paused", "met", "missed"]


@dataclass
class Seat:
    """One person's seat in a step of a round. `person` is an account id, or the e-mail address of a guest.

    `role` is the id of the role, team or position that the seat represents, `entry` the index of that entry in the
    step; a seat added by escalation has the `entry` of the late one. `key` belongs to the caller (the row's id).
    """

    step: int
    entry: int
    role: str
    person: str
    status: SeatStatus = "open"
    opened_at: datetime | None = None
    at: datetime | None = None
    comment: str | None = None
    on_behalf_of: str | None = None
    returns_to: str | None = None  # asked for an opinion: the decision returns to this person
    added_by: str | None = None
    reminded_at: datetime | None = None
    escalated: bool = False  # added because another seat of the entry was late
    late: bool = False  # was late, and the escalation has been carried out
    past: bool = False  # of an earlier run of its step, which a rejection has reopened
    evidence: dict[str, Any] = field(default_factory=dict)
    document_sha256: str | None = None  # of the version that the vote was given on
    key: int | None = None


@dataclass
class Round:
    """An approval or signature round. `number` counts the rounds of the same rule on the dossier, from 1.

    `asked_by`, `transition`, `fields` and `comment` are set when `approval_first` opened the round. `added` lists
    people added to those of the rule (`{step, person, by}`); `next_at` is when its next timer fires. What is decided
    is bound to the version of the document that `document_version`, its hash and its date name.
    """

    rule: str
    kind: RoundKind
    number: int
    opened_at: datetime
    status: RoundStatus = "open"
    step: int = 0
    seats: list[Seat] = field(default_factory=list)
    state: str = ""
    document_version: int | None = None
    document_sha256: str | None = None
    document_at: datetime | None = None
    skipped_steps: list[int] = field(default_factory=list)
    asked_by: str | None = None
    transition: str | None = None
    comment: str | None = None
    expires_at: datetime | None = None
    closed_at: datetime | None = None
    nobody: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    asked_entries: list[int] = field(default_factory=list)  # entries of the current step whose condition applies
    next_at: datetime | None = None
    key: int | None = None


@dataclass
class Deadline:
    """A deadline. `rule` is the id of its rule; `child` is (kind, number) for the deadline of a child.

    `next_at` is when its next reminder or its expiry fires, or None. `minutes_left` is the remaining time while it is
    paused: working minutes for a duration in working time, else minutes by the clock.
    """

    rule: str
    name: str
    started_at: datetime
    due: datetime | None
    status: DeadlineStatus = "running"
    next_at: datetime | None = None
    reminded: int = 0
    paused_at: datetime | None = None
    minutes_left: float | None = None
    child: tuple[str, int] | None = None
    anchor: str | None = None  # the value of the fact that it was computed from
    last_day: str | None = (
        None  # the date (ISO 8601) that it lasts to the end of, where it is counted in days or longer
    )
    past: bool = False  # of an earlier stay in its state
    key: int | None = None


@dataclass
class Child:
    """A hearing, milestone or task, with a state and fields of its own; numbered from 1 per kind."""

    kind: str
    number: int
    state: str
    fields: dict[str, Any] = field(default_factory=dict)
    visible_to_client: bool = False
    left_states: list[str] = field(default_factory=list)
    entered_at: datetime | None = None
    key: int | None = None


@dataclass(frozen=True)
class VersionContent:
    """The content of a version of a document, by its hash, and when the version was made."""

    sha256: str
    made_at: datetime


@dataclass
class Case:
    """A whole dossier. `fields` override `answers`; `documents` is the number of versions by document name.

    `newest_versions` is the content of the newest version by document name, as far as the caller knows it.
    """

    reference: str
    submitter: str
    request_type: str
    answers: Mapping[str, Any]
    opened_at: datetime
    state: str
    entered_at: datetime
    version: int = 1
    fields: dict[str, Any] = field(default_factory=dict)
    left_states: list[str] = field(default_factory=list)
    claims: dict[str, str] = field(default_factory=dict)
    priority: str = "normal"
    rounds: list[Round] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    documents: dict[str, int] = field(default_factory=dict)
    newest_versions: dict[str, VersionContent] = field(default_factory=dict)
    escalated_to: list[str] = field(default_factory=list)


class Directory(Protocol):
    """People, teams and positions. People are account ids; lists hold active accounts only, in a stable order."""

    def team(self, team: str) -> Sequence[str]: ...

    def position(self, position: str) -> Sequence[str]: ...

    def with_role(self, site_role: str) -> Sequence[str]: ...

    def named(self, person: str) -> str:
        """The account id of a person that a workflow names by e-mail address; the name itself when there is none."""
        ...

    def manager_of(self, person: str) -> str | None: ...

    def head_of_department_of(self, person: str) -> str | None: ...

    def is_active(self, person: str) -> bool: ...

    def may_collaborate(self, person: str) -> bool: ...

    def name(self, person: str) -> str: ...

    def stand_in(self, person: str, kind: str, moment: datetime) -> str | None:
        """The delegate of somebody out of office at a moment (U10), for dossiers of a kind; None when there is none."""
        ...


class Calendar(Protocol):
    """A working-time calendar. Date-times have a time zone."""

    def add(self, start: datetime, amount: int, unit: str) -> datetime:
        """The moment `amount` of a unit (`durations.UNITS`) after `start`; before it when negative."""
        ...

    def between(self, start: datetime, end: datetime) -> float:
        """Working minutes from `start` to `end`."""
        ...


@dataclass(frozen=True)
class EngineContext:
    """What the engine needs besides the case.

    `calendars` are by id (`""` is the portal's default); `language` and `zone` are those of the messages (`""` is the
    calendar's zone); `subject` is what plugins receive (None: a view of the case).
    """

    now: datetime
    directory: Directory
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    language: str = "en"
    zone: str = ""
    subject: object = None
    people: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Person ids by role id, in place of the sources of the workflow's roles (simulation)."""
    document_titles: Mapping[str, Text] = field(default_factory=dict)
    """The titles of the documents that the request type names."""


@dataclass(frozen=True)
class HistoryRecorded:
    """An entry for the dossier's history.

    `kind`: step, claimed, released, decided, signed, declined, delegated, approver_added, approver_removed,
    round_opened, round_closed, round_void, nobody, reminded, late, deadline_missed, deadline_reminded, child_opened,
    child_step, fields_set, document, priority, escalated. For a step `transition` is its id, or decide, approved,
    rejected, signed, declined, expired, changed, deadline. `by` is None for the engine itself. `data["fields"]` are
    the fields that the step, the round or the new child wrote; the reader of the history decides what a client may
    see of them.
    """

    kind: str
    by: str | None
    transition: str | None = None
    before: str | None = None
    after: str | None = None
    comment: str | None = None
    on_behalf_of: str | None = None
    visible_to_client: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotifyPeople:
    """Write a mail of `kind` (N1) to person ids or guests' addresses; `data` holds plain values for its text."""

    kind: str
    to: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DraftDocument:
    """Draft a version of a document from its template; `after` is the number of versions it had at that moment."""

    document: str
    after: int = 0


@dataclass(frozen=True)
class OpenChildDossier:
    """Open a dossier of another request type, as a follow-up of this one."""

    request_type: str


@dataclass(frozen=True)
class EnqueueJob:
    """Enqueue the job that a plugin's action returned."""

    name: str
    args: Mapping[str, Any]
    action: str = ""  # the name of the action


Effect = HistoryRecorded | NotifyPeople | DraftDocument | OpenChildDossier | EnqueueJob
"""What the caller has to carry out, in the order in which it happened: history entries, mails, documents, jobs."""
