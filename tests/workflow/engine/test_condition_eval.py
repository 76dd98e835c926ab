"""Conditions tested against facts: absent facts, money, dates, lists, three values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from formengine.workflow.definition.conditions import parse_condition
from formengine.workflow.engine.condition_eval import holds, is_empty

EUR5 = {"amount": 5, "currency": "EUR"}
USD5 = {"amount": "5.00", "currency": "USD"}


class _Guards:
    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2026, 3, 2, 10, tzinfo=UTC)

    def use(self, guard: str, options: Mapping[str, Any]) -> bool:
        return guard == "yes"

    def word(self, word: str, fact: object, value: object) -> bool:
        return str(fact).startswith(str(value))


def judged(condition: object, facts: dict[str, Any], now: datetime | None = None) -> bool | None:
    return holds(parse_condition(condition, ["begins with"]), facts, _Guards(now))


@pytest.mark.parametrize("empty", [None, "", [], {}])
@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("is a", False),
        ("is not a", True),
        ("is one of a, b", False),
        ("is empty", True),
        ("is not empty", False),
        ("over 1", False),
        ("under 1", False),
        ("at least 1", False),
        ("at most 1 EUR", False),
        ("contains a", False),
        ("has passed", False),
        ("has not passed", False),
        ("begins with a", False),
    ],
)
def test_an_absent_fact_makes_comparisons_false(words: str, verdict: bool, empty: object) -> None:
    """W4: all but `is empty` and `is not`."""
    assert judged(f"x {words}", {"x": empty}) is verdict
    assert judged(f"x {words}", {}) is verdict


@pytest.mark.parametrize("value", [0, False, "0", [0], 0.0])
def test_nought_and_no_are_values(value: object) -> None:
    assert not is_empty(value)
    assert judged("x is not empty", {"x": value}) is True


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("x over 4.99 EUR", True),
        ("x over 5 EUR", False),
        ("x at least 5 EUR", True),
        ("x at most 5 EUR", True),
        ("x under 5 EUR", False),
        ("x is 5 EUR", True),
        ("x is not 5 EUR", False),
        ("x is 6 EUR", False),
        ("x over 4 USD", None),
        ("x is 5 USD", None),
        ("x is not 5 USD", None),
        ("x is one of 5 USD, 5 EUR", True),
        ("x is one of 5 USD, 6 EUR", None),
    ],
)
def test_money_compares_within_one_currency(condition: str, verdict: bool | None) -> None:
    """W4: in another, a condition is undecided."""
    assert judged(condition, {"x": EUR5}) is verdict


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("x over 1 EUR and y is a", None),
        ("x over 1 EUR and y is b", False),
        ("x over 1 EUR or y is a", True),
        ("x over 1 EUR or y is b", None),
        (["x over 1 EUR", "y is a"], None),
        (["x over 1 EUR", {"use": "no"}], False),
        ("y is b or y is a and x over 1 EUR", None),
    ],
)
def test_undecided_unless_the_rest_decides(condition: object, verdict: bool | None) -> None:
    """W4: Kleene's three values."""
    assert judged(condition, {"x": USD5, "y": "a"}) is verdict


@pytest.mark.parametrize(
    ("condition", "fact", "verdict"),
    [
        ("x over 2026-03-01", "2026-03-02", True),
        ("x at most 2026-03-01", "2026-03-01", True),
        ("x is 2026-03-01", "2026-03-01", True),
        ("x is 2026-03-01", "2026-03-01T23:30:00+00:00", True),
        ("x over 2026-03-01", "2026-03-01T23:30:00+00:00", False),  # a day and a moment: compared as days
        ("x over 2026-03-01T10:00", "2026-03-01", False),
        ("x over 2026-03-01T10:00", "2026-03-01T11:00:00+00:00", True),
        ("x over 2026-03-01T10:00", "2026-03-01T09:59:00", False),
        ("x over 2026-03-01", "never", False),
        ("x is not 2026-03-01", "never", True),
    ],
)
def test_dates_compare_as_days_or_as_moments(condition: str, fact: str, verdict: bool) -> None:
    """W4."""
    assert judged(condition, {"x": fact}) is verdict


@pytest.mark.parametrize(
    ("fact", "now", "passed"),
    [
        ("2026-03-01", "2026-03-02T00:00+01:00", True),
        ("2026-03-02", "2026-03-02T23:59+01:00", False),  # the day is not over
        ("2026-03-02", "2026-03-03T00:30+01:00", True),  # over in Paris, not yet in London
        ("2026-03-02T10:00:00+01:00", "2026-03-02T10:00+01:00", True),
        ("2026-03-02T10:00:00+00:00", "2026-03-02T10:59+01:00", False),
        ("2026-03-02T10:00", "2026-03-02T09:59+01:00", False),
    ],
)
def test_a_date_has_passed_when_its_day_is_over(fact: str, now: str, passed: bool) -> None:
    """W4: in the calendar's zone; a date-time when its moment is there."""
    paris_time = datetime.fromisoformat(now).astimezone(ZoneInfo("Europe/Paris"))
    assert judged("x has passed", {"x": fact}, paris_time) is passed
    assert judged("x has not passed", {"x": fact}, paris_time) is not passed


@pytest.mark.parametrize(
    ("condition", "fact", "verdict"),
    [
        ("x contains b", ["a", "b"], True),
        ("x contains c", ["a", "b"], False),
        ("x contains 2", [1, 2], True),
        ("x contains PAY", "to be paid", False),
        ("x contains PAY", "repayment", True),
        ("x contains 12", "no. 12", True),
        ("x is one of a, b", "b", True),
        ("x is one of 1, 2", 2, True),
        ("x is one of a, b", "c", False),
        ("x is 3", 3.0, True),
        ("x is 3", "3", True),
        ("x is true", True, True),
        ("x is not true", False, True),
        ("x is 1", True, False),  # a yes is no number
        ("x is Acme", {"id": "o1", "name": "Acme"}, True),
        ("x is o1", {"id": "o1", "name": "Acme"}, True),
        ("x over 3", "three", False),
        ("x over 3", True, False),
        ("x over 3", "NaN", False),
        ("x begins with ab", "abc", True),
    ],
)
def test_words_numbers_and_lists(condition: str, fact: object, verdict: bool) -> None:
    """W4."""
    assert judged(condition, {"x": fact}) is verdict


def test_no_condition_holds() -> None:
    assert holds(None, {}, _Guards()) is True
