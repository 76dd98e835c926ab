"""`config/calendars.yaml`: opening days and hours, country holidays, closed days."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any, Final

from formengine.source import did_you_mean
from formengine.source.yaml_cursor import YamlCursor
from formengine.time_zones import zone_names

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)\Z")


@cache
def countries() -> frozenset[str]:
    """The countries (ISO 3166 alpha-2) whose public holidays are known."""
    return frozenset(_regions())


@cache
def _regions() -> dict[str, list[str]]:
    """The regions with holidays of their own, by country (ISO 3166-2 without the country)."""
    from holidays import list_supported_countries

    return list_supported_countries(include_aliases=False)


def read_calendars(cursor: YamlCursor, *, published: bool = False) -> dict[str, dict[str, Any]]:
    """The calendars by id, each as the mapping in the YAML.

    Countries and zones that were `published` are not checked again: their lists are slow to load.
    """
    return {calendar.name: _calendar(calendar, published) for calendar in cursor.entries_by_id()}


def _calendar(cursor: YamlCursor, published: bool) -> dict[str, Any]:
    cursor.mapping("country", "region", "zone", "hours", "days", "closed", "rolls")
    if (country := cursor.get("country")) is not None:
        country.name_of(
            "country with known holidays (two capital letters, such as FR) called", None if published else countries()
        )
    if (region := cursor.get("region")) is not None:
        _check_region(region, cursor.at("country").value, published)
    cursor.at("rolls").choice(("forward", "back", "none"))
    if (zone := cursor.require("zone", "Europe/Paris")) is not None:
        zone.name_of("time zone", None if published else zone_names())
    if (hours := cursor.get("hours")) is not None:
        _check_hours(hours)
    days = cursor.at("days")
    for day in days.texts():
        if day not in DAYS:
            days.error("day", f"{day} is not a day{did_you_mean(day, DAYS)}")
    for item in cursor.at("closed").items():
        _check_date(item)
    return dict(cursor.value) if isinstance(cursor.value, dict) else {}


def _check_region(cursor: YamlCursor, country: object, published: bool) -> None:
    if country is None:
        cursor.error("region", f"{cursor.value} is a region of a country; write country: beside it")
    elif not published:
        regions = _regions().get(str(country), [])
        known = f"; write one of {', '.join(regions)}" if regions else ""
        if cursor.text() not in (None, *regions):
            cursor.error("region", f"the holidays of {cursor.value} in {country} are not known{known}")


def _check_hours(cursor: YamlCursor) -> None:
    text = cursor.text()
    match = _HOURS.match(text or "")
    if text is not None and (match is None or (match[1], match[2]) >= (match[3], match[4])):
        cursor.error("hours", f'{text} are not opening hours; write for example hours: "09:00-18:00"')


def _check_date(cursor: YamlCursor) -> None:
    text = cursor.text()
    try:
        date.fromisoformat(text or "")
    except ValueError:
        cursor.error("date", f'{text} is not a day; write year-month-day: "2026-12-24"')
