"""Operands read from their text."""

from __future__ import annotations

import pytest

from formengine.conditions.durations import Duration, FactLength
from formengine.conditions.operands import (
    Clock,
    DocumentPresence,
    FactValue,
    OfRows,
    Operand,
    SeatCount,
    Shifted,
    parse_operand,
)
from formengine.conditions.parser import Comparison, parse_condition

YEAR = Duration(1, "years")


@pytest.mark.parametrize(
    ("text", "operand"),
    [
        ("end_date", FactValue("end_date")),
        ("today", Clock("today")),
        ("now", Clock("now")),
        ("today + 1 year", Shifted(Clock("today"), YEAR)),
        ("end_date - 1 year", Shifted(FactValue("end_date"), YEAR, -1)),
        ("end_date − 1 year", Shifted(FactValue("end_date"), YEAR, -1)),  # a minus sign, as typed in Word
        ("highest of powers.limit", OfRows("highest", "powers", "limit")),
        ("lowest of limits", OfRows("lowest", "limits")),
        ("number of powers", OfRows("number", "powers")),
        ("highest of hearings.day + 1 year", Shifted(OfRows("highest", "hearings", "day"), YEAR)),
        ("votes of board", SeatCount("votes", "board")),
        ("open seats of board", SeatCount("open seats", "board")),
        ("2026-01-31", None),
        ("10000 EUR", None),
        ("powers.limit", None),
        ("FR", None),
        ("end_date + twelve months", Shifted(FactValue("end_date"), FactLength("twelve", "months"))),
        ("starts_on - notice working day", Shifted(FactValue("starts_on"), FactLength("notice", "working days"), -1)),
        ("end_date + notice", None),
    ],
)
def test_each_operand(text: str, operand: Operand | None) -> None:
    """W21: sentences become values, and everything else stays what it is."""
    assert parse_operand(text) == operand


@pytest.mark.parametrize("text", ["end_date + 12 moons", "votes of board + 1 day", "today + 3 working weeks"])
def test_a_length_that_cannot_be_read_says_what_to_write(text: str) -> None:
    """W21."""
    with pytest.raises(ValueError, match=r"write for example|a time is added to a date|only hours and days"):
        parse_operand(text)


@pytest.mark.parametrize(
    ("text", "comparison"),
    [
        ("end_date after start_date", Comparison("end_date", "after", (FactValue("start_date"),))),
        ("end_date on or before today", Comparison("end_date", "on or before", (Clock("today"),))),
        ("credit at most amount", Comparison("credit", "at most", (FactValue("amount"),))),
        ("end_date within 3 months", Comparison("end_date", "within", (Duration(3, "months"),))),
        (
            "highest of powers.limit over credit",
            Comparison("highest of powers.limit", "over", (FactValue("credit"),), OfRows("highest", "powers", "limit")),
        ),
        (
            "document contract is not there",
            Comparison("document contract", "is not there", (), DocumentPresence("contract")),
        ),
    ],
)
def test_each_comparison_of_operands(text: str, comparison: Comparison) -> None:
    """W21."""
    assert parse_condition(text) == comparison


def test_on_or_before_is_no_alternative() -> None:
    """W21: the `or` in it joins nothing."""
    condition = parse_condition("a on or before today or b on or after now and c is 1")
    assert list(getattr(condition, "parts", ())) == [
        parse_condition("a on or before today"),
        parse_condition("b on or after now and c is 1"),
    ]


def test_what_stood_in_a_condition_before_is_read_as_before() -> None:
    """W21: a word after `is` is a word, facts may be called `sum` or `document`, plugins keep words."""
    assert parse_condition("place is there") == Comparison("place", "is", ("there",))
    assert parse_condition("due is today") == Comparison("due", "is", ("today",))
    assert parse_condition("sum over 3").op == "over"  # type: ignore[union-attr]
    assert parse_condition("document is contract") == Comparison("document", "is", ("contract",))
    assert parse_condition("note before tea", ["before"]) == Comparison("note", "before", ("tea",))
