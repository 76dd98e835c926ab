"""Look-up tables of a site (`config/lists/<id>.yaml` with `columns` and `rows`), and look-ups in them (W21).

`{lookup: approvers, where: {entity: {from: entity}, up_to: {at_least: {from: amount}}}, take: approver}`: the first row
that fits decides. Source: docs/reference/workflow-language.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from formengine.conditions.parser import Money, parse_value
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor

RANGES: Final = ("at_least", "at_most", "over", "under")
"""The words of `where` that compare the value of a row by size."""
FOLDER: Final = "config/lists/"


@dataclass(frozen=True)
class Table:
    """A look-up table: its columns, and the cells of each row; a cell that is None is empty, and fits everything."""

    id: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def cell(self, row: tuple[Any, ...], column: str) -> Any:
        """The cell of a row; None where the table has no such column."""
        return row[self.columns.index(column)] if column in self.columns else None


@dataclass(frozen=True)
class Criterion:
    """One column of `where`: its cell `is` a value, or is `at_least`, `at_most`, `over` or `under` it.

    The value is that of the fact `fact`, or else `value`.
    """

    column: str
    op: str
    fact: str | None = None
    value: Any = None


@dataclass(frozen=True)
class Lookup:
    """A look-up: the cell in the column `take` of the first row of `table` that all criteria fit."""

    table: str
    where: tuple[Criterion, ...]
    take: str


def is_table(value: object) -> bool:
    """Whether a file of `config/lists/` holds a table, rather than the choices of a field."""
    return isinstance(value, Mapping) and isinstance(value.get("columns"), list)


def is_lookup(value: object) -> bool:
    """Whether a value that a step gives is looked up."""
    return isinstance(value, Mapping) and "lookup" in value


def read_table(table_id: str, cursor: YamlCursor) -> Table:
    """A table as far as it can be read; what cannot becomes findings of the cursor."""
    top = cursor.mapping("columns", "rows")
    columns = tuple(entry.value for entry in top.at("columns").ids())
    if len(set(columns)) < len(columns):
        top.at("columns").error("columns", "two columns have the same name; give each its own")
    rows = [cells for row in top.at("rows").items() if (cells := _row(row, columns)) is not None]
    if not rows and not top.at("rows").value:
        top.error(
            "no-rows", "this table has no rows; write `rows:`, and a line for each: - [spending, cfo@example.com]"
        )
    return Table(table_id, columns, tuple(rows))


def _row(row: YamlCursor, columns: tuple[str, ...]) -> tuple[Any, ...] | None:
    cells = row.value
    if not isinstance(cells, list) or len(cells) != len(columns):
        count = len(cells) if isinstance(cells, list) else 1
        message = (
            f"a row has a value for each of the {len(columns)} columns ({', '.join(columns)}), and this has {count}"
        )
        row.error("row", message)
        return None
    if any(isinstance(cell, Mapping | list) for cell in cells):
        row.error("row", "a value of a row is a word, a number, a date, money (10000 EUR) or nothing (~)")
        return None
    return tuple(None if cell == "" else cell for cell in cells)


def parse_lookup(value: Mapping[str, Any]) -> Lookup:
    """A look-up from its YAML; raises ValueError with what to write instead.

    >>> parse_lookup({"lookup": "owners", "where": {"policy": {"from": "policy"}}, "take": "owner"})
    Lookup(table='owners', where=(Criterion(column='policy', op='is', fact='policy', value=None),), take='owner')
    """
    unknown = [key for key in value if key not in ("lookup", "where", "take")]
    if unknown:
        raise ValueError(f"a look-up has no `{unknown[0]}`{did_you_mean(unknown[0], ('lookup', 'where', 'take'))}")
    where, take = value.get("where"), value.get("take")
    if not isinstance(value["lookup"], str) or not isinstance(where, Mapping) or not where or not isinstance(take, str):
        raise ValueError("write {lookup: TABLE, where: {COLUMN: {from: FACT}}, take: COLUMN}")
    return Lookup(value["lookup"], tuple(_criterion(str(column), rule) for column, rule in where.items()), take)


def _criterion(column: str, rule: Any) -> Criterion:
    op = "is"
    if isinstance(rule, Mapping) and len(rule) == 1 and next(iter(rule)) in RANGES:
        op, rule = next(iter(rule.items()))
    if not isinstance(rule, Mapping | list | None):
        return Criterion(column, op, value=rule)
    if not isinstance(rule, Mapping) or set(rule) != {"from"} or not isinstance(rule["from"], str):
        raise ValueError(
            f"`{column}` takes {{from: FACT}}, a value, or one of {', '.join(RANGES)} with either: "
            f"{column}: {{at_least: {{from: amount}}}}"
        )
    return Criterion(column, op, fact=rule["from"])


def literal(cell: Any) -> Any:
    """A cell as it is compared: Money, a Decimal, a date, true or false; else its text."""
    return _parsed(cell) if isinstance(cell, str | int | float) and not isinstance(cell, bool) else cell


@lru_cache(maxsize=65536, typed=True)  # a role is looked up several times on a page, in every row
def _parsed(cell: str | float) -> Any:
    return parse_value(str(cell))


def plain(cell: Any) -> Any:
    """A cell as a fact holds it: an amount with its currency, and anything else as it is written."""
    value = literal(cell)
    return {"amount": str(value.amount), "currency": value.currency} if isinstance(value, Money) else cell
