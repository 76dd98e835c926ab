"""Taking a step: a person's transition, from the reasons against it to what it does (W3, W5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.errors import Refused
from formengine.workflow.definition.model import Do, DraftDocument, OpenRequest, SetFields, Transition, UseAction
from formengine.workflow.engine import rounds
from formengine.workflow.engine.availability import Asked, asked_of, find_transition, judge, missing, target
from formengine.workflow.engine.case import Child, Draft, OpenChildDossier, RunJob
from formengine.workflow.engine.children import enter_child, start_children
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.roles import claim_by_acting, told
from formengine.workflow.engine.state_entry import enter, follow


def perform(
    turn: Turn, name: str, by: str, fields: Mapping[str, Any], comment: str | None, child: Child | None
) -> None:
    """Take a transition in somebody's name; raises Refused with every reason."""
    turn.actor, turn.strict = by, True
    transition = find_transition(turn, name, child)
    role, against = judge(turn, transition, by, child)
    if against:
        raise Refused(against)
    asked = asked_of(turn, transition, child)
    lacking = missing(turn, asked, fields, comment, child)
    if lacking:
        raise Refused(lacking)
    claim_by_acting(turn, role, by)
    opened = _write(turn, transition, asked, fields, child)
    if transition.approval_first is not None and child is None:
        rule = turn.wf.round_rule(transition.approval_first)
        asking: dict[str, Any] = {"asked_by": by, "transition": transition.id, "comment": comment, "fields": opened}
        follow(turn, rounds.open_round(turn, rule, **asking))
        return
    make_move(turn, transition, by, comment, opened, child)


def _write(
    turn: Turn, transition: Transition, asked: Asked, fields: Mapping[str, Any], child: Child | None
) -> dict[str, Any]:
    """Write what was filled in, and answer what is left for the children that the step opens."""
    if not fields:
        return {}
    mine = {name: value for name, value in fields.items() if name in transition.requires}
    for name, value in mine.items():
        turn.write(name, value, child)
    wanted = {name for kind in asked.children for name in (kind, *turn.wf.children[kind].requires)}
    return {name: value for name, value in fields.items() if name in wanted}


def make_move(
    turn: Turn,
    transition: Transition,
    by: str,
    comment: str | None,
    opened: Mapping[str, Any] | None = None,
    child: Child | None = None,
) -> None:
    """Do what a transition does, open what it opens, and go where it leads."""
    to = target(turn, transition, child)
    if to is None:
        turn.refuse("There is no earlier state to go back to.")
    for one in transition.do:
        _do(turn, one, child)
    start_children(turn, transition.starts, by, opened or {}, child)
    if child is None:
        enter(turn, to, transition.id, by, transition=transition, comment=comment)
    else:
        enter_child(turn, child, to, transition.id, by, transition=transition, comment=comment)
    if transition.notify:
        people = told(turn, transition.notify)
        turn.tell("transition", people, transition=transition.id, state=turn.case.state, comment=comment or "")


def _do(turn: Turn, one: Do, child: Child | None) -> None:
    if isinstance(one, SetFields):
        _set(turn, one, child)
    elif isinstance(one, DraftDocument):
        turn.effects.append(Draft(one.document, turn.case.documents.get(one.document, 0)))
    elif isinstance(one, OpenRequest):
        turn.effects.append(OpenChildDossier(one.request_type))
    else:
        _use(turn, one, child)


def _set(turn: Turn, one: SetFields, child: Child | None) -> None:
    facts = turn.facts(child)
    for name, value in one.values.items():
        copied = facts.get(value["from"]) if isinstance(value, Mapping) and set(value) == {"from"} else value
        turn.write(name, copied, child)


def _use(turn: Turn, one: UseAction, child: Child | None) -> None:
    """A plugin's action: what it answers is enqueued; when it raises, the step fails whole (X4)."""
    action = turn.wf.vocabulary.actions[one.action]
    try:
        jobs = action.action(turn.subject(child), one.options) or ()
        asked = [RunJob(str(name), dict(args), one.action) for name, args in jobs]
    except Exception as problem:
        turn.refuse("The action “{action}” failed: {problem}. Nothing was changed.", action=one.action, problem=problem)
    turn.effects.extend(asked)
