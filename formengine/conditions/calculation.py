"""Calculation of operands: `end_date + 12 months`, `today`, `highest of powers.limit`, `votes of board` (W21)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any, Final, Protocol

from formengine.conditions.durations import Duration, FactLength, shift_moment
from formengine.conditions.operands import (
    Clock,
    DocumentPresence,
    FactValue,
    OfRows,
    Operand,
    SeatCount,
    Shifted,
)
from formengine.conditions.parser import DECIMAL, Money, as_moment

Facts = Mapping[str, Any]
_DIGITS: Final = 5000
"""The most digits of a number before and after the point: sums are exact to as many."""
_DECIMAL_TEXT: Final = re.compile(rf"\s*{DECIMAL}\s*", re.ASCII)
_LONGEST: Final = 10**10
"""A number of minutes or longer units that leads from every date beyond the years 1 to 9999."""


class Undecided:
    """The value of a calculation over amounts in several currencies."""


UNDECIDED: Final = Undecided()


class Moment(Protocol):
    """What calculation needs besides facts: the current time in the calendar's zone, and the dossier's rounds and
    documents."""

    @property
    def now(self) -> datetime: ...

    def count_seats(self, operand: SeatCount) -> int: ...

    def has_document(self, name: str) -> bool: ...


def value_of(operand: Operand, facts: Facts, moment: Moment) -> Any:
    """The value of an operand: as the facts hold it, or a date, a date-time, an int or a bool.

    None where it reads an absent fact; UNDECIDED for amounts in several currencies. A fact called `today` or `now`
    comes before the clock.
    """
    match operand:
        case FactValue(name):
            return facts.get(name)
        case Clock(word):
            return facts.get(word) or (moment.now.date() if word == "today" else moment.now)
        case Shifted():
            return _shifted(operand, facts, moment)
        case OfRows():
            return _of_rows(operand, row_values(operand, facts))
        case SeatCount():
            return moment.count_seats(operand)
        case DocumentPresence(name):
            return moment.has_document(name)


def _shifted(operand: Shifted, facts: Facts, moment: Moment) -> date | None:
    base = as_moment(value_of(operand.base, facts, moment))
    if isinstance(base, datetime) and base.tzinfo is not None:
        base = base.astimezone(moment.now.tzinfo)  # a day later is the same clock, also over daylight saving
    length = _length(operand, facts)
    return None if base is None or length is None else shift_moment(base, length, operand.sign)


def _length(operand: Shifted, facts: Facts) -> Duration | None:
    """The length by which a date is moved; None where a fact tells it and holds no whole number."""
    length = operand.length
    if not isinstance(length, FactLength):
        return length
    amount = number_of(facts.get(length.fact))
    if amount is None or abs(amount) > _LONGEST or amount % 1:
        return None
    return Duration(int(amount), length.unit)


def row_values(operand: OfRows, facts: Facts) -> list[Any]:
    """The value of each row, None where a row has none; the rows themselves for `number of`."""
    rows = facts.get(operand.rows)
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return []
    if operand.column is None:
        return list(rows)
    return [row.get(operand.column) if isinstance(row, Mapping) else None for row in rows]


def _of_rows(operand: OfRows, values: Sequence[Any]) -> Any:
    if operand.function == "number":
        return len(values)
    present = [value for value in values if not is_empty(value)]
    if not present:
        return 0 if operand.function == "sum" else None
    keys = [comparable(value) for value in present]
    if any(isinstance(key, Money) for key in keys):
        return _of_amounts(operand, present, keys)
    if operand.function == "sum":
        return _total(key for key in keys if type(key) is Decimal)
    return _extreme(operand, present, [_sortable(key) for key in keys])


def _of_amounts(operand: OfRows, values: Sequence[Any], amounts: Iterable[Any]) -> Any:
    money = [amount for amount in amounts if isinstance(amount, Money)]
    if len({amount.currency for amount in money}) > 1 or len(money) < len(values):
        return UNDECIDED
    if operand.function == "sum":
        return {"amount": f"{_total(amount.amount for amount in money):f}", "currency": money[0].currency}
    return _extreme(operand, values, [amount.amount for amount in money])


def _total(numbers: Iterable[Decimal]) -> Decimal:
    with localcontext() as context:
        context.prec = 2 * _DIGITS
        return sum(numbers, Decimal(0))


def _extreme(operand: OfRows, values: Sequence[Any], keys: Sequence[Any]) -> Any:
    """The value with the highest or lowest key; None where the keys cannot be compared, or there is no such function
    (`any`, `every`)."""
    if operand.function not in ("highest", "lowest"):
        return None
    try:
        chosen = (max if operand.function == "highest" else min)(keys)
    except TypeError:
        return None
    return values[keys.index(chosen)]


def _sortable(key: Any) -> Any:
    return key.date() if isinstance(key, datetime) and key.tzinfo is None else key


def comparable(value: Any) -> Any:
    """A value of a fact as conditions compare it: Money, Decimal, a date or date-time; anything else as it is."""
    if isinstance(value, bool | date):
        return value
    if isinstance(value, Mapping):
        return money_of(value) or value
    if isinstance(value, int | float):
        return number_of(value)
    return as_moment(value) or value


def money_of(value: object) -> Money | None:
    """The amount that a fact of kind money holds; None for any other value."""
    if not isinstance(value, Mapping) or "amount" not in value or "currency" not in value:
        return None
    amount = number_of(value["amount"])
    return None if amount is None else Money(amount, str(value["currency"]))


def number_of(value: object) -> Decimal | None:
    """A finite number of at most 5000 digits, also from its decimal text; None for any other value.

    >>> number_of(" 05.10"), number_of("1e3"), number_of("1_000"), number_of(1e3)
    (Decimal('5.10'), None, None, Decimal('1000.0'))
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    if isinstance(value, str) and not _DECIMAL_TEXT.fullmatch(value):
        return None
    try:
        number = Decimal(value if isinstance(value, int) else str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and -_DIGITS < number.adjusted() < _DIGITS else None


def is_empty(value: object) -> bool:
    """Whether a fact counts as absent: None, an empty string, list or mapping."""
    return value is None or (not value and (value == "" or value == [] or value == {}))


def as_json(value: Any) -> Any:
    """A calculated value as a fact holds it: ISO 8601 text, a number, an amount; None for UNDECIDED."""
    if isinstance(value, Undecided):
        return None
    if isinstance(value, date):
        return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, Decimal):
        is_whole = value == value.to_integral_value() or abs(value) >= 2**53  # a float has no fraction there
        return int(value) if is_whole else float(value)
    return value
