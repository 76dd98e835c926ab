"""Working time: a calendar with a zone, opening days, one set of opening hours, country holidays and closed days.

Open time is counted in real minutes, so a day on which clocks change is as long as it was. Everything answered is UTC.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays

from formengine.workflow.definition.durations import Duration
from formengine.workflow.engine.case import Calendar

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)\Z")
_FARTHEST: Final = 20_000
"""Days looked at before a calendar that never opens is given up."""


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


@dataclass(frozen=True)
class WorkingCalendar:
    """`opens` and `closes` are minutes of the day; `days` are weekdays, Monday 0."""

    zone: ZoneInfo
    days: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    opens: int = 9 * 60
    closes: int = 17 * 60
    country: str | None = None
    closed: frozenset[date] = frozenset()

    @property
    def day_length(self) -> timedelta:
        """The normal open time of a day."""
        return timedelta(minutes=self.closes - self.opens)

    def is_open(self, day: date) -> bool:
        if day.weekday() not in self.days or day in self.closed:
            return False
        return self.country is None or day not in _holidays(self.country, day.year)

    def at(self, day: date, minutes: int) -> datetime:
        """A minute of a day of this zone, in UTC; 24:00 is the next day's beginning."""
        day, minutes = (day + timedelta(days=1), 0) if minutes >= 24 * 60 else (day, minutes)
        return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=self.zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """The opening hour of a day, open or not."""
        return self.at(day, self.opens)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _spans(self, start: date, step: int) -> Iterator[tuple[datetime, datetime]]:
        day = start
        for _ in range(_FARTHEST):
            if self.is_open(day):
                yield self.at(day, self.opens), self.at(day, self.closes)
            day += timedelta(days=step)
        raise ValueError("this calendar never opens")

    def after(self, start: datetime, open_time: timedelta) -> datetime:
        """The moment when so much open time has gone by since `start`."""
        start = start.astimezone(UTC)
        for begins, ends in self._spans(self.local_day(start), 1):
            begins = max(begins, start)
            if begins >= ends:
                continue
            if open_time <= ends - begins:
                return begins + open_time
            open_time -= ends - begins
        raise ValueError("this calendar never opens")

    def back(self, end: datetime, open_time: timedelta) -> datetime:
        """The moment from which so much open time goes by until `end`."""
        end = end.astimezone(UTC)
        for begins, ends in self._spans(self.local_day(end), -1):
            ends = min(ends, end)
            if begins >= ends:
                continue
            if open_time <= ends - begins:
                return ends - open_time
            open_time -= ends - begins
        raise ValueError("this calendar never opens")

    def between(self, start: datetime, end: datetime) -> float:
        """Open minutes from one moment to a later one; 0 when it is not later."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        total, day, last = timedelta(0), self.local_day(start), self.local_day(end)
        while day <= last:
            if self.is_open(day):
                begins, ends = max(self.at(day, self.opens), start), min(self.at(day, self.closes), end)
                total += max(ends - begins, timedelta(0))
            day += timedelta(days=1)
        return total.total_seconds() / 60

    def add(self, start: datetime, amount: float, unit: str) -> datetime:
        """The moment `amount` of a unit (`definition.durations.UNITS`) after `start`; before it when negative."""
        if unit in ("minutes", "hours"):
            return (start + timedelta(**{unit: amount})).astimezone(UTC)
        if unit in ("working hours", "working days"):
            length = self.day_length if unit == "working days" else timedelta(hours=1)
            return self.after(start, length * amount) if amount >= 0 else self.back(start, length * -amount)
        day = _shift(self.local_day(start), int(amount), unit)
        return self.opening(day) if amount < 0 else self.at(day, 24 * 60)


def _shift(day: date, amount: int, unit: str) -> date:
    if unit in ("days", "weeks"):
        return day + timedelta(**{unit: amount})
    months = day.year * 12 + day.month - 1 + amount * (12 if unit == "years" else 1)
    year, month = months // 12, months % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(last, day.day))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


DEFAULT: Final = WorkingCalendar(ZoneInfo("UTC"))
"""Where no calendar is given: Monday to Friday, 09:00 to 17:00 UTC."""


def make_calendar(source: Mapping[str, Any]) -> WorkingCalendar:
    """A calendar as `calendars.yaml` writes it; raises ValueError with the key in question and what to write."""
    unknown = set(source) - {"country", "zone", "hours", "days", "closed"}
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]}: a calendar has country, zone, hours, days and closed")
    opens, closes = _read_hours(source.get("hours", "09:00-17:00"))
    days = source.get("days") or list(DAYS[:5])
    wrong = [one for one in days if one not in DAYS]
    if wrong:
        raise ValueError(f"days: {wrong[0]!r} is no day; write {', '.join(DAYS)}")
    return WorkingCalendar(
        zone=_read_zone(source.get("zone", "UTC")),
        days=frozenset(DAYS.index(one) for one in days),
        opens=opens,
        closes=closes,
        country=_read_country(source.get("country")),
        closed=frozenset(_read_day(one) for one in source.get("closed") or ()),
    )


def _read_hours(value: object) -> tuple[int, int]:
    match = _HOURS.match(str(value).strip())
    if match:
        opens, closes = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if opens < closes <= 24 * 60:
            return opens, closes
    raise ValueError(f'hours: {value!r} are no opening hours; write for example "09:00-18:00"')


def _read_zone(value: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(value))
    except (ValueError, OSError, KeyError):
        raise ValueError(f"zone: {value!r} is no time zone; write for example Europe/Paris") from None


def _read_country(value: object) -> str | None:
    if value is None:
        return None
    if str(value) not in holidays.list_supported_countries():
        raise ValueError(f"country: the holidays of {value!r} are not known; write a code such as FR")
    return str(value)


def _read_day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"closed: {value!r} is no day; write for example 2026-12-24") from None


def later(calendar: Calendar, start: datetime, duration: Duration) -> datetime:
    """The end of a duration that begins at a moment."""
    return calendar.add(start, duration.amount, duration.unit).astimezone(UTC)


def earlier(calendar: Calendar, end: datetime, duration: Duration) -> datetime:
    """The moment a duration before another: calendar units fall at the opening hour of that day."""
    return calendar.add(end, -duration.amount, duration.unit).astimezone(UTC)


def moment_of(calendar: Calendar, value: object) -> datetime | None:
    """When a date fact falls: a date at the calendar's opening hour, a date-time at its own time; None without one."""
    home = calendar if isinstance(calendar, WorkingCalendar) else DEFAULT
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, str):
        return None
    try:
        if len(text) == 10:
            return home.opening(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=home.zone)).astimezone(UTC)


def time_left(calendar: Calendar, start: datetime, end: datetime, *, working: bool) -> float:
    """Minutes from one moment to another: open ones for working time, else plain ones."""
    return calendar.between(start, end) if working else (end - start).total_seconds() / 60


def resume(calendar: Calendar, start: datetime, minutes: float, *, working: bool) -> datetime:
    """When what was left at a pause runs out."""
    if not working:
        return start + timedelta(minutes=minutes)
    if isinstance(calendar, WorkingCalendar):
        return calendar.after(start, timedelta(minutes=minutes))
    return calendar.add(start, minutes / 60, "working hours").astimezone(UTC)  # type: ignore[arg-type]


def calendars_of(sources: Mapping[str, Any], vocabulary: Any = None) -> dict[str, Calendar]:
    """Every calendar by id: those of `calendars.yaml`, and those that plugins add."""
    added: Mapping[str, Calendar] = vocabulary.calendars if vocabulary is not None else {}
    return {**added, **{name: make_calendar(source) for name, source in sources.items()}}
