"""Story runner: plays each story through the workflow engine in memory; its first step that fails is a finding."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from formengine.authoring.packs.form_parts import REQUESTER
from formengine.authoring.stories.name_checks import check_story_names
from formengine.authoring.stories.parser import Step, Story
from formengine.authoring.stories.sent_parts import StoryFilling, UnfitAnswers, told
from formengine.conditions.parser import Condition
from formengine.errors import Refused
from formengine.json_pointer import path_of
from formengine.source import Path, did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.value_format import format_value
from formengine.workflow.definition.model import Workflow

if TYPE_CHECKING:
    from formengine.forms import Form

log = logging.getLogger(__name__)


class _StepFailed(Exception):
    """A step of a story fails; the message says how, `path` where within the step."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.path = path


@dataclass
class StoryRun:
    """The state of one story while it runs; `mails_checked` of the simulation's mails were compared by an `expect`.

    `compiled` are the forms of request types by id: stories of one site share it.
    """

    story: Story
    workflow: Workflow
    calendars: Mapping[str, Any]
    kinds: Mapping[str, Any] = field(default_factory=dict)
    compiled: dict[str, Form] = field(default_factory=dict)
    simulation: Any = None
    filling: StoryFilling | None = None
    now: datetime = field(default_factory=datetime.now)
    mails_checked: int = 0

    def run(self) -> None:
        """Run the whole story; the first step that fails becomes a finding at that step."""
        cursor: YamlCursor = self.story.cursor
        if not check_story_names(self.story, self.workflow):
            return
        try:
            self._begin()
            for step in self.story.steps:
                cursor = step.cursor
                {"expect": self._expect, "wait": self._wait, "by": self._act}[step.kind](step)
        except _StepFailed as failure:
            cursor.at(*failure.path).error("story", f"{self.story.name}: {failure}")
        except Refused as refused:
            cursor.error("story", f"{self.story.name}: this is refused: {' '.join(refused.reasons)}")
        except Exception as error:  # a story may ask anything of the engine; the log has the traceback
            log.info("the story %r cannot be run", self.story.name, exc_info=True)
            cursor.error("story", f"{self.story.name}: this step cannot be done: {error}")

    def _begin(self) -> None:
        self.now = self.story.now
        if self.story.fills:
            self.filling = StoryFilling(self.story.request, self._form())
            self._fill(REQUESTER, self.story.answers)
        else:
            self._submit(self._checked_answers())

    def _fill(self, part: str, answers: Mapping[str, Any]) -> None:
        """Send a part of the form; the workflow begins when no part is open any more."""
        if self.filling is None or self.simulation is not None:
            raise _StepFailed("the request was sent already: every part is in")
        try:
            self.filling.send(part, answers)
            if not self.filling.open:
                self._submit(self.filling.whole())
        except UnfitAnswers as error:
            raise _StepFailed(str(error)) from None

    def _submit(self, answers: Mapping[str, Any]) -> None:
        from formengine.workflow import Simulation

        story, self.answers = self.story, answers
        self.simulation = Simulation(
            self.workflow,
            request=story.request.id,
            answers=self.answers,
            people=story.people,
            now=self.now,
            calendars=self.calendars,
            documents=self._uploaded(),
            drafted=self._drafted(),
            kinds=self.kinds,
        )

    def _checked_answers(self) -> Mapping[str, Any]:
        """The answers with those that the form computes; a story about answers that cannot be submitted proves nothing,
        so they have to be valid.
        """
        form = self._form()
        errors = form.validate(self.story.answers)
        if errors:
            pointer = errors[0].pointer
            path = path_of(f"/answers{pointer}", {"answers": self.story.answers})
            raise _StepFailed(told(errors, form, self.story.answers), path)
        answers: Mapping[str, Any] = form.complete(self.story.answers)
        return answers

    def _form(self) -> Form:
        from formengine.forms import Form

        request = self.story.request
        if request.id not in self.compiled:
            kinds, words = self.kinds, self.workflow.vocabulary.words
            self.compiled[request.id] = Form(
                request.schema("en"), ui=request.ui("en"), kinds=kinds, rules=request.rules, words=words
            )
        return self.compiled[request.id].at(self.now)

    def _uploaded(self) -> list[str]:
        """The documents that came with the answers."""
        documents = self.story.request.documents.items()
        return [name for name, rule in documents if rule.from_ and self.answers.get(rule.from_)]

    def _drafted(self) -> dict[str, Condition | None]:
        """The documents that are drafted on submission, each with its condition; not one that came with the answers
        and would be drafted in another case.
        """
        documents = self.story.request.documents.items()
        return {name: rule.when for name, rule in documents if rule.template and rule.draft_on == "submit"}

    def _expect(self, step: Step) -> None:
        from formengine.workflow.engine.execution import Facts

        expected = step.value
        if "open" in expected:
            self._expect_open(expected["open"])
        if set(expected) - {"open"}:
            self._require_sent()
        else:
            return
        if "state" in expected and self.simulation.state != expected["state"]:
            raise _StepFailed(f"the state is {self.simulation.state}, not {expected['state']}")
        if "client_sees" in expected:
            self._expect_client_sees(str(expected["client_sees"]))
        facts = Facts(self.workflow, self.simulation.case)  # which counts children, too
        for name, value in (expected.get("facts") or {}).items():
            actual = facts.get(name)
            if actual != value:
                raise _StepFailed(
                    f"{name} is {self._told(name, actual)}, not {self._told(name, value)}", ("expect", "facts", name)
                )
        self._expect_mails(expected.get("mails") or ())

    def _told(self, name: str, value: Any) -> str:
        """A value of a fact as people write it; as JSON where that would hide what it is."""
        fact = self.workflow.fact_types.get(name)
        text = format_value(value, "en", str(self.now.tzinfo), fact.schema if fact is not None else None)
        return text if text else "not known" if value is None else json.dumps(value, ensure_ascii=False)

    def _require_role(self, by: str, part: str) -> None:
        """Of a part that is given to a role, the story names somebody in it; who is in a team, it does not say."""
        rule = self.story.request.parts.get(part)
        people = self.story.people.get(rule.fill.name) if rule is not None and rule.fill.kind == "role" else None
        if people is not None and by not in (*people, rule.fill.name if rule else ""):
            raise _StepFailed(f"{by} is not asked for {part}; asked are {', '.join(people)}")

    def _expect_open(self, expected: Sequence[str]) -> None:
        """The parts of the form that are open now, in any order."""
        is_filled = self.filling is not None and self.simulation is None
        parts = self.filling.open if self.filling is not None and is_filled else []
        if set(parts) != set(expected):
            raise _StepFailed(f"open are {', '.join(parts) or 'no parts'}, not {', '.join(expected) or 'none'}")

    def _require_sent(self) -> None:
        """The workflow begins when all parts are in; before that there is no state and nothing to be done."""
        if self.simulation is None:
            parts = ", ".join(self.filling.open) if self.filling is not None else ""
            raise _StepFailed(f"the request is not sent yet; open are {parts}: fill them in first")

    def _expect_client_sees(self, expected: str) -> None:
        text = self.workflow.states[self.simulation.state].client_sees
        shown = [text] if isinstance(text, str) else list(text.values())
        if expected not in shown:
            raise _StepFailed(f"the client sees {shown[0]}, not {expected}")

    def _expect_mails(self, roles: Sequence[str]) -> None:
        mails = self.simulation.mails
        recipients = {mail.to for mail in mails[self.mails_checked :]}
        self.mails_checked = len(mails)
        for role in roles:
            if not recipients & set(self._people(role)):
                raise _StepFailed(f"{role} was not told; told were {', '.join(sorted(recipients)) or 'nobody'}")

    def _people(self, name: str) -> list[str]:
        """The people of a role, or the person of that name."""
        if name in self.story.people:
            return self.story.people[name]
        role = self.workflow.roles.get(name)
        if role is not None and role.source_kind == "field":
            fact = self.simulation.facts.get(role.source_name)
            return [fact["email"]] if isinstance(fact, Mapping) and "email" in fact else [str(fact)]
        return (self.simulation.people_of(name) if role is not None else []) or [name]

    def _wait(self, step: Step) -> None:
        from formengine.workflow.engine.calendar import DEFAULT, later, make_calendar

        source = self.calendars.get(self.workflow.calendar or "")
        calendar = make_calendar(source) if source else DEFAULT
        self.now = later(calendar, self.now, step.value)
        if self.simulation is not None:
            self.simulation.advance(to=self.now)

    def _act(self, step: Step) -> None:
        refused = step.value.get("refused")
        if "fill" not in step.value:
            self._require_sent()
            self.mails_checked = self.mails_checked or len(
                self.simulation.mails
            )  # those of the submission are behind us
        try:
            self._act_as(step.value)
        except Refused as reasons:
            if refused is None:
                raise
            if str(refused).casefold() not in " ".join(reasons.reasons).casefold():
                raise _StepFailed(f"it is refused, but because: {' '.join(reasons.reasons)}") from None
            return
        if refused is not None:
            raise _StepFailed("it is not refused")

    def _act_as(self, step: Mapping[str, Any]) -> None:
        if "fill" in step:
            self._require_role(str(step["by"]), str(step["fill"]))
            self._fill(str(step["fill"]), dict(step.get("fields") or {}))
            return
        people = self._people(str(step["by"]))
        if len(people) != 1:
            raise _StepFailed(f"{step['by']} is {len(people)} people; name one of them")
        by, comment, sim = people[0], step.get("comment"), self.simulation
        acts: dict[str, Callable[[Any], Any]] = {
            "do": lambda value: self._perform(value, by, step),
            "claim": lambda value: sim.claim(value, by=by),
            "document": lambda value: sim.document(value, by=by),
            "decide": lambda value: sim.decide(value, by=by, comment=comment),
            "sign": lambda value: sim.sign(by=by),
            "decline": lambda value: sim.decline(by=by, reason=step.get("reason") or comment or ""),
            "acknowledge": lambda value: sim.acknowledge(by=by, comment=comment),
            "delegate": lambda value: sim.delegate(by=by, to=value),
        }
        (act,) = (key for key in acts if key in step)
        acts[act](step[act])

    def _perform(self, transition: str, by: str, step: Mapping[str, Any]) -> None:
        child = self._child(str(step["child"])) if step.get("child") else None
        fields = dict(step.get("fields") or {})
        self.simulation.do(transition, by=by, comment=step.get("comment"), fields=fields, child=child)

    def _child(self, name: str) -> tuple[str, int]:
        """`hearing` is the first that has not ended; `hearing 2` the second."""
        kind, _, number = name.partition(" ")
        if number.isdigit():
            return kind, int(number)
        if kind not in self.workflow.children:
            raise _StepFailed(f"there is no child {kind}{did_you_mean(kind, self.workflow.children)}")
        ends = {state.id for state in self.workflow.children[kind].states.values() if state.ends}
        for child in self.simulation.children:
            if child.kind == kind and child.state not in ends:
                return kind, child.number
        raise _StepFailed(f"no {kind} is open")
