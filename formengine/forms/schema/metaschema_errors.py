"""Why something is no JSON Schema: the first thing that its metaschema forbids, as a sentence for its author."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from jsonschema import Draft7Validator, Draft202012Validator, ValidationError

from formengine.source import did_you_mean

_TYPES: Final = {
    "string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "object": "a map", "array": "a list",
}  # fmt: skip


def misspelt(schema: Any, dialect: str) -> tuple[list[Any], str]:
    """Where (steps into the schema) and why a schema is none; it is known to be none."""
    meta = Draft7Validator if dialect == "draft-7" else Draft202012Validator
    found: ValidationError = next(meta(meta.META_SCHEMA).iter_errors(schema))
    while found.context:
        found = max(found.context, key=lambda one: (len(one.absolute_path), one.validator == "enum"))
    where = list(found.absolute_path)
    name = next((one for one in reversed(where) if isinstance(one, str)), "the schema")
    writer = _WRITERS.get(str(found.validator))
    return where, f"{name} {writer(found) if writer else 'is not what JSON Schema allows there'}"


def _type(error: ValidationError) -> str:
    said = error.validator_value
    return "must be " + " or ".join(_TYPES.get(one, one) for one in ([said] if isinstance(said, str) else said))


def _enum(error: ValidationError) -> str:
    choices = [str(one) for one in error.validator_value]
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
