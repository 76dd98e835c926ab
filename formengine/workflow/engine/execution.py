"""One call of the engine: the case it changes, what is around it, and the effects gathered on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NoReturn

from formengine.errors import Refused
from formengine.i18n import Text, pick, say
from formengine.workflow.definition.conditions import Condition
from formengine.workflow.definition.model import State, Workflow
from formengine.workflow.engine.calendar import DEFAULT
from formengine.workflow.engine.case import Around, Calendar, Case, Child, Effect, Happened, Tell
from formengine.workflow.engine.condition_eval import holds
from formengine.workflow.engine.state_machine import CompiledWorkflow, compiled

SYSTEM_SAYS = "en"
"""The language of names that are kept (deadlines, seats): English where given, else the first."""


class Facts(Mapping[str, Any]):
    """A dossier's facts: a child's own fields, the workflow's, then the answers; and the children counted."""

    def __init__(self, workflow: Workflow, case: Case, child: Child | None = None) -> None:
        self._workflow, self._case, self._child = workflow, case, child

    def get(self, name: str, default: Any = None) -> Any:
        """What conditions ask for most: a fact of the dossier, without an exception where there is none."""
        if self._child is None:
            case = self._case
            if name in case.fields:
                return case.fields[name]
            if name in case.answers:
                return case.answers[name]
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        if self._child is not None and name in self._workflow.children[self._child.kind].fields:
            return self._child.fields[name]
        if name in self._case.fields:
            return self._case.fields[name]
        if name in self._case.answers:
            return self._case.answers[name]
        word, _, kind = name.partition("_")
        if word in ("open", "all") and kind in self._workflow.children:
            return self._count(kind, every=word == "all")
        raise KeyError(name)

    def _count(self, kind: str, *, every: bool) -> int:
        states = self._workflow.children[kind].states
        return sum(1 for c in self._case.children if c.kind == kind and (every or not states[c.state].ends))

    def __iter__(self) -> Iterator[str]:
        own = self._child.fields if self._child else {}
        return iter(dict.fromkeys((*own, *self._case.fields, *self._case.answers)))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True)
class Subject:
    """What plugins see of a dossier: read only."""

    reference: str
    kind: str
    state: str
    facts: Mapping[str, Any]
    actor: str | None
    people: Mapping[str, list[str]]
    now: datetime


class _People(Mapping[str, list[str]]):
    """The people of each role, looked up when asked for."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def __getitem__(self, role: str) -> list[str]:
        from formengine.workflow.engine.roles import people_of  # roles ask resolvers, which get these people

        return people_of(self._turn, role)

    def __iter__(self) -> Iterator[str]:
        return iter(self._turn.wf.roles)

    def __len__(self) -> int:
        return len(self._turn.wf.roles)


@dataclass
class Turn:
    """The hands of one call. `strict` says that a person asked for the step, who can be refused (`if_nobody`)."""

    wf: Workflow
    case: Case
    around: Around
    actor: str | None = None
    strict: bool = False
    effects: list[Effect] = field(default_factory=list)
    changed: bool = False
    automatic_steps: int = 0
    written: dict[str, Any] = field(default_factory=dict)
    compiled: CompiledWorkflow = field(init=False)
    _facts: Facts = field(init=False)

    def __post_init__(self) -> None:
        self.compiled = compiled(self.wf)
        self._facts = Facts(self.wf, self.case)

    @property
    def now(self) -> datetime:
        return self.around.now

    @property
    def state(self) -> State:
        return self.wf.states[self.case.state]

    @cached_property
    def calendar(self) -> Calendar:
        """The workflow's calendar, else the portal's, else Monday to Friday 09:00-17:00 UTC."""
        name, given = self.wf.calendar or "", self.around.calendars
        return given.get(name) or self.wf.vocabulary.calendars.get(name) or given.get("") or DEFAULT

    @property
    def zone(self) -> str:
        """The time zone in which reasons show date-times: the reader's, else the calendar's."""
        return self.around.zone or str(getattr(self.calendar, "zone", "UTC"))

    def facts(self, child: Child | None = None) -> Facts:
        return self._facts if child is None else Facts(self.wf, self.case, child)

    def subject(self, child: Child | None = None) -> Any:
        """What plugins get: what the keeper gave, else our own view of the case."""
        if self.around.subject is not None:
            return self.around.subject
        case = self.case
        facts = self.facts(child)
        return Subject(case.reference, self.wf.kind, case.state, facts, self.actor, _People(self), self.now)

    def holds(self, condition: Condition | None, child: Child | None = None) -> bool | None:
        """Whether a condition holds; None when it is undecided."""
        return True if condition is None else holds(condition, self.facts(child), Tests(self, child))

    # what comes of the call

    def write(self, name: str, value: Any, child: Child | None = None) -> None:
        """Fill in a field: a child's own, else the dossier's. The next entry of the history says so."""
        own = child is not None and name in self.wf.children[child.kind].fields
        (child.fields if child is not None and own else self.case.fields)[name] = value
        self.written[name] = value
        self.changed = True

    def take_written(self) -> dict[str, Any]:
        """`{"fields": ...}` with what was written since an entry last told; {} for nothing."""
        if not self.written:
            return {}
        found, self.written = {"fields": self.written}, {}
        return found

    def happened(self, kind: str, by: str | None, **more: Any) -> None:
        self.changed = True
        self.effects.append(Happened(kind, by, **more))

    def tell(self, kind: str, to: list[str], **data: Any) -> None:
        people = tuple(dict.fromkeys(to))
        if people:
            self.effects.append(Tell(kind, people, data))

    # words

    def say(self, message: str, /, **values: object) -> str:
        return say(self.around.language, message, **values)

    def pick(self, text: Text | None) -> str:
        return pick(text, self.around.language)

    def refuse(self, message: str, /, **values: object) -> NoReturn:
        raise Refused([self.say(message, **values)])


class Tests:
    """What conditions need beside facts: the moment, plugins' guards and their words; reasons that guards gave."""

    __test__ = False

    def __init__(self, turn: Turn, child: Child | None = None) -> None:
        self.turn, self.child = turn, child
        self.said: list[str] = []

    @property
    def now(self) -> datetime:
        """In the zone of the calendar, where days begin and end."""
        zone = getattr(self.turn.calendar, "zone", None)
        return self.turn.now if zone is None else self.turn.now.astimezone(zone)

    def use(self, guard: str, options: Mapping[str, Any]) -> bool:
        word = self.turn.wf.vocabulary.guards[guard]
        try:
            answer = word.check(self.turn.subject(self.child), options)
        except Exception as problem:  # a plugin's fault is nobody's answer: the step fails whole (X4)
            self.turn.refuse("The check “{guard}” failed: {problem}.", guard=guard, problem=problem)
        if answer is True:
            return True
        said = answer if isinstance(answer, str) else self.turn.pick(word.says)
        self.said.append(said or self.turn.say("The check “{guard}” does not allow it.", guard=guard))
        return False

    def word(self, word: str, fact: object, value: object) -> bool:
        try:
            return bool(self.turn.wf.vocabulary.words[word].test(fact, value))
        except Exception as problem:
            self.turn.refuse("The check “{guard}” failed: {problem}.", guard=word, problem=problem)


def text_of(text: Text | None) -> str:
    """A text for what is kept and shown to anybody: English where given, else the first language."""
    return pick(text, SYSTEM_SAYS, ())
