"""Conditions of a form: whether the data at a place fit an `if` schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from formengine.forms.schema.checks import registry_of
from formengine.forms.schema.normalize import Normaliser
from formengine.forms.validation.validator import SchemaChecker


class FormConditions:
    """Evaluates conditions (`if` schemas) on data; each schema is compiled when first used."""

    def __init__(self, normaliser: Normaliser) -> None:
        self._normaliser, self._checkers = normaliser, dict[int, tuple[Any, Callable[[Any], bool]]]()
        self._registry = registry_of({})

    def hold(self, schema: Any, value: Any) -> bool:
        """Whether a value is valid under a normalised schema."""
        compiled = self._checkers.get(id(schema))
        if compiled is None:
            checker = SchemaChecker(self._normaliser.standalone(schema), self._registry)
            compiled = self._checkers[id(schema)] = (schema, checker.is_valid)
        return compiled[1](value)
