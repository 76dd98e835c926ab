"""Check of a comparison of a fact with a literal; what is wrong says once what to write instead."""

from __future__ import annotations

from typing import Any

from formengine.conditions.durations import Duration
from formengine.conditions.fact_types import FactType
from formengine.conditions.hints import hint_for
from formengine.conditions.operand_checks import date_word_problem, within_problem
from formengine.conditions.parser import DATE_WORDS, Comparison, Money, is_operand, parse_condition
from formengine.conditions.suggestions import suggested_condition
from formengine.conditions.value_checks import mismatch
from formengine.source.number_meant import number_meant

Problem = tuple[str, str]
"""The code of a finding, and its sentence."""


def literal_problem(leaf: Comparison, fact: FactType, value: Any) -> Problem | None:
    """What is wrong with comparing a fact with one value of the right side that is no operand; None when it fits."""
    if isinstance(value, Duration):
        return within_problem(fact, value)
    problem = _problem(leaf.op, fact, value)
    if problem is None or ("did you mean" in problem[1] and "," not in str(value)):
        return problem
    instead = _instead(leaf, fact, value)
    # what to write instead of this very sentence takes the place of the advice for all sentences of its kind
    return (problem[0], f"{problem[1].partition('; ')[0]}; {instead}") if instead is not None else problem


def _problem(op: str, fact: FactType, value: Any) -> Problem | None:
    return date_word_problem(fact, op) or mismatch(fact, DATE_WORDS.get(op, op), value, op)


def _instead(leaf: Comparison, fact: FactType, value: Any) -> str | None:
    """What to write; None where the problem says it already, or nobody can tell."""
    if fact.kind == "number" and leaf.op not in DATE_WORDS and leaf.op != "contains":
        amount = str(value.amount) if isinstance(value, Money) else number_meant(str(value))
        if amount is not None:
            return f"write {leaf.fact} {leaf.op} {amount}"
    sentence = f"{leaf.fact} {leaf.op} {value}"
    suggested = suggested_condition(sentence)
    return hint_for(sentence) if suggested is None or _fits(suggested, fact) else None


def _fits(sentence: str, fact: FactType) -> bool:
    """Whether a sentence about a fact can be compared with it."""
    condition = parse_condition(sentence)
    if not isinstance(condition, Comparison):
        return True
    values = [value for value in condition.values if not isinstance(value, Duration) and not is_operand(value)]
    return not any(_problem(condition.op, fact, value) for value in values)
