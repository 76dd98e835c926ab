"""The two dialects, and where schemas lie inside schemas: one walk that every reader of a schema shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from formengine.errors import FormError

Schema = dict[str, Any] | bool
DIALECTS: Final = ("2020-12", "draft-7")
_ONE: Final = (
    "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else", "unevaluatedProperties",
    "unevaluatedItems", "additionalItems", "contentSchema",
)  # fmt: skip
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems", "items")
_MAPS: Final = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")


def dialect_of(schema: Any, asked: str) -> str:
    """The dialect a schema is in: what its `$schema` says, else what was asked for. Raises FormError."""
    said = schema.get("$schema") if isinstance(schema, dict) else None
    if isinstance(said, str):
        text = said.rstrip("#")
        if text.endswith("json-schema.org/draft-07/schema"):
            return "draft-7"
        if text.endswith("json-schema.org/draft/2020-12/schema"):
            return "2020-12"
        raise FormError("/$schema", f"{said} is not known here; write https://json-schema.org/draft/2020-12/schema")
    if asked not in DIALECTS:
        raise FormError("", f'the dialect {asked!r} is not known; say "2020-12" or "draft-7"')
    return "draft-7" if asked == "2020-12" and _lists_items(schema) else asked


def _lists_items(schema: Any) -> bool:
    """Whether a schema without `$schema` is written in draft 7's way: `items` as a list, which 2020-12 forbids."""
    if not isinstance(schema, dict):
        return False
    return isinstance(schema.get("items"), list) or any(_lists_items(one) for _, one in subschemas(schema))


def pointer(path: tuple[Any, ...] | list[Any]) -> str:
    """A JSON Pointer (RFC 6901).

    >>> pointer(["a/b", 0])
    '/a~1b/0'
    """
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def subschemas(schema: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The schemas directly inside one, each with its path (keyword, then name or number)."""
    if not isinstance(schema, dict):
        return
    for keyword in _ONE:
        if isinstance(schema.get(keyword), (dict, bool)):
            yield (keyword,), schema[keyword]
    for keyword in _LISTS:
        if isinstance(schema.get(keyword), list):
            for number, one in enumerate(schema[keyword]):
                yield (keyword, str(number)), one
    for keyword in _MAPS:
        if isinstance(schema.get(keyword), dict):
            for name, one in schema[keyword].items():
                if isinstance(one, (dict, bool)):
                    yield (keyword, name), one
