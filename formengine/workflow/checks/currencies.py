"""Checks of the currencies with which facts are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from formengine.conditions.fact_types import type_of
from formengine.conditions.operands import OfRows, Operand
from formengine.conditions.parser import AllOf, Comparison, Condition, Money, comparisons
from formengine.source import Path
from formengine.workflow.definition.model import FactType, Workflow
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


def check_open_currencies(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Warnings for lines of `decide` and `when_true` that a large amount takes only in one currency, where whoever is
    asked chooses the currency: in another one the line is passed over, however large the amount is (W4).
    """
    for path, condition in _simple_conditions(cursor, workflow):
        if path[0] != "states" or len(path) < 3 or path[2] not in ("decide", "when_true"):
            continue
        for leaf in comparisons(condition):
            if not isinstance(leaf, Comparison) or leaf.op not in ("over", "at least"):
                continue
            amount = next((value for value in leaf.values if isinstance(value, Money)), None)
            fact = type_of(leaf.subject, workflow.fact_types)
            if amount is None or fact is None or fact.kind != "money" or _currencies(fact):
                continue
            message = (
                f"whoever fills in `{leaf.fact}` chooses its currency, and this line is passed over in any other than "
                f"{amount.currency}; confine it (`properties: {{currency: {{const: {amount.currency}}}}}`), or turn "
                f"the line round: what is `at most {amount}` goes the short way, `otherwise` the careful one"
            )
            cursor.at(*path).warn("open-currency", message)


def problem_of_amounts(fact: FactType, source: FactType, operand: Operand) -> str | None:
    """Why a field cannot take amounts that are calculated: its form lets them be in several currencies, or in another
    one than the field. None where their form leaves every currency open: a step is refused then, if they differ.
    """
    given, taken = _currencies(source), _currencies(fact)
    if isinstance(operand, OfRows) and len(given) > 1:
        return f"`{operand}` may be over {' and '.join(given)}, for which no rate is known; have one list for each"
    if given and taken and not set(given) & set(taken):
        return f"`{operand}` is in {given[0]} and `{fact.name}` takes {' or '.join(taken)}"
    return None


def _currencies(fact: FactType) -> list[str]:
    """The currencies to which the schema of an amount confines it; [] where it leaves them open."""
    schema = fact.schema.get("properties", {}).get("currency", {}) if fact.kind == "money" else {}
    return [schema["const"]] if "const" in schema else sorted(schema.get("enum", []))


def _simple_conditions(cursor: WorkflowCursor, workflow: Workflow) -> Iterator[tuple[Path, Condition]]:
    """Every condition with its path; the entries of a list each with their own."""
    for path, condition in conditions_of(workflow):
        if isinstance(condition, AllOf) and (*path, 0) in cursor.document.places:
            yield from (((*path, i), part) for i, part in enumerate(condition.parts))
        else:
            yield path, condition
