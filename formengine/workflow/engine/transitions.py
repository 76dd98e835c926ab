"""Taking a step: a person's transition, from the reasons against it to what it does (W3, W5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.errors import Refused
from formengine.workflow.definition.model import Do, DraftDocument, OpenRequest, SetFields, Transition, UseAction
from formengine.workflow.engine import rounds
from formengine.workflow.engine.availability import (
    Asked,
    explain_refusal,
    find_transition,
    inputs_of,
    missing_inputs,
    target_state,
)
from formengine.workflow.engine.case import Child, Draft, OpenChildDossier, RunJob
from formengine.workflow.engine.children import enter_child, start_children
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import claim_by_acting, told
from formengine.workflow.engine.state_entry import enter_state, follow_outcome


def perform(
    execution: Execution, name: str, by: str, fields: Mapping[str, Any], comment: str | None, child: Child | None
) -> None:
    """Take a transition in somebody's name; raises Refused with every reason."""
    execution.actor, execution.strict = by, True
    transition = find_transition(execution, name, child)
    role, against = explain_refusal(execution, transition, by, child)
    if against:
        raise Refused(against)
    asked = inputs_of(execution, transition, child)
    lacking = missing_inputs(execution, asked, fields, comment, child)
    if lacking:
        raise Refused(lacking)
    claim_by_acting(execution, role, by)
    opened = _write(execution, transition, asked, fields, child)
    if transition.approval_first is not None and child is None:
        rule = execution.wf.round_rule(transition.approval_first)
        asking: dict[str, Any] = {"asked_by": by, "transition": transition.id, "comment": comment, "fields": opened}
        follow_outcome(execution, rounds.open_round(execution, rule, **asking))
        return
    make_move(execution, transition, by, comment, opened, child)


def _write(
    execution: Execution, transition: Transition, asked: Asked, fields: Mapping[str, Any], child: Child | None
) -> dict[str, Any]:
    """Write what was filled in, and answer what is left for the children that the step opens."""
    if not fields:
        return {}
    mine = {name: value for name, value in fields.items() if name in transition.requires}
    for name, value in mine.items():
        execution.write(name, value, child)
    wanted = {name for kind in asked.children for name in (kind, *execution.wf.children[kind].requires)}
    return {name: value for name, value in fields.items() if name in wanted}


def make_move(
    execution: Execution,
    transition: Transition,
    by: str,
    comment: str | None,
    opened: Mapping[str, Any] | None = None,
    child: Child | None = None,
) -> None:
    """Do what a transition does, open what it opens, and go where it leads."""
    to = target_state(execution, transition, child)
    if to is None:
        execution.refuse("There is no earlier state to go back to.")
    for one in transition.do:
        _do(execution, one, child)
    start_children(execution, transition.starts, by, opened or {}, child)
    if child is None:
        enter_state(execution, to, transition.id, by, transition=transition, comment=comment)
    else:
        enter_child(execution, child, to, transition.id, by, transition=transition, comment=comment)
    if transition.notify:
        people = told(execution, transition.notify)
        execution.tell(
            "transition", people, transition=transition.id, state=execution.case.state, comment=comment or ""
        )


def _do(execution: Execution, one: Do, child: Child | None) -> None:
    if isinstance(one, SetFields):
        _set(execution, one, child)
    elif isinstance(one, DraftDocument):
        execution.effects.append(Draft(one.document, execution.case.documents.get(one.document, 0)))
    elif isinstance(one, OpenRequest):
        execution.effects.append(OpenChildDossier(one.request_type))
    else:
        _use(execution, one, child)


def _set(execution: Execution, one: SetFields, child: Child | None) -> None:
    facts = execution.facts(child)
    for name, value in one.values.items():
        copied = facts.get(value["from"]) if isinstance(value, Mapping) and set(value) == {"from"} else value
        execution.write(name, copied, child)


def _use(execution: Execution, one: UseAction, child: Child | None) -> None:
    """A plugin's action: what it answers is enqueued; when it raises, the step fails whole (X4)."""
    action = execution.wf.vocabulary.actions[one.action]
    try:
        jobs = action.action(execution.subject(child), one.options) or ()
        asked = [RunJob(str(name), dict(args), one.action) for name, args in jobs]
    except Exception as problem:
        execution.refuse(
            "The action “{action}” failed: {problem}. Nothing was changed.", action=one.action, problem=problem
        )
    execution.effects.extend(asked)
