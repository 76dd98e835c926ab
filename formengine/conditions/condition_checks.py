"""Check of conditions and calculations on the answers of one form: what they read exists, and what they compare fits.

Workflows have a check of their own (`workflow.checks.facts`), because they know more facts than answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from formengine.conditions.condition_words import NO_WORDS, Words, word_problem
from formengine.conditions.fact_types import FactType, type_of
from formengine.conditions.literal_checks import literal_problem
from formengine.conditions.operand_checks import Problem, mismatch_of_operands, operand_problem
from formengine.conditions.operands import DocumentPresence, OfRows, Operand, SeatCount, facts_in
from formengine.conditions.parser import Comparison, Condition, comparisons, is_operand
from formengine.conditions.value_checks import DATES, called
from formengine.source import did_you_mean

Types = Mapping[str, FactType]


def condition_problems(condition: Condition, types: Types, words: Words = NO_WORDS) -> Iterator[Problem]:
    """What is wrong with each comparison of a condition on answers whose types are `types`; `words` are of plugins."""
    for leaf in comparisons(condition):
        if not isinstance(leaf, Comparison):
            yield "guard", "a plugin's guard asks about dossiers, and there is none yet; write a comparison of answers"
            continue
        problem = _comparison_problem(leaf, types, words)
        if problem is not None:
            yield problem


def calculation_problem(operand: Operand, types: Types) -> Problem | None:
    """What is wrong with a calculation from answers; None where its value can be told."""
    if isinstance(operand, SeatCount | DocumentPresence):
        return "unknown-fact", f"`{operand}` is known of a dossier, and there is none yet while the form is filled in"
    for name in facts_in(operand):
        if name not in types:
            return (
                "unknown-fact",
                f"`{name}` is not a field of this form{_in_rows(name, types) or did_you_mean(name, types)}",
            )
    return operand_problem(operand, types, type_of(operand, types))


def _in_rows(name: str, types: Types) -> str:
    """The end of a sentence that names the list whose rows have such a value; empty where none has."""
    lists = [known for known, type_ in types.items() if name in type_.columns]
    if not lists:
        return ""
    return f", but of the rows of {lists[0]}: write sum of {lists[0]}.{name}, or each: {lists[0]} in a check"


def result_problem(field: FactType, operand: Operand, types: Types) -> Problem | None:
    """What is wrong with giving the value of a calculation to a field; None where the field takes it."""
    problem = calculation_problem(operand, types)
    if problem is not None:
        return problem
    if isinstance(operand, OfRows) and operand.function in ("any", "every"):
        return "type", f"`{operand}` is a condition, and no value; write sum of, highest of or lowest of"
    value = type_of(operand, types)
    if value is None or "unknown" in (field.kind, value.kind):
        return None
    if field.schema.get("type") == "integer" and value.schema.get("type") == "number":
        return "type", f"`{operand}` may be a fraction, and `{field.name}` is a whole number; make it `type: number`"
    if field.kind == value.kind:
        return None
    return "type", f"`{field.name}` is {called(field)} and `{operand}` is {called(value)}"


def _comparison_problem(leaf: Comparison, types: Types, words: Words) -> Problem | None:
    problem = calculation_problem(leaf.subject, types)
    if problem is not None:
        return problem
    fact = type_of(leaf.subject, types)
    if fact is None:
        return None
    if leaf.op in ("has passed", "has not passed") and fact.kind not in (*DATES, "unknown"):
        return "type", f"`{leaf.op}` stands after a date, and `{leaf.fact}` is {called(fact)}"
    if leaf.of_plugin:  # it knows best what it compares with
        message = word_problem(words[leaf.op], leaf.fact, fact)
        return ("type", message) if message else None
    for value in leaf.values:
        problem = _value_problem(leaf, fact, value, types)
        if problem is not None:
            return problem
    return None


def _value_problem(leaf: Comparison, fact: FactType, value: Any, types: Types) -> Problem | None:
    """What is wrong with comparing a fact with one value of the right side."""
    if is_operand(value):
        problem = calculation_problem(value, types)
        other = type_of(value, types)
        return problem or (None if other is None else mismatch_of_operands(fact, leaf.op, other))
    return literal_problem(leaf, fact, value)
