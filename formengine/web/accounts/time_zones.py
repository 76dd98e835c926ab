"""The time zones that a person chooses from: those likely to be theirs first, then all, by parts of the world."""

from __future__ import annotations

from functools import cache
from typing import Final

from formengine.i18n import fold, say
from formengine.value_format import current_zone_names, zone_title

ZoneGroup = tuple[str, tuple[tuple[str, str], ...]]
"""The title of a group, "" for the one in front, and its choices: IANA names with their titles."""

_AREAS: Final = {
    "Africa": "Africa",
    "America": "America",
    "Antarctica": "Antarctica",
    "Asia": "Asia",
    "Atlantic": "Atlantic Ocean",
    "Australia": "Australia",
    "Europe": "Europe",
    "Indian": "Indian Ocean",
    "Pacific": "Pacific Ocean",
}
"""The English titles of the parts of the world, by how the IANA names of their zones begin."""


def zone_groups(language: str, *likely: str) -> tuple[ZoneGroup, ...]:
    """All zones as groups of choices; in front the `likely` ones (IANA names), each once, and UTC."""
    front = tuple((zone, zone_title(zone, language)) for zone in dict.fromkeys((*likely, "UTC")))
    return (("", front), *_groups_by_area(language))


@cache
def _groups_by_area(language: str) -> tuple[ZoneGroup, ...]:
    choices: dict[str, list[tuple[str, str]]] = {area: [] for area in _AREAS}
    for zone in current_zone_names():
        area = zone.partition("/")[0]
        if area in choices:
            choices[area].append((zone, zone_title(zone, language)))
    titled = [(say(language, _AREAS[area]), tuple(sorted(own, key=_by_title))) for area, own in choices.items()]
    return tuple(sorted(titled, key=lambda group: fold(group[0])))


def _by_title(choice: tuple[str, str]) -> str:
    return fold(choice[1])
