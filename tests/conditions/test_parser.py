"""Sentences read into trees."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from formengine.conditions.parser import (
    AllOf,
    AnyOf,
    Comparison,
    GuardUse,
    Money,
    comparisons,
    parse_condition,
    parse_value,
)


def _c(text: str) -> Comparison:
    condition = parse_condition(text)
    assert isinstance(condition, Comparison)
    return condition


@pytest.mark.parametrize(
    ("text", "op", "values"),
    [
        ("paper is ours", "is", ("ours",)),
        ("paper is not ours", "is not", ("ours",)),
        ("paper is one of ours, theirs", "is one of", ("ours", "theirs")),
        ("paper is empty", "is empty", ()),
        ("paper is not empty", "is not empty", ()),
        ("years over 3", "over", (Decimal(3),)),
        ("years under 3.5", "under", (Decimal("3.5"),)),
        ("years at least -1", "at least", (Decimal(-1),)),
        ("value at most 10000 EUR", "at most", (Money(Decimal(10000), "EUR"),)),
        ('note contains "and or"', "contains", ("and or",)),
        ("due_on has passed", "has passed", ()),
        ("due_on has not passed", "has not passed", ()),
        ("urgent is true", "is", (True,)),
        ("due_on over 2026-01-31", "over", (date(2026, 1, 31),)),
        ('note is "true"', "is", ("true",)),
        ("note is not_here", "is", ("not_here",)),
    ],
)
def test_each_comparison(text: str, op: str, values: tuple[object, ...]) -> None:
    """W4: the sentences of the language."""
    condition = _c(text)
    assert (condition.op, condition.values) == (op, values)


def test_and_binds_tighter_than_or() -> None:
    """W4."""
    condition = parse_condition("a is 1 or b is 2 and c is 3 or d is 4")
    assert condition == AnyOf((_c("a is 1"), AllOf((_c("b is 2"), _c("c is 3"))), _c("d is 4")))


def test_a_list_is_all_of_it() -> None:
    """W4: and its lines may be sentences with `or`, or guards."""
    condition = parse_condition(["a is 1 or b is 2", {"use": "free", "with": {"days": 3}}])
    assert condition == AllOf((AnyOf((_c("a is 1"), _c("b is 2"))), GuardUse("free", {"days": 3})))


def test_joining_words_inside_quotation_marks_join_nothing() -> None:
    """W4."""
    assert parse_condition('note is "this and that" and note is not "x, or y"') == AllOf(
        (_c('note is "this and that"'), _c('note is not "x, or y"'))
    )
    assert _c('note is one of "a, b", c').values == ("a, b", "c")


def test_words_of_plugins_are_read() -> None:
    """W4, X1."""
    assert parse_condition("note sounds like pay", ["sounds like"]) == Comparison("note", "sounds like", ("pay",))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "a condition is a sentence"),
        (3, "a condition is a sentence"),
        ("value", "is not a comparison"),
        ("Value is 3", "does not begin with the name of a fact"),
        ("value > 3", "is not a comparison"),
        ("value is", "lacks the value"),
        ("value is 1 and", "something is missing after `and`"),
        ("kind is one of a, b or", "something is missing after `or`"),
        ("paper is one of a,,b", "empty entry"),
        ("paper is empty now", "nothing may follow"),
        ({"use": 3}, "use: GUARD"),
        ({"use": "x", "with": 3}, "map of options"),
        ({"when": "x"}, "use: GUARD"),
        ("a.b is 3", "does not begin with the name of a fact"),
        ("__import__('os') is 3", "does not begin with the name of a fact"),
    ],
)
def test_what_is_no_sentence_says_what_to_write(source: object, words: str) -> None:
    """W4: never Python, never a dotted path."""
    with pytest.raises(ValueError, match=words):
        parse_condition(source)


@pytest.mark.parametrize("text", ["2026-02-30", "12:30", "FR", "1.2.3", "10000 eur", "1e5"])
def test_what_is_no_number_or_date_stays_a_word(text: str) -> None:
    assert parse_value(text) == text


def test_the_leaves_are_in_the_order_they_were_written() -> None:
    condition = parse_condition(["a is 1 or b is 2", {"use": "g"}, "c is 3"])
    assert [
        comparison.fact if isinstance(comparison, Comparison) else comparison.guard
        for comparison in comparisons(condition)
    ] == [
        "a",
        "b",
        "g",
        "c",
    ]
