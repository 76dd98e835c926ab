"""What a control is called away from its place on the page: *Tenant: First name*, *Party 2: City*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple

from formengine.forms.tree.node import Node
from formengine.i18n import say


class _Title(NamedTuple):
    """The title of a control, group or row. `is_row`: of a row of a list, or an entry of a map; `needs_list`: it says
    nothing without the title of its list, as *Entry 2*."""

    text: str
    is_row: bool = False
    needs_list: bool = False


_Path = list[_Title]


def titles_apart(root: Node, names: Collection[str], locale: str) -> dict[str, str]:
    """The titles of these controls, each with all the rows that it is in, else with that of its group; no two alike.

    Where these do not tell two controls apart, the groups around them do; where none does, a number.
    """
    colon = say(locale, "{first}: {second}", first="", second="")  # French has a space before it
    paths_of_nodes = {name: path for name, path in _paths(root, locale).items() if name in names}
    paths = {name: [title.text for title in path] for name, path in paths_of_nodes.items()}
    depths = {name: _least_depth(path) for name, path in paths_of_nodes.items()}
    while True:
        titles = {name: colon.join(path[-depths[name] :]) for name, path in paths.items()}
        counts = Counter(titles.values())
        deeper = [name for name, title in titles.items() if counts[title] > 1 and depths[name] < len(paths[name])]
        if not deeper:
            return _numbered(titles, locale)
        for name in deeper:
            depths[name] += 1


def _least_depth(path: _Path) -> int:
    """How many of the last titles of a path are read together at least: *Parties: Entry 2: City*, and in a group of
    that row *Parties: Entry 2: Address: City*.
    """
    outermost = next((place for place, title in enumerate(path) if title.is_row), len(path))
    if outermost < len(path) and path[outermost].needs_list:
        outermost -= 1
    return min(len(path), max(2, len(path) - outermost))


def _numbered(titles: dict[str, str], locale: str) -> dict[str, str]:
    """The titles with numbers behind those that an earlier control has."""
    taken: set[str] = set()
    apart = {}
    for name, title in titles.items():
        number = 1
        apart[name] = title
        while apart[name] in taken:
            number += 1
            apart[name] = f"{title or say(locale, 'Form')} ({number})"
        taken.add(apart[name])
    return apart


def _paths(root: Node, locale: str) -> dict[str, _Path]:
    """The titles of the groups and rows around each control, outermost first, and its own; those without a title, and
    those of groups that only repeat the one around them, left out."""
    paths: dict[str, _Path] = {}
    root_title = root.shape.keywords.get("title", "") if root.kind == "object" else root.title
    stack: list[tuple[Node, _Path, _Title]] = [(root, [], _Title(root_title))]
    while stack:
        node, around, title = stack.pop()
        repeated = not title.is_row and [title.text] == [outer.text for outer in around[-1:]]
        path = [*around, title] if title.text and not repeated else around
        own = path or [_Title("")]
        paths[node.name] = own
        paths.update((choice.name, own) for choice in node.choices)
        inner = [] if node is root else path
        within = [(child, inner, _title_of(child, node)) for child in node.children]
        for number, row in enumerate(node.extra, 1):
            entry = _Title(row.key.strip() or say(locale, "Entry {number}", number=number), True, True)
            paths[node.key_name(row.key_id)] = [*inner, entry, _Title(say(locale, "Name"))]
            within.append((row.node, inner, entry))
        stack += reversed(within)
    return paths


def _title_of(child: Node, parent: Node) -> _Title:
    return _Title(child.title, parent.kind == "array", not child.shape.keywords.get("title"))
