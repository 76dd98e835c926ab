"""Explains why something is not JSON Schema: the first violation of its metaschema as a sentence for its author."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError

from formengine.forms.schema.words_meant import TYPE_NAMES, TYPES_MEANT
from formengine.source import did_you_mean, number_advice

_NAMES_IN_SCHEMA: Final = {**TYPE_NAMES, "object": "a map"}
"""What the values of keywords are called: a schema is written in maps and lists."""


def explain_invalid_schema(schema: Any) -> tuple[list[Any], str]:
    """The path into a schema that its metaschema refuses, and a sentence that says why."""
    metaschema = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    error: ValidationError | None = next(metaschema.iter_errors(schema), None)
    if error is None:  # a number that Python cannot write out
        return [], "the schema is not what JSON Schema allows"
    while error.context:
        error = max(error.context, key=lambda cause: (len(cause.absolute_path), cause.validator == "enum"))
    path = list(error.absolute_path)
    name = next((step for step in reversed(path) if isinstance(step, str)), "the schema")
    if name == "required" and isinstance(error.instance, bool):
        return path, _required_of_draft_3(path)
    if name in ("title", "description") and isinstance(error.instance, dict):
        return path, f"{name} must be a text, in the language of the form: make a form for each language"
    writer = _WRITERS.get(str(error.validator))
    return path, f"{name} {writer(error) if writer else 'is not what JSON Schema allows there'}"


def _required_of_draft_3(path: list[Any]) -> str:
    field = json.dumps(path[-2], ensure_ascii=False) if path[-3:-2] == ["properties"] else "the field"
    return f"required takes a list beside properties, and is no yes or no at a field; name {field} in that list"


def _type(error: ValidationError) -> str:
    types = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    if isinstance(error.instance, str) and error.instance.startswith("formengine:"):
        return f'takes a schema; write {{$ref: "{error.instance}"}}'
    advice = number_advice(error.instance) if {"number", "integer"} & set(types) else ""
    return "must be " + " or ".join(_NAMES_IN_SCHEMA.get(name, name) for name in types) + advice


def _enum(error: ValidationError) -> str:
    choices = [str(choice) for choice in error.validator_value]
    shown = f"may not be {json.dumps(error.instance, ensure_ascii=False):.60}"
    meant = TYPES_MEANT.get(str(error.instance).lower()) if "string" in choices else None
    if meant is not None:
        return f"{shown}; write {meant}"
    return f"{shown}{did_you_mean(str(error.instance), choices) or '; write ' + ', '.join(choices)}"


_WRITERS: Final[dict[str, Callable[[ValidationError], str]]] = {
    "type": _type,
    "enum": _enum,
    "minimum": lambda error: f"must be {error.validator_value} or more",
    "exclusiveMinimum": lambda error: f"must be more than {error.validator_value}",
    "minItems": lambda error: "may not be empty",
    "uniqueItems": lambda error: "names something twice",
    "pattern": lambda error: f"may not be written {json.dumps(error.instance, ensure_ascii=False):.60}",
}
