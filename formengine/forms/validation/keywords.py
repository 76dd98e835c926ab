"""JSON Schema keywords for the `jsonschema` library where its own implementation departs from the specification.

Numbers are compared as exact decimals, patterns are ECMA-262, formats are asserted, and errors of members that are
missing or misnamed carry the member's name as their message.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from jsonschema import Draft7Validator, Draft202012Validator, ValidationError, validators

from formengine.forms.schema.ecma_regex import compile_search, translate
from formengine.forms.schema.formats import matches_format
from formengine.json_schema import map_subschemas

Errors = Iterator[ValidationError]


def is_multiple(number: float, divisor: float) -> bool:
    """Whether a number is a multiple of another, both taken as the decimals that JSON writes.

    >>> is_multiple(19.99, 0.01)
    True
    """
    return not _exact(number) % _exact(divisor)


@lru_cache(maxsize=4096)
def _exact(number: float) -> Fraction:
    return Fraction(Decimal(repr(number)))


def non_finite_numbers(value: Any, path: tuple[str | int, ...] = ()) -> Errors:
    """A `type` error for each infinity and NaN, which JSON does not have (Python reads 1e400 as infinity)."""
    if isinstance(value, float) and not math.isfinite(value):
        yield ValidationError("type", path=path, validator="type", validator_value="number", instance=value, schema={})
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        if isinstance(member, float | dict | list):
            yield from non_finite_numbers(member, (*path, key))


def translate_pattern_properties(schema: Any) -> Any:
    """A copy of a schema whose `patternProperties` are written as Python's `re` takes them, at any depth."""
    if not isinstance(schema, dict):
        return schema
    copy = map_subschemas(schema, translate_pattern_properties)
    if isinstance(copy.get("patternProperties"), dict):
        copy["patternProperties"] = _translate_keys(copy["patternProperties"])
    return copy


class _TranslatedPattern(str):
    """A pattern as Python runs it, for the `unevaluatedProperties` of `jsonschema`; `pattern` is the author's."""

    pattern: str


def _translate_keys(schemas: dict[str, Any]) -> dict[str, Any]:
    """The map with its patterns translated; two with one translation are kept apart by an empty group."""
    translated: dict[str, Any] = {}
    for pattern, schema in schemas.items():
        text = translate(pattern)
        while text in translated:
            text += "(?:)"
        key = _TranslatedPattern(text)
        key.pattern = pattern
        translated[key] = schema
    return translated


def _multiple_of(validator: Any, divisor: Any, instance: Any, schema: Any) -> Errors:
    if validator.is_type(instance, "number") and not is_multiple(instance, divisor):
        yield ValidationError("multipleOf")


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, str) and not compile_search(pattern)(instance):
        yield ValidationError("pattern")


def _format(validator: Any, name: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, str) and not matches_format(name, instance):
        yield ValidationError("format")


def _required(validator: Any, required: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        yield from (ValidationError(name) for name in required if name not in instance)


def _dependent_required(validator: Any, dependent: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name, required in dependent.items():
            if name in instance:
                yield from _required(validator, required, instance, schema)


def _dependencies(validator: Any, dependencies: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, dict):
        return
    for name, dependency in dependencies.items():
        if name in instance and isinstance(dependency, list):
            yield from _required(validator, dependency, instance, schema)
        elif name in instance:
            yield from validator.descend(instance, dependency, schema_path=name)


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, dict):
        return
    for name, subschema in properties.items():
        if name in instance:
            for error in validator.descend(instance[name], subschema, path=name, schema_path=name):
                if subschema is False:  # jsonschema gives no path for the error of a `false` schema
                    error.path.appendleft(name)
                    error.schema_path.appendleft(name)
                yield error


def _property_names(validator: Any, names: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name in instance:
            if next(validator.descend(instance=name, schema=names), None):
                yield ValidationError(name)


def _pattern_properties(validator: Any, patterns: dict[_TranslatedPattern, Any], instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for pattern, subschema in patterns.items():
            search = compile_search(pattern.pattern)
            for name in filter(search, instance):
                yield from validator.descend(instance[name], subschema, path=name, schema_path=pattern)


def _additional_properties(validator: Any, additional: Any, instance: Any, schema: Any) -> Errors:
    """Tries each pattern by itself: `jsonschema` joins them, which changes what flags and back references mean."""
    if not isinstance(instance, dict):
        return
    searches = [compile_search(key.pattern) for key in schema.get("patternProperties", ())]
    declared = schema.get("properties", {})
    extras = [name for name in instance if name not in declared and not any(search(name) for search in searches)]
    if additional is False and extras:
        yield ValidationError("additionalProperties")
    elif additional is not False:
        for name in extras:
            yield from validator.descend(instance[name], additional, path=name)


def _is_number(checker: Any, value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _validator_class(parent: Any, keywords: dict[str, Any]) -> Any:
    """A validator class whose `format_checker`, if any, is a FastValidator: it skips the subschemas which that accepts.

    `jsonschema` hands the `format_checker` on to each validator that it derives; our own `format` has no use for it.
    """
    is_number = parent.TYPE_CHECKER.redefine("number", _is_number)
    validator_class = validators.extend(parent, keywords, type_checker=is_number)
    descend = validator_class.descend

    def descend_to_errors(self: Any, instance: Any, schema: Any, *path: Any, **options: Any) -> Errors:
        if self.format_checker is not None and self.format_checker.accepts(schema, instance):
            return iter(())
        return descend(self, instance, schema, *path, **options)  # type: ignore[no-any-return]

    validator_class.descend = descend_to_errors
    return validator_class


_KEYWORDS: Final = {
    "additionalProperties": _additional_properties,
    "patternProperties": _pattern_properties,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "format": _format,
    "required": _required,
    "dependencies": _dependencies,
    "properties": _properties,
    "propertyNames": _property_names,
}
VALIDATOR_CLASSES: Final[dict[str, Any]] = {
    "2020-12": _validator_class(Draft202012Validator, _KEYWORDS | {"dependentRequired": _dependent_required}),
    "draft-7": _validator_class(Draft7Validator, _KEYWORDS),
}
"""The validator class of `jsonschema` for each dialect."""
