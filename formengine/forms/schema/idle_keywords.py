"""Keywords that say nothing of the answers of their field, such as `minimum` of a text: the bound holds nobody back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.forms.kinds.builtin import KINDS
from formengine.forms.schema.words_meant import TYPE_NAMES

_NUMBERS: Final = ("number", "integer")
_TYPES_BY_KEYWORD: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), _NUMBERS),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), ("string",)),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), ("array",)),
    **dict.fromkeys(("minProperties", "maxProperties"), ("object",)),
}
_END_BY_TYPE: Final = {"string": "Length", "array": "Items", "number": "imum", "integer": "imum"}
"""How a keyword for the least or most of a type ends."""
_TYPES: Final = tuple(TYPE_NAMES)  # in which anything may be looked for, also a list that an author wrote
_DECIMAL: Final = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_COMPARED: Final = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "over",
    "exclusiveMaximum": "under",
}
_COMPARED_DATES: Final = {"minimum": "on or after", "maximum": "on or before"}


def idle_keywords(schema: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    """The keywords of a schema that speak of another type than its own, each with a sentence that says what to write;
    `name` is its property's. Nothing of a schema that does not say its type itself.
    """
    kind = KINDS.get(schema["$ref"]) if isinstance(schema.get("$ref"), str) else None
    declared = kind.get("type") if kind is not None else schema.get("type")
    types = [name for name in (declared if isinstance(declared, list) else [declared]) if name in _TYPES]
    for keyword, fitting in _TYPES_BY_KEYWORD.items() if types else ():
        if keyword in schema and not set(fitting) & set(types):
            subject = "an amount of money" if schema.get("$ref") == "formengine:money" else TYPE_NAMES[types[0]]
            yield keyword, f"{keyword} says nothing of {subject}; {_instead(keyword, schema, types[0], name)}"


def _instead(keyword: str, schema: Mapping[str, Any], type_: str, name: str) -> str:
    bound = schema[keyword]
    if schema.get("$ref") == "formengine:money" and keyword in _COMPARED:
        return f"write it among checks: {{when: {name} {_COMPARED[keyword]} {_amount(bound)}, says: ...}}"
    if schema.get("format") == "date" and keyword in _COMPARED_DATES:
        return f"write it among checks: {{when: {name} {_COMPARED_DATES[keyword]} 2026-01-31, says: ...}}"
    if keyword[:3] in ("min", "max") and type_ in _END_BY_TYPE:
        return f"write {keyword[:3]}{_END_BY_TYPE[type_]}"
    return "take it out"


def _amount(bound: Any) -> str:
    """A bound as an amount of money: in euros where it names no currency, an example where it is no number."""
    number, _, currency = str(bound).strip().partition(" ")
    if not isinstance(bound, str | int | float) or not _DECIMAL.fullmatch(number):
        return "100 EUR"
    return f"{number} {currency.strip() or 'EUR'}"
