"""Conditions tested against facts: absent facts, money, dates, lists, three values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from formengine.conditions.evaluation import holds, is_empty
from formengine.conditions.parser import parse_condition

EUR5 = {"amount": 5, "currency": "EUR"}
USD5 = {"amount": "5.00", "currency": "USD"}


class _Guards:
    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2026, 3, 2, 10, tzinfo=UTC)

    def use(self, guard: str, options: Mapping[str, Any]) -> bool:
        return guard == "yes"

    def word(self, word: str, fact: object, value: object) -> bool:
        return str(fact).startswith(str(value))

    def count_seats(self, operand: object) -> int:
        return 2

    def has_document(self, name: str) -> bool:
        return name == "contract"


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


ROWS = {
    "powers": [
        {"limit": {"amount": "100.00", "currency": "EUR"}, "kind": "sale", "until": "2026-04-30"},
        {"limit": {"amount": "250.50", "currency": "EUR"}, "kind": "loan", "until": "2026-12-31"},
        {"kind": "lease"},
    ],
    "counts": [3, 4.5, 1],
    "mixed": [{"limit": EUR5}, {"limit": USD5}],
}


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("highest of powers.limit is 250.50 EUR", True),
        ("lowest of powers.limit is 100 EUR", True),
        ("sum of powers.limit is 350.50 EUR", True),
        ("sum of powers.limit over 350.50 EUR", False),
        ("number of powers is 3", True),
        ("lowest of powers.until before 2026-05-01", True),
        ("highest of powers.until - 8 months is 2026-04-30", True),  # 31 December: the last day of April
        ("any of powers.kind is loan", True),
        ("any of powers.kind is rent", False),
        ("every of powers.kind is one of sale, loan, lease", True),
        ("every of powers.limit over 99 EUR", True),  # the row without a limit does not count
        ("any of powers.limit is empty", True),
        ("every of powers.limit is not empty", False),
        ("highest of counts is 4.5", True),
        ("sum of counts is 8.5", True),
        ("any of counts under 2", True),
        ("highest of mixed.limit over 1 EUR", None),
        ("any of mixed.limit over 6 EUR", None),
        ("any of mixed.limit over 4 EUR", True),
        ("number of nothing is 0", True),
        ("sum of nothing.limit is 0", True),
        ("highest of nothing.limit over 0 EUR", False),
        ("any of nothing.kind is sale", False),
        ("every of nothing.kind is sale", False),
        ("every of nothing.kind is not sale", False),
    ],
)
def test_a_list_is_reckoned_over_its_rows(condition: str, verdict: bool | None) -> None:
    """W21: highest, lowest, sum and number of rows, any and every of them."""
    assert judged(condition, ROWS) is verdict


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("end after start", True),
        ("start after end", False),
        ("end on or before start + 12 months", True),
        ("end on or before start + 11 months", False),
        ("start before today", True),
        ("end within 1 year", True),
        ("end within 11 months", False),  # 2 February 2027, and the end is on the 28th
        ("start within 1 year", False),  # it is past
        ("today within 1 day", True),
        ("credit at most amount", True),
        ("amount at most credit", False),
        ("amount at most dollars", None),
        ("start + 1 month is 2026-03-28", True),
        ("today + 12 months after end", True),
        ("now after meeting", True),
        ("now + 2 hours after meeting + 3 hours", False),
        ("end after missing", False),
        ("missing after end", False),
        ("end is not empty and missing is empty", True),
    ],
)
def test_facts_are_compared_with_facts_and_with_the_clock(condition: str, verdict: bool | None) -> None:
    """W21: it is 2 March 2026, 10:00 UTC."""
    facts = {
        "start": "2026-02-28",
        "end": "2027-02-28",
        "credit": {"amount": "3", "currency": "EUR"},
        "amount": EUR5,
        "dollars": USD5,
        "meeting": "2026-03-02T09:00:00+00:00",
    }
    assert judged(condition, facts) is verdict


def test_today_is_the_day_of_the_calendar() -> None:
    """W21: half past midnight in Paris is the day before in London; a fact called today comes first."""
    night = datetime(2026, 3, 2, 23, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Paris"))
    assert judged("x after today", {"x": "2026-03-03"}, night) is False
    assert judged("x after today", {"x": "2026-03-03", "today": "2026-01-01"}, night) is True


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00"])
@pytest.mark.parametrize(
    "words",
    [
        "heard after now", "heard after today", "heard + 1 day after today", "heard - 3 hours before now",
        "heard has passed", "served after heard", "heard within 3 days", "heard + 1 month before heard",
    ],
)  # fmt: skip
def test_a_moment_that_no_year_holds_in_some_zone_is_none(words: str, moment: str, zone: str) -> None:
    """T8: what a client typed was an error of every page of the dossier."""
    facts = {"heard": moment, "served": "2026-03-01"}
    assert not judged(words, facts, datetime(2026, 3, 2, 10, tzinfo=ZoneInfo(zone)))
