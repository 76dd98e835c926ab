"""`config/teams.yaml`: who is in which legal team, and who holds which position. The only truth on both."""

from __future__ import annotations

from dataclasses import dataclass

from formengine.i18n import Text
from formengine.source.yaml_cursor import Place


@dataclass(frozen=True)
class Team:
    """A legal team; `members` and `manager` are e-mail addresses, in small letters."""

    id: str
    title: Text
    members: tuple[str, ...]
    manager: str | None = None


def read_teams(place: Place, languages: tuple[str, ...]) -> dict[str, Team]:
    """The teams by id; what is wrong becomes findings."""
    place.only("teams", "positions")
    given = place.get("teams")
    return {one.name: _team(one, languages) for one in given.identifiers()} if given else {}


def _team(place: Place, languages: tuple[str, ...]) -> Team:
    place.only("title", "members", "manager")
    title, members, manager = place.get("title"), place.get("members"), place.get("manager")
    if members is None:
        place.error("missing", "members is missing; write for example members: [paul@example.com, ana@example.com]")
    head = manager.email() if manager else None
    return Team(
        id=place.name,
        title=(title.text(languages) if title else None) or place.name.replace("_", " ").capitalize(),
        members=_emails(members) if members else (),
        manager=head.lower() if head else None,
    )


def read_positions(place: Place) -> dict[str, list[str]]:
    """The holders of each position, as e-mail addresses; one address stands for a list of one."""
    given = place.get("positions")
    return {one.name: list(_emails(one)) for one in given.identifiers()} if given else {}


def _emails(place: Place) -> tuple[str, ...]:
    ones = list(place.items()) if isinstance(place.value, list) else [place]
    found: list[str] = []
    for one in ones:
        address = (one.email() or "").lower()
        if address in found:
            one.warn("twice", f"{address} stands here twice; keep one")
        elif address:
            found.append(address)
    return tuple(found)
