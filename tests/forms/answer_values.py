"""What is in the answers to a random form, value by value: to compare them, and to tell what nobody gave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from formengine import json_pointer
from formengine.json_schema import every_schema

EMPTY = {"null", '""', "{}", "[]", "false"}
"""What an empty control may mean."""


def names_of(pointer: str) -> tuple[str, ...]:
    """The property names in a pointer, without the numbers of rows."""
    return tuple(step for step in json_pointer.split(pointer) if not step.isdigit())


def leaves(data: Any, pointer: str = "") -> list[tuple[str, str]]:
    """The values without members, but for files, as (pointer, JSON)."""
    if isinstance(data, dict) and "sha256" in data:
        return []
    inside = list(data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ())
    if not inside:
        return [(pointer, json.dumps(data))]
    return [leaf for key, value in inside for leaf in leaves(value, pointer + json_pointer.join((str(key),)))]


def set_by_schema(schema: Any) -> set[str]:
    """The JSON of every constant, every only option and every default, and of what is in them."""
    texts: set[str] = set()
    for _, part in every_schema(schema):
        for value in [part[key] for key in ("const", "default") if key in part] + part.get("enum", []):
            if "default" in part or "const" in part or len(part.get("enum", ())) == 1:
                texts |= {json.dumps(value, sort_keys=True)} | {text for _, text in leaves(value)}
    return texts


def same(first: Any, second: Any) -> bool:
    """Whether two data are the same JSON."""
    return json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)


def lost(stored: Any, again: Any) -> set[tuple[str, str]]:
    """The values of some data that others do not have; an empty group or list is there where something is in it
    now."""
    kept = leaves(again)
    gone = set(leaves(stored)) - set(kept)
    return {
        (path, text)
        for path, text in gone
        if text not in ("{}", "[]") or not any(p.startswith(f"{path}/") for p, _ in kept)
    }


def empty_texts_and_rows(schema: Any, data: Any) -> Iterator[tuple[str, str]]:
    """The empty texts in some data, as (pointer, JSON), and the rows of lists in which nothing is: an empty control
    means none of these. Places of tuples are no rows, a row in which the schema leaves nothing open fills itself, and
    a branch or a type that is chosen is an answer.
    """
    parts = [part for _, part in every_schema(schema)]
    tuples = any("prefixItems" in part for part in parts)
    closed = any(part.get("type") == "null" or part.get("additionalProperties") is False for part in parts)
    chosen = any({"oneOf", "anyOf"} & part.keys() or len({*_types(part)} - {"null"}) > 1 for part in parts)
    for path, text in leaves(data):
        row = isinstance(json_pointer.resolve(data, json_pointer.parent(path)), list) if path else False
        if text == '""' or (row and text in ("null", "{}", "[]") and not (tuples or closed or chosen)):
            yield path, text


def _types(part: Any) -> list[str]:
    declared = part.get("type", [])
    return declared if isinstance(declared, list) else [declared]
