"""Keywords that say nothing of the answers of their field, such as `minimum` of a text, which holds nobody back, and
conditions that bring nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.kinds.builtin import KINDS
from formengine.forms.schema.words_meant import TYPE_NAMES
from formengine.json_schema import Path

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


def lone_conditions(path: Path, schema: Mapping[str, Any], document: Any) -> Iterator[tuple[str, str]]:
    """An `if` that brings nothing, and a `then` or `else` that nothing brings, each with a sentence that says what to
    write; one where each is an entry of a list. `path` is that of the schema in its document.

    Source: JSON Schema Core 10.2.2.1: `if` has no effect of its own.
    """
    brought = [keyword for keyword in ("then", "else") if keyword in schema]
    if "if" not in schema and brought and not _stands_behind_if(path, document):
        message = f"this `{brought[0]}` has no `if` beside it, so that it says nothing; write its `if` beside it"
        yield brought[0], message
    elif "if" in schema and not brought:
        following = _entry_after(path, document)
        apart = [keyword for keyword in ("then", "else") if keyword in following and "if" not in following]
        instead = "write what it asks for beside it, such as then: {required: [NAME]}"
        if apart:
            instead = f"its `{apart[0]}` is an entry of its own; put both in one entry, in YAML without a second dash"
        message = f"this `if` has no `then` or `else` beside it, so that it brings nothing; {instead}"
        yield "if", message


def _stands_behind_if(path: Path, document: Any) -> bool:
    """Whether a schema is an entry of a list, and the `if` that it belongs to is the one before."""
    before = _entry_after(path, document, by=-1)
    return "if" in before and not {"then", "else"} & before.keys()


def _entry_after(path: Path, document: Any, by: int = 1) -> Mapping[str, Any]:
    """The entry that stands behind a schema in its list, or before it; {} where there is none."""
    if not path or not isinstance(path[-1], int) or path[-1] + by < 0:
        return {}
    entry = json_pointer.resolve(document, json_pointer.join((*path[:-1], path[-1] + by)))
    return entry if isinstance(entry, Mapping) else {}


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
