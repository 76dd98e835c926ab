"""Check of look-ups: tables, columns and facts exist, cells fit them, and every row can be reached (W21)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from formengine.conditions.parser import Money
from formengine.conditions.value_checks import DATES, called, mismatch, mismatch_when_set
from formengine.source import Path, did_you_mean
from formengine.workflow.definition.model import FactType
from formengine.workflow.definition.tables import Criterion, Lookup, Table, literal, parse_lookup, plain
from formengine.workflow.engine.lookups import is_in_range

if TYPE_CHECKING:
    from formengine.workflow.checks.facts import FactChecker

_OPS = {"is": "is", "at_least": "at least", "at_most": "at most", "over": "over", "under": "under"}
_MOST_INDEXED: Final = 4
"""How many columns rows are found by; each doubles the number of keys that are tried."""


Resolve = Callable[[str, Path], FactType | None]
"""Gives the type of a fact that a path names; None, and a finding, for one that does not exist."""


def check_lookup(
    facts: FactChecker,
    value: Mapping[str, Any],
    path: Path,
    child: str | None,
    target: FactType | None = None,
    resolve: Resolve | None = None,
) -> None:
    """What is wrong with a look-up becomes findings; `target` is the field that takes its value.

    `resolve` finds the types of what `where` reads, where that is not facts alone.
    """
    cursor, tables = facts.cursor.at(*path), facts.workflow.tables
    try:
        lookup = parse_lookup(value)
    except ValueError as error:
        cursor.error("lookup", str(error))
        return
    if not facts.cursor.references.resolve(lookup.table, tables, (*path, "lookup"), "table", "table"):
        return
    table, is_sound = tables[lookup.table], True
    for column, key in [*((rule.column, ("where", rule.column)) for rule in lookup.where), (lookup.take, ("take",))]:
        if column not in table.columns:
            message = f"the table `{table.id}` has no column `{column}`{did_you_mean(column, table.columns)}"
            cursor.at(*key).error("unknown-column", message)
            is_sound = False
    for rule in lookup.where if is_sound else ():
        where = (*path, "where", rule.column)
        fact = None
        if rule.fact is not None:
            fact = resolve(rule.fact, where) if resolve is not None else facts.resolve(rule.fact, where, child)
        problem = _criterion_problem(table, rule, fact) if fact is not None else _value_problem(table, rule)
        if problem is not None:
            facts.cursor.at(*where).error("lookup", problem)
            is_sound = False
        elif fact is not None and (gap := gap_of_options(table, rule, list(fact.values))) is not None:
            facts.cursor.at(*where).warn("no-row", gap)
    if is_sound:
        _check_rows(cursor.at("lookup"), table, lookup)
        for number, cell in _cells(table, lookup.take) if target is not None else ():
            wrong = mismatch_when_set(target, plain(cell)) if target is not None else None
            if wrong is not None:
                cursor.at("take").error("lookup", f"row {number} of `{table.id}`: {wrong[1]}")
                break


def _cells(table: Table, column: str) -> Iterator[tuple[int, Any]]:
    """The cells of a column that hold something, with the number of their row, from 1."""
    return ((i, cell) for i, row in enumerate(table.rows, 1) if (cell := table.cell(row, column)) is not None)


def _criterion_problem(table: Table, rule: Criterion, fact: FactType) -> str | None:
    """The first cell of a column that the fact can never be compared with; None when all of them fit."""
    if rule.op != "is" and fact.kind not in ("number", "money", *DATES, "unknown"):
        return f"`{rule.op}` compares numbers, money and dates, and `{fact.name}` is {called(fact)}"
    if rule.op == "is" and fact.kind in ("list", "people", "files", "money"):
        return f"`{fact.name}` is {called(fact)}, and a row is found by a single value or by size"
    for number, cell in _cells(table, rule.column):
        problem = mismatch(fact, _OPS[rule.op], literal(cell))
        if problem is not None:
            return f"row {number} of `{table.id}`: {problem[1]}"
    return None


def _value_problem(table: Table, rule: Criterion) -> str | None:
    """What is wrong with a value written in place of a fact: `entity: entity` would find no row but the widest."""
    if rule.fact is not None:
        return None  # the fact does not exist, which is a finding of its own
    advice = f"for what the dossier says write `{rule.column}: {{from: {rule.value}}}`"
    if rule.op != "is":
        is_size = isinstance(literal(rule.value), Decimal | Money | date)
        advice = f"for what the dossier says write `{rule.column}: {{{rule.op}: {{from: {rule.value}}}}}`"
        return None if is_size else f"`{rule.op}` compares numbers, money and dates; {advice}"
    is_there = any(literal(cell) == literal(rule.value) for _, cell in _cells(table, rule.column))
    return None if is_there else f"no row of `{table.id}` has `{rule.value}` in its column `{rule.column}`; {advice}"


def gap_of_options(table: Table, rule: Criterion, options: list[Any]) -> str | None:
    """The sentence about values that no row is for; None where every value has one.

    `options` are the values of a choice; of a range, the highest (or lowest) bound has to be open.
    """
    cells = [table.cell(row, rule.column) for row in table.rows]
    if None in cells:
        return None
    end = "add rows, or one whose cell is empty (~), which fits everything; where no row fits, the value is absent"
    if rule.op == "is":
        missing = [str(option) for option in options if str(option) not in map(str, cells)]
        return f"no row of `{table.id}` is for {', '.join(missing)}; {end}" if missing else None
    beyond = "above the highest" if rule.op in ("at_least", "over") else "below the lowest"
    return f"no row of `{table.id}` is for what lies {beyond} `{rule.column}`; {end}"


def _check_rows(cursor: Any, table: Table, lookup: Lookup) -> None:
    """A warning for each row that an earlier one keeps from being reached, and for ranges that overlap."""
    earlier_rows = _earlier_rows(table, lookup)
    for later, row in enumerate(table.rows):
        for earlier in earlier_rows[later]:
            before = table.rows[earlier]
            if all(_covers(table, rule, before, row) for rule in lookup.where):
                message = (
                    f"row {later + 1} of `{table.id}` is never reached: whatever fits it fits row {earlier + 1} "
                    "before it; put it first, or delete it"
                )
                cursor.warn("unreachable-row", message)
                break
            if _overlap(table, lookup, before, row):
                message = f"rows {earlier + 1} and {later + 1} of `{table.id}` overlap; the first of them decides there"
                cursor.warn("overlapping-rows", message)


def _earlier_rows(table: Table, lookup: Lookup) -> list[list[int]]:
    """For each row the earlier ones that may fit what it fits: in the columns that equal a value, their cells are the
    same or empty. Comparing each row with all before it would take seconds for a thousand rows.
    """
    columns = [rule.column for rule in lookup.where if rule.op == "is"][:_MOST_INDEXED]
    rows_by_key: dict[tuple[Any, ...], list[int]] = {}
    earlier_rows = []
    for number, row in enumerate(table.rows):
        key = tuple(literal(table.cell(row, column)) for column in columns)
        as_wide = set(product(*({value, None} for value in key)))
        earlier_rows.append(sorted(earlier for wider in as_wide for earlier in rows_by_key.get(wider, ())))
        rows_by_key.setdefault(key, []).append(number)
    return earlier_rows


def _covers(table: Table, rule: Criterion, before: tuple[Any, ...], row: tuple[Any, ...]) -> bool:
    """Whether a cell fits every value that the cell of a later row fits."""
    first, second = table.cell(before, rule.column), table.cell(row, rule.column)
    if first is None:
        return True
    if second is None:
        return False
    first, second = literal(first), literal(second)
    if rule.op == "is":
        return bool(first == second)
    return is_in_range(first, "at_least" if rule.op in ("at_least", "over") else "at_most", second)


def _overlap(table: Table, lookup: Lookup, first: tuple[Any, ...], second: tuple[Any, ...]) -> bool:
    """Whether two rows with a lower and an upper bound each have values in common."""
    lower = next((rule for rule in lookup.where if rule.op in ("at_most", "under")), None)
    upper = next((rule for rule in lookup.where if rule.op in ("at_least", "over")), None)
    if lower is None or upper is None or lower.fact != upper.fact:
        return False
    same = (rule for rule in lookup.where if rule.op == "is")
    if any(table.cell(first, rule.column) != table.cell(second, rule.column) for rule in same):
        return False

    def begins_before_end_of(row: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        begin, end = table.cell(row, lower.column), table.cell(other, upper.column)
        return begin is None or end is None or is_in_range(literal(begin), "under", literal(end))

    return begins_before_end_of(first, second) and begins_before_end_of(second, first)
