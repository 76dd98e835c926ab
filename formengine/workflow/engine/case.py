"""A dossier as the engine sees it: plain values that a step changes, and what the engine needs to know around it.

Whoever keeps a case (the services in rows, `Simulation` in memory) loads it whole, calls one function of
`formengine.workflow.engine.api`, and keeps what came of it; when the engine refuses, the case is thrown away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

RoundStatus = Literal["open", "approved", "rejected", "signed", "declined", "expired", "superseded", "closed"]
SeatStatus = Literal[
    "open", "approved", "rejected", "signed", "declined", "delegated", "removed", "not_needed", "closed"
]
DeadlineStatus = Literal["running", "paused", "met", "missed"]


@dataclass
class Seat:
    """One person's place in a step of a round. `person` is an account id, or the address of somebody outside.

    `role` is the entry it stands for (a role, team or position id), `entry` its position in the step; a seat that
    stands for the same entry as a late one has the same `entry`. `key` is the keeper's own (a row's id).
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
    returns_to: str | None = None  # asked for an opinion: the seat goes back to this person
    added_by: str | None = None
    reminded_at: datetime | None = None
    escalated: bool = False  # given because another seat of the entry was late
    late: bool = False  # was late, and what follows from that has happened
    past: bool = False  # of an earlier turn of its step, which a rejection has reopened since
    evidence: dict[str, Any] = field(default_factory=dict)
    key: int | None = None


@dataclass
class Round:
    """One asking for approval or signature. `number` counts the askings of the same rule on the dossier from 1.

    `asked_by`, `transition`, `fields` and `comment` are set when the round was opened by `approval_first`. `added`
    are people added beside the rule (`{step, person, by}`); `next_at` is when something next happens by itself.
    """

    rule: str
    kind: Literal["approval", "signature"]
    number: int
    opened_at: datetime
    status: RoundStatus = "open"
    step: int = 0
    seats: list[Seat] = field(default_factory=list)
    state: str = ""
    document_version: int | None = None
    skipped_steps: list[int] = field(default_factory=list)
    asked_by: str | None = None
    transition: str | None = None
    comment: str | None = None
    expires_at: datetime | None = None
    closed_at: datetime | None = None
    nobody: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    added: list[dict[str, Any]] = field(default_factory=list)
    asked_entries: list[int] = field(
        default_factory=list
    )  # of the present step: those whose condition let them be asked
    next_at: datetime | None = None
    key: int | None = None


@dataclass
class Deadline:
    """A deadline as it runs. `rule` is the id of its rule; `child` is (kind, number) when it is a child's.

    `next_at` is when something next happens: a reminder or falling due; None when nothing will. `minutes_left`
    holds what is left while it is paused (open minutes for working time, else plain ones).
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
    anchor: str | None = None  # the value of its fact that it was reckoned from
    past: bool = False  # of an earlier stay in its state
    key: int | None = None


@dataclass
class Child:
    """A hearing, milestone or task: its own small state and fields; numbered from 1 per kind."""

    kind: str
    number: int
    state: str
    fields: dict[str, Any] = field(default_factory=dict)
    visible_to_client: bool = False
    left_states: list[str] = field(default_factory=list)
    entered_at: datetime | None = None
    key: int | None = None


@dataclass
class Case:
    """A dossier whole. `fields` lie over `answers`; `documents` counts the versions of each document."""

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
    escalated_to: list[str] = field(default_factory=list)


class Directory(Protocol):
    """Who is who outside the dossier. People are account ids; every list is in a stable order, active accounts only."""

    def team(self, team: str) -> Sequence[str]: ...

    def position(self, position: str) -> Sequence[str]: ...

    def with_role(self, site_role: str) -> Sequence[str]: ...

    def named(self, person: str) -> str:
        """The account of somebody whom a workflow names, as teams name theirs; as it stands where there is none."""
        ...

    def manager_of(self, person: str) -> str | None: ...

    def head_of_department_of(self, person: str) -> str | None: ...

    def is_active(self, person: str) -> bool: ...

    def may_collaborate(self, person: str) -> bool: ...

    def name(self, person: str) -> str: ...

    def stand_in(self, person: str, kind: str, moment: datetime) -> str | None:
        """Who acts for somebody out of office (U10), for approvals and signatures on dossiers of a kind."""
        ...


class Calendar(Protocol):
    """Working time. Moments are aware."""

    def add(self, start: datetime, amount: int, unit: str) -> datetime: ...

    def between(self, start: datetime, end: datetime) -> float: ...


@dataclass(frozen=True)
class Around:
    """What the engine needs beside the case: the moment, who is who, calendars by id (`""` is the portal's default),
    the language and the time zone that reasons are given in (`""` is the calendar's zone), and what plugins receive as
    their subject."""

    now: datetime
    directory: Directory
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    language: str = "en"
    zone: str = ""
    subject: object = None
    people: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by role id, given outright (simulation)


# What came of a call, in the order it happened. The keeper writes rows, history, mails and jobs from these.


@dataclass(frozen=True)
class Happened:
    """An entry for the history.

    `kind`: step, claimed, released, decided, signed, declined, delegated, approver_added, approver_removed,
    round_opened, round_closed, deadline_missed, deadline_reminded, child_opened, child_step, fields_set,
    document, priority, escalated. For a step `transition` is its id, or decide, approved, rejected, signed, declined,
    expired, deadline. `by` is None where nobody acted. `data["fields"]` are the fields that the step, the asking or the
    opening of a child wrote: for the record; what a client may see of them is for those who show it."""

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
class Tell:
    """Write a mail of `kind` (spec N1) to people ids or outside addresses; `data` holds plain values for its text."""

    kind: str
    to: tuple[str, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """Make a version of a document from its template; `after` is how many versions it had when that was asked."""

    document: str
    after: int = 0


@dataclass(frozen=True)
class OpenChildDossier:
    request_type: str


@dataclass(frozen=True)
class RunJob:
    """A plugin's action asked for a job."""

    name: str
    args: Mapping[str, Any]
    action: str = ""  # that asked for it


Effect = Happened | Tell | Draft | OpenChildDossier | RunJob
