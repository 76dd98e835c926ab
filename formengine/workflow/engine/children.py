"""Children of a dossier: hearings, milestones and tasks, each with states of its own (W10).

`state_entry.enter_state` moves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.workflow.engine.case import Child
from formengine.workflow.engine.condition_eval import is_empty
from formengine.workflow.engine.execution import Execution


def open_child(
    execution: Execution, kind: str, by: str | None, fields: Mapping[str, Any], visible_to_client: bool = False
) -> Child:
    """Operation: open a child of a kind with its fields; raises Refused when a required field is missing."""
    rule = execution.workflow.children[kind]
    missing = [name for name in rule.requires if is_empty(fields.get(name))]
    if missing:
        titles = ", ".join(execution.pick(rule.fields.get(name, {}).get("title") or name) for name in missing)
        execution.refuse("To open it, fill in: {fields}.", fields=titles)
    number = 1 + max((child.number for child in execution.case.children if child.kind == kind), default=0)
    values = {name: value for name, value in fields.items() if name in rule.fields and not is_empty(value)}
    child = Child(kind, number, rule.starts_in, values, visible_to_client, entered_at=execution.now)
    execution.case.children.append(child)
    data = {"kind": kind, "number": number, "title": rule.title, **({"fields": dict(values)} if values else {})}
    execution.record_history("child_opened", by, after=rule.starts_in, visible_to_client=visible_to_client, data=data)
    return child


def start_children(
    execution: Execution, starts: Mapping[str, int], by: str, opened: Mapping[str, Any], cause: Child | None
) -> None:
    """Open the children that a transition starts; `starts` is their number by kind.

    `opened` holds their fields by kind (one mapping for all, or a list with one for each), or the fields themselves. A
    child of the same kind as its `cause` inherits its visibility.
    """
    for kind, count in starts.items():
        by_kind = opened.get(kind)
        visible = cause is not None and cause.kind == kind and cause.visible_to_client
        for index in range(count):
            fields = by_kind[index] if isinstance(by_kind, list) and index < len(by_kind) else by_kind
            open_child(execution, kind, by, fields if isinstance(fields, Mapping) else opened, visible)
