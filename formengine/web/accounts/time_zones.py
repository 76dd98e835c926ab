"""The time zones that a person chooses from: those likely to be theirs first, then all, by parts of the world."""

from __future__ import annotations

from functools import cache
from typing import Final

from formengine.i18n import fold, say
from formengine.time_zones import current_zone_names, zone_territory, zone_title

ZoneGroup = tuple[str, tuple[tuple[str, str], ...]]
"""The title of a group, "" for the one in front, and its choices: IANA names with their titles."""

_AREAS: Final = {
    "Africa": "Africa",
    "Antarctica": "Antarctica",
    "Asia": "Asia",
    "Atlantic": "Atlantic Ocean",
    "Australia": "Australia",
    "Europe": "Europe",
    "Indian": "Indian Ocean",
    "Pacific": "Pacific Ocean",
}
"""The English titles of the parts of the world, by how the IANA names of their zones begin."""
_NORTH_AMERICA: Final = frozenset(("BM", "CA", "GL", "PM", "US"))
_SOUTH_AMERICA: Final = frozenset(
    ("AR", "BO", "BR", "CL", "CO", "EC", "FK", "GF", "GS", "GY", "PE", "PY", "SR", "UY", "VE")
)
"""Territories of UN M49, 021 and 005 (without Bouvet Island, which has no zone); the others of America are between."""


def zone_groups(language: str, *likely: str) -> tuple[ZoneGroup, ...]:
    """All zones as groups of choices; in front the `likely` ones (IANA names), each once, and UTC."""
    front = tuple((zone, zone_title(zone, language)) for zone in dict.fromkeys((*likely, "UTC")))
    return (("", front), *_groups_by_area(language))


@cache
def _groups_by_area(language: str) -> tuple[ZoneGroup, ...]:
    choices: dict[str, list[tuple[str, str]]] = {}
    for zone in current_zone_names():
        if area := _area(zone):
            choices.setdefault(say(language, area), []).append((zone, zone_title(zone, language)))
    titled = [(title, tuple(sorted(own, key=_by_title))) for title, own in choices.items()]
    return tuple(sorted(titled, key=lambda group: fold(group[0])))


def _area(zone: str) -> str:
    """The English title of the part of the world that a zone is listed under; "" for a zone of no place."""
    area, territory = zone.partition("/")[0], zone_territory(zone)
    if area != "America":
        return _AREAS.get(area, "")
    if territory in _NORTH_AMERICA:
        return "North America"
    return "South America" if territory in _SOUTH_AMERICA else "Central America and the Caribbean"


def _by_title(choice: tuple[str, str]) -> str:
    return fold(choice[1])
