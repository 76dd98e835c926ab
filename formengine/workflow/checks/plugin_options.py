"""Check of the options of plugins (`with:`): a finding names the mistyped key and the right one (X2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, ValidationError

from formengine.source import Path, closest, did_you_mean
from formengine.workflow.parser.cursor import WorkflowCursor


def check_options(
    cursor: WorkflowCursor, params: Mapping[str, Any] | None, options: Mapping[str, Any], path: Path
) -> None:
    """Validate the options of a plugin with its JSON Schema `params` (None: anything goes); `path` is theirs.

    Where the schema leaves further options open, one whose name is nearly that of a declared one is a finding too: an
    error where that one is required, else a warning.
    """
    if params is None:
        return
    try:
        errors = list(Draft202012Validator(params).iter_errors(dict(options)))
    except Exception as problem:  # the schema is a plugin's, and may be anything
        cursor.at(*path[:-1]).error("options", f"the plugin's own schema of its options cannot be used: {problem}")
        return
    required = set(params.get("required", ()))
    mistyped = {} if params.get("additionalProperties") is False else dict(_mistyped(params, options))
    for name, right in mistyped.items():
        severity = "error" if right in required else "warning"
        message = f'`{name}` is no option of this plugin; did you mean "{right}"?'
        cursor.at(*path, name).error("options", message, severity, at_key=True)  # type: ignore[arg-type]
    for error in errors:
        _report(cursor.at(*path, *error.absolute_path), error, set(mistyped.values()))


def _report(cursor: WorkflowCursor, error: ValidationError, intended: set[str]) -> None:
    """Findings of one error; `cursor` is at the value that it is about, `intended` are keys that mistyped ones mean."""
    declared = dict(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else {}
    if error.validator == "additionalProperties":
        for name in _unknown(error.schema, error.instance):
            message = f"`{name}` is no option of this plugin{did_you_mean(name, declared)}"
            cursor.at(name).error("options", message, at_key=True)
    elif error.validator == "required":
        unknown = [closest(name, declared) for name in _unknown(error.schema, error.instance)]
        for name in error.validator_value:
            if name not in error.instance and name not in unknown and name not in intended:
                cursor.error("options", f"the option `{name}` is missing; known are {', '.join(declared) or name}")
    else:
        keys = ".".join(map(str, error.absolute_path))
        name = f"`{keys}` does" if keys else "these options do"
        cursor.error("options", f"{name} not fit: {error.message}")


def _unknown(schema: Mapping[str, Any], options: Mapping[str, Any]) -> list[str]:
    """The names that a schema does not declare."""
    patterns = [re.compile(pattern) for pattern in schema.get("patternProperties", {})]
    declared = schema.get("properties", {})
    return [name for name in map(str, options) if name not in declared and not any(p.search(name) for p in patterns)]


def _mistyped(schema: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Undeclared names with the declared one, itself not given, that each is nearly."""
    missing = [name for name in schema.get("properties", {}) if name not in options]
    for name in _unknown(schema, options):
        right = closest(name, missing)
        if right is not None:
            yield name, right
