"""The milestones of a contract: by the day on which they are due, with amounts, sums, and bars over time (P26, D9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.children import ChildView, children
from formengine.services.dossiers.overview import facts
from formengine.storage.models.dossiers import Dossier
from formengine.value_format import currency_decimals, format_money

KIND: Final = "milestone"
VALUE_FACTS: Final = ("contract_value", "value", "amount")
"""The facts of a contract that hold its value, the first that there is: percentages are of it."""
MOST_MARKS: Final = 6
"""How many dates the axis of the bars names at most."""


@dataclass(frozen=True)
class Milestone:
    """A milestone: `amount` as text, `is_computed` where it follows from a percentage of the contract's value."""

    child: ChildView
    due: date | None
    is_late: bool
    amount: str
    is_computed: bool
    money: str
    """Its money status: paid, partly_paid, not_paid, not_applicable, or "" for none."""


@dataclass(frozen=True)
class Sum:
    """What the milestones of one currency come to, as text; cancelled ones and those without payment do not count.

    `share` is the percentage of the contract's value that they make up, where that is in the same currency.
    """

    planned: str
    paid: str
    unpaid: str
    share: int | None


@dataclass(frozen=True)
class Bar:
    """The bar of a milestone, in thousandths of the axis: from `start`, `width` long; `overrun` is its lateness."""

    milestone: Milestone
    begins: date
    start: int
    width: int
    overrun: int


@dataclass(frozen=True)
class Chart:
    """Bars over time: dates along the axis as (thousandths, date), and today, where it is within."""

    bars: Sequence[Bar]
    marks: Sequence[tuple[int, date]]
    today: int | None


@dataclass(frozen=True)
class MilestonePlan:
    """The milestones that a reader sees, their sums by currency, and their bars (None where none has a date)."""

    milestones: Sequence[Milestone]
    sums: Sequence[Sum]
    chart: Chart | None
    value: str
    """The contract's value as text, "" where the reader sees none."""
    late: int


def milestone_plan(work: UnitOfWork, dossier: Dossier) -> MilestonePlan:
    """The milestones that the actor may see (P27), with what follows from them alone."""
    value = contract_value(facts(work, dossier))
    today = work.now.astimezone(ZoneInfo(work.portal_zone)).date()
    milestones = [milestone(child, value, work.language, today) for child in children(work, dossier, KIND)]
    milestones.sort(key=lambda m: (m.due is None, m.due or today, m.child.number))
    return MilestonePlan(
        milestones,
        sums(milestones, value, work.language),
        chart(milestones, today, ZoneInfo(work.portal_zone)),
        format_money(*value, work.language) if value else "",
        sum(1 for row in milestones if row.is_late),
    )


def contract_value(known: Mapping[str, Any]) -> tuple[Decimal, str] | None:
    """The contract's value as amount and currency, from the first of VALUE_FACTS that holds money."""
    return next((money for name in VALUE_FACTS if (money := _money(known.get(name))) is not None), None)


def milestone(child: ChildView, value: tuple[Decimal, str] | None, language: str, today: date) -> Milestone:
    """A milestone with its amount, from a percentage where it has no amount of its own."""
    own = _money(child.values.get("amount"))
    money = own or _share_of(value, child.values.get("percentage"))
    due = _date(child.values.get("due"))
    return Milestone(
        child=child,
        due=due,
        is_late=child.is_late or (due is not None and due < today and not child.ended),
        amount=format_money(*money, language) if money else "",
        is_computed=own is None and money is not None,
        money=str(child.values.get("money") or ""),
    )


def sums(milestones: Iterable[Milestone], value: tuple[Decimal, str] | None, language: str) -> list[Sum]:
    """What the milestones come to, by currency."""
    planned: dict[str, Decimal] = {}
    paid: dict[str, Decimal] = {}
    for row in milestones:
        own = _money(row.child.values.get("amount")) or _share_of(value, row.child.values.get("percentage"))
        if own is None or row.child.category == "cancelled" or row.money == "not_applicable":
            continue
        amount, currency = own
        planned[currency] = planned.get(currency, Decimal()) + amount
        if row.money == "paid":
            paid[currency] = paid.get(currency, Decimal()) + amount
    return [
        _sum(currency, amount, paid.get(currency, Decimal()), value, language) for currency, amount in planned.items()
    ]


def _sum(currency: str, planned: Decimal, paid: Decimal, value: tuple[Decimal, str] | None, language: str) -> Sum:
    in_all, done, open_ = (format_money(amount, currency, language) for amount in (planned, paid, planned - paid))
    of_value = value is not None and value[1] == currency and value[0] > 0
    return Sum(in_all, done, open_, round(planned * 100 / value[0]) if of_value and value else None)


def chart(milestones: Sequence[Milestone], today: date, zone: ZoneInfo) -> Chart | None:
    """The bars of the milestones that have a date: from the day on which each was added to the day on which it is due,
    and on to today where it is late.
    """
    dated = [(row, row.due, _begins(row, row.due, zone)) for row in milestones if row.due is not None]
    if not dated:
        return None
    first = min(begins for _row, _due, begins in dated)
    last = max(today if any(row.is_late for row, _due, _begins in dated) else first, *(due for _row, due, _b in dated))
    last = max(last, first)
    length = (last - first).days + 1  # the day after the last may be none: a mistyped year can be 9999

    def at(day: date, later: int = 0) -> int:
        return round(((day - first).days + later) * 1000 / length)

    bars = [
        Bar(
            row,
            begins,
            at(begins),
            max(at(due, 1) - at(begins), 8),
            max(at(today) - at(due), 0) if row.is_late else 0,
        )
        for row, due, begins in dated
    ]
    return Chart(bars, _marks(first, last, at), at(today) if first <= today <= last else None)


def _begins(row: Milestone, due: date, zone: ZoneInfo) -> date:
    opened = row.child.opened_at
    return min(opened.astimezone(zone).date(), due) if opened is not None else due


def _marks(first: date, last: date, at: Any) -> list[tuple[int, date]]:
    """Dates to name along the axis: the first of months, as many as are readable, or the first day and the last."""
    months = (last.year - first.year) * 12 + last.month - first.month
    every = max(1, -(-months // MOST_MARKS))
    starts = []
    for n in range(every, months + 1, every):
        year, month = divmod(first.year * 12 + first.month - 1 + n, 12)
        starts.append(date(year, month + 1, 1))
    return [(at(day), day) for day in starts if day <= last] or [(0, first)]


def _share_of(value: tuple[Decimal, str] | None, percentage: Any) -> tuple[Decimal, str] | None:
    """A percentage of the contract's value, rounded to its currency's decimals."""
    if value is None or isinstance(percentage, bool) or not isinstance(percentage, int | float | Decimal):
        return None
    amount, currency = value
    return round(amount * Decimal(str(percentage)) / 100, currency_decimals(currency)), currency


def _money(value: Any) -> tuple[Decimal, str] | None:
    """An answer of the kind money as amount and currency; None for anything else."""
    if not isinstance(value, Mapping) or "amount" not in value or "currency" not in value:
        return None
    try:
        amount = Decimal(str(value["amount"]))
    except InvalidOperation:
        return None
    return (amount, str(value["currency"])) if amount.is_finite() else None


def _date(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
