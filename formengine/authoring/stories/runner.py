"""Telling stories: each is run through the real engine in memory; the first step that does not hold is a finding."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from formengine.authoring.stories.parser import Step, Story
from formengine.errors import Refused
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.conditions import Condition
from formengine.workflow.definition.model import Workflow

log = logging.getLogger(__name__)


class _Untrue(Exception):
    """A step does not hold; the message says how."""


@dataclass
class Telling:
    """One story being told: the simulation, the moment, and the mails that an `expect` has not looked at yet."""

    story: Story
    workflow: Workflow
    calendars: Mapping[str, Any]
    kinds: Mapping[str, Any] = field(default_factory=dict)
    simulation: Any = None
    now: datetime = field(default_factory=datetime.now)
    seen: int = 0

    def tell(self) -> None:
        """Run the whole story; the first step that does not hold becomes a finding there."""
        here: YamlCursor = self.story.cursor
        try:
            self._begin()
            for step in self.story.steps:
                here = step.cursor
                {"expect": self._expect, "wait": self._wait, "by": self._act}[step.what](step)
        except _Untrue as untrue:
            here.error("story", f"{self.story.name}: {untrue}")
        except Refused as refused:
            here.error("story", f"{self.story.name}: this is refused: {' '.join(refused.reasons)}")
        except Exception as error:  # the checker answers, whatever a story asks of the engine; the log has the rest
            log.info("the story %r cannot be told", self.story.name, exc_info=True)
            here.error("story", f"{self.story.name}: this step cannot be done: {error}")

    def _begin(self) -> None:
        from formengine.workflow import Simulation

        story = self.story
        self.now = story.now
        self._judge_answers()
        self.simulation = Simulation(
            self.workflow,
            request=story.request.id,
            answers=story.answers,
            people=story.people,
            now=story.now,
            calendars=self.calendars,
            documents=self._documents(),
        )

    def _judge_answers(self) -> None:
        """A story about answers that nobody could send proves nothing."""
        from formengine.forms import Form

        made = self.story.request
        errors = Form(made.schema("en"), ui=made.ui("en"), kinds=self.kinds).validate(self.story.answers)
        if errors:
            raise _Untrue(f"these answers do not fit the form: {errors[0].pointer}: {errors[0].message}")

    def _documents(self) -> tuple[str, ...]:
        """What the dossier has from the start: uploaded with the answers, or drafted on submission."""
        found = []
        for name, rule in self.story.request.documents.items():
            uploaded = bool(rule.from_ and self.story.answers.get(rule.from_))
            drafted = rule.template is not None and rule.draft_on == "submit" and self._holds(rule.when)
            if uploaded or drafted:
                found.append(name)
        return tuple(found)

    def _holds(self, condition: Condition | None) -> bool:
        from formengine.workflow.engine.condition_eval import holds

        return condition is None or bool(holds(condition, self.story.answers, _NoGuards(self.now)))

    def _expect(self, step: Step) -> None:
        given = step.given
        if "state" in given and self.simulation.state != given["state"]:
            raise _Untrue(f"the state is {self.simulation.state}, not {given['state']}")
        if "client_sees" in given:
            self._sees(str(given["client_sees"]))
        for name, value in (given.get("facts") or {}).items():
            actual = self.simulation.facts.get(name)
            if actual != value:
                raise _Untrue(f"{name} is {actual!r}, not {value!r}")
        self._mailed(given.get("mails") or [])

    def _sees(self, wanted: str) -> None:
        text = self.workflow.states[self.simulation.state].client_sees
        shown = [text] if isinstance(text, str) else list(text.values())
        if wanted not in shown:
            raise _Untrue(f"the client sees {shown[0]}, not {wanted}")

    def _mailed(self, roles: list[str]) -> None:
        mails = list(self.simulation.mails)
        told = {one for mail in mails[self.seen :] for one in ([mail.to] if isinstance(mail.to, str) else mail.to)}
        self.seen = len(mails)
        for role in roles:
            if not told & set(self._people(role)):
                raise _Untrue(f"{role} was not told; told were {', '.join(sorted(told)) or 'nobody'}")

    def _people(self, name: str) -> list[str]:
        """The people of a role, or the person of that name."""
        if name in self.story.people:
            return self.story.people[name]
        role = self.workflow.roles.get(name)
        if role is not None and role.source_kind == "field":
            fact = self.simulation.facts.get(role.source_name)
            return [fact["email"]] if isinstance(fact, Mapping) and "email" in fact else [str(fact)]
        return [name]

    def _wait(self, step: Step) -> None:
        from formengine.workflow.engine.calendar import DEFAULT, later, make_calendar

        source = self.calendars.get(self.workflow.calendar or "")
        calendar = make_calendar(source) if source else DEFAULT
        self.now = later(calendar, self.now, step.given)
        self.simulation.advance(to=self.now)

    def _act(self, step: Step) -> None:
        refused = step.given.get("refused")
        try:
            self._do(step.given)
        except Refused as reasons:
            if refused is None:
                raise
            if str(refused).casefold() not in " ".join(reasons.reasons).casefold():
                raise _Untrue(f"it is refused, but because: {' '.join(reasons.reasons)}") from None
            return
        if refused is not None:
            raise _Untrue("it is not refused")

    def _do(self, given: Mapping[str, Any]) -> None:
        people = self._people(str(given["by"]))
        if len(people) != 1:
            raise _Untrue(f"{given['by']} is {len(people)} people; name one of them")
        by, comment, sim = people[0], given.get("comment"), self.simulation
        acts: dict[str, Callable[[Any], Any]] = {
            "do": lambda it: self._perform(it, by, given),
            "claim": lambda it: sim.claim(it, by=by),
            "document": lambda it: sim.document(it, by=by),
            "decide": lambda it: sim.decide(it, by=by, comment=comment),
            "sign": lambda it: sim.sign(by=by),
            "decline": lambda it: sim.decline(by=by, reason=given.get("reason") or comment or ""),
            "delegate": lambda it: sim.delegate(by=by, to=it),
        }
        (act,) = (key for key in acts if key in given)
        acts[act](given[act])

    def _perform(self, transition: str, by: str, given: Mapping[str, Any]) -> None:
        child = self._child(str(given["child"])) if given.get("child") else None
        fields = dict(given.get("fields") or {})
        self.simulation.do(transition, by=by, comment=given.get("comment"), fields=fields, child=child)

    def _child(self, name: str) -> tuple[str, int]:
        """`hearing` is the first that has not ended; `hearing 2` the second."""
        kind, _, number = name.partition(" ")
        if number.isdigit():
            return kind, int(number)
        ends = {state.id for state in self.workflow.children[kind].states.values() if state.ends}
        for child in self.simulation.children:
            if child.kind == kind and child.state not in ends:
                return kind, child.number
        raise _Untrue(f"no {kind} is open")


class _NoGuards:
    """Conditions of documents are sentences about answers: no plugin is asked."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def use(self, guard: str, options: Mapping[str, Any]) -> bool:
        return False

    def word(self, word: str, fact: object, value: object) -> bool:
        return False
