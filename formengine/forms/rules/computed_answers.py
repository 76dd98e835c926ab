"""Computed answers (`computed:`): values that the form works out from other answers, and nobody types (F17).

`total: sum of lines.amount` is shown as one types, kept with the answers, and never read from a post.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from formengine.conditions.calculation import UNDECIDED, as_json, value_of
from formengine.conditions.condition_checks import result_problem
from formengine.conditions.fact_types import type_of
from formengine.conditions.operands import OfRows, Operand, facts_in, parse_operand
from formengine.conditions.value_checks import DATES
from formengine.errors import FormError
from formengine.forms.rules.answer_facts import ClockOfForm, Problem, Types, readable
from formengine.json_pointer import join
from formengine.json_schema import IN_PLACE, Path, map_subschemas
from formengine.source import did_you_mean
from formengine.source.lookalikes import plain

_ROWS: Final = re.compile(r"(the )?(?:(count|total|sum) (?:of )?)?([a-z][a-z0-9_]*)(\.[a-z][a-z0-9_]*)?")
"""A list, or a value of its rows, with a function that there is not, or without one."""
_SHIFT: Final = re.compile(r"([a-z][a-z0-9_]*) (\+|-|plus|minus) ([a-z][a-z0-9_]*|\d+)(?: (days|weeks|months|years))?")
_PRODUCT: Final = re.compile(r"[\w)%] *[*×/÷%]|\btimes\b")
_NO_PRODUCTS: Final = "forms add up and shift dates, and do not multiply or divide; ask for the amount"
_EXAMPLE = "sum of lines.amount, or starts_on + 12 months"


class ComputedAnswers:
    """The calculations of a form, by property, each after those whose values it reads."""

    def __init__(self, calculations: Mapping[str, Operand], types: Types) -> None:
        self.calculations, self._types = calculations, types
        self._amounts = {name for name, operand in calculations.items() if _is_money(name, operand, types)}

    def __contains__(self, name: object) -> bool:
        return name in self.calculations

    def __iter__(self) -> Iterator[str]:
        """The names, in the order in which they are calculated."""
        return iter(self.calculations)

    def __bool__(self) -> bool:
        return bool(self.calculations)

    def value(self, name: str, answers: Mapping[str, Any], now: datetime) -> Any:
        """The value of a property as JSON, None where it cannot be told: an answer that it reads is absent, amounts
        are in several currencies, or there are none.
        """
        operand = self.calculations[name]
        facts = readable(answers, facts_in(operand), self._types)
        value = as_json(value_of(operand, facts, ClockOfForm(now)))
        if name in self._amounts and not isinstance(value, Mapping):
            return None
        return None if isinstance(value, float) and not math.isfinite(value) else value

    def mixed_amounts(self, answers: Any, now: datetime) -> dict[str, str]:
        """By property, the list whose amounts are in several currencies, so that the value cannot be told."""
        if not isinstance(answers, Mapping):
            return {}
        lists = {name: operand for name, operand in self.calculations.items() if isinstance(operand, OfRows)}
        facts = readable(answers, (operand.rows for operand in lists.values()), self._types)
        clock = ClockOfForm(now)
        return {name: rows.rows for name, rows in lists.items() if value_of(rows, facts, clock) is UNDECIDED}


def _is_money(name: str, operand: Operand, types: Types) -> bool:
    """Whether a calculation is one of amounts, by the type of its field or of what it reads."""
    value = type_of(operand, types)
    return "money" in (types[name].kind, value.kind if value is not None else None)


NO_CALCULATIONS: Final = ComputedAnswers({}, {})
"""Those of a form that has none."""


def read_computed(source: Any, types: Types) -> ComputedAnswers:
    """The calculations of the `computed` of a form's rules (None: none). Raises FormError for a mistake in them."""
    for path, _, message in computed_problems(source, types):
        raise FormError(join(path), message)
    return ComputedAnswers(_in_turn({name: _operand(text) for name, text in (source or {}).items()}), types)


def computed_problems(source: Any, types: Types) -> Iterator[Problem]:
    """What is wrong with the `computed` of a form: an unknown name, a type that does not fit, a circle."""
    if source is None:
        return
    if not isinstance(source, Mapping):
        yield ("computed",), "kind", f"computed takes a map: a field of the form, then {_EXAMPLE}"
        return
    operands: dict[str, Operand] = {}
    for name, text in source.items():
        path: Path = ("computed", name)
        field = types.get(name)
        if field is None:
            yield path, "unknown-field", _unknown(str(name), types)
            continue
        try:
            operands[name] = _operand(text, types)
        except ValueError as error:
            yield path, "computed", str(error)
            continue
        problem = result_problem(field, operands[name], types)
        if problem is not None:
            yield path, *problem
    circle = _circle(operands)
    if circle:
        message = f"{' → '.join(circle)}: these are computed from one another; let one of them be asked"
        yield ("computed", circle[0]), "circle", message


def _unknown(name: str, types: Types) -> str:
    """The sentence for a name that is no field; a field of a row is none that can be computed."""
    rows, dot, column = name.partition(".")
    if dot and rows in types and column in types[rows].columns:
        return f"{name} is a field of each row, and only those of the form itself are computed; ask for it in the rows"
    return f"{name} is not a field of this form{did_you_mean(name, types)}"


def _operand(text: Any, types: Types | None = None) -> Operand:
    """A calculation from its text; raises ValueError with what to write instead."""
    operand = parse_operand(plain(text)) if isinstance(text, str) else None
    if operand is None:
        if isinstance(text, str) and _PRODUCT.search(text):
            raise ValueError(f"{text} cannot be calculated: {_NO_PRODUCTS}")
        meant = _meant(text, types or {}) if isinstance(text, str) else None
        raise ValueError(f"{text} cannot be calculated; write {meant or f'for example {_EXAMPLE}'}")
    return operand


def _meant(text: str, types: Types) -> str | None:
    """What to write instead of a calculation that names no function, or no unit of time; None where nobody knows."""
    rows = _ROWS.fullmatch(text.strip())
    if rows and rows[3] in types and any(types[rows[3]].columns):
        function = "number" if rows[2] == "count" or rows[4] is None else "sum"
        return f"{function} of {rows[3]}{rows[4] or ''}"
    shift = _SHIFT.fullmatch(text.strip())
    if shift and shift[1] in types and types[shift[1]].kind in DATES:
        sign = {"plus": "+", "minus": "-"}.get(shift[2], shift[2])
        return f"{shift[1]} {sign} {shift[3]} {shift[4] or 'months'} (or days, weeks, years)"
    return None


def _in_turn(operands: Mapping[str, Operand]) -> dict[str, Operand]:
    """The calculations in an order in which each comes after those that it reads."""
    waiting, ordered = dict(operands), dict[str, Operand]()
    while waiting:
        name = next(name for name, operand in waiting.items() if not waiting.keys() & {*facts_in(operand)})
        ordered[name] = waiting.pop(name)
    return ordered


def _circle(operands: Mapping[str, Operand]) -> list[str]:
    """The names of a circle, the first one again at the end; empty where there is none."""
    reads = {name: [read for read in facts_in(operand) if read in operands] for name, operand in operands.items()}
    free: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        for read in reads[name] if name not in free else ():
            if circle := search(read, [*path, name]):
                return circle
        free.add(name)
        return []

    return next((circle for name in operands if (circle := search(name, []))), [])


def with_read_only(schema: Any, names: Any) -> Any:
    """A schema whose computed properties are read-only, have no default and are not required, because they are never
    missing; the same object where nothing changes.
    """
    if not names or not isinstance(schema, Mapping):
        return schema
    declared = {name for name, inner in _properties(schema).items() if name in names and isinstance(inner, dict)}
    changed = _marked(schema, names)
    rest = [name for name in names if name not in declared]
    return _in_branches(changed, rest) if rest else changed


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    value = schema.get("properties")
    return value if isinstance(value, Mapping) else {}


def _marked(schema: Mapping[str, Any], names: Any) -> Any:
    """The schema with its own properties of these names made read-only, and none of them required."""
    marked = {name: _read_only(inner) for name, inner in _properties(schema).items() if name in names}
    if any(inner is not _properties(schema)[name] for name, inner in marked.items()):
        schema = {**schema, "properties": {**_properties(schema), **marked}}
    required = schema.get("required")
    if isinstance(required, list) and any(name in names for name in required):
        schema = {**schema, "required": [name for name in required if name not in names]}
    return schema


def _in_branches(schema: Any, names: Any) -> Any:
    """The schema with the properties of these names made read-only in its branches and conditions."""

    def change(subschema: Any) -> Any:
        return _in_branches(_marked(subschema, names), names) if isinstance(subschema, dict) else subschema

    in_place = {key: value for key, value in schema.items() if key in IN_PLACE}
    return {**schema, **map_subschemas(in_place, change)} if in_place else schema


def _read_only(schema: Any) -> Any:
    if not isinstance(schema, dict) or (schema.get("readOnly") is True and "default" not in schema):
        return schema
    rest = {key: value for key, value in schema.items() if key != "default"}
    return {**rest, "readOnly": True}
