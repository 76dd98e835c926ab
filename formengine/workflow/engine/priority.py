"""Priority of a dossier: low, normal, high or critical; set by people, raised by missed deadlines."""

from __future__ import annotations

from typing import Final

from formengine.workflow.engine.execution import Execution

PRIORITIES: Final = ("low", "normal", "high", "critical")


def set_priority(execution: Execution, priority: str, by: str | None) -> None:
    """Set the priority and record the change; raises Refused for an unknown one."""
    if priority not in PRIORITIES:
        execution.refuse("A priority is low, normal, high or critical.")
    before = execution.case.priority
    if priority != before:
        execution.case.priority = priority
        execution.record_history("priority", by, data={"before": before, "after": priority})


def raise_priority(execution: Execution) -> None:
    """Raise the priority by one level, at most to critical."""
    before = execution.case.priority
    level = PRIORITIES.index(before) if before in PRIORITIES else PRIORITIES.index("normal")
    set_priority(execution, PRIORITIES[min(level + 1, len(PRIORITIES) - 1)], None)
