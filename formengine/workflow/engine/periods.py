"""When a period ends: counted from its anchor in days, months or hours, lengthened, rolled over closed days (W18).

A period in days, weeks, months or years ends with the last hour of its last day; the day it is counted from does
not count. Sources: Regulation (EEC, Euratom) No 1182/71, article 3; French code of civil procedure, articles 640-642;
US Federal Rules of Civil Procedure, rule 6(a).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR
from typing import Any, Final, Literal

from formengine.conditions.calculation import number_of
from formengine.conditions.durations import WHOLE_DAYS, Duration, shift_day
from formengine.workflow.definition.model import DeadlineRule
from formengine.workflow.engine.calendar import DEFAULT, WorkingCalendar, later
from formengine.workflow.engine.case import Calendar

LONGEST: Final = 99_999
"""The largest amount of a length that is read from a fact; one that is written has as many digits at most."""
Point = date | datetime
"""A day, which counts whole, or a moment (aware)."""


@dataclass(frozen=True)
class Due:
    """When a deadline ends (UTC), and the day (ISO 8601) to whose end it lasts; no day where it ends at an hour."""

    at: datetime
    last_day: str | None


def due_of(
    calendar: Calendar, rule: DeadlineRule, since: datetime, facts: Mapping[str, Any], more: Sequence[Duration] = ()
) -> Due | None:
    """When a deadline is due; None while a fact that it is counted from is absent.

    `since` is what `within` counts from. `more` are the lengths by which it was extended: those in the unit of its own
    length are added to that, and counted from the anchor; others are counted from the last day. What is closed is
    rolled over at the end. A day outside the years 1 to 9999, or a calendar that never opens, gives None.
    """
    anchor: Point | None = since if rule.within is not None else point_of(calendar, facts.get(rule.of or ""))
    length = length_of(rule, facts)
    if anchor is None or (length is None and rule.length is not None):
        return None
    try:
        end = _end(calendar, rule, anchor, length, more)
        return _due(calendar, _rolled(calendar, rule, end, length), at_opening=rule.at_opening)
    except (ValueError, OverflowError):
        return None


def extended_from(calendar: Calendar, rule: DeadlineRule, due: Due, more: Sequence[Duration]) -> Due | None:
    """When a deadline that was due at `due` is due after it is extended by `more`; None as in `due_of`."""
    end: Point = due.at if due.last_day is None else date.fromisoformat(due.last_day)
    try:
        for extra in more:
            end = lengthened(calendar, end, extra)
        return _due(calendar, _rolled(calendar, rule, end, more[-1] if more else None), at_opening=rule.at_opening)
    except (ValueError, OverflowError):
        return None


def whole_number(value: object) -> int | None:
    """The number of a fact from 0 to LONGEST, a fraction rounded down; None for another value."""
    number = number_of(value)
    return int(number) if number is not None and 0 <= number <= LONGEST else None


def point_of(calendar: Calendar, value: object) -> Point | None:
    """The day or moment of a date fact (ISO 8601 text), in the calendar's zone where it has no offset; else None."""
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str):
        return None
    try:
        if len(text) == len("2026-11-24"):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=_clock(calendar).zone)


def length_of(rule: DeadlineRule, facts: Mapping[str, Any]) -> Duration | None:
    """How long a deadline is; None for one on a date, and where its fact holds no number from 0 to LONGEST.

    A fraction is rounded to the earlier deadline: up for `before`, else down.
    """
    length = rule.length
    if length is None or isinstance(length, Duration):
        return length
    number = number_of(facts.get(length.fact))
    if number is None or not 0 <= number <= LONGEST:
        return None
    amount = number.to_integral_value(ROUND_CEILING if rule.before is not None else ROUND_FLOOR)
    return Duration(int(amount), length.unit)


def lengths_between(calendar: Calendar, start: datetime, end: datetime, length: Duration) -> int:
    """A lower bound of how many lengths fit between two moments, with months of 31 days and years of 366; from 0.

    Raises ValueError for working time over half a century.
    """
    if length.unit.startswith("working"):
        own = calendar if isinstance(calendar, WorkingCalendar) else DEFAULT
        minutes = own.day_length.total_seconds() / 60 if length.unit == "working days" else 60.0
        return int(calendar.between(start, end) // (minutes * length.amount))
    longest = {"minutes": 1, "hours": 60, "days": 1440, "weeks": 10_080, "months": 44_640, "years": 527_040}
    return max(0, int((end - start).total_seconds() // 60) // (longest[length.unit] * length.amount))


def _clock(calendar: Calendar) -> WorkingCalendar:
    """The calendar that knows days and opening hours: the given one, or the default one instead of a plugin's."""
    return calendar if isinstance(calendar, WorkingCalendar) else DEFAULT


def _end(
    calendar: Calendar, rule: DeadlineRule, anchor: Point, length: Duration | None, more: Sequence[Duration]
) -> Point:
    """The end of a period before it is rolled."""
    end = anchor
    if length is not None:
        added = sum(extra.amount for extra in more if extra.unit == length.unit)
        amount = added - length.amount if rule.before is not None else added + length.amount
        end = _counted(calendar, anchor, amount, length.unit, back=rule.before is not None)
        if rule.clear_days and not isinstance(end, datetime):
            end = shift_day(end, -1 if rule.before is not None else 1, "days")
    for extra in more:
        if length is None or extra.unit != length.unit:
            end = lengthened(calendar, end, extra)
    return end


def _counted(calendar: Calendar, anchor: Point, amount: int, unit: str, *, back: bool) -> Point:
    """The point `amount` units after a point, or before it when negative."""
    is_moment = isinstance(anchor, datetime)
    if unit in WHOLE_DAYS and isinstance(calendar, WorkingCalendar):
        return shift_day(calendar.local_day(anchor) if is_moment else anchor, amount, unit)  # type: ignore[arg-type]
    start = anchor if isinstance(anchor, datetime) else _clock(calendar).opening(anchor)
    moment = calendar.add(start, amount, unit).astimezone(UTC)
    return moment if back or unit not in WHOLE_DAYS else _whole_day(calendar, moment)


def _whole_day(calendar: Calendar, moment: datetime) -> Point:
    """The day that ends with a moment, where a plugin's calendar counts days as the product does; else the moment."""
    local = moment.astimezone(_clock(calendar).zone)
    return local.date() - timedelta(days=1) if (local.hour, local.minute, local.second) == (0, 0, 0) else moment


def lengthened(calendar: Calendar, end: Point, length: Duration) -> Point:
    """A point moved later by a length: a day by days, a moment by days at the same time of the clock, both by hours."""
    if length.unit not in WHOLE_DAYS:
        return later(calendar, end if isinstance(end, datetime) else _clock(calendar).at(end, 24 * 60), length)
    if not isinstance(end, datetime):
        return shift_day(end, length.amount, length.unit)
    local = end.astimezone(_clock(calendar).zone)
    return _on_day(local, shift_day(local.date(), length.amount, length.unit))


def _on_day(local: datetime, day: date) -> datetime:
    return datetime.combine(day, local.time(), tzinfo=local.tzinfo)


def _rolled(calendar: Calendar, rule: DeadlineRule, end: Point, length: Duration | None) -> Point:
    """The end on an open day, where the deadline (or, except for `before`, its calendar) says so.

    Working time ends while the calendar is open. A moment keeps its time of the clock.
    """
    clock = _clock(calendar)
    rolls = rule.rolls or ("none" if rule.before is not None else clock.rolls)
    if rolls == "none" or (length is not None and length.unit.startswith("working")):
        return end
    direction: Literal[1, -1] = 1 if rolls == "forward" else -1
    if not isinstance(end, datetime):
        return clock.open_day(end, direction)
    local = end.astimezone(clock.zone)
    return _on_day(local, clock.open_day(local.date(), direction))


def _due(calendar: Calendar, end: Point, *, at_opening: bool) -> Due:
    clock = _clock(calendar)
    if isinstance(end, datetime):
        return Due(end.astimezone(UTC), None)
    return Due(clock.opening(end), None) if at_opening else Due(clock.at(end, 24 * 60), end.isoformat())
