"""The errors worth showing: of a union, only those of the branch that was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import ValidationError

from formengine.forms.schema.dialect import pointer

Choices = Mapping[tuple[str, str, int], int | None]
"""What was chosen in a form: (pointer, "oneOf" or "anyOf", number of branches) -> branch, None when not chosen yet."""
_MEMBER = ("required", "dependentRequired", "dependencies", "propertyNames")


@dataclass(frozen=True)
class Problem:
    """One error before it is put into words: where, which keyword, its value in the schema, the data and the schema."""

    path: tuple[str | int, ...]
    keyword: str
    value: Any
    instance: Any
    schema: Any

    @property
    def pointer(self) -> str:
        """The JSON Pointer into the data."""
        return pointer(self.path)


def problems(errors: Sequence[ValidationError], choices: Choices) -> list[Problem]:
    """The relevant errors, each once, in the order of the data. `choices` is empty where there is no form."""
    found: dict[tuple[str, str], Problem] = {}
    for error in errors:
        for one in _relevant(error, choices):
            found.setdefault((one.pointer, one.keyword), one)
    return list(found.values())


def _relevant(error: ValidationError, choices: Choices) -> list[Problem]:
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    if keyword in ("oneOf", "anyOf") and error.context:
        return _branch(error, path, keyword, choices)
    if keyword in ("required", "dependentRequired", "propertyNames") or (
        keyword == "dependencies" and not error.context
    ):
        return [Problem((*path, error.message), keyword, error.validator_value, error.instance, error.schema)]
    if keyword == "None" or error.validator is None:
        keyword = "false"
    return [Problem(path, keyword, error.validator_value, error.instance, error.schema)]


def _branch(error: ValidationError, path: tuple[Any, ...], keyword: str, choices: Choices) -> list[Problem]:
    itself = Problem(path, keyword, error.validator_value, error.instance, error.schema)
    branches = error.validator_value
    if all(isinstance(one, dict) and ("const" in one or "enum" in one) for one in branches):
        return [itself]
    key = (pointer(path), keyword, len(branches))
    chosen = choices[key] if key in choices else _closest(error)
    if chosen is None:
        return [itself]
    inside = [one for one in error.context or () if one.relative_schema_path and one.relative_schema_path[0] == chosen]
    return [problem for one in inside for problem in _relevant(one, choices)] or [itself]


def _closest(error: ValidationError) -> int | None:
    """Without a form to ask: the branch whose errors lie deepest, then the one with the fewest."""
    by_branch: dict[int, list[ValidationError]] = {}
    for one in error.context or ():
        if one.relative_schema_path:
            by_branch.setdefault(int(one.relative_schema_path[0]), []).append(one)
    right_type = {
        number: ones
        for number, ones in by_branch.items()
        if not any(one.validator == "type" and not one.relative_path for one in ones)
    }
    if not right_type:
        return None
    return min(right_type, key=lambda n: (-max(len(one.relative_path) for one in right_type[n]), len(right_type[n])))
