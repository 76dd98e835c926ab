"""`columns:` of a request type: the answers that fill the columns of lists that are exported (P14).

The columns are the same for all request types, so that contracts of several kinds stand in one list: who the other
party is, when it ends, and which amount is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from formengine.authoring.packs.request_type import RequestType
from formengine.authoring.packs.title_pattern import part_problem, text_at
from formengine.conditions.fact_types import Kinds
from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor

COLUMNS: Final = ("counterparty", "ends_on", "amount")


def check_columns(cursor: YamlCursor, properties: Mapping[str, Any], form: Mapping[str, Any], kinds: Kinds) -> None:
    """The findings of `columns:`: unknown columns and fields, and fields of another kind. `kinds` are those of
    plugins.
    """
    for entry in cursor.mapping(*COLUMNS).entries():
        path = entry.value.split(".") if isinstance(entry.value, str) else []
        if not path:
            entry.error("kind", f"{entry.name} takes the name of a field, such as {entry.name}: contract_{entry.name}")
        elif path[0] not in properties:
            hint = did_you_mean(path[0], properties) or "; name a field that is there"
            entry.error("unknown-field", f"{path[0]} is not a field of this form{hint}")
        elif problem := part_problem(path, form, kinds):
            entry.error("unknown-field", problem.replace("{", "").replace("}", ""))
        elif len(path) == 1 and (unfit := _unfit(entry.name, properties[path[0]])):
            entry.error("kind", f"{entry.name} takes {unfit}, and {path[0]} is none; name another field")


def _unfit(column: str, schema: Any) -> str:
    """What a column takes that a field is not; "" where it fits."""
    known = schema if isinstance(schema, Mapping) else {}
    if column == "ends_on" and known.get("format") != "date":
        return "a date (type: string, format: date)"
    if column == "amount" and known.get("$ref") != "formengine:money":
        return "an amount of money ($ref: formengine:money)"
    return ""


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
