"""The values that `is` and `contains` accept, as JSON Schema: what a form shows is what workflows and checks compare.

Where the schema of a field says which type its values have, a constant of that type is enough. Where it does not (a
kind of a plugin, several types, a party), each value is accepted that the evaluation of conditions takes for the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from formengine.authoring.packs.amount_bounds import amount_schema, decimal_schema
from formengine.conditions.calculation import number_of
from formengine.conditions.fact_types import describe, option_titled
from formengine.conditions.parser import Money, parse_value
from formengine.json_schema import choices_of
from formengine.source import did_you_mean

Schema = dict[str, Any]
_SEVERAL: Final = ("list", "people", "files")
_MAY_HAVE_TIME: Final = (
    "{name} may hold a date with a time, whose day depends on a time zone; write format: date in its schema, or "
    "compare it among checks: {{when: {name} is {value}, says: ...}}"
)


def equal_schema(value: Any, field: Mapping[str, Any], name: str) -> Schema:
    """A schema of the values of a field that a value in a condition means.

    Raises ValueError, with what to write, when the field cannot have it, and for a date and time, whose day depends on
    a time zone.
    """
    choices, text = choices_of(field), text_of(value)
    if choices:
        return _choice_schema(value, choices, field, name)
    kind = describe(name, field, {}).kind
    if kind == "boolean" and not isinstance(value, bool):
        raise ValueError(f"{name} is true or false; write {name} is true")
    if kind == "number" and not isinstance(value, Decimal):
        raise ValueError(f"{name} is a number and {text} is none")
    if kind == "date" and (not isinstance(value, date) or isinstance(value, datetime)):
        raise ValueError(f"{name} is a date; write it as 2026-01-31, not {text}")
    if kind == "date-time":
        raise ValueError(
            f"{name} is a date with a time, and its day depends on a time zone; ask for a date, or compare it among "
            f"checks: {{when: {name} is ..., says: ...}}"
        )
    if kind in _SEVERAL:
        raise ValueError(f"{name} has several entries; write {name} contains {text}")
    if kind in ("text", "date"):
        return {"const": text}
    return {"const": _json_value(value)} if kind in ("number", "boolean") else _same_in_any_type(value, name)


def contains_schema(value: Any, field: Mapping[str, Any], name: str) -> Schema:
    """A schema of the texts of a field that contain a value of a condition, in capitals or small letters, and of its
    lists that have it as an entry. Raises ValueError as `equal_schema`.
    """
    items, kind = field.get("items"), describe(name, field, {}).kind
    is_list = kind in _SEVERAL or isinstance(items, Mapping)
    has_text: Schema = {"type": "string", "pattern": "".join(map(_either_case, text_of(value)))}
    if not is_list and kind != "unknown":
        return has_text
    if isinstance(items, Mapping) and items:
        same = equal_schema(value, items, name)
    elif str(field.get("$ref", "")).endswith(":lines"):
        same = {"const": text_of(value)}
    else:
        same = _same_in_any_type(value, name)
    has_entry = {"type": "array", "contains": same}
    return has_entry if is_list else {"anyOf": [has_text, has_entry]}


def text_of(value: Any) -> str:
    """A value of a condition as one writes it."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _json_value(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def _choice_schema(value: Any, choices: list[Any], field: Mapping[str, Any], name: str) -> Schema:
    text = text_of(value)
    is_mixed = describe(name, field, {}).kind == "unknown"
    same = [
        choice
        for choice in choices
        if choice is value or text_of(choice) == text or _same_number(choice, value, is_mixed=is_mixed)
    ]
    if same:
        return {"const": same[0]} if len(same) == 1 else {"enum": same}
    titled = option_titled(describe(name, field, {}).values, text)
    if titled is not None:
        raise ValueError(f"{text} is the title of a choice of {name}; write its value: {text_of(titled)}")
    several = text.split(", ")
    if len(several) > 1 and {*several} <= {*map(text_of, choices)}:
        raise ValueError(f"{text} are several choices of {name}; write {name} is one of {text}")
    raise ValueError(f"{text} is not one of the choices of {name}{did_you_mean(text, map(text_of, choices))}")


def _same_number(choice: Any, value: Any, *, is_mixed: bool) -> bool:
    """Whether a choice is the number of a condition; among choices of several types, also in its decimal text."""
    is_number = is_mixed or not isinstance(choice, str)
    return is_number and isinstance(value, Decimal) and number_of(choice) == value


def _same_in_any_type(value: Any, name: str) -> Schema:
    """What the evaluation of conditions takes for the same as a value, in a field of any type or kind.

    Raises ValueError for a day: an answer with a time is on that day in one time zone, and not in another.
    """
    same = {"const": _json_value(value)}
    match value:
        case bool():
            return {"enum": [value, text_of(value)]}
        case Money():
            return amount_schema("is", value)
        case Decimal():
            return {"anyOf": [same, decimal_schema("is", value)]}
        case date():
            raise ValueError(_MAY_HAVE_TIME.format(name=name, value=value))
        case str():
            named = [{"properties": {key: same}, "required": [key]} for key in ("name", "id")]
            number = parse_value(value)
            is_plain = isinstance(number, Decimal) and text_of(_json_value(number)) == value
            written = {"enum": [value, _json_value(number)]} if is_plain else same
            return {"anyOf": [written, {"type": "object", "anyOf": named}]}
    return same


def _either_case(char: str) -> str:
    """A pattern for a character in capitals or small letters."""
    lower, upper = char.lower(), char.upper()
    if lower != upper and len(lower) == len(upper) == 1:
        return f"[{lower}{upper}]"
    return re.sub(r"[^\w\s]", r"\\\g<0>", char)
