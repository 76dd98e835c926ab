"""Children of a dossier: hearings, milestones and tasks, each with states of its own (W10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.workflow.definition.model import Transition
from formengine.workflow.engine import deadlines
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.condition_eval import is_empty
from formengine.workflow.engine.execution import Execution, stored_text
from formengine.workflow.engine.state_entry import count_automatic_step
from formengine.workflow.engine.state_machine import fire, fire_automatic
from formengine.workflow.engine.timers import record_missed


def open_child(
    execution: Execution, kind: str, by: str | None, fields: Mapping[str, Any], visible: bool = False
) -> Child:
    """Open a child of a kind; raises Refused when a required field is missing."""
    rule = execution.wf.children[kind]
    missing = [name for name in rule.requires if is_empty(fields.get(name))]
    if missing:
        titles = ", ".join(execution.pick(rule.fields.get(name, {}).get("title") or name) for name in missing)
        execution.refuse("To open it, fill in: {fields}.", fields=titles)
    number = 1 + max((c.number for c in execution.case.children if c.kind == kind), default=0)
    values = {name: value for name, value in fields.items() if name in rule.fields and not is_empty(value)}
    child = Child(kind, number, rule.starts_in, values, visible_to_client=visible, entered_at=execution.now)
    execution.case.children.append(child)
    data = {"kind": kind, "number": number, "title": rule.title, **({"fields": dict(values)} if values else {})}
    execution.record_history("child_opened", by, after=rule.starts_in, visible_to_client=visible, data=data)
    return child


def start_children(
    execution: Execution, starts: Mapping[str, int], by: str, opened: Mapping[str, Any], cause: Child | None
) -> None:
    """Open the children of a step.

    `opened` holds their fields by kind (one mapping for all, or a list with one for each), or the fields themselves. A
    child of the same kind as its `cause` inherits its visibility.
    """
    for kind, count in starts.items():
        by_kind = opened.get(kind)
        visible = cause is not None and cause.kind == kind and cause.visible_to_client
        for index in range(count):
            fields = by_kind[index] if isinstance(by_kind, list) and index < len(by_kind) else by_kind
            open_child(execution, kind, by, fields if isinstance(fields, Mapping) else opened, visible)


def enter_child(
    execution: Execution,
    child: Child,
    to: str,
    name: str,
    by: str | None,
    *,
    transition: Transition | None = None,
    comment: str | None = None,
) -> None:
    """Move a child to another state, and follow the `decide` lines of that state."""
    before, compiled = child.state, execution.compiled.children[child.kind]
    late = deadlines.leave_child(execution, child)
    if transition is not None:
        fire(compiled, transition, child, to)
    else:
        fire_automatic(compiled, child, to)
    if before != to and not execution.wf.children[child.kind].states[before].decide:
        child.left_states.append(before)
    child.entered_at = execution.now
    title = stored_text(execution.wf.children[child.kind].title)
    execution.record_history(
        "child_step",
        by,
        transition=name,
        before=before,
        after=to,
        comment=comment,
        visible_to_client=child.visible_to_client or (transition is not None and transition.visible_to_client),
        data={"kind": child.kind, "number": child.number, "title": title, **execution.pop_written()},
    )
    for deadline in late:
        record_missed(execution, execution.compiled.deadlines[deadline.rule], deadline)
    _decide(execution, child)


def _decide(execution: Execution, child: Child) -> None:
    for branch in execution.wf.children[child.kind].states[child.state].decide:
        if branch.when is None or execution.holds(branch.when, child):
            count_automatic_step(execution)
            enter_child(execution, child, branch.go, "decide", None)
            return
