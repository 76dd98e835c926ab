"""Checks between answers that can never both hold, such as *a after b* and *b after a*: nobody could send the form.

Only what is plain is told: two comparisons of the same two values.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Final

from formengine import json_pointer
from formengine.conditions.parser import DATE_WORDS, AllOf, Comparison
from formengine.forms.rules.answer_checks import AnswerCheck, AnswerChecks
from formengine.forms.rules.answer_facts import Problem
from formengine.forms.schema.form_finding import FormFinding

_LESS, _SAME, _MORE = -1, 0, 1
_ALLOWED: Final = {
    "over": {_MORE}, "under": {_LESS}, "at least": {_SAME, _MORE}, "at most": {_LESS, _SAME},
    "is": {_SAME}, "is not": {_LESS, _MORE},
}  # fmt: skip
"""How the left side of a comparison may stand to the right one, by its operator."""


def opposed_checks(checks: Sequence[AnswerCheck]) -> Iterator[Problem]:
    """The checks, by number, that another one before them, or they themselves, contradict."""
    earlier_by_values: dict[Hashable, dict[Comparison, None]] = {}  # without doubles: a few for each pair of values
    for number, check in enumerate(checks):
        for comparison in _required(check):
            values = check.each, frozenset((comparison.subject, comparison.values[0]))
            earlier = earlier_by_values.setdefault(values, {})
            opposed = next((other for other in earlier if _is_opposed(other, comparison)), None)
            if opposed is not None:
                yield ("checks", number, "when"), "contradiction", _message(opposed, comparison)
            earlier[comparison] = None


def opposed_check_findings(checks: AnswerChecks) -> Iterator[FormFinding]:
    """The same as findings of a form."""
    for path, code, message in opposed_checks(checks.checks):
        yield FormFinding("rules", json_pointer.join(path), "warning", code, message)


def _required(check: AnswerCheck) -> list[Comparison]:
    """The comparisons of two values that hold wherever the check does."""
    parts = check.condition.parts if isinstance(check.condition, AllOf) else (check.condition,)
    compared = (part for part in parts if isinstance(part, Comparison) and len(part.values) == 1 and _operator(part))
    return list(dict.fromkeys(compared))


def _operator(comparison: Comparison) -> str:
    """The operator in the words of numbers; "" for one that does not compare."""
    word = DATE_WORDS.get(comparison.op, comparison.op)
    return word if word in _ALLOWED and not comparison.of_plugin else ""


def _is_opposed(first: Comparison, second: Comparison) -> bool:
    sides: tuple[Any, Any] = (first.subject, first.values[0])
    allowed, others = _ALLOWED[_operator(first)], _ALLOWED[_operator(second)]
    if sides == (second.subject, second.values[0]):
        return not allowed & others
    return sides == (second.values[0], second.subject) and not allowed & {-sign for sign in others}


def _message(first: Comparison, second: Comparison) -> str:
    answered = "the question" if len({*first.facts, *second.facts}) == 1 else "all that they compare"
    return (
        f"`{_text(first)}` and `{_text(second)}` never hold both: whoever answers {answered} cannot send the form; "
        f"take one of them out, or turn it round"
    )


def _text(comparison: Comparison) -> str:
    return f"{comparison.subject} {comparison.op} {comparison.values[0]}"
