"""The engine's data: the case (a dossier with its rounds, deadlines and children), its context, and the effects.

The caller (services with rows, `Simulation` in memory) loads the whole case, calls `engine.api.run`, and saves the case
and its effects; when the engine refuses, it discards the case.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol

from formengine.i18n import Text
from formengine.workflow.definition.model import RoundKind
from formengine.workflow.engine.bound_versions import BoundVersion, VersionContent
from formengine.workflow.engine.document_effects import DraftDocument, GiveTurn, ShareDocument

RoundStatus = Literal[
    "open", "approved", "rejected", "signed", "declined", "acknowledged", "expired", "superseded", "closed"
]
SeatStatus = Literal[
    "open",
    "approved",
    "rejected",
    "abstained",
    "signed",
    "declined",
    "acknowledged",
    "delegated",
    "removed",
    "not_needed",
    "closed",
]
DeadlineStatus = Literal["running", "paused", "met", "missed"]
VOTED: Final = ("approved", "rejected", "abstained", "signed", "declined", "acknowledged")
"""The statuses of a seat that somebody has voted on, signed or acknowledged."""


@dataclass
class Seat:
    """One person's seat in a step of a round. `person` is an account id, or the e-mail address of a guest.

    `role` is the id of the role, team or position that the seat represents, `entry` the index of that entry in the
    step; a seat added by escalation has the `entry` of the late one. `fields` are the values given with the vote.
    `casting` is "own" where the vote also decides a tie, "alone" for a seat that exists for a tie only. `forward` is
    whom its holder wants to sign in their place (`{to, name, reason, at}`, `to` an e-mail address), `forwards` how
    often that was asked. `key` belongs to the caller (the row's id).
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
    document_hashes: dict[str, str] = field(default_factory=dict)  # of the versions that the vote was given on
    name: str | None = None  # of somebody outside, as they were called when they were asked, or corrected since
    name_is_typed: bool = True  # whether whoever is in charge has typed it; else the answers said so by then
    fields: dict[str, Any] = field(default_factory=dict)
    casting: str | None = None
    forward: dict[str, Any] | None = None
    forwards: int = 0
    key: int | None = None


@dataclass(frozen=True)
class Asking:
    """Who asked for what a round decides: the step (None: the submission), its actor and the actor's comment."""

    step: str | None
    by: str | None
    comment: str | None


@dataclass
class Round:
    """A round of approval, signature or acknowledgement. `number` counts those of one rule on the dossier, from 1.

    `asked_by`, `transition`, `fields`, `comment`, `replaced`, `ends` are set when `approval_first` opened the round:
    `replaced` lists the fields that the step wrote, each as `{name, value, before}` (`before` is a list of at most one
    earlier value). `added` lists people added to those of the rule (`{step, person, by, role}`); `next_at` is when its
    next timer fires. `opened_by`, `opened_step` and `opened_comment` are those of the step that led to a round which
    its state opened. What is decided is bound to `versions`, those of its documents that are there, by document;
    `unasked` says that nobody is asked yet: one of these holds remarks of its authors, or a document is being drafted;
    `paused` that those who were asked cannot decide now: a draft is due that replaces the version which they decide on.
    Both can be told from the case; they are stored, since lists of many dossiers ask for them in SQL (`Round.waits`).
    """

    rule: str
    kind: RoundKind
    number: int
    opened_at: datetime
    status: RoundStatus = "open"
    step: int = 0
    seats: list[Seat] = field(default_factory=list)
    state: str = ""
    versions: dict[str, BoundVersion] = field(default_factory=dict)
    unasked: bool = False
    paused: bool = False
    skipped_steps: list[int] = field(default_factory=list)
    asked_by: str | None = None
    transition: str | None = None
    comment: str | None = None
    expires_at: datetime | None = None
    closed_at: datetime | None = None
    nobody: bool = False
    fields: dict[str, Any] = field(default_factory=dict)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)  # `EngineContext.ended_rounds` of that step
    drafts_over: dict[str, int] = field(default_factory=dict)  # `EngineContext.drafts_over` of that step
    added: list[dict[str, Any]] = field(default_factory=list)
    asked_entries: list[int] = field(default_factory=list)  # entries of the current step whose condition applies
    named: dict[str, list[str]] = field(default_factory=dict)  # by entry, whom the facts named when it was asked
    answered: str | None = None  # hash of the answers as they stood when everybody had signed
    next_at: datetime | None = None
    opened_by: str | None = None
    opened_step: str | None = None
    opened_comment: str | None = None
    copies: list[str] = field(default_factory=list)  # people and addresses that get a copy
    copy_names: dict[str, str] = field(default_factory=dict)  # of addresses among them, as somebody has named them
    key: int | None = None

    def has_expired(self, moment: datetime) -> bool:
        """Whether its time is over at a moment (UTC), which its timer may not have said yet."""
        return self.expires_at is not None and self.expires_at <= moment

    @property
    def asking(self) -> Asking:
        """The step of a person by which the round was opened."""
        if self.transition is not None:
            return Asking(self.transition, self.asked_by, self.comment)
        return Asking(self.opened_step, self.opened_by, self.opened_comment)


@dataclass
class Deadline:
    """A deadline. `rule` is the id of its rule; `child` is (kind, number) for the deadline of a child.

    `started_at` is when it began to run; `occurrence` counts from 0 where it comes round (`every`). `next_at` is when
    its next reminder or its expiry fires, or None. `minutes_left` is the remaining time while it is paused: working
    minutes for a duration in working time, else minutes by the clock.
    """

    rule: str
    name: str
    started_at: datetime
    due: datetime | None
    status: DeadlineStatus = "running"
    next_at: datetime | None = None
    paused_at: datetime | None = None
    minutes_left: float | None = None
    child: tuple[str, int] | None = None
    anchor: str | None = None  # the value of the fact that it was computed from
    last_day: str | None = (
        None  # the date (ISO 8601) that it lasts to the end of, where it is counted in days or longer
    )
    past: bool = False  # of an earlier stay in its state, or an earlier time that it came round
    occurrence: int = 0
    unused: bool = False  # met because its conditions can no longer let it be missed
    shifted: bool = False  # a pause has moved it
    extensions: list[dict[str, Any]] = field(default_factory=list)
    """`{amount, unit, at, by, comment, before: {due, last_day}}` for each time that a step extended it, as JSON."""
    key: int | None = None


@dataclass
class Child:
    """A hearing, milestone or task, with a state and fields of its own; numbered from 1 per kind.

    `revision` counts its changes: fields, states, visibility (the SEQUENCE of its calendar event, RFC 5545).
    """

    kind: str
    number: int
    state: str
    fields: dict[str, Any] = field(default_factory=dict)
    visible_to_client: bool = False
    left_states: list[str] = field(default_factory=list)
    entered_at: datetime | None = None
    opened_at: datetime | None = None
    opened_by: str | None = None
    changed_at: datetime | None = None
    revision: int = 0
    key: int | None = None


@dataclass(frozen=True)
class Reopened:
    """Answers that are open for correction (F19).

    `parts` are the fields that may change (None: all), `step` is the transition that sends them; `by` and `comment` are
    those of the step that sent them back.
    """

    parts: tuple[str, ...] | None
    step: str
    by: str
    comment: str | None


@dataclass
class Case:
    """A whole dossier. `fields` override `answers`; `documents` is the number of versions by document name.

    `newest_versions` is the content of the newest version by document name, as far as the caller knows it.
    `drafts_due` are the documents of which a draft was asked for that is not there yet, `drafts_failed` those of them
    whose draft could not be made, or that waits for whoever agrees that it follows what people wrote.
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
    drafts_due: set[str] = field(default_factory=set)
    drafts_failed: set[str] = field(default_factory=set)
    escalated_to: list[str] = field(default_factory=list)
    tests_at: datetime | None = None  # the next midnight, where time alone may make a condition of `when_true` hold
    reopened: Reopened | None = None
    branches_taken: dict[str, dict[str, str]] = field(default_factory=dict)
    """By each `decide` that the dossier has passed, `{go, at}`: the state taken, and when (ISO 8601), the last time."""
    obsolete: frozenset[str] = frozenset()
    """Answers that the form does not ask for beside what steps wrote over others: no facts, though they are kept."""

    def settled_fields(self) -> dict[str, Any]:
        """The fields without what steps wrote that wait for an approval (`approval_first`): as they stood before."""
        settled = dict(self.fields)
        for round_ in reversed([round_ for round_ in self.rounds if round_.status == "open"]):
            for written in round_.replaced:
                if written["name"] in settled and settled[written["name"]] == written["value"]:  # else changed
                    settled.pop(written["name"])
                    settled.update((written["name"], value) for value in written["before"])
        return settled

    def values(self) -> dict[str, Any]:
        """The answers as the form shows them, and over them the fields that steps wrote."""
        return {name: value for name, value in {**self.answers, **self.fields}.items() if name not in self.obsolete}

    def standing_answers(self, own: Collection[str], *, with_obsolete: bool = False) -> dict[str, Any]:
        """The answers with what steps wrote over them; `own` are the fields that are no answers."""
        written = {name: value for name, value in self.fields.items() if name not in own}
        gone = () if with_obsolete else self.obsolete
        return {name: value for name, value in {**self.answers, **written}.items() if name not in gone}


class Directory(Protocol):
    """People, teams and positions; `title`: what the site calls a team or position, if anything. People are account
    ids; lists hold active accounts only, in a stable order. Colleagues are accounts of the same organisation."""

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

    def title(self, source: str) -> Text | None: ...

    def are_colleagues(self, person: str, other: str) -> bool: ...

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
    document_titles: Mapping[str, Text] = field(default_factory=dict)  # of those that the request type names
    document_holders: Mapping[str, str] = field(default_factory=dict)
    """The accounts whose turn it is with a document, by document; without those that a side as a whole has."""
    ended_rounds: Sequence[int] = ()  # keys of signatures that the actor agreed to end by what a step drafts
    drafts_over: Mapping[str, int] = field(default_factory=dict)  # versions of documents that its drafts may follow
    restricted: bool = False  # whether the dossier is shown to its own people and the seeing roles alone (U11)
    hidden_answers: Callable[[Mapping[str, Any]], frozenset[str]] | None = None
    """The fields of the request's form that it does not show beside some answers; None where it is not known. Called
    only when a step writes or asks, for the form may have to be compiled.
    """


@dataclass(frozen=True)
class HistoryRecorded:
    """An entry for the dossier's history.

    `kind`: step, claimed, released, decided, signed, declined, acknowledged, delegated, asked, approver_added,
    approver_removed, seat_corrected, seat_replaced, forward_asked, seat_forwarded, forward_refused, copy_added,
    round_opened, round_closed, round_void, nobody, tie, reminded, late, deadline_missed, deadline_reminded, extended,
    child_opened, child_step, charge_lost, fields_set, document, priority, escalated.
    For a step `transition` is its id, or decide, approved, rejected, signed, declined, acknowledged, expired, changed,
    deadline, automatic. `by` is None for the engine itself. `data["fields"]` are the fields that the step, the round
    or the new child wrote (None: dropped), `data["values"]` those given with a vote; the reader of the history decides
    what a client may see.
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
class OpenChildDossier:
    """Open a dossier of another request type, as a follow-up of this one.

    `values` are the answers that the step gives, by field of its form; `calculated` are those that hold instead where
    the field is a date, a date-time, a number or money; `number` counts those of the type that the step opened before.
    """

    request_type: str
    values: Mapping[str, Any] = field(default_factory=dict)
    calculated: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0


@dataclass(frozen=True)
class EnqueueJob:
    """Enqueue the job that a plugin's action returned."""

    name: str
    args: Mapping[str, Any]
    action: str = ""  # the name of the action


Effect = HistoryRecorded | NotifyPeople | DraftDocument | ShareDocument | GiveTurn | OpenChildDossier | EnqueueJob
"""What the caller has to carry out, in the order in which it happened: history entries, mails, documents, jobs."""
