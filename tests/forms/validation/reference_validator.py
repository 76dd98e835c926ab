"""The validator with which the product's is compared: the `jsonschema` library with some keywords of our own.

Numbers are compared as exact decimals, patterns are ECMA-262, formats are asserted, and errors of members that are
missing or misnamed carry the member's name as their message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from jsonschema import Draft7Validator, Draft202012Validator, ValidationError, validators

from formengine.forms.kinds.builtin import KINDS
from formengine.forms.schema.checks import registry_of, with_document
from formengine.forms.schema.ecma_regex import compile_search, translate
from formengine.forms.schema.formats import matches_format
from formengine.forms.validation.keywords import is_multiple, is_number, non_finite_numbers
from formengine.forms.validation.violation import Violation
from formengine.json_schema import map_subschemas

Errors = Iterator[ValidationError]


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


def _validator_class(parent: Any, keywords: dict[str, Any]) -> Any:
    checker = parent.TYPE_CHECKER.redefine("number", lambda checker, value: is_number(value))
    return validators.extend(parent, keywords, type_checker=checker)


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


class ReferenceValidator:
    """A schema that has passed `check_schema`, as `SchemaChecker` takes it."""

    def __init__(self, schema: Any, dialect: str, kinds: Any = KINDS) -> None:
        translated = translate_pattern_properties(schema)
        documents, _ = with_document(registry_of(dict(kinds)), translated, dialect)
        self._validator = VALIDATOR_CLASSES[dialect](translated, registry=documents)

    def errors(self, data: Any) -> list[Violation]:
        """Every violation, in the order of `jsonschema`."""
        errors = [*map(_violation, self._validator.iter_errors(data))]
        return [*errors, *non_finite_numbers(data)]


def _violation(error: ValidationError) -> Violation:
    keyword = "false" if error.validator is None else str(error.validator)
    named = ("required", "dependentRequired", "propertyNames")
    is_named = keyword in named or (keyword == "dependencies" and not error.context)
    branches: dict[int, list[Violation]] | None = None
    if keyword in ("anyOf", "oneOf") and error.context:
        branches = {
            number: [_violation(cause) for cause in error.context if not cause.relative_schema_path][:1]
            if branch is False
            else []
            for number, branch in enumerate(error.validator_value)
        }
        for cause in error.context:
            if cause.relative_schema_path:
                branches[int(cause.relative_schema_path[0])].append(_violation(cause))
    path = tuple(error.absolute_path)
    value = None if keyword == "false" else error.validator_value
    return Violation(path, keyword, value, error.instance, error.schema, error.message if is_named else None, branches)


def plain(violations: Any) -> list[Any]:
    """What of violations must be the same: all but the schemas, which one of the two copies."""
    return [
        (*violation[:2], repr(violation.instance), violation.member, _plain_branches(violation.branches))
        for violation in violations
    ]


def _plain_branches(branches: Any) -> Any:
    return {number: plain(causes) for number, causes in branches.items()} if branches else None
