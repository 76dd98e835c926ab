"""Money is compared within one currency: each fact in the same one, all through a workflow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from formengine.source import Path
from formengine.workflow.checks.values import currencies
from formengine.workflow.definition.condition_paths import Said, conditions_of
from formengine.workflow.definition.conditions import All
from formengine.workflow.definition.model import Workflow
from formengine.workflow.parser.cursor import WorkflowCursor


def check_currencies(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """A finding for each condition that speaks of a fact in another currency than most do (or the first, of two)."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for path, condition in _conditions(cursor, workflow):
        for fact, names in currencies(condition).items():
            found.setdefault(fact, []).extend((path, name) for name in sorted(names))
    for fact, places in found.items():
        usual = Counter(name for _, name in places).most_common(1)[0][0]
        for path, name in places:
            if name != usual:
                message = f"`{fact}` is compared with {name} here and with {usual} elsewhere; keep to one currency"
                cursor.at(*path).error("currencies", message)


def _conditions(cursor: WorkflowCursor, workflow: Workflow) -> Iterator[Said]:
    """Every condition with its place, entries of a list each at their own."""
    for path, condition in conditions_of(workflow):
        if isinstance(condition, All) and (*path, 0) in cursor.document.places:
            yield from (((*path, i), one) for i, one in enumerate(condition.parts))
        else:
            yield path, condition
