"""Checks between answers that can never hold together, such as *a after b* and *b after a*: nobody could send the form.

Only what is plain is told: comparisons of the same two values, and of one value with what the author wrote out.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from formengine import json_pointer
from formengine.conditions.parser import DATE_WORDS, WITHOUT_VALUE, AllOf, Comparison, Money, is_operand
from formengine.forms.rules.answer_checks import AnswerCheck, AnswerChecks
from formengine.forms.rules.answer_facts import Problem
from formengine.forms.schema.form_finding import FormFinding

_LESS, _SAME, _MORE = -1, 0, 1
_ALLOWED: Final = {
    "over": {_MORE}, "under": {_LESS}, "at least": {_SAME, _MORE}, "at most": {_LESS, _SAME},
    "is": {_SAME}, "is not": {_LESS, _MORE},
}  # fmt: skip
"""How the left side of a comparison may stand to the right one, by its operator."""
_OPPOSITES: Final = {
    "is empty": "is not empty", "is not empty": "is empty", "has passed": "has not passed",
    "has not passed": "has passed",
}  # fmt: skip


def opposed_checks(checks: Sequence[AnswerCheck]) -> Iterator[Problem]:
    """The checks, by number, that others before them, or they themselves, contradict."""
    demands: dict[Hashable, _Demands] = {}
    for number, check in enumerate(checks):
        for comparison in _required(check):
            right = comparison.values[0] if comparison.values else None
            values = frozenset((comparison.subject, right)) if is_operand(right) else comparison.subject
            opposed = demands.setdefault((check.each, values), _Demands()).add(comparison)
            if opposed:
                yield ("checks", number, "when"), "contradiction", _message([*opposed, comparison])


def opposed_check_findings(checks: AnswerChecks) -> Iterator[FormFinding]:
    """The same as findings of a form."""
    for path, code, message in opposed_checks(checks.checks):
        yield FormFinding("rules", json_pointer.join(path), "error", code, message)


def _required(check: AnswerCheck) -> Iterator[Comparison]:
    """The comparisons that hold wherever the check does. `any of` rows says little of two rows together."""
    parts = check.condition.parts if isinstance(check.condition, AllOf) else (check.condition,)
    for part in parts:
        if isinstance(part, Comparison) and not part.of_plugin and part.quantifier != "any":
            yield part


@dataclass
class _Demands:
    """What checks demand of one value, or of two that they compare: a few comparisons, however many checks there are.

    `choices` are the values that all comparisons with one or several of them (`is`, `is one of`) leave, `narrowed` the
    comparisons that left them; `bounds` are the narrowest by operator and kind, `others` those without a value or
    between two calculated ones.
    """

    choices: list[Any] | None = None
    narrowed: list[Comparison] = field(default_factory=list)
    bounds: dict[tuple[str, Hashable], Comparison] = field(default_factory=dict)
    refused: dict[Any, Comparison] = field(default_factory=dict)
    others: dict[Comparison, None] = field(default_factory=dict)

    def add(self, comparison: Comparison) -> list[Comparison]:
        """The earlier comparisons that cannot hold together with one more; none where they can."""
        if comparison.op in WITHOUT_VALUE or is_operand(comparison.values[0]):
            opposed = [other for other in self.others if _is_opposed(other, comparison)][:1]
            self.others[comparison] = None
            return opposed
        if comparison.op in ("is", "is one of"):
            return self._add_choices(comparison)
        operator, kind = _operator(comparison), _kind(comparison.values[0])
        if operator not in _ALLOWED or (kind is None and operator != "is not"):
            return []
        return self._narrow(comparison) or self._add_bound(comparison, operator, kind)

    def _add_choices(self, comparison: Comparison) -> list[Comparison]:
        if self.choices is not None:
            return self._narrow(comparison)
        self.choices, self.narrowed = list(comparison.values), [comparison]
        for earlier in (*self.bounds.values(), *(self.refused[v] for v in comparison.values if v in self.refused)):
            if opposed := self._narrow(earlier):
                return [*opposed[1:], earlier]
        return []

    def _narrow(self, comparison: Comparison) -> list[Comparison]:
        """Takes out the choices that a comparison excludes: those that left none, where it takes the last."""
        if not self.choices:
            return []
        left = [value for value in self.choices if _accepts(comparison, value)]
        opposed = list(self.narrowed) if not left else []
        if len(left) < len(self.choices):
            self.choices = left
            self.narrowed.append(comparison)
        return opposed

    def _add_bound(self, comparison: Comparison, operator: str, kind: Hashable) -> list[Comparison]:
        value = comparison.values[0]
        if operator == "is not":
            self.refused.setdefault(value, comparison)
            return []
        known = self.bounds.get((operator, kind))
        if known is None or _accepts(known, value):
            self.bounds[operator, kind] = comparison
        opposites = ("under", "at most") if operator in ("over", "at least") else ("over", "at least")
        limits = [self.bounds[other, kind] for other in opposites if (other, kind) in self.bounds]
        return [limit for limit in limits if _is_beyond(comparison, limit)][:1]


def _operator(comparison: Comparison) -> str:
    """The operator in the words of numbers."""
    return DATE_WORDS.get(comparison.op, comparison.op)


def _kind(value: Any) -> Hashable:
    """What a literal can be compared with by size: others of its kind; None where it has no size."""
    if isinstance(value, Money):
        return value.currency
    if isinstance(value, Decimal):
        return Decimal
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return date if is_day else None


def _size(value: Any) -> Any:
    return value.amount if isinstance(value, Money) else value


def _accepts(comparison: Comparison, value: Any) -> bool:
    """Whether a value meets a comparison with literals; True where that cannot be told."""
    if comparison.op in ("is", "is one of"):
        return value in comparison.values
    if comparison.op == "is not":
        return bool(value != comparison.values[0])
    bound = comparison.values[0]
    if _kind(bound) is None or _kind(bound) != _kind(value):
        return True
    return (_size(value) > _size(bound)) - (_size(value) < _size(bound)) in _ALLOWED[_operator(comparison)]


def _is_beyond(comparison: Comparison, limit: Comparison) -> bool:
    """Whether no value meets two bounds, one from below and one from above."""
    return not _accepts(comparison, limit.values[0]) or not _accepts(limit, comparison.values[0])


def _is_opposed(first: Comparison, second: Comparison) -> bool:
    if not first.values or not second.values:
        return first.subject == second.subject and _OPPOSITES.get(first.op) == second.op
    sides: tuple[Any, Any] = (first.subject, first.values[0])
    allowed, others = (_ALLOWED.get(_operator(comparison), {_LESS, _SAME, _MORE}) for comparison in (first, second))
    if sides == (second.subject, second.values[0]):
        return not allowed & others
    return sides == (second.values[0], second.subject) and not allowed & {-sign for sign in others}


def _message(opposed: Sequence[Comparison]) -> str:
    texts = [f"`{_text(comparison)}`" for comparison in opposed]
    facts = {name for comparison in opposed for name in comparison.facts}
    answered = "the question" if len(facts) == 1 else "all that they compare"
    is_about_absence = opposed[-1].op in ("is empty", "is not empty")
    who = "nobody can" if is_about_absence else f"whoever answers {answered} cannot"
    both = "both" if len(texts) == 2 else "together"
    return (
        f"{', '.join(texts[:-1])} and {texts[-1]} never hold {both}: {who} send the form; "
        f"take one of them out, or turn it round"
    )


def _text(comparison: Comparison) -> str:
    values = ", ".join(map(str, comparison.values))
    return f"{comparison.subject} {comparison.op} {values}".strip()
