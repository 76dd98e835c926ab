"""`config/teams.yaml`: the members of legal teams and the holders of positions; they are recorded nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from formengine.i18n import Text
from formengine.source.did_you_mean import did_you_mean
from formengine.source.yaml_cursor import YamlCursor, missing_key
from formengine.value_format import title_of_id


@dataclass(frozen=True)
class Team:
    """A legal team; `members` and `manager` are e-mail addresses, in small letters."""

    id: str
    title: Text
    members: tuple[str, ...]
    manager: str | None = None


def read_teams(cursor: YamlCursor, languages: tuple[str, ...]) -> dict[str, Team]:
    """The teams by id."""
    cursor.mapping("teams", "positions", "titles")
    return {team.name: _team(team, languages) for team in cursor.at("teams").entries_by_id()}


def _team(cursor: YamlCursor, languages: tuple[str, ...]) -> Team:
    cursor.mapping("title", "members", "manager")
    title, members, manager = cursor.get("title"), cursor.get("members"), cursor.get("manager")
    if members is None:
        cursor.missing("members", missing_key("members", "[paul@example.com, ana@example.com]"))
    elif members.value == []:
        members.warn("nobody", f"nobody is in the team {cursor.name}: what comes to it reaches nobody; add its members")
    address = manager.email() if manager else None
    return Team(
        id=cursor.name,
        title=(title.localized_text(languages) if title else None) or title_of_id(cursor.name),
        members=_emails(members) if members else (),
        manager=address.lower() if address else None,
    )


def read_positions(cursor: YamlCursor) -> dict[str, list[str]]:
    """The e-mail addresses of the holders of each position; a single address stands for a list of one."""
    return {position.name: list(_emails(position)) for position in cursor.at("positions").entries_by_id()}


def read_position_titles(cursor: YamlCursor, positions: Iterable[str], languages: tuple[str, ...]) -> dict[str, Text]:
    """What each of the `positions` is called, by its id: the text under `titles`, else words made of the id."""
    titles: dict[str, Text] = {name: title_of_id(name) for name in positions}
    for entry in cursor.at("titles").entries():
        if entry.name not in titles:
            wanted = did_you_mean(entry.name, titles)
            entry.error("position", f"there is no position `{entry.name}`{wanted}", at_key=True)
        elif title := entry.localized_text(languages):
            titles[entry.name] = title
    return titles


def _emails(cursor: YamlCursor) -> tuple[str, ...]:
    addresses: list[str] = []
    for item in cursor.items() if isinstance(cursor.value, list) else [cursor]:
        address = (item.email() or "").lower()
        if address in addresses:
            item.warn("twice", f"{address} stands here twice; keep one")
        elif address:
            addresses.append(address)
    return tuple(addresses)
