"""Selects the errors worth showing: of a `oneOf` or `anyOf`, only those of the branch that was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jsonschema import ValidationError

from formengine import json_pointer

BranchChoices = Mapping[tuple[str, str, int], int | None]
"""The branches chosen in a form: (pointer, "oneOf" or "anyOf", number of branches) -> index, None if none is yet."""


@dataclass(frozen=True)
class Violation:
    """A keyword that data do not meet: its name and value, the path to the data, the data there, and the schema."""

    path: tuple[str | int, ...]
    keyword: str
    value: Any
    instance: Any
    schema: Any

    @property
    def pointer(self) -> str:
        """The JSON Pointer into the data."""
        return json_pointer.join(self.path)


def relevant_violations(errors: Sequence[ValidationError], choices: BranchChoices) -> list[Violation]:
    """The relevant errors in the order of the data, each pointer and keyword once; no `choices` without a form."""
    violations: dict[tuple[str, str], Violation] = {}
    for error in errors:
        for violation in _relevant(error, choices):
            violations.setdefault((violation.pointer, violation.keyword), violation)
    return list(violations.values())


def _relevant(error: ValidationError, choices: BranchChoices) -> list[Violation]:
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    if keyword in ("oneOf", "anyOf") and error.context:
        return _of_branch(error, path, keyword, choices)
    if keyword in ("required", "dependentRequired", "propertyNames") or (
        keyword == "dependencies" and not error.context
    ):
        path = (*path, error.message)  # the name of the member: see keywords.py
    elif keyword == "None":
        keyword = "false"
    return [Violation(path, keyword, error.validator_value, error.instance, error.schema)]


def _of_branch(error: ValidationError, path: tuple[Any, ...], keyword: str, choices: BranchChoices) -> list[Violation]:
    whole = Violation(path, keyword, error.validator_value, error.instance, error.schema)
    branches = error.validator_value
    if all(isinstance(branch, dict) and ("const" in branch or "enum" in branch) for branch in branches):
        return [whole]
    key = (whole.pointer, keyword, len(branches))
    chosen = choices[key] if key in choices else _closest_branch(error)
    if chosen is None:
        return [whole]
    inner = [c for c in error.context or () if c.relative_schema_path and c.relative_schema_path[0] == chosen]
    return [violation for cause in inner for violation in _relevant(cause, choices)] or [whole]


def _closest_branch(error: ValidationError) -> int | None:
    """The index of the branch that the data most likely mean: the one whose errors lie deepest, then has fewest.

    None where the data are of another type than each branch asks for.
    """
    by_branch: dict[int, list[ValidationError]] = {}
    for cause in error.context or ():
        if cause.relative_schema_path:
            by_branch.setdefault(int(cause.relative_schema_path[0]), []).append(cause)
    right_type = {
        index: causes
        for index, causes in by_branch.items()
        if not any(cause.validator == "type" and not cause.relative_path for cause in causes)
    }
    if not right_type:
        return None
    depths = {index: max(len(cause.relative_path) for cause in causes) for index, causes in right_type.items()}
    return min(right_type, key=lambda index: (-depths[index], len(right_type[index])))
