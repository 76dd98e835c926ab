"""Milestones: amounts that follow from percentages, sums, lateness, bars (P26, D9)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from formengine.services.dossiers.children import ChildView
from formengine.services.dossiers.milestones import Milestone, chart, contract_value, milestone, sums

TODAY, PARIS = date(2026, 11, 29), ZoneInfo("Europe/Paris")
VALUE = (Decimal(200000), "EUR")


def made(number: int = 1, *, category: str = "open", opened: datetime | None = None, **values: Any) -> Milestone:
    child = ChildView(
        kind="milestone", number=number, title="Delivery", state="open", state_title="Open", fields=[], values=values,
        visible=True, buttons=[], ended=category in ("done", "cancelled"), category=category,
        opened_at=opened or datetime(2026, 11, 1, 9, tzinfo=UTC),
    )  # fmt: skip
    return milestone(child, VALUE, "en", TODAY)


def money(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def test_a_percentage_is_of_the_contracts_value() -> None:
    """D9: rounded to the currency’s decimals; an amount of its own comes first."""
    assert (made(percentage=33.33).amount, made(percentage=33.33).is_computed) == ("€66,660.00", True)
    assert (made(percentage=10, amount=money("5000")).amount) == "€5,000.00"
    yen = milestone(made(percentage=12.5).child, (Decimal(1001), "JPY"), "en", TODAY)
    assert yen.amount == "JPY\xa0125"
    assert milestone(made(percentage=10).child, None, "en", TODAY).amount == ""


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        ({"contract_value": money("100"), "amount": money("1")}, (Decimal(100), "EUR")),
        ({"contract_value": "much", "amount": money("1", "USD")}, (Decimal(1), "USD")),
        ({"value": {"amount": "x", "currency": "EUR"}}, None),
        ({}, None),
    ],
)
def test_the_contracts_value_is_a_fact(facts: dict[str, Any], value: object) -> None:
    """D9."""
    assert contract_value(facts) == value


def test_sums_are_of_what_is_to_be_paid() -> None:
    """D9: by currency; cancelled ones and those without payment do not count."""
    rows = [
        made(1, amount=money("50000"), money="paid"),
        made(2, percentage=25, money="partly_paid"),
        made(3, amount=money("9"), money="not_applicable"),
        made(4, amount=money("9"), category="cancelled"),
        made(5, amount=money("70", "USD")),
    ]
    euro, dollar = sums(rows, VALUE, "en")
    assert (euro.planned, euro.paid, euro.unpaid, euro.share) == (
        "€100,000.00", "€50,000.00", "€50,000.00", 50,
    )  # fmt: skip
    assert (dollar.planned, dollar.share) == ("USD\xa070.00", None)


def test_what_is_due_and_not_done_is_late() -> None:
    """D9: from the day after, and not once it has ended."""
    assert made(due="2026-11-28").is_late
    assert not made(due="2026-11-29").is_late
    assert not made(due="2026-11-28", category="done").is_late
    assert not made(due="soon").is_late
    assert not made().is_late


def test_bars_run_from_the_day_it_was_added_to_the_day_it_is_due() -> None:
    """D9: on one axis, what is overdue up to today; nothing to draw without a date."""
    assert chart([made()], TODAY, PARIS) is None
    late, ahead = made(1, due="2026-11-11"), made(2, due="2027-02-08")
    drawn = chart([late, ahead], TODAY, PARIS)
    assert drawn is not None
    first, second = drawn.bars
    assert (first.start, first.width, first.overrun) == (0, 110, 180)
    assert (second.start, second.start + second.width, second.overrun) == (0, 1000, 0)
    assert drawn.today == 280
    assert [day for _at, day in drawn.marks] == [date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1)]
    early = chart([made(3, due="2026-10-01")], TODAY, PARIS)  # due before it was added
    assert early is not None
    assert early.bars[0].start == 0
    assert early.bars[0].width > 0


def test_a_long_plan_names_few_dates() -> None:
    """D9: ten years on one axis."""
    drawn = chart([made(due="2036-11-01")], TODAY, PARIS)
    assert drawn is not None
    assert 3 <= len(drawn.marks) <= 7


@pytest.mark.parametrize("due", ["9999-12-31", "0001-01-01"])
def test_a_mistyped_year_leaves_the_rest_of_the_plan(due: str) -> None:
    """D9: the first and the last day that there are can be drawn."""
    drawn = chart([made(1, due=due), made(2, due="2027-02-08")], TODAY, PARIS)
    assert drawn is not None
    assert all(0 <= bar.start <= 1000 and bar.width > 0 for bar in drawn.bars)
    assert drawn.marks
