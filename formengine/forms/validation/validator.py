"""Validates data against a JSON Schema: exact numbers, ECMA-262 patterns, asserted formats, no remote references.

`Validator` answers with FieldErrors in plain words. `SchemaChecker` below it gives the raw errors of `jsonschema`, for
forms, and evaluates conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import ValidationError
from referencing import Registry

from formengine.forms.kinds.builtin import KINDS
from formengine.forms.schema.checks import check_schema, registry_of, with_document
from formengine.forms.schema.dialect import dialect_of
from formengine.forms.validation.fast_check import FastValidator
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.keywords import VALIDATOR_CLASSES, non_finite_numbers, translate_pattern_properties
from formengine.forms.validation.messages import field_errors
from formengine.forms.validation.relevant_errors import relevant_violations


class SchemaChecker:
    """A schema compiled to check data: valid or not, and the raw errors. Threads may share it.

    `schema` must have passed `check_schema`; `registry` holds what its references outside itself lead to.
    """

    def __init__(self, schema: Any, dialect: str, registry: Registry[Any]) -> None:
        translated = translate_pattern_properties(schema)
        documents, _ = with_document(registry, translated, dialect)
        self._fast = FastValidator(translated, dialect, registry)
        self._validator = VALIDATOR_CLASSES[dialect](translated, registry=documents, format_checker=self._fast)

    def is_valid(self, data: Any) -> bool:
        """Whether data fits the schema; False for data nested too deep to check."""
        verdict = self._fast.verdict(data)
        if verdict is not None:
            return verdict
        try:
            return bool(self._validator.is_valid(data)) and not any(non_finite_numbers(data))
        except RecursionError:
            return False

    def errors(self, data: Any) -> list[ValidationError]:
        """Every raw error; for data nested too deep to check, one error of the keyword "depth"."""
        if self._fast.verdict(data):
            return []
        try:
            return [*self._validator.iter_errors(data), *non_finite_numbers(data)]
        except RecursionError:
            return [ValidationError("depth", validator="depth", validator_value=None, instance=None, schema={})]


class Validator:
    """Validates JSON data without a form.

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
        check_schema(schema, self.dialect, registry)
        self._checker, self._locale = SchemaChecker(schema, self.dialect, registry), locale

    def errors(self, data: Any) -> list[FieldError]:
        """What is wrong with data (any JSON value): FieldErrors whose control_id is None; empty when it fits."""
        return field_errors(relevant_violations(self._checker.errors(data), {}), self._locale)

    def is_valid(self, data: Any) -> bool:
        """Whether data (any JSON value) fits."""
        return self._checker.is_valid(data)
