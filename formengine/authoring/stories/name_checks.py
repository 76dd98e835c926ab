"""Check of the names in a story before it is told: steps, people, states, facts and answers that there are (W14).

A misspelt name is told where it stands, with the nearest one that there is, and not by what the engine makes of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from formengine.authoring.packs.form_parts import REQUESTER
from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.stories.parser import Step, Story
from formengine.source import closest, did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.workflow.definition.fact_types import counted_child
from formengine.workflow.definition.model import Workflow
from formengine.workflow.definition.site_roles import LEGAL_TEAM_ROLES

ANSWER = "answer"
"""The step by which a requester sends corrected answers, where the workflow names none."""


def check_story_names(story: Story, workflow: Workflow) -> bool:
    """Add a finding for each name in a story that nothing has; whether there is none."""
    names = _Names(story, workflow)
    before = len(story.cursor.findings)
    unnamed = [role for role in (*workflow.roles, REQUESTER) if role not in story.people]
    for entry in story.cursor.at("people").entries():
        meant = closest(entry.name, unnamed) if entry.name not in (*workflow.roles, *LEGAL_TEAM_ROLES) else None
        if meant is not None:  # a key may also be a person's own name, or the source of roles: `team:advice`
            entry.error("story", f'there is no role {entry.name}; did you mean "{meant}"?', at_key=True)
    _check_answers(story.cursor.at("answers"), story.request)
    for step in story.steps:
        if step.kind == "by":
            names.check_act(step)
        elif step.kind == "expect":
            names.check_expected(step)
    return len(story.cursor.findings) == before


def _check_answers(answers: YamlCursor, request_type: RequestType) -> None:
    """Answers are to fields of the form, unless its schema takes others."""
    from formengine.forms.rules.answer_facts import types_of

    form = request_type.schema("en")
    if any(key in form for key in ("additionalProperties", "patternProperties", "unevaluatedProperties")):
        return
    fields = list(dict.fromkeys([*types_of(form), *request_type.properties]))
    for answer in answers.entries():
        if answer.name not in fields:
            hint = did_you_mean(answer.name, fields) or f"; it has {', '.join(fields)}"
            answer.error("unknown-field", f"the form has no field {answer.name}{hint}", at_key=True)


class _Names:
    """The names that a story may use."""

    def __init__(self, story: Story, workflow: Workflow) -> None:
        self._workflow = workflow
        self._roles = dict.fromkeys((*story.people, *workflow.roles, *LEGAL_TEAM_ROLES))
        listed = {person for people in story.people.values() for person in people}
        self._people = dict.fromkeys((*sorted(listed), *self._roles))
        values = [story.answers, *(step.value for step in story.steps if step.kind == "by")]
        self._named = {text for value in values for text in _texts(value)}

    def check_act(self, step: Step) -> None:
        """Who does something, and what is done."""
        workflow, act, cursor = self._workflow, step.value, step.cursor
        if "fill" not in act and "refused" not in act:
            self._check_person(cursor.at("by"))
        kinds = workflow.children
        child = str(act.get("child") or "").partition(" ")[0]
        if child:
            _check(cursor.at("child"), child, kinds, "child", advice=workflow.vocabulary.kind_advice(child))
        steps = kinds[child].transitions if child in kinds else workflow.transitions if not child else None
        if "do" in act and steps is not None:
            _check(cursor.at("do"), str(act["do"]), (*steps, ANSWER), "step", steps)
        if "claim" in act:
            _check(cursor.at("claim"), str(act["claim"]), workflow.roles, "role")
        for key, rounds in (("sign", workflow.signatures), ("decline", workflow.signatures),
                            ("acknowledge", workflow.acknowledgements)):  # fmt: skip
            if isinstance(act.get(key), str):
                _check(
                    cursor.at(key), act[key], rounds, "round of signatures" if key != "acknowledge" else key + "ment"
                )

    def check_expected(self, step: Step) -> None:
        """The state, the facts, and who is told."""
        expected = step.cursor.at("expect")
        if (state := expected.get("state")) is not None:
            _check(state, str(state.value), self._workflow.states, "state")
        for mail in (*expected.at("mails").ids(),):
            _check(mail, str(mail.value), {*self._people, *self._named}, "role", self._roles)
        facts = self._workflow.fact_types
        counts = {f"{word}_{kind}" for word in ("open", "all") for kind in self._workflow.children}
        for fact in expected.at("facts").entries() if facts else ():
            advice = self._workflow.vocabulary.kind_advice(counted_child(fact.name))
            _check(fact, fact.name, (*facts, *counts), "fact", at_key=True, advice=advice)

    def _check_person(self, cursor: YamlCursor) -> None:
        """Somebody in `people`, a role, or whom an answer or an earlier step named, such as a delegate."""
        name = str(cursor.value)
        if name not in self._people and name not in self._named:
            hint = did_you_mean(name, self._people) or f"; known are {', '.join(self._people)}"
            cursor.error("story", f"{name} is nobody in people: of this story{hint}")


def _texts(value: Any, key: str = "") -> Iterator[str]:
    """The texts in answers and in steps, but for who takes them: people may be named there."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if name != "by" or key:
                yield from _texts(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part, key)
    elif isinstance(value, str):
        yield value


def _check(
    cursor: YamlCursor,
    name: str,
    known: Collection[str],
    what: str,
    shown: Collection[str] = (),
    *,
    at_key: bool = False,
    advice: str | None = None,
) -> None:
    """A finding for a name that is not known; `shown` are those to offer, `advice` says better what to write."""
    if name in known:
        return
    hint = (
        f"; {advice}"
        if advice
        else did_you_mean(name, known) or (f"; known are {', '.join(shown or known)}" if known else "")
    )
    cursor.error("story", f"there is no {what} {name}{hint}", at_key=at_key)
