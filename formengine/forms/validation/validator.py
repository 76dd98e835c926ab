"""The one judge: `jsonschema` made to agree with the specification, formats asserted, nothing ever fetched.

`Validator` answers with FieldErrors in plain words; `Judge` below it gives the raw errors, and answers conditions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from jsonschema import Draft7Validator, Draft202012Validator, ValidationError, validators
from referencing import Registry

from formengine.forms.kinds.builtin import KINDS
from formengine.forms.schema.checks import check_schema, registry_of, specification
from formengine.forms.schema.dialect import dialect_of, subschemas
from formengine.forms.schema.ecma_regex import searcher, translate
from formengine.forms.schema.formats import fits
from formengine.forms.validation.fast_check import Swift
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.messages import field_errors
from formengine.forms.validation.relevant_errors import problems

Errors = Iterator[ValidationError]


@lru_cache(maxsize=4096)
def _exact(number: float | int) -> Fraction:
    return Fraction(Decimal(repr(number)))


def _multiple_of(validator: Any, divisor: Any, instance: Any, schema: Any) -> Errors:
    if validator.is_type(instance, "number") and _exact(instance) % _exact(divisor):
        yield ValidationError("multipleOf")


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, str) and not searcher(pattern)(instance):
        yield ValidationError("pattern")


def _format(validator: Any, name: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, str) and not fits(name, instance):
        yield ValidationError("format")


def _required(validator: Any, required: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name in required:
            if name not in instance:
                yield ValidationError(name)


def _dependent_required(validator: Any, dependent: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name, needed in dependent.items():
            if name in instance:
                yield from (ValidationError(one) for one in needed if one not in instance)


def _dependencies(validator: Any, dependencies: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, dict):
        return
    for name, needed in dependencies.items():
        if name not in instance:
            continue
        if isinstance(needed, list):
            yield from (ValidationError(one) for one in needed if one not in instance)
        else:
            yield from validator.descend(instance, needed, schema_path=name)


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Errors:
    if not isinstance(instance, dict):
        return
    for name, one in properties.items():
        if name in instance:
            for error in validator.descend(instance[name], one, path=name, schema_path=name):
                if one is False:  # jsonschema does not say where this one stands
                    error.path.appendleft(name)
                    error.schema_path.appendleft(name)
                yield error


def _property_names(validator: Any, names: Any, instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for name in instance:
            if next(validator.descend(instance=name, schema=names), None):
                yield ValidationError(name)


class _Runnable(str):
    """A pattern as Python runs it, for `unevaluatedProperties` of `jsonschema`; `pattern` is the author's."""

    pattern: str


def _pattern_properties(validator: Any, patterns: dict[_Runnable, Any], instance: Any, schema: Any) -> Errors:
    if isinstance(instance, dict):
        for pattern, one in patterns.items():
            search = searcher(pattern.pattern)
            for name in filter(search, instance):
                yield from validator.descend(instance[name], one, path=name, schema_path=pattern)


def _additional_properties(validator: Any, additional: Any, instance: Any, schema: Any) -> Errors:
    """Each pattern by itself: `jsonschema` joins them, which changes what flags and back references mean."""
    if not isinstance(instance, dict):
        return
    patterns = [searcher(one.pattern) for one in schema.get("patternProperties", ())]
    declared = schema.get("properties", {})
    extras = [name for name in instance if name not in declared and not any(search(name) for search in patterns)]
    if additional is False and extras:
        yield ValidationError("additionalProperties")
    elif additional is not False:
        for name in extras:
            yield from validator.descend(instance[name], additional, path=name)


def _is_number(checker: Any, value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


_KEYWORDS: Final = {
    "additionalProperties": _additional_properties,
    "patternProperties": _pattern_properties,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "format": _format,
    "required": _required,
    "properties": _properties,
    "propertyNames": _property_names,
}
_CLASSES: Final[dict[str, Any]] = {
    "2020-12": validators.extend(
        Draft202012Validator,
        _KEYWORDS | {"dependentRequired": _dependent_required, "dependencies": _dependencies},
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number),
    ),
    "draft-7": validators.extend(
        Draft7Validator,
        _KEYWORDS | {"dependencies": _dependencies},
        type_checker=Draft7Validator.TYPE_CHECKER.redefine("number", _is_number),
    ),
}


def _endless(value: Any, path: tuple[str | int, ...]) -> Errors:
    """Numbers that are none in JSON (what Python makes of 1e400); jsonschema-rs never says yes to them."""
    if isinstance(value, float) and not math.isfinite(value):
        yield ValidationError("type", path=path, validator="type", validator_value="number", instance=value, schema={})
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from _endless(one, (*path, key))


def runnable(schema: Any) -> Any:
    """A copy of a schema whose `patternProperties` are written as Python runs them."""
    if isinstance(schema, list):
        return [runnable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    copy = dict(schema)
    for steps, one in subschemas(schema):
        if len(steps) == 1:
            copy[steps[0]] = runnable(one)
        elif isinstance(schema[steps[0]], list):
            copy[steps[0]] = [runnable(each) for each in schema[steps[0]]]
        else:
            holder = copy[steps[0]] if copy[steps[0]] is not schema[steps[0]] else dict(schema[steps[0]])
            holder[steps[1]] = runnable(one)
            copy[steps[0]] = holder
    if isinstance(copy.get("patternProperties"), dict):
        copy["patternProperties"] = _translated(copy["patternProperties"])
    return copy


def _translated(patterns: dict[str, Any]) -> dict[str, Any]:
    """`patternProperties` as Python runs them; two that come out the same are kept apart by an empty group."""
    found: dict[str, Any] = {}
    for pattern, one in patterns.items():
        text = translate(pattern)
        while text in found:
            text += "(?:)"
        key = _Runnable(text)
        key.pattern = pattern
        found[key] = one
    return found


class Judge:
    """The verdict of the specification on data: raw errors, and yes or no. Shared by threads; keeps no state.

    `schema` must have passed `check_schema`.
    """

    def __init__(self, schema: Any, dialect: str, registry: Registry[Any]) -> None:
        ready = runnable(schema)
        base = ready.get("$id", "") if isinstance(ready, dict) else ""
        known = registry.with_resource(base, specification(dialect).create_resource(ready))
        self._validator = _CLASSES[dialect](ready, registry=known)
        self._swift = Swift(ready, dialect, registry)

    def is_valid(self, data: Any) -> bool:
        """Whether data fits."""
        known = self._swift.answer(data)
        if known is not None:
            return known
        try:
            return bool(self._validator.is_valid(data)) and not any(_endless(data, ()))
        except RecursionError:
            return False

    def errors(self, data: Any) -> list[ValidationError]:
        """Every raw error; data nested too deep to be judged is one error."""
        if self._swift.answer(data):
            return []
        try:
            return [*self._validator.iter_errors(data), *_endless(data, ())]
        except RecursionError:
            return [ValidationError("depth", validator="depth", validator_value=None, instance=None, schema={})]


class Validator:
    """The judge alone: what the JSON Schema specification says of data, in plain words.

    `schema` is a JSON Schema (map or boolean); `dialect` is "2020-12" or "draft-7" where `$schema` does not say;
    `kinds` maps the URI of a field kind to its schema. Raises FormError(pointer, message) for a schema it refuses.

    >>> Validator({"type": "number", "multipleOf": 0.01}).is_valid(19.99)
    True
    """

    def __init__(
        self, schema: Any, dialect: str = "2020-12", *, kinds: Mapping[str, Any] = KINDS, locale: str = "en"
    ) -> None:
        self.dialect = dialect_of(schema, dialect)
        registry = registry_of(dict(kinds))
        check_schema(schema, self.dialect, registry, schema.get("$id", "") if isinstance(schema, dict) else "")
        self._judge, self._locale = Judge(schema, self.dialect, registry), locale

    def errors(self, data: Any) -> list[FieldError]:
        """What is wrong with data (any JSON value): FieldErrors whose control_id is None; empty when it fits."""
        return field_errors(problems(self._judge.errors(data), {}), self._locale)

    def is_valid(self, data: Any) -> bool:
        """Whether data (any JSON value) fits."""
        return self._judge.is_valid(data)
