"""Walking a JSON Schema as an author wrote it: where the schemas within it stand, and its texts in one language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from formengine.i18n import pick
from formengine.source import Path
from formengine.source.yaml_cursor import LANGUAGE

ONE: Final = frozenset(
    (
        "items", "additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties",
        "propertyNames", "contains", "not", "if", "then", "else", "contentSchema",
    )
)  # fmt: skip
MANY: Final = frozenset(("allOf", "anyOf", "oneOf", "prefixItems", "items"))
NAMED: Final = frozenset(
    ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies")
)
TEXTS: Final = frozenset(("title", "description"))


def subschemas(schema: Any) -> Iterator[tuple[Path, Any]]:
    """The schemas directly within one, each with its path from there."""
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key in NAMED and isinstance(value, dict):
            yield from (((key, name), one) for name, one in value.items())
        elif key in MANY and isinstance(value, list):
            yield from (((key, number), one) for number, one in enumerate(value))
        elif key in ONE and isinstance(value, dict | bool):
            yield (key,), value


def every_schema(schema: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A schema and all schemas within it that are maps, outermost first, with their paths."""
    if isinstance(schema, dict):
        yield path, schema
        for step, one in subschemas(schema):
            yield from every_schema(one, (*path, *step))


def is_text_map(value: object) -> bool:
    """Whether a value is a text by language."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(k, str) and LANGUAGE.match(k) and isinstance(v, str) for k, v in value.items())
    )


def localised(schema: Any, language: str) -> Any:
    """A copy of a schema with its titles and descriptions as plain strings of one language."""
    if isinstance(schema, list):
        return [localised(one, language) for one in schema]
    if not isinstance(schema, dict):
        return schema
    copy: dict[str, Any] = {}
    for key, value in schema.items():
        if key in TEXTS:
            copy[key] = plain_text(value, language)
        elif key in NAMED and isinstance(value, dict):
            copy[key] = {name: localised(one, language) for name, one in value.items()}
        elif key in MANY or key in ONE:
            copy[key] = localised(value, language)
        else:
            copy[key] = value
    return copy


def plain_text(value: Any, language: str) -> Any:
    """A text in one language, as a string; what is no text stays as it is, for the judge to name."""
    if is_text_map(value):
        return pick(value, language)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return getattr(value, "text", None) or str(value)
    return value
