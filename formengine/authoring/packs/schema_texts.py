"""Titles, descriptions and names of options of a JSON Schema in one language; its texts may be maps by language."""

from __future__ import annotations

from typing import Any, Final

from formengine.i18n import pick
from formengine.json_schema import map_subschemas
from formengine.source.yaml_cursor import LANGUAGE

TEXTS: Final = frozenset(("title", "description"))


def is_text_map(value: object) -> bool:
    """Whether a value is a text by language."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(k, str) and LANGUAGE.match(k) and isinstance(v, str) for k, v in value.items())
    )


def localised(schema: Any, language: str) -> Any:
    """A copy of a schema with its titles, descriptions and `enumNames` as plain strings of one language."""
    if not isinstance(schema, dict):
        return schema
    copy = map_subschemas(schema, lambda subschema: localised(subschema, language))
    if isinstance(copy.get("enumNames"), list):
        copy["enumNames"] = [plain_text(name, language) for name in copy["enumNames"]]
    return {key: plain_text(value, language) if key in TEXTS else value for key, value in copy.items()}


def plain_text(value: Any, language: str) -> Any:
    """A text in one language, as a string; any other value unchanged: the forms engine reports it."""
    if is_text_map(value):
        return pick(value, language)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return getattr(value, "text", None) or str(value)
    return value
