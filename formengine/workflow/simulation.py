"""Simulation of a dossier in memory: the real engine with declared people, times and documents (W15)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Concatenate, Final, ParamSpec

from formengine.value_format import format_due
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine import case as cases
from formengine.workflow.engine.calendar import DEFAULT, WorkingCalendar, calendars_of
from formengine.workflow.engine.case import (
    Case,
    DraftDocument,
    Effect,
    EngineContext,
    HistoryRecorded,
    NotifyPeople,
)
from formengine.workflow.engine.execution import Execution, Facts, stored_text
from formengine.workflow.engine.seats import open_seats
from formengine.workflow.simulated_directory import StaticDirectory

P = ParamSpec("P")
MAX_MOMENTS: Final = 10_000
"""How many moments `advance` stops at."""


@dataclass(frozen=True)
class Seat:
    """An open seat.

    `round` is the number of the round, `step` counts from 0, `name` is the step's; `kind` is approval or signature.
    """

    round: int
    step: int
    name: str
    role: str
    person: str
    kind: str
    status: str


@dataclass(frozen=True)
class Deadline:
    """A deadline with its due moment (UTC); `status` is running, paused, met or missed.

    `shown` is what people read: the last day, to the end of it, or the moment by the clock of the calendar.
    """

    name: str
    due: datetime
    status: str
    shown: str = field(default="", compare=False)


@dataclass(frozen=True)
class Mail:
    """A mail that would be sent; `to` is a person id or the address of a guest, `at` the moment in UTC."""

    kind: str
    to: str
    at: datetime


@dataclass(frozen=True)
class Step:
    """A step of the dossier from the state `before` to `after`.

    `transition` is its id, or decide, approved, rejected, signed, declined, expired, deadline; `by` is None where the
    engine acted by itself.
    """

    at: datetime
    by: str | None
    transition: str
    before: str
    after: str
    comment: str | None


@dataclass(frozen=True)
class Child:
    """A hearing, milestone or task with its state and fields; `number` counts from 1 per kind."""

    kind: str
    number: int
    state: str
    fields: Mapping[str, Any]


class Simulation:
    """One dossier, run by the real engine in memory.

    `people` are person ids by role id, `team:ID`, `position:ID`, `manager_of:ROLE`, `head_of_department_of:ROLE`,
    `legal_admin` or `counsel`. `calendars` are the content of `calendars.yaml` (or calendar objects), with the portal's
    default under "". `documents` are those that exist at the start. `now` is an aware datetime (ValueError otherwise).
    `may_not_collaborate` are accounts that may not approve, reject or sign.
    Every action raises Refused with its reasons, and then changes nothing.
    """

    def __init__(
        self,
        workflow: Workflow,
        request: str,
        answers: Mapping[str, Any],
        people: Mapping[str, Sequence[str]],
        now: datetime,
        calendars: Mapping[str, Any] | None = None,
        documents: Iterable[str] = (),
        language: str = "en",
        may_not_collaborate: Collection[str] = (),
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime, such as datetime(2026, 3, 2, 9, tzinfo=UTC)")
        self.workflow, self.now, self.language = workflow, now.astimezone(UTC), language
        self.directory = StaticDirectory(people, may_not_collaborate)
        self._people = self.directory.by_role(workflow)
        self._calendars = calendars_of(calendars or {})
        self.mails: list[Mail] = []
        self.history: list[Step] = []
        self.effects: list[Effect] = []
        self.case = Case(
            reference="SIM-1",
            submitter=self._submitter(),
            request_type=request,
            answers=dict(answers),
            opened_at=self.now,
            state=workflow.starts_in,
            entered_at=self.now,
            documents=dict.fromkeys(documents, 1),
        )
        self._run(engine.open_case)

    def _submitter(self) -> str:
        names = [role.id for role in self.workflow.roles.values() if role.source_kind == "submitter"]
        for name in (*names, "submitter", "requester"):
            if self.directory.people.get(name):
                return self.directory.people[name][0]
        return "requester"

    @property
    def state(self) -> str:
        return self.case.state

    @property
    def version(self) -> int:
        return self.case.version

    @property
    def facts(self) -> dict[str, Any]:
        return dict(Facts(self.workflow, self.case))

    @property
    def seats(self) -> list[Seat]:
        """The open seats, those of the oldest round first."""
        return [
            Seat(
                round=round_.number,
                step=seat.step,
                name=stored_text(self.workflow.round_rule(round_.rule).steps[seat.step].name),
                role=seat.role,
                person=seat.person,
                kind=round_.kind,
                status=seat.status,
            )
            for round_ in self.case.rounds
            for seat in open_seats(round_)
        ]

    @property
    def deadlines(self) -> list[Deadline]:
        zone = self._zone()
        return [
            Deadline(d.name, d.due, d.status, format_due(d.due, d.last_day, self.language, zone))
            for d in self.case.deadlines
            if d.due is not None
        ]

    def _zone(self) -> str:
        calendar = self._calendars.get("", DEFAULT)
        return str(calendar.zone) if isinstance(calendar, WorkingCalendar) else "UTC"

    @property
    def children(self) -> list[Child]:
        return [Child(c.kind, c.number, c.state, dict(c.fields)) for c in self.case.children]

    def allowed(self, by: str, child: Child | tuple[str, int] | None = None) -> dict[str, list[str]]:
        """The transitions out of the current state by id, each with the reasons that refuse it now ([]: allowed)."""
        return engine.available_transitions(
            self.workflow, self.case, self._context(), by, self._child(self.case, child)
        )

    def do(
        self,
        transition: str,
        by: str,
        comment: str | None = None,
        fields: Mapping[str, Any] | None = None,
        child: Child | tuple[str, int] | None = None,
    ) -> None:
        """Perform a transition; `child` is a child, or its kind and number. Raises KeyError for an unknown child."""

        def perform(execution: Execution) -> None:
            child_of_copy = self._child(execution.case, child)
            engine.perform(execution, transition, by, dict(fields or {}), comment, child_of_copy)

        self._run(perform)

    def claim(self, role: str, by: str) -> None:
        self._run(engine.claim, role, by)

    def release(self, by: str) -> None:
        self._run(engine.release, by)

    def assign(self, role: str, to: str, by: str) -> None:
        self._run(engine.assign, role, to, by)

    def document(self, document: str, by: str | None = None) -> None:
        """Add a new version of a document; Refused where `by` may not, as in the portal."""

        def add(execution: Execution) -> None:
            if by is not None:
                engine.require_upload(execution, document, by)
            engine.document_changed(execution, document, by)

        self._run(add)

    def decide(self, decision: Any, by: str, comment: str | None = None) -> None:
        """Decide `approve` or `reject`, in the oldest open round in which that person has a seat."""
        self._run(engine.decide, by, decision, comment)

    def sign(self, by: str) -> None:
        self._run(engine.sign, by)

    def decline(self, by: str, reason: str = "") -> None:
        self._run(engine.decline, by, reason)

    def add_approver(self, person: str, step: int, by: str) -> None:
        self._run(engine.add_approver, person, step, by)

    def remove_approver(self, person: str, by: str) -> None:
        self._run(engine.remove_approver, person, by)

    def delegate(self, by: str, to: str, returns: bool = False) -> None:
        self._run(engine.delegate, by, to, returns=returns)

    def open_child(self, kind: str, by: str | None = None, fields: Mapping[str, Any] | None = None) -> None:
        self._run(engine.open_child, kind, by, dict(fields or {}))

    def advance(self, to: datetime) -> None:
        """Advance the time: everything due until then fires, each at its own moment.

        Raises ValueError when `to` has no time zone, or lies in the past.
        """
        if to.tzinfo is None:
            raise ValueError("to must be an aware datetime, such as datetime(2026, 3, 2, 9, tzinfo=UTC)")
        target = to.astimezone(UTC)
        if target < self.now:
            raise ValueError("time only goes forward")
        for _ in range(MAX_MOMENTS):
            moment = engine.next_moment(self.case)
            if moment is None or moment > target:
                break
            self.now = max(self.now, moment)
            self._run(engine.fire_due)
        self.now = target

    def _context(self) -> EngineContext:
        return EngineContext(self.now, self.directory, self._calendars, self.language, people=self._people)

    def _run(self, operation: Callable[Concatenate[Execution, P], object], *args: P.args, **values: P.kwargs) -> None:
        """Run an operation of the engine on a copy of the case, so that a refusal changes nothing."""
        case = deepcopy(self.case, {id(self.case.answers): self.case.answers})
        effects = engine.run(operation, self.workflow, case, self._context(), *args, **values)
        self.case = case
        vote_comment: str | None = None
        for effect in effects:
            if isinstance(effect, HistoryRecorded) and effect.kind in ("decided", "declined"):
                vote_comment = effect.comment
            self._record(effect, vote_comment)
        for effect in effects:
            if isinstance(effect, DraftDocument):
                self.document(effect.document)

    def _record(self, effect: Effect, vote_comment: str | None) -> None:
        """Keep an effect; a step that a vote led to carries the comment of that vote."""
        self.effects.append(effect)
        if isinstance(effect, NotifyPeople):
            self.mails += [Mail(effect.kind, person, self.now) for person in effect.to]
        elif isinstance(effect, HistoryRecorded) and effect.kind == "step":
            voted = effect.transition in ("approved", "rejected", "declined")
            comment = vote_comment if voted and effect.comment is None else effect.comment
            before, after = effect.before or "", effect.after or ""
            self.history.append(Step(self.now, effect.by, effect.transition or "", before, after, comment))

    def _child(self, case: Case, child: Child | tuple[str, int] | None) -> cases.Child | None:
        if child is None:
            return None
        kind, number = (child.kind, child.number) if isinstance(child, Child) else child
        for candidate in case.children:
            if (candidate.kind, candidate.number) == (kind, number):
                return candidate
        raise KeyError(f"there is no {kind} number {number}")
