"""Explains why something is not JSON Schema: the first violation of its metaschema as a sentence for its author."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from jsonschema import Draft7Validator, Draft202012Validator, ValidationError

from formengine.source import did_you_mean

_TYPE_NAMES: Final = {
    "string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "object": "a map", "array": "a list",
}  # fmt: skip


def explain_invalid_schema(schema: Any, dialect: str) -> tuple[list[Any], str]:
    """The path into a schema that its metaschema refuses, and a sentence that says why."""
    metaschema = Draft7Validator if dialect == "draft-7" else Draft202012Validator
    error: ValidationError = next(metaschema(metaschema.META_SCHEMA).iter_errors(schema))
    while error.context:
        error = max(error.context, key=lambda cause: (len(cause.absolute_path), cause.validator == "enum"))
    path = list(error.absolute_path)
    name = next((step for step in reversed(path) if isinstance(step, str)), "the schema")
    writer = _WRITERS.get(str(error.validator))
    return path, f"{name} {writer(error) if writer else 'is not what JSON Schema allows there'}"


def _type(error: ValidationError) -> str:
    types = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    return "must be " + " or ".join(_TYPE_NAMES.get(name, name) for name in types)


def _enum(error: ValidationError) -> str:
    choices = [str(choice) for choice in error.validator_value]
    hint = did_you_mean(str(error.instance), choices)
    return f"may not be {json.dumps(error.instance, ensure_ascii=False):.60}{hint or '; write ' + ', '.join(choices)}"


_WRITERS: Final[dict[str, Callable[[ValidationError], str]]] = {
    "type": _type,
    "enum": _enum,
    "minimum": lambda error: f"must be {error.validator_value} or more",
    "exclusiveMinimum": lambda error: f"must be more than {error.validator_value}",
    "minItems": lambda error: "may not be empty",
    "uniqueItems": lambda error: "names something twice",
    "pattern": lambda error: f"may not be written {json.dumps(error.instance, ensure_ascii=False):.60}",
}
