"""Execution state of one engine call: the case being changed, its context, and the effects collected so far."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any, Final, NoReturn, TypeVar

from formengine.conditions.calculation import Moment, as_json, value_of
from formengine.conditions.evaluation import holds
from formengine.conditions.operands import FactValue, SeatCount, parse_operand
from formengine.conditions.parser import Condition
from formengine.errors import PluginFailed, Refused
from formengine.i18n import Text, pick, say
from formengine.workflow.definition.fact_types import SUBMITTED_ON
from formengine.workflow.definition.model import ChildKind, RoundRule, State, Workflow
from formengine.workflow.engine.calendar import DEFAULT
from formengine.workflow.engine.case import (
    Asking,
    Calendar,
    Case,
    Child,
    Effect,
    EngineContext,
    HistoryRecorded,
    NotifyPeople,
    Round,
)
from formengine.workflow.engine.state_machine import CompiledMachine, CompiledWorkflow, compiled

T = TypeVar("T")
NOBODY_ASKED: Final = Asking(None, None, None)
FOR: Final = ("approved", "signed", "acknowledged")
"""The statuses of a seat that `votes of ROUND` counts."""
STORED_LANGUAGE = "en"
"""The language of names that are stored (deadlines, seats): English where there is one, else the first."""


class Facts(Mapping[str, Any]):
    """A dossier's facts by name: a child's own fields, then the workflow's fields, then the answers.

    `open_KIND` and `all_KIND` count the children of a kind; `submitted_on` is the day of the submission in `zone`, and
    absent without a zone.
    """

    def __init__(self, workflow: Workflow, case: Case, child: Child | None = None, zone: tzinfo | None = None) -> None:
        self._workflow, self._case, self._child, self._zone = workflow, case, child, zone

    def get(self, name: str, default: Any = None) -> Any:
        """A fact or `default`; avoids the exception of Mapping.get, since conditions call this most."""
        if self._child is None:
            case = self._case
            if name in case.obsolete:
                return default
            if name in case.fields:
                return case.fields[name]
            if name in case.answers:
                return case.answers[name]
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        if self._child is not None and name in self._workflow.children[self._child.kind].fields:
            return self._child.fields[name]
        if name in self._case.obsolete:
            raise KeyError(name)
        if name in self._case.fields:
            return self._case.fields[name]
        if name in self._case.answers:
            return self._case.answers[name]
        word, _, kind = name.partition("_")
        if word in ("open", "all") and kind in self._workflow.children:
            return self._count(kind, every=word == "all")
        if name == SUBMITTED_ON and self._zone is not None:
            return self._case.opened_at.astimezone(self._zone).date().isoformat()
        raise KeyError(name)

    def _count(self, kind: str, *, every: bool) -> int:
        states = self._workflow.children[kind].states
        return sum(1 for c in self._case.children if c.kind == kind and (every or not states[c.state].ends))

    def __iter__(self) -> Iterator[str]:
        child_fields, case = self._child.fields if self._child else {}, self._case
        names = dict.fromkeys((*child_fields, *case.fields, *case.answers))
        return iter([name for name in names if name not in case.obsolete or name in child_fields])

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Calculated(Mapping[str, Any]):
    """Facts by name, and operands by their text (`calculation.value_of`), as facts hold them."""

    def __init__(self, facts: Facts, moment: Moment) -> None:
        self._facts, self._moment = facts, moment

    def __getitem__(self, text: str) -> Any:
        operand = None if text in self._facts else parse_operand(text)
        if operand is None or isinstance(operand, FactValue):
            return self._facts[text]
        return as_json(value_of(operand, self._facts, self._moment))

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


@dataclass(frozen=True)
class Subject:
    """A dossier as plugins see it (read-only)."""

    reference: str
    kind: str
    state: str
    facts: Mapping[str, Any]
    actor: str | None
    people: Mapping[str, list[str]]
    now: datetime


class _People(Mapping[str, list[str]]):
    """Person ids by role id, resolved on access."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution

    def __getitem__(self, role: str) -> list[str]:
        # cycle: roles call resolvers of plugins, which receive this mapping
        from formengine.workflow.engine.roles import people_of

        return people_of(self._execution, role)

    def __iter__(self) -> Iterator[str]:
        return iter(self._execution.workflow.roles)

    def __len__(self) -> int:
        return len(self._execution.workflow.roles)


@dataclass
class Execution:
    """Execution state of one engine call.

    `actor` is the person who acts (None: the engine itself). `strict` is set when a person asked for the step and can
    be refused (`if_nobody`). `changed` makes the case's version rise. `written` holds the fields that the next history
    entry records. `automatic_steps` counts those that followed one another, to stop a loop. `asking` is the step of a
    person that led here. `event_starts` are the indices of the effects with which an event begins (`notices`).
    `moved_by` are the deadlines (rule and child) that have moved the dossier or a child in this call.
    """

    workflow: Workflow
    case: Case
    context: EngineContext
    actor: str | None = None
    strict: bool = False
    effects: list[Effect] = field(default_factory=list)
    changed: bool = False
    automatic_steps: int = 0
    written: dict[str, Any] = field(default_factory=dict)
    asking: Asking = NOBODY_ASKED
    event_starts: list[int] = field(default_factory=lambda: [0])
    moved_by: set[tuple[str, tuple[str, int] | None]] = field(default_factory=set)
    compiled: CompiledWorkflow = field(init=False)
    _facts: Facts = field(init=False)
    _remembered: dict[Hashable, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.compiled = compiled(self.workflow)
        self._facts = Facts(self.workflow, self.case, zone=self._calendar_zone)

    @property
    def now(self) -> datetime:
        return self.context.now

    @property
    def state(self) -> State:
        return self.workflow.states[self.case.state]

    def definition_of(self, child: Child | None) -> Workflow | ChildKind:
        """What declares the states and transitions of the dossier (None), or of a child."""
        return self.workflow if child is None else self.workflow.children[child.kind]

    def state_of(self, child: Child | None) -> State:
        """The current state of the dossier (None), or of a child."""
        return self.state if child is None else self.workflow.children[child.kind].states[child.state]

    def machine_of(self, child: Child | None) -> CompiledMachine:
        """The state machine of the dossier (None), or of a child."""
        return self.compiled.dossier if child is None else self.compiled.children[child.kind]

    def rule_of(self, round_: Round) -> RoundRule:
        return self.workflow.round_rule(round_.rule)

    @cached_property
    def calendar(self) -> Calendar:
        """The workflow's calendar, else the portal's, else Monday to Friday 09:00-17:00 UTC."""
        name, calendars = self.workflow.calendar or "", self.context.calendars
        return calendars.get(name) or self.workflow.vocabulary.calendars.get(name) or calendars.get("") or DEFAULT

    @property
    def _calendar_zone(self) -> tzinfo:
        zone: tzinfo | None = getattr(self.calendar, "zone", None)
        return zone or UTC

    @property
    def zone(self) -> str:
        """The time zone in which reasons show date-times: the reader's, else the calendar's."""
        return self.context.zone or str(getattr(self.calendar, "zone", "UTC"))

    def remember(self, key: Hashable, read: Callable[[], T]) -> T:
        """What is worked out once in this call: `key` names all of the case that it depends on."""
        if key not in self._remembered:
            self._remembered[key] = read()
        known: T = self._remembered[key]
        return known

    def facts(self, child: Child | None = None) -> Facts:
        return self._facts if child is None else Facts(self.workflow, self.case, child, self._calendar_zone)

    def subject(self, child: Child | None = None) -> Any:
        """The subject passed to plugins: the context's own if there is one, else a view of the case."""
        if self.context.subject is not None:
            return self.context.subject
        case = self.case
        facts = self.facts(child)
        return Subject(case.reference, self.workflow.kind, case.state, facts, self.actor, _People(self), self.now)

    def holds(self, condition: Condition | None, child: Child | None = None) -> bool | None:
        """Whether a condition holds; None when it is undecided."""
        return True if condition is None else holds(condition, self.facts(child), ConditionContext(self, child))

    def applies(self, condition: Condition | None) -> bool:
        """Whether a step or an entry of a round is asked; an undecided condition asks rather than skips."""
        return self.holds(condition) is not False

    def values(self, child: Child | None = None) -> Calculated:
        """The facts, and what is calculated from them, by the text of an operand: `end_date + 12 months`."""
        return Calculated(self.facts(child), ConditionContext(self, child))

    # effects

    def write(self, name: str, value: Any, child: Child | None = None) -> None:
        """Set a field of the child if it declares it, else of the dossier; the next history entry records it."""
        of_child = child is not None and name in self.workflow.children[child.kind].fields
        (child.fields if child is not None and of_child else self.case.fields)[name] = value
        self.written[name] = value
        self.changed = True

    def drop(self, name: str) -> None:
        """Remove a field of the dossier, so that the answer stands again; the next history entry records it as None."""
        self.case.fields.pop(name, None)
        self.written[name] = None
        self.changed = True

    def pop_written(self) -> dict[str, Any]:
        """`{"fields": {...}}` with the fields written since the last history entry; {} when there are none."""
        if not self.written:
            return {}
        data, self.written = {"fields": self.written}, {}
        return data

    def record_history(self, kind: str, by: str | None, *, changes: bool = True, **more: Any) -> None:
        """Add a `HistoryRecorded` effect; `more` are its other fields. The case's version will rise if it `changes`."""
        self.changed = self.changed or changes
        self.effects.append(HistoryRecorded(kind, by, **more))

    def begin_event(self) -> None:
        """What follows is another event, of which people are told in mails of its own."""
        self.event_starts.append(len(self.effects))

    def tell(self, kind: str, to: Iterable[str], **data: Any) -> None:
        """Add a `NotifyPeople` effect for these people, each once; none without people.

        Of one step, which is one history entry, everybody is told once, whoever names them (kind `transition`).
        """
        told = self._told_of_step() if kind == "transition" else set()
        people = tuple(person for person in dict.fromkeys(to) if person not in told)
        if people:
            self.effects.append(NotifyPeople(kind, people, data))

    def _told_of_step(self) -> set[str]:
        """The people who were told of the step that is recorded last."""
        told: set[str] = set()
        for effect in reversed(self.effects):
            if isinstance(effect, HistoryRecorded):
                break
            if isinstance(effect, NotifyPeople) and effect.kind == "transition":
                told.update(effect.to)
        return told

    # texts

    def say(self, message: str, /, **values: object) -> str:
        """A sentence in the language of the context."""
        return say(self.context.language, message, **values)

    def pick(self, text: Text | None) -> str:
        return pick(text, self.context.language)

    def failure_text(self, problem: Exception) -> str:
        """What is said of a plugin that failed.

        In the application each is called within limits, which keep the text of its exception for the log (T44);
        in a simulation its author reads it.
        """
        return self.say(problem.problem) if isinstance(problem, PluginFailed) else str(problem)

    def refuse(self, message: str, /, *, about: str = "", **values: object) -> NoReturn:
        """Raise Refused with one sentence, in the language of the context; `about` names the input to blame."""
        raise Refused([self.say(message, **values)], about)


class ConditionContext:
    """What conditions need besides facts: the current time, plugin guards and condition words.

    `reasons` collects the sentences of guards that refused. A plugin that raises makes the whole step fail: Refused
    (X4).
    """

    def __init__(self, execution: Execution, child: Child | None = None) -> None:
        self.execution, self.child = execution, child
        self.reasons: list[str] = []

    @property
    def now(self) -> datetime:
        """The current time in the calendar's time zone, which decides when a day begins and ends."""
        zone = getattr(self.execution.calendar, "zone", None)
        return self.execution.now if zone is None else self.execution.now.astimezone(zone)

    def use(self, guard: str, options: Mapping[str, Any]) -> bool:
        plugin = self.execution.workflow.vocabulary.guards[guard]
        answer = self._call(guard, lambda: plugin.check(self.execution.subject(self.child), options))
        if answer is True:
            return True
        reason = answer if isinstance(answer, str) else self.execution.pick(plugin.says)
        self.reasons.append(reason or self.execution.say("The check “{guard}” does not allow it.", guard=guard))
        return False

    def count_seats(self, operand: SeatCount) -> int:
        """Who approved, signed or acknowledged in the newest round of a rule, or its open seats; 0 before it."""
        rounds = [round_ for round_ in self.execution.case.rounds if round_.rule == operand.rule]
        newest = max(rounds, key=lambda round_: round_.number, default=None)
        if newest is None or (operand.what == "open seats" and newest.status != "open"):
            return 0
        counted = ("open",) if operand.what == "open seats" else FOR
        return sum(1 for seat in newest.seats if seat.status in counted and not seat.past)

    def has_document(self, name: str) -> bool:
        return bool(self.execution.case.documents.get(name))

    def word(self, word: str, fact: object, value: object) -> bool:
        return bool(self._call(word, lambda: self.execution.workflow.vocabulary.words[word].test(fact, value)))

    def _call(self, name: str, plugin: Callable[[], Any]) -> Any:
        try:
            return plugin()
        except Exception as problem:
            text = self.execution.failure_text(problem)
            self.execution.refuse("The check “{guard}” failed: {problem}.", guard=name, problem=text)


def stored_text(text: Text | None) -> str:
    """A text as it is stored and shown to everybody: English where there is one, else the first language."""
    return pick(text, STORED_LANGUAGE, ())
