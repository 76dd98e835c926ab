"""Walks a JSON Schema: the schemas directly within one, every schema in it, and copies of it with those changed.

The applicator keywords are those of JSON Schema 2020-12 (Core 10 and 11, Validation 8) and of draft 7.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

Path = tuple[str | int, ...]
SINGLE_KEYWORDS: Final = frozenset(
    (
        "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else",
        "unevaluatedProperties", "unevaluatedItems", "additionalItems", "contentSchema",
    )
)  # fmt: skip
"""Keywords whose value is a schema."""
LIST_KEYWORDS: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems", "items"))
"""Keywords whose value is a list of schemas."""
MAP_KEYWORDS: Final = frozenset(
    ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
)
"""Keywords whose value is a map of schemas (and, in `dependencies`, of lists of names)."""
ASSERTIONS: Final = frozenset(
    (
        "type", "enum", "const", "format", "pattern", "required", "dependentRequired",
        "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
        "minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties",
    )
)  # fmt: skip
"""Keywords that assert something by a value that is no schema (Validation 6 and 7)."""
ANNOTATIONS: Final = frozenset(
    (
        "title", "description", "default", "examples", "readOnly", "writeOnly", "deprecated",
        "contentMediaType", "contentEncoding", "enumNames", "discriminator",
    )
)  # fmt: skip
"""Keywords that assert nothing and that forms read (Validation 8 and 9; the last two are those of other tools)."""
KEYWORDS: Final = SINGLE_KEYWORDS | LIST_KEYWORDS | MAP_KEYWORDS | ASSERTIONS | ANNOTATIONS
"""The keywords that mean something in a form, without those that begin with $ or x-."""
IN_PLACE: Final = frozenset(
    ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies")
)
"""The in-place applicators (Core 10.2): their schemas speak of the same value as the schema that they are in."""
DECLARING: Final = IN_PLACE - {"if", "not"}
"""The in-place applicators whose schemas say what a value is like; `if` and `not` only compare it."""


def subschemas(schema: Any) -> Iterator[tuple[Path, Any]]:
    """The schemas directly within a schema, each with its path from there: a keyword, then a name or a number."""
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        if isinstance(value, dict | bool) and keyword in SINGLE_KEYWORDS:
            yield (keyword,), value
        elif isinstance(value, list) and keyword in LIST_KEYWORDS:
            for number, subschema in enumerate(value):
                yield (keyword, number), subschema
        elif isinstance(value, dict) and keyword in MAP_KEYWORDS:
            for name, subschema in value.items():
                if isinstance(subschema, dict | bool):
                    yield (keyword, name), subschema


def every_schema(schema: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A schema and all schemas within it that are maps, outermost first, with their paths."""
    if isinstance(schema, dict):
        yield path, schema
        for step, subschema in subschemas(schema):
            yield from every_schema(subschema, (*path, *step))


def in_place_schemas(
    schema: Any, path: Path = (), *, keywords: Collection[str] = IN_PLACE
) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A schema and the schemas within it that speak of the same value, outermost first, with their paths.

    `keywords`: the in-place applicators that are followed.
    """
    if isinstance(schema, dict):
        yield path, schema
        for step, subschema in subschemas(schema):
            if step[0] in keywords:
                yield from in_place_schemas(subschema, (*path, *step), keywords=keywords)


def map_subschemas(schema: dict[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """A copy of a schema in which `change` made the schemas directly within it anew."""
    copy = dict(schema)
    for keyword, value in schema.items():
        if isinstance(value, dict | bool) and keyword in SINGLE_KEYWORDS:
            copy[keyword] = change(value)
        elif isinstance(value, list) and keyword in LIST_KEYWORDS:
            copy[keyword] = [change(subschema) for subschema in value]
        elif isinstance(value, dict) and keyword in MAP_KEYWORDS:
            copy[keyword] = {
                name: change(subschema) if isinstance(subschema, dict | bool) else subschema
                for name, subschema in value.items()
            }
    return copy


def named_options(schema: Mapping[str, Any]) -> list[Any]:
    """The titles that `enumNames` (react-jsonschema-form) gives to the values of `enum`, in their order: texts or maps
    of texts by language, None where there is none.

    >>> named_options({"enum": ["fr", "de"], "enumNames": ["French"]})
    ['French', None]
    """
    names, values = schema.get("enumNames"), schema.get("enum")
    count = len(values) if isinstance(values, list) else 0
    titles = [name if isinstance(name, str | dict) else None for name in (names if isinstance(names, list) else ())]
    return [*titles[:count], *[None] * (count - len(titles))]


def choices_of(schema: Mapping[str, Any]) -> list[Any]:
    """The values of an enum, or of a oneOf or anyOf of constants; empty for any other schema."""
    if isinstance(schema.get("enum"), list):
        return list(schema["enum"])
    for key in ("oneOf", "anyOf"):
        options = schema.get(key)
        if isinstance(options, list) and options and all(isinstance(o, dict) and "const" in o for o in options):
            return [o["const"] for o in options]
    return []
