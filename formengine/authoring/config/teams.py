"""`config/teams.yaml`: who is in which legal team, and who holds which position. The only truth on both."""

from __future__ import annotations

from dataclasses import dataclass

from formengine.i18n import Text
from formengine.source.yaml_cursor import YamlCursor


@dataclass(frozen=True)
class Team:
    """A legal team; `members` and `manager` are e-mail addresses, in small letters."""

    id: str
    title: Text
    members: tuple[str, ...]
    manager: str | None = None


def read_teams(cursor: YamlCursor, languages: tuple[str, ...]) -> dict[str, Team]:
    """The teams by id; what is wrong becomes findings."""
    cursor.only("teams", "positions")
    given = cursor.get("teams")
    return {identifier.name: _team(identifier, languages) for identifier in given.identifiers()} if given else {}


def _team(cursor: YamlCursor, languages: tuple[str, ...]) -> Team:
    cursor.only("title", "members", "manager")
    title, members, manager = cursor.get("title"), cursor.get("members"), cursor.get("manager")
    if members is None:
        cursor.error("missing", "members is missing; write for example members: [paul@example.com, ana@example.com]")
    head = manager.email() if manager else None
    return Team(
        id=cursor.name,
        title=(title.text(languages) if title else None) or cursor.name.replace("_", " ").capitalize(),
        members=_emails(members) if members else (),
        manager=head.lower() if head else None,
    )


def read_positions(cursor: YamlCursor) -> dict[str, list[str]]:
    """The holders of each position, as e-mail addresses; one address stands for a list of one."""
    given = cursor.get("positions")
    return {identifier.name: list(_emails(identifier)) for identifier in given.identifiers()} if given else {}


def _emails(cursor: YamlCursor) -> tuple[str, ...]:
    ones = list(cursor.items()) if isinstance(cursor.value, list) else [cursor]
    found: list[str] = []
    for one in ones:
        address = (one.email() or "").lower()
        if address in found:
            one.warn("twice", f"{address} stands here twice; keep one")
        elif address:
            found.append(address)
    return tuple(found)
