"""What a transition asks of whoever takes it, and every reason why somebody may not take it now (W3, W5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.errors import Refused
from formengine.workflow.definition.fact_types import describe
from formengine.workflow.definition.model import Schema, State, Transition
from formengine.workflow.engine.calendar import later
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.condition_eval import is_empty
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.explanations import fact_title, fact_type, only, why_not
from formengine.workflow.engine.lookahead import round_reasons
from formengine.workflow.engine.roles import acting_role
from formengine.workflow.engine.state_machine import BACK, Compiled


@dataclass(frozen=True)
class Asked:
    """The small form of a step: `names` in order, each with its schema in `properties` and what is known in `data`.

    `required` are those that must be filled in. `children` names, for each kind of child that the step opens, how
    many; `of_children` are those of the `names` that these alone require (asked once, for all of them).
    """

    names: tuple[str, ...] = ()
    properties: Mapping[str, Schema] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    comment_required: bool = False
    confirm: bool = False
    children: Mapping[str, int] = field(default_factory=dict)
    of_children: tuple[str, ...] = ()


NOTHING: Final = Asked()


def place_of(turn: Turn, child: Child | None) -> tuple[Compiled, Mapping[str, State], str]:
    """The machine, the states and the present state: of the dossier, or of a child."""
    if child is None:
        return turn.compiled.dossier, turn.wf.states, turn.case.state
    return turn.compiled.children[child.kind], turn.wf.children[child.kind].states, child.state


def leaving(turn: Turn, child: Child | None) -> tuple[Transition, ...]:
    """The transitions out of the present state, in the order they were written."""
    compiled, _, state = place_of(turn, child)
    return compiled.leaving.get(state, ())


def find_transition(turn: Turn, name: str, child: Child | None) -> Transition:
    """A transition out of the present state; Refused for any other name."""
    for one in leaving(turn, child):
        if one.id == name:
            return one
    _, states, state = place_of(turn, child)
    title = turn.pick(states[state].title)
    turn.refuse("“{step}” is not possible in the state “{state}”.", step=_title(turn, name, child), state=title)


def _title(turn: Turn, name: str, child: Child | None) -> str:
    known = turn.wf.transitions if child is None else turn.wf.children[child.kind].transitions
    return turn.pick(known[name].title) if name in known else name


def target(turn: Turn, transition: Transition, child: Child | None) -> str | None:
    """Where a transition leads; None for `back` when there is nowhere to go back to. Nobody rests in a state that
    decides, so nobody goes back to one (`moving.enter` does not note it)."""
    if transition.to != BACK:
        return transition.to
    left = turn.case.left_states if child is None else child.left_states
    state = turn.case.state if child is None else child.state
    return next((one for one in reversed(left) if one != state), None)


def reasons(turn: Turn, transition: Transition, by: str, child: Child | None = None) -> list[str]:
    """Every reason against a transition now, in sentences; what would be asked is none."""
    return judge(turn, transition, by, child)[1]


def judge(turn: Turn, transition: Transition, by: str, child: Child | None) -> tuple[str | None, list[str]]:
    """The role in which somebody would take a transition, and every reason against it now."""
    try:
        role = acting_role(turn, transition.who, by, child)
        found = [] if role else [only(turn, transition.who)]
    except Refused as refused:  # a plugin that should say who somebody is
        role, found = None, list(refused.reasons)
    found += why_not(turn, transition.when, child)
    document = transition.requires_document
    if document is not None and not turn.case.documents.get(document):
        found.append(turn.say("The document “{document}” is still missing.", document=document.replace("_", " ")))
    found += _too_late(turn, child)
    to = target(turn, transition, child)
    if to is None:
        found.append(turn.say("There is no earlier state to go back to."))
    elif child is None and not found:
        try:
            found += round_reasons(turn, transition, to, role)
        except Refused as refused:
            found += refused.reasons
    return role, found


def _too_late(turn: Turn, child: Child | None) -> list[str]:
    rule = turn.state if child is None else turn.wf.children[child.kind].states[child.state]
    if not rule.ends or rule.reopen_within in (None, "always") or isinstance(rule.reopen_within, str):
        return []
    since = turn.case.entered_at if child is None else child.entered_at or turn.case.opened_at
    assert rule.reopen_within is not None
    if turn.now <= later(turn.calendar, since, rule.reopen_within):
        return []
    return [turn.say("It ended too long ago to be opened again ({time}).", time=rule.reopen_within)]


def asked_of(turn: Turn, transition: Transition, child: Child | None = None) -> Asked:
    """What a transition asks, with what is known already."""
    if not transition.requires and not transition.starts:
        nothing = not transition.requires_comment and not transition.confirm
        return NOTHING if nothing else Asked(comment_required=transition.requires_comment, confirm=transition.confirm)
    facts = turn.facts(child)
    kind = child.kind if child else None
    names = list(transition.requires)
    properties = {name: schema_of(turn, name, kind) for name in names}
    for opened in transition.starts:
        rule = turn.wf.children[opened]
        for name in rule.requires:
            if name not in properties:
                names.append(name)
                properties[name] = rule.fields.get(name, {})
    return Asked(
        names=tuple(names),
        properties=properties,
        data={name: facts[name] for name in transition.requires if not is_empty(facts.get(name))},
        required=tuple(names),
        comment_required=transition.requires_comment,
        confirm=transition.confirm,
        children=dict(transition.starts),
        of_children=tuple(names[len(transition.requires) :]),
    )


def schema_of(turn: Turn, name: str, child: str | None) -> Schema:
    """What asks for a fact: the workflow's own field, else the form's property."""
    if child is not None and name in turn.wf.children[child].fields:
        return turn.wf.children[child].fields[name]
    if name in turn.wf.fields:
        return turn.wf.fields[name]
    known = fact_type(turn.wf, name, child)
    return known.schema if known else {}


def missing(turn: Turn, asked: Asked, fields: Mapping[str, Any], comment: str | None, child: Child | None) -> list[str]:
    """What was asked and is not there, in sentences; and what was given that nobody asked for."""
    if asked is NOTHING and not fields:
        return []
    given = any(opened in fields for opened in asked.children)
    found = [
        turn.say("“{fact}” has to be filled in.", fact=_asked_title(turn, asked, name, child))
        for name in asked.required
        if is_empty({**asked.data, **fields}.get(name)) and not (name in asked.of_children and given)
    ]
    if asked.comment_required and not (comment or "").strip():
        found.append(turn.say("A comment is required."))
    unknown = [name for name in fields if name not in asked.names and name not in asked.children]
    found += [turn.say("This step does not ask for “{fact}”.", fact=name) for name in unknown]
    return found


def _asked_title(turn: Turn, asked: Asked, name: str, child: Child | None) -> str:
    """The title of what is asked: of a child that the step opens, as that child has it."""
    if name in asked.of_children:
        return turn.pick(describe(name, asked.properties[name], {}).title)
    return fact_title(turn.wf, name, turn.around.language, child.kind if child else None)
