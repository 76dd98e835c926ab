"""Time zones by their IANA names: which there are, what they are called, and which one a reader's times are in."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from babel import dates
from babel.core import get_global

from formengine.i18n import locale_of


class NamedZone(str):
    """A time zone that is named behind each time, because another one holds where the reader's counsel is."""

    __slots__ = ()


def require_zone(zone: str) -> str:
    """The name of a time zone; ValueError for one that the IANA database does not have.

    >>> require_zone("Europe/Paris")
    'Europe/Paris'
    """
    try:
        return ZoneInfo(zone).key
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise ValueError(f"the zone {zone!r} is not known; write an IANA name such as Europe/Paris") from None


@cache
def zone_names() -> frozenset[str]:
    """The names of all time zones of the IANA database; looked for on the disk once, for there are six hundred.

    Without those that are no zone of a place: `localtime` is that of the machine, `Factory` that of none.
    """
    return frozenset(available_timezones() - {"localtime", "Factory"})


def current_zone_names() -> frozenset[str]:
    """The names of all time zones of places (IANA), without those that are an older name of another one."""
    return frozenset(zone_names() & get_global("zone_territories").keys() - get_global("zone_aliases").keys())


def zone_territory(zone: str) -> str | None:
    """The territory of a time zone (an IANA name), as ISO 3166-1 writes it in two letters; None for an unknown one.

    >>> zone_territory("Africa/Cairo")
    'EG'
    """
    territory: str | None = get_global("zone_territories").get(get_global("zone_aliases").get(zone, zone))
    return territory


def zone_title(zone: str, language: str) -> str:
    """A time zone (an IANA name) as its city and country; that of no place keeps its name.

    >>> zone_title("Africa/Cairo", "fr"), zone_title("Asia/Singapore", "en"), zone_title("UTC", "en")
    ('Le Caire – Égypte', 'Singapore', 'UTC')
    """
    territory = zone_territory(zone)
    if "/" not in zone or territory is None:
        return zone
    locale = locale_of(language)
    city, country = dates.get_timezone_location(zone, locale=locale, return_city=True), locale.territories[territory]
    return city if city == country else f"{city} – {country}"


def reader_zone(own: str, portal: str) -> str:
    """The zone of a reader (IANA names), to be named where it differs from the portal's."""
    return own if own == portal else NamedZone(own)
