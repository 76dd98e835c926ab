"""The quick answer: jsonschema-rs answers first, and a yes of it counts; a no where it can have one reason only.

It is asked only where it was proved equal (the whole test suite runs both ways). A pattern is its own where it can mean
one thing only, else our function. Its yes to `multipleOf` holds; its no, of large numbers, is asked again of ours. Its
no to a schema that says nothing of numbers, formats and patterns holds: most conditions are such.
"""

from __future__ import annotations

import re
from typing import Any, Final

import jsonschema_rs

from formengine.forms.schema.dialect import subschemas
from formengine.forms.schema.ecma_regex import searcher
from formengine.forms.schema.formats import OWN

_REFUSED: Final = (
    "unevaluatedProperties",
    "unevaluatedItems",
    "$dynamicRef",
    "$id",
    "$anchor",
    "patternProperties",
    "contentMediaType",
    "contentEncoding",
    "dependencies",
)


_SURE: Final = {"type", "const", "enum", "properties", "required", "allOf", "anyOf", "oneOf", "not", "title"}
_MAPS: Final = ("properties", "$defs", "definitions", "dependentSchemas")


class _Pattern:
    def __init__(self, parent: Any, value: str, path: Any) -> None:
        self._search = searcher(value)

    def validate(self, instance: Any) -> None:
        if isinstance(instance, str) and not self._search(instance):
            raise ValueError("pattern")


class _MultipleOf:
    def __init__(self, parent: Any, value: float, path: Any) -> None:
        from formengine.forms.validation.validator import _exact

        self._exact, self._divisor = _exact, _exact(value)

    def validate(self, instance: Any) -> None:
        if (
            isinstance(instance, (int, float))
            and not isinstance(instance, bool)
            and self._exact(instance) % self._divisor
        ):
            raise ValueError("multipleOf")


_OURS: Final = {"x-formengine-pattern": _Pattern, "x-formengine-multiple": _MultipleOf}
_ESCAPED: Final = r"\\[d.\\/+*?()\[\]{}|^$]"
_TAME: Final = re.compile(
    rf"(?:[A-Za-z0-9 _@:;,'\"/#=<>!%&-]|{_ESCAPED}|[|^$)]|\((?:\?:)?|(?<!\()[*+?]|\{{\d+(?:,\d*)?\}}"
    rf"|\[\^?(?:[A-Za-z0-9 _.@:;,/#=+*()$]|{_ESCAPED}|(?<![-\[^])-(?!-))+\])*",
    re.ASCII,
)
"""Patterns that every engine reads alike: ASCII, no `.`, no `\\w`, no look-around, no back reference."""


class Swift:
    """A jsonschema-rs validator for a schema, or nothing where equality was not proved."""

    def __init__(self, schema: Any, dialect: str, registry: Any) -> None:
        self._valid: Any = None
        self._sure = _sure(schema)
        kinds = _kinds(schema, registry) if dialect == "2020-12" and isinstance(schema, dict) else {}
        if not all(_plain(one, kinds) for one in (schema, *kinds.values())):
            return
        validator = jsonschema_rs.Draft202012Validator if dialect == "2020-12" else jsonschema_rs.Draft7Validator
        try:
            self._valid = validator(
                _whole(schema, kinds),
                validate_formats=True,
                formats=OWN,
                ignore_unknown_formats=True,
                keywords=_OURS,
            ).is_valid
        except (ValueError, TypeError, OverflowError):
            self._valid = None

    def answer(self, data: Any) -> bool | None:
        """Whether data fits; None where that has to be asked of ours."""
        if self._valid is None:
            return None
        try:
            return True if self._valid(data) else False if self._sure else None
        except (ValueError, TypeError, OverflowError, RecursionError):
            return None


def _sure(schema: Any) -> bool:
    """Whether every engine says no to the same data: nothing is said of numbers, or by a reference."""
    if not isinstance(schema, dict) or not schema.keys() <= _SURE:
        return isinstance(schema, bool)
    named = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ())]
    types = schema.get("type", ())
    return (
        all(one is None or isinstance(one, (str, bool)) for one in named)
        and not {"number", "integer"} & {*([types] if isinstance(types, str) else types)}
        and all(_sure(one) for _, one in subschemas(schema))
    )


def _kinds(schema: Any, registry: Any) -> dict[str, Any]:
    """The field kinds that a schema refers to, and those that they refer to."""
    found: dict[str, Any] = {}
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        ref = one.get("$ref") if isinstance(one, dict) else None
        if isinstance(ref, str) and ref.startswith("formengine:") and ref in registry and ref not in found:
            found[ref] = registry.contents(ref)
            waiting.append(found[ref])
        waiting += [inside for _, inside in subschemas(one)]
    return found


def _whole(schema: Any, kinds: dict[str, Any]) -> Any:
    """The schema with its kinds under `$defs`, as one document."""
    renamed = _renamed(schema)
    if not kinds:
        return renamed
    bundled = {uri: _renamed(one) for uri, one in kinds.items()}
    return {**renamed, "$defs": {**renamed.get("$defs", {}), **bundled}}


def _plain(schema: Any, kinds: dict[str, Any]) -> bool:
    if not isinstance(schema, dict):
        return True
    if any(keyword in schema for keyword in _REFUSED) or (
        schema.get("$ref", "#")[:1] != "#" and schema["$ref"] not in kinds
    ):
        return False
    return all(_plain(one, kinds) for _, one in subschemas(schema))


def _renamed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_renamed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    copy: dict[str, Any] = {}
    inside = {steps[0] for steps, _ in subschemas(schema)}
    for key, value in schema.items():
        if key == "$ref" and value[:1] != "#":
            copy[key] = "#/$defs/" + value.replace("~", "~0").replace("/", "~1")
        elif key in inside and isinstance(value, dict) and key in _MAPS:
            copy[key] = {one: _renamed(each) for one, each in value.items()}
        elif key == "pattern" and not _TAME.fullmatch(value):
            copy["x-formengine-pattern"] = value
        else:
            copy[key] = _renamed(value) if key in inside else value
    if "multipleOf" in copy:
        divisor = copy.pop("multipleOf")
        either = {"anyOf": [{"multipleOf": divisor}, {"x-formengine-multiple": divisor}]}
        copy["allOf"] = [*copy.get("allOf", ()), either]
    return copy
