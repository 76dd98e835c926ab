"""Deadlines reckoned by hand: weekends, French holidays, clock changes, leap days, a zone west of UTC, pauses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from formengine.conditions.durations import parse_duration
from formengine.workflow.engine.calendar import WorkingCalendar, earlier, later, make_calendar, resume, time_left

FR = make_calendar({"country": "FR", "zone": "Europe/Paris", "hours": "09:00-18:00", "closed": ["2026-12-24"]})
PLAIN = make_calendar({})
NY = make_calendar({"country": "US", "zone": "America/New_York", "hours": "09:00-17:00"})
ROUND = make_calendar({"zone": "Europe/Paris", "hours": "00:00-24:00", "days": ["sat", "sun", "mon"]})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ROWS = [
    # Paris is UTC+1 in winter, +2 in summer; a French working day has nine hours here
    (FR, "2026-03-02T09:00", "1 working day", "2026-03-03T09:00"),
    (FR, "2026-03-02T08:00", "1 working day", "2026-03-02T17:00"),  # from opening: the same day's closing
    (FR, "2026-03-06T09:00", "1 working day", "2026-03-09T09:00"),  # over a weekend
    (FR, "2026-03-07T09:00", "1 working day", "2026-03-09T17:00"),  # begun on a Saturday
    (FR, "2026-03-06T18:30", "4 working hours", "2026-03-09T12:00"),  # after closing
    (FR, "2026-03-06T16:00", "2 working hours", "2026-03-09T09:00"),
    (FR, "2026-03-06T16:00", "1 working hours", "2026-03-06T17:00"),  # up to closing itself
    (FR, "2026-03-02T05:00", "1 working hour", "2026-03-02T09:00"),  # before opening
    (FR, "2026-04-03T08:00", "2 working days", "2026-04-08T08:00"),  # Easter Monday; clocks have changed
    (FR, "2026-04-30T09:00", "1 working day", "2026-05-04T09:00"),  # 1 May
    (FR, "2026-05-07T07:00", "2 working days", "2026-05-11T16:00"),  # 8 May
    (FR, "2026-05-13T08:00", "1 working day", "2026-05-15T08:00"),  # Ascension
    (FR, "2026-05-22T08:00", "1 working day", "2026-05-26T08:00"),  # Whit Monday
    (FR, "2026-07-13T08:00", "1 working day", "2026-07-15T08:00"),  # 14 July
    (FR, "2026-08-14T08:00", "1 working day", "2026-08-17T08:00"),  # 15 August on a Saturday
    (FR, "2026-11-10T09:00", "1 working day", "2026-11-12T09:00"),  # 11 November
    (FR, "2026-12-23T09:00", "1 working day", "2026-12-28T09:00"),  # closed on the 24th, then Christmas
    (FR, "2026-12-31T09:00", "1 working day", "2027-01-04T09:00"),  # New Year
    (FR, "2026-03-27T09:00", "1 working day", "2026-03-30T08:00"),  # spring: 10:00 stays 10:00
    (FR, "2026-10-23T08:00", "1 working day", "2026-10-26T09:00"),  # autumn: likewise
    (FR, "2026-03-27T16:00", "2 working hours", "2026-03-30T08:00"),
    (FR, "2026-03-02T09:00", "5 working days", "2026-03-09T09:00"),
    (FR, "2026-03-02T09:00", "20 working days", "2026-03-30T08:00"),
    # calendar units: not the first day, to the end of the last
    (FR, "2026-03-02T09:00", "1 day", "2026-03-03T23:00"),
    (FR, "2026-03-02T23:30", "1 day", "2026-03-04T23:00"),  # already the 3rd in Paris
    (FR, "2026-03-02T09:00", "2 weeks", "2026-03-16T23:00"),
    (FR, "2026-03-28T09:00", "1 day", "2026-03-29T22:00"),  # a day of 23 hours
    (FR, "2026-10-24T09:00", "1 day", "2026-10-25T23:00"),  # a day of 25 hours
    (FR, "2026-01-31T09:00", "1 month", "2026-02-28T23:00"),  # no 31 February
    (FR, "2028-01-31T09:00", "1 month", "2028-02-29T23:00"),  # leap year
    (FR, "2028-02-29T09:00", "1 year", "2029-02-28T23:00"),  # no 29 February
    (FR, "2026-03-31T09:00", "1 month", "2026-04-30T22:00"),
    (FR, "2026-03-02T09:00", "12 months", "2027-03-02T23:00"),
    (FR, "2026-03-02T09:00", "90 minutes", "2026-03-02T10:30"),
    (FR, "2026-03-28T23:00", "4 hours", "2026-03-29T03:00"),  # plain hours are real ones
    # UTC, Monday to Friday, eight hours
    (PLAIN, "2026-03-02T10:00", "15 working days", "2026-03-23T10:00"),
    (PLAIN, "2026-03-06T17:00", "1 working hour", "2026-03-09T10:00"),
    (PLAIN, "2028-02-28T09:00", "2 working days", "2028-02-29T17:00"),
    (PLAIN, "2026-03-02T10:00", "1 month", "2026-04-03T00:00"),
    # New York, five hours west of UTC in winter, four in summer
    (NY, "2026-03-02T02:00", "1 working day", "2026-03-02T22:00"),  # Sunday evening there
    (NY, "2026-03-02T02:00", "1 day", "2026-03-03T05:00"),
    (NY, "2026-03-06T15:00", "1 working day", "2026-03-09T14:00"),  # clocks change on 8 March
    (NY, "2026-07-02T14:00", "1 working day", "2026-07-06T14:00"),  # Independence Day, observed
    (NY, "2026-11-25T15:00", "1 working day", "2026-11-27T15:00"),  # Thanksgiving
    # open all day on the two days that change length
    (ROUND, "2026-03-28T23:00", "1 working day", "2026-03-29T23:00"),  # 24 hours from Sunday's beginning
    (ROUND, "2026-10-24T22:00", "1 working day", "2026-10-25T22:00"),
]


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 40


@pytest.mark.parametrize(("calendar", "start", "amount", "due"), ROWS)
def test_due(calendar: object, start: str, amount: str, due: str) -> None:
    """W9: a duration from a moment, on a calendar."""
    assert later(calendar, utc(start), parse_duration(amount)) == utc(due)  # type: ignore[arg-type]


HOLIDAYS = {
    "FR": ["01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25"],
    "US": ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "07-04", "09-07", "10-12", "11-11", "11-26", "12-25"],
}
"""Of 2026, from the calendars on the wall."""


def _is_open(calendar: WorkingCalendar, moment: datetime) -> bool:
    """Of a minute, by the clock on the wall there."""
    local = moment.astimezone(calendar.zone)
    day = f"{local:%m-%d}" if local.year == 2026 else "01-01" if f"{local:%m-%d}" == "01-01" else ""
    closed = day in HOLIDAYS.get(calendar.country or "", ()) or local.date() in calendar.closed
    return (
        not closed
        and local.weekday() in calendar.days
        and calendar.opens <= local.hour * 60 + local.minute < calendar.closes
    )


WORKING = [row for row in ROWS if "working" in row[2]]


@pytest.mark.parametrize(("calendar", "start", "amount", "due"), WORKING)
def test_the_table_agrees_with_counting_minute_by_minute(
    calendar: WorkingCalendar, start: str, amount: str, due: str
) -> None:
    """W9: working time again, without any arithmetic: look at the clock each minute."""
    number, _, unit = amount.partition(" ")
    minutes_left = int(number) * (calendar.closes - calendar.opens if "day" in unit else 60)
    moment = utc(start)
    while minutes_left:
        minutes_left -= _is_open(calendar, moment)
        moment += timedelta(minutes=1)
    assert moment == utc(due)


BACK = [
    (FR, "2026-12-31T08:00", "60 days", "2026-11-01T08:00"),  # opening hour of that day, open or not
    (FR, "2026-04-15T07:00", "1 month", "2026-03-15T08:00"),
    (FR, "2026-03-09T09:00", "1 working day", "2026-03-06T09:00"),
    (FR, "2026-03-09T09:00", "4 working hours", "2026-03-06T14:00"),
    (FR, "2026-05-04T07:00", "1 working hour", "2026-04-30T15:00"),  # over 1 May
    (FR, "2026-03-09T09:00", "90 minutes", "2026-03-09T07:30"),
]


@pytest.mark.parametrize(("calendar", "end", "amount", "start"), BACK)
def test_before(calendar: object, end: str, amount: str, start: str) -> None:
    """W9: a duration before a moment."""
    assert earlier(calendar, utc(end), parse_duration(amount)) == utc(start)  # type: ignore[arg-type]


PAUSES = [
    # due, paused, resumed, due then
    (FR, "2026-03-09T09:00", "2026-03-06T16:00", "2026-03-11T08:00", "2026-03-11T10:00"),
    (FR, "2026-03-03T09:00", "2026-03-02T09:00", "2026-03-27T17:00", "2026-03-30T16:00"),  # nothing runs at night
    (FR, "2026-04-07T07:00", "2026-04-03T15:00", "2026-10-26T08:00", "2026-10-26T09:00"),
    (NY, "2026-03-09T14:00", "2026-03-06T15:00", "2026-03-16T13:00", "2026-03-16T21:00"),
]


@pytest.mark.parametrize(("calendar", "due", "paused", "resumed", "new_due"), PAUSES)
def test_a_pause_keeps_the_open_minutes(calendar: object, due: str, paused: str, resumed: str, new_due: str) -> None:
    """W9: what was left at the pause is what is left after it."""
    minutes = time_left(calendar, utc(paused), utc(due), working=True)  # type: ignore[arg-type]
    assert resume(calendar, utc(resumed), minutes, working=True) == utc(new_due)  # type: ignore[arg-type]


@pytest.mark.parametrize("minutes", [0, 1, 59, 540, 541, 2700, 99999])
def test_counting_back_undoes_counting_on(minutes: int) -> None:
    """W9: `between` measures what `add` added, and counting back returns."""
    start = utc("2026-03-27T10:17")
    end = FR.after(start, timedelta(minutes=minutes))
    assert FR.between(start, end) == minutes
    assert FR.back(end, timedelta(minutes=minutes)) == start


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"hours": "18:00-09:00"}, "09:00-18:00"),
        ({"zone": "Paris"}, "Europe/Paris"),
        ({"country": "France"}, "FR"),
        ({"days": ["monday"]}, "mon"),
        ({"closed": ["24/12/2026"]}, "2026-12-24"),
        ({"hour": "09:00-18:00"}, "hours"),
    ],
)
def test_a_calendar_that_cannot_be_read_says_what_to_write(source: dict[str, object], words: str) -> None:
    """W9, A2."""
    with pytest.raises(ValueError, match=words):
        make_calendar(source)
