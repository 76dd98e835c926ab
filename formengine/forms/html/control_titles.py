"""What a control is called away from its place on the page: *Tenant: First name*, *Party 2: City*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from formengine.forms.tree.node import Node
from formengine.i18n import say


def titles_apart(root: Node, names: Collection[str], locale: str) -> dict[str, str]:
    """The titles of these controls, each with that of its group or row; no two alike.

    Where a group does not tell two controls apart, the groups around it do; where none does, a number.
    """
    colon = say(locale, "{first}: {second}", first="", second="")  # French has a space before it
    paths = {name: path for name, path in _paths(root).items() if name in names}
    depths = dict.fromkeys(paths, 2)
    while True:
        titles = {name: colon.join(path[-depths[name] :]) for name, path in paths.items()}
        counts = Counter(titles.values())
        deeper = [name for name, title in titles.items() if counts[title] > 1 and depths[name] < len(paths[name])]
        if not deeper:
            return _numbered(titles)
        for name in deeper:
            depths[name] += 1


def _numbered(titles: dict[str, str]) -> dict[str, str]:
    seen: Counter[str] = Counter()
    apart = {}
    for name, title in titles.items():
        seen[title] += 1
        apart[name] = f"{title} ({seen[title]})" if seen[title] > 1 and title else title
    return apart


def _paths(root: Node) -> dict[str, list[str]]:
    """The titles of the groups and rows around each control, outermost first, and its own; those without a title, and
    those that only repeat the one around them, left out."""
    paths: dict[str, list[str]] = {}
    stack: list[tuple[Node, list[str]]] = [(root, [])]
    while stack:
        node, around = stack.pop()
        title = node.shape.keywords.get("title", "") if node is root and node.kind == "object" else node.title
        path = [*around, title] if title and title not in around[-1:] else around
        own = path or [""]
        paths[node.name] = own
        paths.update((choice.name, own) for choice in node.choices)
        inner = [] if node is root else path
        for row in node.extra:
            paths[node.key_name(row.key_id)] = [*inner, row.key or row.node.title]
        stack += [(child, inner) for child in reversed([*node.children, *(row.node for row in node.extra)])]
    return paths
