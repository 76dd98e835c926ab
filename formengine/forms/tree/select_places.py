"""Where the selects of a group stand among its questions: at its head, but behind the questions that call them up."""

from __future__ import annotations

from collections.abc import Sequence

from formengine import json_pointer
from formengine.forms.tree.node import Choice, Node


def placed_selects(node: Node) -> list[tuple[int, Choice]]:
    """The selects of a group, each with the number of the questions before it, in the order of the page."""
    placed = [(_questions_before(node, choice) if choice.called_by else 0, choice) for choice in node.selects]
    return sorted(placed, key=lambda place_and_choice: place_and_choice[0])


def in_page_order(node: Node, shown: Sequence[Node]) -> list[Node | Choice]:
    """The questions of a group that are `shown`, and its selects among them."""
    selects, ids = placed_selects(node), set(map(id, shown))
    parts: list[Node | Choice] = [choice for place, choice in selects if place == 0]
    for number, child in enumerate(node.children, 1):
        parts += [child] if id(child) in ids else []
        parts += [choice for place, choice in selects if place == number]
    return parts


def _questions_before(node: Node, choice: Choice) -> int:
    """How many questions stand before a select: up to the last one that calls it up, and what else that calls up; what
    the chosen branch asks comes behind its select."""
    names = [json_pointer.last(child.pointer) for child in node.children]
    place = max((number for number, name in enumerate(names, 1) if name in choice.called_by), default=0)
    called_by = node.shape.called_by
    while (
        place < len(names)
        and called_by.get(names[place], set()) >= choice.called_by
        and names[place] not in choice.brings
    ):
        place += 1
    return place
