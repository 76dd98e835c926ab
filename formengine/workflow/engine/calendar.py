"""Working-time calendars: a time zone, business days, opening hours, public holidays and closed days (W9).

Working time is counted in elapsed minutes, so a day with a change to or from daylight saving time has its real length.
Returned date-times are in UTC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo

from formengine.conditions.durations import Duration, shift_day
from formengine.workflow.definition.model import Rolls
from formengine.workflow.engine.case import Calendar

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*-\s*([01]?\d|2[0-4]):([0-5]\d)\Z")
_FARTHEST: Final = 20_000
"""How many days are searched before a calendar counts as never open."""
_COUNTED: Final = 19_000
"""Over how many days working time is counted: what was counted is searched for again from another day."""
_EARLIEST, _LATEST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
Span = tuple[datetime, datetime]


@cache
def _holidays(country: str, region: str | None, year: int) -> frozenset[date]:
    from holidays import country_holidays

    return frozenset(country_holidays(country, subdiv=region, years=year))


@dataclass(frozen=True)
class WorkingCalendar:
    """`opens` and `closes` are minutes of the day; `days` are weekdays, Monday 0.

    `region` is a subdivision of the country with holidays of its own. `rolls` is what happens to the last day of a
    deadline that is closed, where the deadline itself does not say it (W18).
    """

    zone: ZoneInfo
    days: frozenset[int] = frozenset({0, 1, 2, 3, 4})
    opens: int = 9 * 60
    closes: int = 17 * 60
    country: str | None = None
    closed: frozenset[date] = frozenset()
    region: str | None = None
    rolls: Rolls = "none"

    @property
    def day_length(self) -> timedelta:
        """The working time of a normal day."""
        return timedelta(minutes=self.closes - self.opens)

    def is_open(self, day: date) -> bool:
        if day.weekday() not in self.days or day in self.closed:
            return False
        return self.country is None or day not in _holidays(self.country, self.region, day.year)

    def open_day(self, day: date, direction: Literal[1, -1]) -> date:
        """The day itself where it is open, else the next (1) or previous (-1) open one; ValueError as `after`."""
        for i in range(_FARTHEST):
            other_day = day + timedelta(days=direction * i)
            if self.is_open(other_day):
                return other_day
        raise ValueError("this calendar never opens")

    def at(self, day: date, minutes: int) -> datetime:
        """A minute of a day in the calendar's zone, as UTC; minute 24 * 60 is the start of the next day."""
        day, minutes = (day + timedelta(days=1), 0) if minutes >= 24 * 60 else (day, minutes)
        return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=self.zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """The opening hour of a day, whether it is a working day or not."""
        return self.at(day, self.opens)

    def local_day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def working_span(self, day: date, start: datetime = _EARLIEST, end: datetime = _LATEST) -> Span | None:
        """The opening hours of a day that lie between two moments; None when there are none."""
        if not self.is_open(day):
            return None
        begins, ends = max(self.at(day, self.opens), start), min(self.at(day, self.closes), end)
        return (begins, ends) if begins < ends else None

    def after(self, start: datetime, open_time: timedelta) -> datetime:
        """The moment at which `open_time` of working time has elapsed since `start`, in UTC.

        Raises ValueError for a calendar that never opens.
        """
        return self._elapse(start.astimezone(UTC), open_time, 1)

    def back(self, end: datetime, open_time: timedelta) -> datetime:
        """The moment from which `open_time` of working time elapses until `end`, in UTC; ValueError as `after`."""
        return self._elapse(end.astimezone(UTC), open_time, -1)

    def _elapse(self, moment: datetime, open_time: timedelta, direction: Literal[1, -1]) -> datetime:
        day = self.local_day(moment)
        for i in range(_FARTHEST):
            other_day = day + timedelta(days=direction * i)
            span = self.working_span(other_day, moment) if direction > 0 else self.working_span(other_day, end=moment)
            if span is None:
                continue
            begins, ends = span
            if open_time <= ends - begins:
                return begins + open_time if direction > 0 else ends - open_time
            open_time -= ends - begins
        raise ValueError("this calendar never opens")

    def between(self, start: datetime, end: datetime) -> float:
        """Working minutes from `start` to `end`; 0 when `end` is not later.

        Raises ValueError for moments that are more than half a century apart: to a date that somebody typed
        (5000-01-01) it would take minutes.
        """
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        first, last = self.local_day(start), self.local_day(end)
        if (last - first).days > _COUNTED:
            raise ValueError(f"working time is counted over {_COUNTED} days at most")
        days = (first + timedelta(days=i) for i in range((last - first).days + 1))
        spans = filter(None, (self.working_span(day, start, end) for day in days))
        return sum((ends - begins for begins, ends in spans), timedelta(0)).total_seconds() / 60

    def add(self, start: datetime, amount: float, unit: str) -> datetime:
        """The moment `amount` of a unit (`definition.durations.UNITS`) after `start`; before it when negative."""
        if unit in ("minutes", "hours"):
            return (start + timedelta(**{unit: amount})).astimezone(UTC)
        if unit in ("working hours", "working days"):
            length = self.day_length if unit == "working days" else timedelta(hours=1)
            return self.after(start, length * amount) if amount >= 0 else self.back(start, length * -amount)
        day = shift_day(self.local_day(start), int(amount), unit)
        return self.opening(day) if amount < 0 else self.at(day, 24 * 60)


DEFAULT: Final = WorkingCalendar(ZoneInfo("UTC"))
"""The calendar where none is configured: Monday to Friday, 09:00 to 17:00 UTC."""


def make_calendar(source: Mapping[str, Any]) -> WorkingCalendar:
    """A calendar from its mapping in `calendars.yaml`; raises ValueError with the wrong key and what to write."""
    unknown = set(source) - {"country", "region", "zone", "hours", "days", "closed", "rolls"}
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]}: a calendar has country, region, zone, hours, days, closed and rolls")
    opens, closes = _read_hours(source.get("hours", "09:00-17:00"))
    days = source.get("days") or list(DAYS[:5])
    wrong = [day for day in days if day not in DAYS]
    if wrong:
        raise ValueError(f"days: {wrong[0]!r} is no day; write {', '.join(DAYS)}")
    rolls = source.get("rolls", "none")
    if rolls not in get_args(Rolls):
        raise ValueError(f"rolls: {rolls!r} is not known; write forward, back or none")
    country = _read_country(source.get("country"))
    return WorkingCalendar(
        zone=_read_zone(source.get("zone", "UTC")),
        days=frozenset(DAYS.index(day) for day in days),
        opens=opens,
        closes=closes,
        country=country,
        closed=frozenset(_read_day(day) for day in source.get("closed") or ()),
        region=_read_region(source.get("region"), country),
        rolls=rolls,
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
    from holidays import list_supported_countries

    if str(value) not in list_supported_countries():
        raise ValueError(f"country: the holidays of {value!r} are not known; write a code such as FR")
    return str(value)


def _read_region(value: object, country: str | None) -> str | None:
    if value is None:
        return None
    from holidays import list_supported_countries

    regions = list_supported_countries().get(country or "", [])
    if str(value) not in regions:
        known = f"one of {', '.join(regions)}" if regions else "no region, for this country has none"
        raise ValueError(f"region: the holidays of {value!r} are not known; write {known}")
    return str(value)


def _read_day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"closed: {value!r} is no day; write for example 2026-12-24") from None


def later(calendar: Calendar, start: datetime, duration: Duration) -> datetime:
    """The end of a duration that starts at `start`, in UTC."""
    return calendar.add(start, duration.amount, duration.unit).astimezone(UTC)


def earlier(calendar: Calendar, end: datetime, duration: Duration) -> datetime:
    """The moment a duration before `end`, in UTC; for days and longer units the opening hour of that day."""
    return calendar.add(end, -duration.amount, duration.unit).astimezone(UTC)


def time_left(calendar: Calendar, start: datetime, end: datetime, *, working: bool) -> float | None:
    """Minutes from `start` to `end`: working minutes, or minutes by the clock. None where they are too many to be
    counted: a pause does not move a deadline that is decades away.
    """
    if not working:
        return (end - start).total_seconds() / 60
    try:
        return calendar.between(start, end)
    except ValueError:
        return None


def resume(calendar: Calendar, start: datetime, minutes: float, *, working: bool) -> datetime:
    """When the minutes left at a pause run out."""
    if not working:
        return start + timedelta(minutes=minutes)
    if isinstance(calendar, WorkingCalendar):
        return calendar.after(start, timedelta(minutes=minutes))
    return calendar.add(start, minutes / 60, "working hours").astimezone(UTC)  # type: ignore[arg-type]


def calendars_of(sources: Mapping[str, Any], vocabulary: Any = None) -> dict[str, Calendar]:
    """Calendars by id: those of `calendars.yaml` (or calendar objects), and those that plugins added.

    Raises ValueError as `make_calendar`.
    """
    added: Mapping[str, Calendar] = vocabulary.calendars if vocabulary is not None else {}
    configured = {
        name: make_calendar(source) if isinstance(source, Mapping) else source for name, source in sources.items()
    }
    return {**added, **configured}
