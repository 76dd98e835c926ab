"""Validates data against a JSON Schema: exact numbers, ECMA-262 patterns, asserted formats, no remote references.

`Validator` answers with FieldErrors in plain words. `SchemaChecker` below it gives every violation, for forms, and
evaluates conditions.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, Final

from referencing import Registry

from formengine.forms.kinds.builtin import KINDS
from formengine.forms.schema.checks import check_schema, registry_of
from formengine.forms.schema.json_values import require_json, require_tree
from formengine.forms.validation.evaluation_memo import memoise
from formengine.forms.validation.fast_check import (
    FAILURES,
    Accepts,
    compile_fast,
    fitting_types,
    is_rejection_exact,
    is_surely_json,
    is_surely_readable,
)
from formengine.forms.validation.field_error import FieldError
from formengine.forms.validation.keywords import non_finite_numbers
from formengine.forms.validation.messages import Messages, field_errors
from formengine.forms.validation.rejections import ErrorReader, UnknownPlaceError
from formengine.forms.validation.relevant_errors import relevant_violations
from formengine.forms.validation.schema_node import compile_schema
from formengine.forms.validation.violation import Violation
from formengine.i18n import require_locale


class SchemaChecker:
    """A schema compiled to check data: valid or not, and the violations. Threads may share it.

    `schema` is one of 2020-12, as `check_schema` converts it; `registry` holds what its references outside lead to.
    """

    def __init__(self, schema: Any, registry: Registry[Any]) -> None:
        self._root = compile_schema(schema, registry)
        self._memo = memoise(self._root)
        self._fast, self.accepts = compile_fast(self._root) if self._memo is None else (None, lambda data: False)
        """`accepts`: whether data certainly fit; where not, `is_valid` has to decide. Raises FAILURES."""
        self.fitting_types = fitting_types(self._root)
        self._rejects_exactly = is_rejection_exact(self._root)
        self._reader = ErrorReader(self._root)

    def is_valid(self, data: Any) -> bool:
        """Whether data fits the schema; False for data nested too deep to check. Raises TypeError for data that do not
        fit and are their own member."""
        try:
            if self.accepts(data):
                return True
            if self._rejects_exactly and self._fast is not None:
                return False
        except FAILURES:
            pass
        readable = is_surely_readable(data)
        if not readable:
            require_tree("the data", data)
        return not self.errors(data, readable=readable)

    def errors(self, data: Any, *, readable: bool = False) -> list[Violation]:
        """Every violation; for data nested too deep to check, one of the keyword "depth".

        `readable`: `is_surely_json` says that jsonschema-rs reads these data as they are, and names their places.
        """
        try:
            violations = self._read_errors(self._fast, data, readable) if self._fast is not None else None
            if violations is None:
                with self._memo.of(data) if self._memo is not None else nullcontext():
                    return [*self._root.errors(data, ()), *non_finite_numbers(data)]
            return violations
        except RecursionError:
            return [Violation((), "depth", None, None, True)]

    def _read_errors(self, fast: Any, data: Any, readable: bool) -> list[Violation] | None:
        """The violations where jsonschema-rs finds errors; None where it cannot read the data or name their places."""
        try:
            errors = list(fast.iter_errors(data))
            if errors and not (readable or is_surely_readable(data)):
                return None
            return self._reader.violations(errors, data)
        except (*FAILURES, UnknownPlaceError):
            return None


class Validator:
    """Validates JSON data without a form.

    `schema` is a JSON Schema (map or boolean); `dialect` is one of `DIALECTS` where `$schema` does not say;
    `kinds` maps the URI of a field kind to its schema. Raises FormError(pointer, message) for a schema it refuses.

    >>> Validator({"type": "number", "multipleOf": 0.01}).is_valid(19.99)
    True
    """

    def __init__(
        self, schema: Any, dialect: str = "2020-12", *, kinds: Mapping[str, Any] = KINDS, locale: str = "en"
    ) -> None:
        registry = registry_of(kinds)
        conversion = check_schema(schema, dialect, registry)
        self._checker = SchemaChecker(conversion.schema, registry)
        self.schema, self._locale = schema, require_locale(locale)
        self._messages: Messages = {}
        self.is_valid: Final = _judge(self._checker)
        """Whether data (any JSON value) fits. A function, not a method: to call one takes as long as to judge small
        data."""

    def errors(self, data: Any) -> list[FieldError]:
        """What is wrong with data (any JSON value): FieldErrors whose control_id is None; empty when it fits.

        Raises TypeError for a value that JSON does not have, such as a date.
        """
        surely = is_surely_json(data)
        if not surely:
            require_json(data)
        violations = self._checker.errors(data, readable=surely)
        return field_errors(relevant_violations(violations, {}), self._locale, self._messages)

    def __repr__(self) -> str:
        return f"<Validator {self.schema!s:.60}>"


def _judge(checker: SchemaChecker) -> Accepts:
    """A function that accepts what certainly fits, and decides on all else."""
    fitting, accepts, decide = checker.fitting_types, checker.accepts, checker.is_valid

    def is_valid(data: Any, /) -> bool:
        try:
            return accepts(data) or decide(data)
        except FAILURES:
            return decide(data)

    def is_valid_by_type(data: Any, /) -> bool:
        return type(data) in fitting or is_valid(data)

    return is_valid_by_type if fitting else is_valid
