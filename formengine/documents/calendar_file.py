"""Calendar files (iCalendar, RFC 5545) of events: times in UTC, which every program shows by its own clock.

The same events always make the same bytes: DTSTAMP is the moment of the last change, as section 3.8.7.2 has it for
calendars without a METHOD.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
PRODUCT: Final = "-//formengine//formengine//EN"
LENGTH: Final = timedelta(hours=1)
"""How long a timed event lasts: courts say when a hearing begins, not when it ends."""
REFRESH: Final = timedelta(hours=1)
"""How often a program should read a calendar again (RFC 7986, 5.7)."""
_LAST: Final = datetime.max.replace(tzinfo=UTC)
_CONTROLS: Final = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u2028\\u2029]")


@dataclass(frozen=True)
class Event:
    """One event. `starts` is an aware moment, or a date for the whole day; `sequence` rises with each change.

    `uid` stays the same for good, so that a program changes the event that it has. `is_busy`: the time is taken.
    """

    uid: str
    summary: str
    starts: datetime | date
    changed_at: datetime
    sequence: int = 0
    description: str = ""
    location: str = ""
    url: str = ""
    is_cancelled: bool = False
    is_busy: bool = False
    length: timedelta = LENGTH
    """Of a timed event; nothing for a moment, such as the end of a deadline."""


def calendar_file(events: Iterable[Event], title: str = "") -> bytes:
    """A calendar with these events, as bytes; `title` is what programs call it."""
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if title:
        calendar.add("name", _clean(title))
        calendar.add("x-wr-calname", _clean(title))
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(_component(event))
    content: bytes = calendar.to_ical()
    return content


def _component(event: Event) -> Any:
    from icalendar import Event as Component

    component = Component()
    component.add("uid", event.uid)
    component.add("dtstamp", _utc(event.changed_at).replace(microsecond=0))
    component.add("last-modified", _utc(event.changed_at).replace(microsecond=0))
    component.add("sequence", event.sequence)
    if isinstance(event.starts, datetime):
        starts = _utc(event.starts)
        component.add("dtstart", starts)
        if event.length and starts <= _LAST - event.length:
            component.add("dtend", starts + event.length)
    else:
        component.add("dtstart", event.starts)
        if event.starts < date.max:  # without an end it lasts that day (RFC 5545, 3.6.1)
            component.add("dtend", event.starts + timedelta(days=1))
    component.add("summary", _clean(event.summary))
    for name in ("description", "location"):
        if text := _clean(getattr(event, name)):
            component.add(name, text)
    if event.url:
        component.add("url", event.url)
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    component.add("transp", "OPAQUE" if event.is_busy and not event.is_cancelled else "TRANSPARENT")
    component.add("class", "PRIVATE")
    return component


def _utc(moment: datetime) -> datetime:
    """The moment in UTC; one that UTC has no year for becomes the first or the last that there is, so that a mistyped
    year does not take the rest of a calendar away.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _LAST if moment.year == _LAST.year else datetime.min.replace(tzinfo=UTC)


def _clean(text: str) -> str:
    """Text without control characters, which no property of a calendar may hold; line ends are LF."""
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
