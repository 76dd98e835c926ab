"""`config/calendars.yaml`: opening days and hours, country holidays, closed days."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from formengine.source import did_you_mean
from formengine.source.yaml_cursor import Place

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)\Z")


@cache
def countries() -> frozenset[str]:
    """The countries (ISO 3166 alpha-2) whose public holidays are known."""
    from holidays import list_supported_countries

    return frozenset(list_supported_countries())


def read_calendars(place: Place) -> dict[str, dict[str, Any]]:
    """The calendars by id, each as it stands in the YAML; what is wrong becomes findings."""
    return {one.name: _calendar(one) for one in place.identifiers()}


def _calendar(place: Place) -> dict[str, Any]:
    place.only("country", "zone", "hours", "days", "closed")
    if (country := place.get("country")) is not None:
        country.word(countries(), "country with known holidays (two capital letters, such as FR)")
    if (zone := place.need("zone", "Europe/Paris")) is not None:
        zone.word(available_timezones(), "time zone")
    if (hours := place.get("hours")) is not None:
        _check_hours(hours)
    if (days := place.get("days")) is not None:
        for one in days.strings():
            if one not in DAYS:
                days.error("day", f"{one} is not a day{did_you_mean(one, DAYS)}")
    if (closed := place.get("closed")) is not None:
        for item in closed.items():
            _check_date(item)
    return dict(place.value) if isinstance(place.value, dict) else {}


def _check_hours(place: Place) -> None:
    text = place.string()
    match = _HOURS.match(text or "")
    if text is not None and (match is None or (match[1], match[2]) >= (match[3], match[4])):
        place.error("hours", f'{text} are not opening hours; write for example hours: "09:00-18:00"')


def _check_date(place: Place) -> None:
    text = place.string()
    try:
        date.fromisoformat(text or "")
    except ValueError:
        place.error("date", f'{text} is not a day; write year-month-day: "2026-12-24"')
