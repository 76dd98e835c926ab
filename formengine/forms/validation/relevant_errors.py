"""Selects the errors worth showing: of a `oneOf` or `anyOf`, only those of the branch that was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from formengine.forms.schema.ecma_regex import MAX_BACKTRACKED, is_too_long
from formengine.forms.schema.normalize import without_references
from formengine.forms.schema.shape import SchemaParts
from formengine.forms.validation.violation import Violation

_OF_A_RULE: Final = {"required", "title", "description", "$comment"}
BranchChoices = Mapping[tuple[str, str, int], Sequence[tuple[SchemaParts, int | None]]]
"""The branches chosen in a form: (pointer, "oneOf" or "anyOf", number of branches) -> of each such union there the
normalised branches, and the index of the chosen one, None if none is yet."""


def is_rule_on_answers(branches: Any) -> bool:
    """Whether the branches of a union say nothing but which properties are there (see `either_or`)."""
    return isinstance(branches, list) and all(
        isinstance(branch, dict) and branch.get("required") and branch.keys() <= _OF_A_RULE for branch in branches
    )


def rule_branches(whole: Violation) -> list[Any] | None:
    """The branches of a union where they are such a rule, with what they refer to in place of a reference where no
    branch is met; None for any other union.
    """
    branches = whole.value
    if is_rule_on_answers(branches):
        return list(branches)
    if not whole.branches or len(whole.branches) != len(branches):
        return None
    referred = [causes[0].schema if causes else None for _number, causes in sorted(whole.branches.items())]
    return referred if is_rule_on_answers(referred) else None


def relevant_violations(raw: Sequence[Violation], choices: BranchChoices) -> list[Violation]:
    """The relevant ones in the order of the data, each pointer and keyword once; no `choices` without a form.

    The path of a violation about a member leads to that member.
    """
    if len(raw) == 1 and not raw[0].branches:
        return [_at_its_place(raw[0])]
    violations: dict[tuple[object, str], Violation] = {}
    for whole in raw:
        if whole.branches:
            for violation in _of_branch(whole, choices):
                violations.setdefault((violation.path, violation.keyword), violation)
        else:
            violation = _at_its_place(whole)
            violations.setdefault((violation.path, violation.keyword), violation)
    return list(violations.values())


def _relevant(violation: Violation, choices: BranchChoices) -> list[Violation]:
    return _of_branch(violation, choices) if violation.branches else [_at_its_place(violation)]


def _at_its_place(violation: Violation) -> Violation:
    path, keyword, value, instance, schema, member, branches = violation
    if member is not None:
        return Violation((*path, member), keyword, value, instance, schema, member, branches)
    if keyword == "pattern" and isinstance(instance, str) and is_too_long(value, instance):
        return violation._replace(keyword="maxLength", value=MAX_BACKTRACKED)
    return violation


def _of_branch(whole: Violation, choices: BranchChoices) -> list[Violation]:
    branches = whole.value
    if _are_values(branches) or rule_branches(whole) is not None:
        return [whole]
    by_branch = {number: causes for number, causes in (whole.branches or {}).items() if branches[number] is not False}
    key = (whole.pointer, whole.keyword, len(branches)) if choices else None
    unions = choices.get(key, ()) if key is not None else ()
    chosen = _chosen_of(unions, branches) if unions else _closest_branch(whole, by_branch)
    if chosen is None:
        return [whole]
    return [violation for cause in by_branch.get(chosen, ()) for violation in _relevant(cause, choices)] or [whole]


def _chosen_of(unions: Sequence[tuple[SchemaParts, int | None]], branches: Sequence[Any]) -> int | None:
    """The branch chosen of the union with some branches, among those of one place that have as many."""
    if len(unions) > 1:
        wanted = [without_references(branch) for branch in branches]
        for normalised, chosen in unions:
            if [without_references(branch) for branch in normalised] == wanted:
                return chosen
    return unions[-1][1]


def _are_values(branches: Any) -> bool:
    return all(isinstance(branch, dict) and ("const" in branch or "enum" in branch) for branch in branches)


def _closest_branch(whole: Violation, by_branch: dict[int, list[Violation]]) -> int | None:
    """The index of the branch that the data most likely mean: the one whose errors lie deepest, then has fewest.

    None where the data are of another type than each branch asks for.
    """
    ranks: dict[int, tuple[int, int]] = {}
    for number, causes in by_branch.items():
        deepest = 0
        for cause in causes:
            if cause.keyword == "type" and cause.path == whole.path:
                break
            deepest = max(deepest, len(cause.path))
        else:
            ranks[number] = (-deepest, len(causes))
    return min(ranks, key=ranks.__getitem__) if ranks else None
