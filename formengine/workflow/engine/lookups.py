"""Look-ups in tables: the first row that fits the facts (W21)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from formengine.conditions.calculation import comparable, is_empty
from formengine.conditions.parser import Money
from formengine.workflow.definition.tables import Criterion, Lookup, Table, literal, plain


def look_up(tables: Mapping[str, Table], lookup: Lookup, facts: Mapping[str, Any]) -> Any:
    """The value of a look-up, as a fact holds it; None where no row fits, or its cell is empty."""
    table = tables[lookup.table]
    wanted = [(rule, facts.get(rule.fact) if rule.fact is not None else plain(rule.value)) for rule in lookup.where]
    for row in table.rows:
        if all(_fits(table.cell(row, rule.column), rule, value) for rule, value in wanted):
            return plain(table.cell(row, lookup.take))
    return None


def _fits(cell: Any, rule: Criterion, value: Any) -> bool:
    """Whether a cell fits a value: an empty cell fits every value, and an absent value fits only empty cells."""
    if cell is None:
        return True
    if is_empty(value):
        return False
    if rule.op == "is":
        return _key(literal(cell)) == _key(comparable(value)) or str(cell) == str(value)
    return is_in_range(_key(literal(cell)), rule.op, _key(comparable(value)))


def is_in_range(bound: Any, op: str, value: Any) -> bool:
    """Whether a bound is `at_least`, `at_most`, `over` or `under` a value of its kind; False for another kind."""
    if isinstance(bound, Money) and isinstance(value, Money) and bound.currency == value.currency:
        bound, value = bound.amount, value.amount
    kinds = [kind for kind in (Decimal, datetime, date) if isinstance(bound, kind) and isinstance(value, kind)]
    if not kinds:
        return False
    if op in ("at_least", "at_most"):
        return bool(bound >= value if op == "at_least" else bound <= value)
    return bool(bound > value if op == "over" else bound < value)


def _key(value: Any) -> Any:
    """A value as it is compared: a date-time by its day."""
    return value.date() if isinstance(value, datetime) else value
