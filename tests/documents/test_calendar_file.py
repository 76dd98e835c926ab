"""Calendar files: read again by icalendar, and by the letter of RFC 5545."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from formengine.documents.calendar_file import Event, calendar_file

PARIS = ZoneInfo("Europe/Paris")
CHANGED = datetime(2026, 11, 1, 8, tzinfo=UTC)
HEARING = Event("hearing-1.LIT-2026-0001@portal", "Hearing", datetime(2026, 12, 15, 14, 30, tzinfo=PARIS), CHANGED)


def read(*events: Event, title: str = "") -> list[Any]:
    return list(Calendar.from_ical(calendar_file(events, title)).walk("VEVENT"))


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-12-15T14:30", "20261215T133000Z"),  # winter
        ("2026-07-15T14:30", "20260715T123000Z"),  # summer
        ("2026-03-29T09:00", "20260329T070000Z"),  # the day on which summer begins
        ("2026-10-25T09:00", "20261025T080000Z"),  # and ends
    ],
)
def test_a_time_is_the_same_by_every_clock(local: str, utc: str) -> None:
    """D8: in summer and in winter, by the rules of the zone."""
    moment = datetime.fromisoformat(local).replace(tzinfo=PARIS)
    content = calendar_file([replace(HEARING, starts=moment)]).decode()
    assert f"DTSTART:{utc}\r\n" in content
    [event] = read(replace(HEARING, starts=moment))
    assert event["DTSTART"].dt.astimezone(PARIS) == moment
    assert f"{event['DTSTART'].dt.astimezone(PARIS):%Y-%m-%dT%H:%M}" == local
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(hours=1)


def test_what_the_text_of_an_event_holds_survives() -> None:
    """D8: commas, semicolons, backslashes and lines, folded at 75 bytes; control characters do not."""
    text = "Salle 3, aile B; \\ au fond\nDemander « l’huissier » " + "é" * 120
    event = replace(HEARING, summary="Réf\x00 \x1bLIT,1\r\nEND:VEVENT", description=text, location="Lyon, 67; Salle 1")
    content = calendar_file([event], "Portail; juridique")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    [shown] = read(event)
    assert shown["DESCRIPTION"] == text
    assert shown["LOCATION"] == "Lyon, 67; Salle 1"
    assert shown["SUMMARY"] == "Réf   LIT,1\nEND:VEVENT"


def test_a_day_a_moment_and_what_is_cancelled() -> None:
    """D8, D9: a milestone is a whole day that blocks no time, a deadline a moment, an adjourned hearing is off."""
    milestone = replace(HEARING, uid="m", starts=date(2026, 12, 31))
    deadline = replace(HEARING, uid="d", length=timedelta())
    adjourned = replace(HEARING, uid="a", is_busy=True, is_cancelled=True, sequence=3)
    day, moment, off, busy = read(milestone, deadline, adjourned, replace(HEARING, is_busy=True))
    assert (day["DTSTART"].dt, day["DTEND"].dt, day["TRANSP"]) == (date(2026, 12, 31), date(2027, 1, 1), "TRANSPARENT")
    assert "DTEND" not in moment
    assert (off["STATUS"], off["TRANSP"], off["SEQUENCE"]) == ("CANCELLED", "TRANSPARENT", 3)
    assert (busy["STATUS"], busy["TRANSP"], busy["UID"]) == ("CONFIRMED", "OPAQUE", HEARING.uid)


def test_the_same_events_are_the_same_bytes() -> None:
    """D8: so that an unchanged calendar is not sent again."""
    assert calendar_file([HEARING], "Portal") == calendar_file([HEARING], "Portal")
    assert calendar_file([HEARING]) != calendar_file([replace(HEARING, sequence=1)])


@pytest.mark.parametrize(
    "starts",
    [
        *(date.min, date.max),
        *(datetime.fromisoformat(text) for text in ("9999-12-31T23:30:00+00:00", "9999-12-31T23:59:59-12:00")),
        *(datetime.fromisoformat(text) for text in ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+00:00")),
    ],
)
def test_a_mistyped_year_leaves_the_rest_of_the_calendar(starts: date) -> None:
    """D8: the first and the last day that there are, at any offset, are events as others are."""
    shown = read(replace(HEARING, uid="m", starts=starts), HEARING)
    assert [event["UID"] for event in shown] == ["m", HEARING.uid]
    assert shown[0]["DTSTART"].dt.year == starts.year
