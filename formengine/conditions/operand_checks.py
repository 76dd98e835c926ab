"""Check of operands: what they read exists, and what is calculated, compared or set fits its type (W4, W21)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from formengine.conditions.durations import WHOLE_DAYS, Duration, FactLength
from formengine.conditions.fact_types import FactType
from formengine.conditions.operands import Clock, OfRows, Operand, Shifted
from formengine.conditions.parser import DATE_WORDS
from formengine.conditions.value_checks import DATES, called
from formengine.source import did_you_mean

_ROWS: Final = ("list", "people", "files", "unknown")
_FUNCTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "highest": ("number", "money", "date", "date-time"),
    "lowest": ("number", "money", "date", "date-time"),
    "sum": ("number", "money"),
}
_FAMILIES: Final[Mapping[str, str]] = {"date-time": "date", "person": "people", "country": "text"}
Problem = tuple[str, str]
"""The code of a finding, and its sentence."""


def operand_problem(operand: Operand, types: Mapping[str, FactType], type_: FactType | None) -> Problem | None:
    """What is wrong with an operand whose facts exist; `type_` is that of its value."""
    if isinstance(operand, Shifted):
        base, length = operand.base, operand.length
        counted = types.get(length.fact) if isinstance(length, FactLength) else None
        return operand_problem(base, types, type_) or _shift_problem(operand, type_) or _length_problem(counted)
    return _rows_problem(operand, types, type_) if isinstance(operand, OfRows) else None


def _rows_problem(operand: OfRows, types: Mapping[str, FactType], type_: FactType | None) -> Problem | None:
    rows, function = types.get(operand.rows), operand.function
    if rows is None or rows.kind == "unknown":
        return None
    if rows.kind not in _ROWS:
        return "type", f"`{function} of` takes a list of rows, and `{rows.name}` is {called(rows)}"
    columns = [name for name in rows.columns if name]
    if function == "number":
        return None
    if operand.column is None and columns:
        message = f"each row of `{rows.name}` has {', '.join(columns)}; write {function} of {rows.name}.{columns[0]}"
        return "unknown-fact", message
    if operand.column is not None and rows.columns and operand.column not in rows.columns:
        hint = did_you_mean(operand.column, columns)
        hint = hint or (f"; its rows have {', '.join(columns)}" if columns else "; its entries are no rows")
        return "unknown-fact", f"no row of `{rows.name}` has `{operand.column}`{hint}"
    kinds = _FUNCTIONS.get(function, ())
    if kinds and type_ is not None and type_.kind not in (*kinds, "unknown"):
        what = "numbers and money" if function == "sum" else "numbers, money and dates"
        return "type", f"`{function} of` takes {what}, and `{operand.rows}.{operand.column}` is {called(type_)}"
    return None


def _length_problem(fact: FactType | None) -> Problem | None:
    """What is wrong with a fact that tells by how long a date is moved: it is no whole number."""
    if fact is None or fact.kind == "unknown":
        return None
    if fact.kind != "number":
        return "type", f"a length needs a number, and `{fact.name}` is {called(fact)}; make it `type: integer`"
    if fact.schema.get("type") == "number" and not fact.values:
        return "type", f"`{fact.name}` may be a fraction, and a length is a whole number; make it `type: integer`"
    return None


def _shift_problem(operand: Shifted, type_: FactType | None) -> Problem | None:
    length, base = operand.length, operand.base
    if length.unit.startswith("working"):
        message = (
            f"`{operand}`: working time is counted by deadlines (`after: {length}`); "
            "add days, weeks, months or years here"
        )
        return "type", message
    if type_ is None or type_.kind == "unknown":
        return None
    if type_.kind not in DATES:
        return "type", f"`{operand}` adds a time to `{base}`, which is {called(type_)}; a time is added to a date"
    if type_.kind == "date" and length.unit not in WHOLE_DAYS:
        return "type", f"`{base}` is a date, without hours; add days, weeks, months or years, not {length}"
    return None


def mismatch_of_operands(left: FactType, op: str, right: FactType) -> Problem | None:
    """What is wrong with comparing two calculated values or facts; None when they can be compared."""
    if "unknown" in (left.kind, right.kind):
        return None
    kinds = f"`{left.name}` is {called(left)}, `{right.name}` is {called(right)}"
    if op == "contains":
        fits = left.kind == "people" and right.kind in ("person", "people")
        return None if fits else ("type", f"{kinds}; `contains` looks for a person among people here")
    if _family(left) != _family(right):
        return "type", f"{kinds}; compare two of one kind"
    if op in ("over", "under", "at least", "at most") and _family(left) not in ("number", "money", "date"):
        return "type", f"`{op}` compares numbers, money and dates, and `{left.name}` is {called(left)}"
    return date_word_problem(left, op)


def date_word_problem(fact: FactType, op: str) -> Problem | None:
    """What is wrong with `before`, `after`, `within` ... after this fact: it is no date; None when it is one."""
    if fact.kind in (*DATES, "unknown") or (op not in DATE_WORDS and op != "within"):
        return None
    instead = f"; write {fact.name} {DATE_WORDS[op]} VALUE" if op in DATE_WORDS else ""
    return "type", f"`{op}` stands after a date, and `{fact.name}` is {called(fact)}{instead}"


def within_problem(fact: FactType, length: Duration) -> Problem | None:
    """What is wrong with `within LENGTH` after a fact: working time, or a fact that is no date; None when it fits."""
    if length.unit.startswith("working"):
        return "type", f"`within {length}`: working time is counted by deadlines; write days, weeks, months or years"
    return date_word_problem(fact, "within")


def anchor_problem(operand: Operand) -> str | None:
    """Why a deadline cannot be counted from an operand; None when it can."""
    base = operand.base if isinstance(operand, Shifted) else operand
    if isinstance(base, Clock):
        return f"a deadline counted from `{base}` moves on every day; write `within: DURATION`, or name a date"
    return None


def _family(fact: FactType) -> str:
    return _FAMILIES.get(fact.kind, fact.kind)
