"""What a control is called away from its place on the page: *Tenant: First name*, *Party 2: City*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from formengine.forms.tree.node import Node
from formengine.i18n import say

_Path = list[tuple[str, bool]]
"""Titles, each with whether it is the number of a row that has no title of its own."""


def titles_apart(root: Node, names: Collection[str], locale: str) -> dict[str, str]:
    """The titles of these controls, each with that of its group or row, and of the list of a row that has none of its
    own; no two alike.

    Where a group does not tell two controls apart, the groups around it do; where none does, a number.
    """
    colon = say(locale, "{first}: {second}", first="", second="")  # French has a space before it
    found = {name: path for name, path in _paths(root).items() if name in names}
    paths = {name: [title for title, _ in path] for name, path in found.items()}
    depths = {name: _least_depth(path) for name, path in found.items()}
    while True:
        titles = {name: colon.join(path[-depths[name] :]) for name, path in paths.items()}
        counts = Counter(titles.values())
        deeper = [name for name, title in titles.items() if counts[title] > 1 and depths[name] < len(paths[name])]
        if not deeper:
            return _numbered(titles)
        for name in deeper:
            depths[name] += 1


def _least_depth(path: _Path) -> int:
    """How many of the last titles of a path are read together at least: *Parties: Entry 2: City*, and in a group of
    that row *Parties: Entry 2: Address: City*.
    """
    row = next((number for number, (_, is_row) in enumerate(reversed(path), 1) if is_row), 0)
    depth = max(min(2, len(path)), row)
    while depth < len(path) and depth > 1 and path[-depth][1]:
        depth += 1
    return depth


def _numbered(titles: dict[str, str]) -> dict[str, str]:
    seen: Counter[str] = Counter()
    apart = {}
    for name, title in titles.items():
        seen[title] += 1
        apart[name] = f"{title} ({seen[title]})" if seen[title] > 1 and title else title
    return apart


def _paths(root: Node) -> dict[str, _Path]:
    """The titles of the groups and rows around each control, outermost first, and its own; those without a title, and
    those of groups that only repeat the one around them, left out."""
    paths: dict[str, _Path] = {}
    stack: list[tuple[Node, _Path, bool]] = [(root, [], False)]
    while stack:
        node, around, is_row = stack.pop()
        title = node.shape.keywords.get("title", "") if node is root and node.kind == "object" else node.title
        untitled_row = is_row and "title" not in node.shape.keywords
        repeated = not untitled_row and [title] == [text for text, _ in around[-1:]]
        path = [*around, (title, untitled_row)] if title and not repeated else around
        own = path or [("", False)]
        paths[node.name] = own
        paths.update((choice.name, own) for choice in node.choices)
        inner = [] if node is root else path
        for row in node.extra:
            paths[node.key_name(row.key_id)] = [*inner, (row.key or row.node.title, False)]
        rows = node.children if node.kind == "array" else ()
        stack += [(child, inner, True) for child in reversed(rows)]
        others = [*(() if rows else node.children), *(row.node for row in node.extra)]
        stack += [(child, inner, False) for child in reversed(others)]
    return paths
