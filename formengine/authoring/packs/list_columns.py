"""`columns:` of a request type: the answers that fill the columns of lists that are exported (P14).

The columns are the same for all request types, so that contracts of several kinds stand in one list: who the other
party is, when it ends, and which amount is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.packs.title_pattern import part_problem, schema_at, text_at
from formengine.conditions.fact_types import Kinds, describe
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor

COLUMNS: Final = ("counterparty", "ends_on", "amount")
_TAKEN: Final[Mapping[str, tuple[str, str]]] = {
    "ends_on": ("date", "a date (type: string, format: date)"),
    "amount": ("money", "an amount of money ($ref: formengine:money)"),
}
"""By column, the kind of values that it takes (`FactType.kind`), and how a field of that kind is written."""


def check_columns(cursor: YamlCursor, properties: Mapping[str, Any], form: Mapping[str, Any], kinds: Kinds) -> None:
    """The findings of `columns:`: unknown columns and fields, and fields of another kind. `kinds` are those of
    plugins.
    """
    for entry in cursor.mapping(*COLUMNS).entries():
        path = entry.value.split(".") if isinstance(entry.value, str) and entry.value else []
        if not path:
            entry.error("kind", f"{entry.name} takes the name of a field, such as {entry.name}: contract_{entry.name}")
        elif path[0] not in properties:
            hint = did_you_mean(path[0], properties) or "; name a field that is there"
            entry.error("unknown-field", f"{path[0]} is not a field of this form{hint}")
        elif problem := part_problem(path, form, kinds):
            entry.error("unknown-field", problem.replace("{", "").replace("}", ""))
        elif not _fits(entry.name, path, form, kinds):
            message = f"{entry.name} takes {_TAKEN[entry.name][1]}, and {entry.value} is none; name another field"
            entry.error("kind", message)


def _fits(column: str, path: Sequence[str], form: Mapping[str, Any], kinds: Kinds) -> bool:
    """Whether a path leads to a value of the kind that a column takes, as far as the form and plugins tell."""
    schema = schema_at(path, form, kinds)
    if schema is None or column not in _TAKEN:
        return True
    type_ = describe(path[-1], schema, form, kinds)
    return type_.kind == _TAKEN[column][0] or (type_.of_plugin and type_.kind == "unknown")


def column_text(request_type: RequestType, column: str, answers: Mapping[str, Any], language: str, zone: str) -> str:
    """What answers put into a column, as text; "" where the request type fills none."""
    path = request_type.columns.get(column)
    return text_at(answers, request_type.schema(language), path, language, zone) if path else ""


def column_date(request_type: RequestType, column: str, answers: Mapping[str, Any]) -> date | None:
    """The date that answers put into a column; None where there is none."""
    value = column_value(request_type, column, answers)
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def column_value(request_type: RequestType, column: str, answers: Mapping[str, Any]) -> Any:
    """The answer that fills a column, as it is stored; None where there is none."""
    path = request_type.columns.get(column)
    value: Any = answers if path else None
    for name in path.split(".") if path else ():
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
