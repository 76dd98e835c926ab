"""Check of the currencies with which facts are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from formengine.conditions.parser import AllOf, Comparison, Condition, Money, comparisons
from formengine.source import Path
from formengine.workflow.definition.model import Workflow
from formengine.workflow.definition.references import conditions_of
from formengine.workflow.parser.cursor import WorkflowCursor


def check_currencies(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Each fact is compared with amounts in one currency, because no exchange rate is known.

    A finding for each condition with another currency than most (or than the first of two).
    """
    uses: dict[str, list[tuple[Path, str]]] = {}
    for path, condition in _simple_conditions(cursor, workflow):
        leaves = [leaf for leaf in comparisons(condition) if isinstance(leaf, Comparison)]
        amounts = {(leaf.fact, value.currency) for leaf in leaves for value in leaf.values if isinstance(value, Money)}
        for fact, currency in sorted(amounts):
            uses.setdefault(fact, []).append((path, currency))
    for fact, currencies in uses.items():
        usual = Counter(currency for _, currency in currencies).most_common(1)[0][0]
        for path, currency in currencies:
            if currency != usual:
                message = f"`{fact}` is compared with {currency} here and with {usual} elsewhere; keep to one currency"
                cursor.at(*path).error("currencies", message)


def _simple_conditions(cursor: WorkflowCursor, workflow: Workflow) -> Iterator[tuple[Path, Condition]]:
    """Every condition with its path; the entries of a list each with their own."""
    for path, condition in conditions_of(workflow):
        if isinstance(condition, AllOf) and (*path, 0) in cursor.document.places:
            yield from (((*path, i), part) for i, part in enumerate(condition.parts))
        else:
            yield path, condition
