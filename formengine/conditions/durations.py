"""Durations as authors write them: `2 working days` (business days), `1 month`; and lengths read from a fact."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from typing import Final, Literal, get_args

from formengine.conditions.duration_hints import duration_meant
from formengine.source.lookalikes import plain

Unit = Literal["minutes", "hours", "days", "weeks", "months", "years", "working hours", "working days"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
WHOLE_DAYS: Final = ("days", "weeks", "months", "years")
"""Units of which the last day counts whole."""
_FORM = re.compile(r"(?:every\s+)?(\d{1,5})\s+(working\s+)?(minute|hour|day|week|month|year)s?\Z")
_REPEATS = re.compile(r"every\s")


@dataclass(frozen=True)
class Duration:
    """An amount of a unit; its length depends on a calendar (`engine.calendar`)."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        unit = self.unit[:-1] if self.amount == 1 else self.unit
        return f"{self.amount} {unit}"


@dataclass(frozen=True)
class FactLength:
    """A length whose amount is a fact: `{from: notice_months, unit: months}`."""

    fact: str
    unit: Unit

    def __str__(self) -> str:
        return f"{self.fact} {self.unit}"


Length = Duration | FactLength


def repeats(text: object) -> bool:
    """Whether a duration is written as an interval that repeats: `every 2 days`."""
    return _REPEATS.match(str(text).strip()) is not None


def parse_duration(text: object) -> Duration:
    """A duration from its text, with or without `every`; raises ValueError with what to write instead.

    >>> parse_duration("2 working days")
    Duration(amount=2, unit='working days')
    >>> parse_duration("every 3 weeks").unit
    'weeks'
    """
    match = _FORM.match(plain(str(text)).strip())
    if not match:
        example = "for example 5 working days, 4 working hours or 1 month, one number with one unit"
        instead = duration_meant(str(text)) or example
        if str(text).strip().isdecimal():
            instead = f"what it counts: {text} working days, {text} working hours, {text} months"
        raise ValueError(f"{text!r} is not a duration; write {instead}")
    unit = f"{'working ' if match[2] else ''}{match[3]}s"
    if unit not in UNITS:
        raise ValueError(f"{text!r} is not a duration; only hours and days can be working ones")
    return Duration(int(match[1]), next(name for name in UNITS if name == unit))


def shift_day(day: date, amount: int, unit: str) -> date:
    """The day `amount` days, weeks, months or years later (earlier when negative); in a month that has no such day, the
    last one. Raises ValueError or OverflowError outside the years 1 to 9999.

    >>> shift_day(date(2026, 1, 31), 1, "months"), shift_day(date(2024, 2, 29), -1, "years")
    (datetime.date(2026, 2, 28), datetime.date(2023, 2, 28))
    """
    if unit in ("days", "weeks"):
        return day + timedelta(**{unit: amount})
    months = day.year * 12 + day.month - 1 + amount * (12 if unit == "years" else 1)
    year, month = months // 12, months % 12 + 1
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError(f"there is no year {year}")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def shift_moment(moment: date, duration: Duration, sign: int) -> date | None:
    """A date or a date-time moved by a duration, later (`sign` 1) or earlier (-1).

    None beyond the years 1 to 9999, for hours added to a date, and for working time, which takes a calendar. A
    date-time keeps its clock where days or longer units are added.
    """
    amount = sign * duration.amount
    try:
        if duration.unit in WHOLE_DAYS:
            day = shift_day(moment.date() if isinstance(moment, datetime) else moment, amount, duration.unit)
            return datetime.combine(day, moment.timetz()) if isinstance(moment, datetime) else day
        if duration.unit in ("hours", "minutes") and isinstance(moment, datetime):
            return moment + timedelta(**{duration.unit: amount})
    except (ValueError, OverflowError):
        pass
    return None
