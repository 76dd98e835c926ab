"""A dossier in memory: the real engine with people, moments and documents given outright (W15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import api as engine
from formengine.workflow.engine import case as cases
from formengine.workflow.engine.calendar import make_calendar
from formengine.workflow.engine.case import (
    Calendar,
    Case,
    DraftDocument,
    Effect,
    EngineContext,
    HistoryRecorded,
    NotifyPeople,
)
from formengine.workflow.engine.case_copy import copy_case
from formengine.workflow.engine.execution import Facts, stored_text
from formengine.workflow.simulated_directory import StaticDirectory

MOST_MOMENTS: Final = 10_000


@dataclass(frozen=True)
class Seat:
    """An open seat. `round` is the round's number, `name` its step's, `kind` approval or signature."""

    round: int
    step: int
    name: str
    role: str
    person: str
    kind: str
    status: str


@dataclass(frozen=True)
class Deadline:
    name: str
    due: datetime
    status: str


@dataclass(frozen=True)
class Mail:
    """A mail that would go out; `to` is a person id or an outside address."""

    kind: str
    to: str
    at: datetime


@dataclass(frozen=True)
class Step:
    """A step of the dossier: `transition` is its id, or decide, approved, rejected, signed, declined, expired,
    deadline; `by` is None where nobody acted."""

    at: datetime
    by: str | None
    transition: str
    before: str
    after: str
    comment: str | None


@dataclass(frozen=True)
class Child:
    kind: str
    number: int
    state: str
    fields: Mapping[str, Any]


class Simulation:
    """One dossier, run by the real engine in memory.

    `people` by role id, else `team:ID`, `position:ID`, `manager_of:ROLE`, `head_of_department_of:ROLE`, `legal_admin`,
    `counsel`; `calendars` what `calendars.yaml` holds (or calendars), the portal's default under ""; `documents` those
    present at the start. Acting raises Refused with the reasons, and then nothing has changed.
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
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime, such as datetime(2026, 3, 2, 9, tzinfo=UTC)")
        self.workflow, self.now, self.language = workflow, now.astimezone(UTC), language
        self.directory = StaticDirectory(people)
        self._people = self.directory.by_role(workflow)
        self._calendars = {name: _calendar(one) for name, one in (calendars or {}).items()}
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
        self._call(lambda case, context: engine.open_case(workflow, case, context))

    def _submitter(self) -> str:
        names = [role.id for role in self.workflow.roles.values() if role.source_kind == "submitter"]
        for name in (*names, "submitter", "requester"):
            if self.directory.people.get(name):
                return self.directory.people[name][0]
        return "requester"

    # what can be seen

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
        """The open ones, of the oldest round first."""
        found = []
        for one in self.case.rounds:
            rule = self.workflow.round_rule(one.rule)
            for seat in one.seats:
                if one.status == "open" and seat.status == "open" and not seat.past:
                    name = stored_text(rule.steps[seat.step].name)
                    found.append(Seat(one.number, seat.step, name, seat.role, seat.person, one.kind, seat.status))
        return found

    @property
    def deadlines(self) -> list[Deadline]:
        return [Deadline(d.name, d.due, d.status) for d in self.case.deadlines if d.due is not None]

    @property
    def children(self) -> list[Child]:
        return [Child(c.kind, c.number, c.state, dict(c.fields)) for c in self.case.children]

    def allowed(self, by: str, child: Child | tuple[str, int] | None = None) -> dict[str, list[str]]:
        """The transitions out of the present state: [] may be done now, else the reasons."""
        return engine.available_transitions(self.workflow, self.case, self._around(), by, self._child(self.case, child))

    # what can be done

    def do(
        self,
        transition: str,
        by: str,
        comment: str | None = None,
        fields: Mapping[str, Any] | None = None,
        child: Child | tuple[str, int] | None = None,
    ) -> None:
        self._call(
            lambda case, context: engine.perform(
                self.workflow, case, context, transition, by, dict(fields or {}), comment, self._child(case, child)
            )
        )

    def claim(self, role: str, by: str) -> None:
        self._call(lambda case, context: engine.claim(self.workflow, case, context, role, by))

    def release(self, by: str) -> None:
        self._call(lambda case, context: engine.release(self.workflow, case, context, by))

    def assign(self, role: str, to: str, by: str) -> None:
        self._call(lambda case, context: engine.assign(self.workflow, case, context, role, to, by))

    def document(self, document: str, by: str | None = None) -> None:
        """A new version of a document."""
        self._call(lambda case, context: engine.document_changed(self.workflow, case, context, document, by))

    def decide(self, decision: Any, by: str, comment: str | None = None) -> None:
        """`approve` or `reject`, on the oldest open round where that person has a seat."""
        self._call(lambda case, context: engine.decide(self.workflow, case, context, by, decision, comment))

    def sign(self, by: str) -> None:
        self._call(lambda case, context: engine.sign(self.workflow, case, context, by))

    def decline(self, by: str, reason: str = "") -> None:
        self._call(lambda case, context: engine.decline(self.workflow, case, context, by, reason))

    def add_approver(self, person: str, step: int, by: str) -> None:
        self._call(lambda case, context: engine.add_approver(self.workflow, case, context, person, step, by))

    def remove_approver(self, person: str, by: str) -> None:
        self._call(lambda case, context: engine.remove_approver(self.workflow, case, context, person, by))

    def delegate(self, by: str, to: str, returns: bool = False) -> None:
        self._call(lambda case, context: engine.delegate(self.workflow, case, context, by, to, returns=returns))

    def open_child(self, kind: str, by: str | None = None, fields: Mapping[str, Any] | None = None) -> None:
        self._call(lambda case, context: engine.open_child(self.workflow, case, context, kind, by, dict(fields or {})))

    def advance(self, to: datetime) -> None:
        """Let time go by: everything due until then fires, each at its own moment. Raises ValueError to go back, or
        without a zone."""
        if to.tzinfo is None:
            raise ValueError("to must be an aware datetime, such as datetime(2026, 3, 2, 9, tzinfo=UTC)")
        target = to.astimezone(UTC)
        if target < self.now:
            raise ValueError("time only goes forward")
        for _ in range(MOST_MOMENTS):
            moment = engine.next_moment(self.case)
            if moment is None or moment > target:
                break
            self.now = max(self.now, moment)
            self._call(lambda case, context: engine.fire_due(self.workflow, case, context))
        self.now = target

    # how

    def _around(self) -> EngineContext:
        return EngineContext(self.now, self.directory, self._calendars, self.language, people=self._people)

    def _call(self, act: Callable[[Case, EngineContext], list[Effect]]) -> None:
        """Act on a copy, so that what is refused has changed nothing."""
        case = copy_case(self.case)
        effects = act(case, self._around())
        self.case = case
        said: str | None = None
        for effect in effects:
            if isinstance(effect, HistoryRecorded) and effect.kind in ("decided", "declined"):
                said = effect.comment
            self._note(effect, said)
        for effect in effects:
            if isinstance(effect, DraftDocument):
                self.document(effect.document)

    def _note(self, effect: Effect, said: str | None) -> None:
        """Keep what came of an act; the step that a vote led to carries what its voter `said`."""
        self.effects.append(effect)
        if isinstance(effect, NotifyPeople):
            self.mails += [Mail(effect.kind, person, self.now) for person in effect.to]
        elif isinstance(effect, HistoryRecorded) and effect.kind == "step":
            voted = effect.transition in ("approved", "rejected", "declined")
            comment = said if voted and effect.comment is None else effect.comment
            before, after = effect.before or "", effect.after or ""
            self.history.append(Step(self.now, effect.by, effect.transition or "", before, after, comment))

    def _child(self, case: Case, child: Child | tuple[str, int] | None) -> cases.Child | None:
        if child is None:
            return None
        kind, number = (child.kind, child.number) if isinstance(child, Child) else child
        found = next((c for c in case.children if (c.kind, c.number) == (kind, number)), None)
        if found is None:
            raise KeyError(f"there is no {kind} number {number}")
        return found


def _calendar(source: Any) -> Calendar:
    return make_calendar(source) if isinstance(source, Mapping) else source
