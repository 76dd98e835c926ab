"""Performing a transition: its guards and inputs are checked, fields written, actions carried out, a state entered.

Specification: W3 (transitions), W5 (refusals with reasons), X4 (a plugin that fails fails the whole step).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.errors import Refused
from formengine.workflow.definition.model import (
    Do,
    DraftDocumentAction,
    OpenRequestAction,
    PluginAction,
    SetFieldsAction,
    Transition,
)
from formengine.workflow.engine import rounds
from formengine.workflow.engine.availability import (
    TransitionInputs,
    explain_refusal,
    find_transition,
    inputs_of,
    missing_inputs,
    target_state,
)
from formengine.workflow.engine.case import Child, DraftDocument, EnqueueJob, OpenChildDossier
from formengine.workflow.engine.children import start_children
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import claim_by_acting, people_of_roles
from formengine.workflow.engine.state_entry import enter_state, follow_outcome


def perform(
    execution: Execution,
    name: str,
    by: str,
    fields: Mapping[str, Any] | None = None,
    comment: str | None = None,
    child: Child | None = None,
) -> None:
    """Operation: perform a transition of the dossier, or of a child, as a person; raises Refused with every reason.

    `fields` are the inputs that the transition asks for (`availability.inputs_of`), and those of the children that it
    opens. A person who acts in a role of one person claims it (W3).
    """
    fields = fields or {}
    execution.actor, execution.strict = by, True
    transition = find_transition(execution, name, child)
    role, reasons = explain_refusal(execution, transition, by, child)
    if reasons:
        raise Refused(reasons)
    inputs = inputs_of(execution, transition, child)
    missing = missing_inputs(execution, inputs, fields, comment, child)
    if missing:
        raise Refused(missing)
    claim_by_acting(execution, role, by)
    opened = _write(execution, transition, inputs, fields, child)
    if transition.approval_first is not None and child is None:
        rule = execution.workflow.round_rule(transition.approval_first)
        asking: dict[str, Any] = {"asked_by": by, "transition": transition.id, "comment": comment, "fields": opened}
        follow_outcome(execution, rounds.open_round(execution, rule, **asking))
        return
    make_move(execution, transition, by, comment, opened, child)


def _write(
    execution: Execution,
    transition: Transition,
    inputs: TransitionInputs,
    fields: Mapping[str, Any],
    child: Child | None,
) -> dict[str, Any]:
    """Write the fields of the step; returns the fields of the children that it opens."""
    if not fields:
        return {}
    for name, value in fields.items():
        if name in transition.requires:
            execution.write(name, value, child)
    child_names = {name for kind in inputs.children for name in (kind, *execution.workflow.children[kind].requires)}
    return {name: value for name, value in fields.items() if name in child_names}


def make_move(
    execution: Execution,
    transition: Transition,
    by: str,
    comment: str | None,
    opened: Mapping[str, Any] | None = None,
    child: Child | None = None,
) -> None:
    """Carry out a transition's actions, open its children, and enter its target state.

    `opened` are the fields of those children (`start_children`). Raises Refused when `back` leads nowhere.
    """
    to = target_state(execution, transition, child)
    if to is None:
        execution.refuse("There is no earlier state to go back to.")
    for action in transition.do:
        _do(execution, action, child)
    start_children(execution, transition.starts, by, opened or {}, child)
    enter_state(execution, to, transition.id, by, transition=transition, comment=comment, child=child)
    if transition.notify:
        people, state = people_of_roles(execution, transition.notify), execution.case.state
        execution.tell("transition", people, transition=transition.id, state=state, comment=comment or "")


def _do(execution: Execution, action: Do, child: Child | None) -> None:
    """Carry out one entry of `do`; `{from: FACT}` as a value copies a fact."""
    if isinstance(action, SetFieldsAction):
        facts = execution.facts(child)
        for name, value in action.values.items():
            copied = facts.get(value["from"]) if isinstance(value, Mapping) and set(value) == {"from"} else value
            execution.write(name, copied, child)
    elif isinstance(action, DraftDocumentAction):
        execution.effects.append(DraftDocument(action.document, execution.case.documents.get(action.document, 0)))
    elif isinstance(action, OpenRequestAction):
        execution.effects.append(OpenChildDossier(action.request_type))
    else:
        _use(execution, action, child)


def _use(execution: Execution, action: PluginAction, child: Child | None) -> None:
    """Run a plugin's action and enqueue the jobs it returns; when it raises, the whole step fails (X4)."""
    plugin = execution.workflow.vocabulary.actions[action.action]
    try:
        jobs = plugin.action(execution.subject(child), action.options) or ()
        requested = [EnqueueJob(str(name), dict(args), action.action) for name, args in jobs]
    except Exception as problem:
        text = execution.failure_text(problem)
        execution.refuse(
            "The action “{action}” failed: {problem}. Nothing was changed.", action=action.action, problem=text
        )
    execution.effects.extend(requested)
