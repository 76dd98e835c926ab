"""Lays out a graph of states in one column, with the ways between them beside it, as on the map of a bus line.

A way to the next row is an arrow between the two. Every other way runs beside the column: those that lead on at the
right, those that lead back at the left. All ways to one state share a lane, so that there are never more lanes than
states, whatever the workflow. The column fits a telephone's screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from formengine.workflow.diagram.graph import Graph, Node

LINE_CHARACTERS: Final = 25
"""Characters of a title on one line of a box: 216 wide, in a font of 14."""
BOX_WIDTH: Final = 216
LINE_HEIGHT: Final = 18
PADDING: Final = 11
GAP: Final = 24
LANE: Final = 13
MARGIN: Final = 6
Side = Literal["left", "right"]


@dataclass(frozen=True)
class Box:
    """A node's box: its lines of text, its top and its height. `here`: the line that says that the dossier is here."""

    node: Node
    lines: tuple[str, ...]
    here: str
    top: int
    height: int

    @property
    def bottom(self) -> int:
        return self.top + self.height

    @property
    def middle(self) -> int:
        return self.top + self.height // 2


@dataclass(frozen=True)
class Lane:
    """All ways to one state on one side: from the rows of `sources` along `x` to the row of `target`."""

    side: Side
    sources: tuple[int, ...]
    target: int
    x: int


@dataclass(frozen=True)
class Layout:
    """Boxes from top to bottom, arrows between neighbours (the row of each upper box), lanes, and the size of all."""

    boxes: tuple[Box, ...]
    arrows: tuple[int, ...]
    lanes: tuple[Lane, ...]
    left: int
    width: int
    height: int


def layout_of(graph: Graph, here: str | None = None, here_text: str = "") -> Layout:
    """The layout of a graph; `here` is the id of the node that is marked with `here_text`."""
    rows = {node.id: row for row, node in enumerate(graph.nodes)}
    arrows = []
    sources: dict[tuple[Side, int], list[int]] = {}
    for edge in graph.edges:
        source, target = rows[edge.source], rows[edge.target]
        if target == source + 1:
            arrows.append(source)
        else:
            sources.setdefault(("right" if target > source else "left", target), []).append(source)
    numbers = {
        side: _lane_numbers({t: s for (of, t), s in sources.items() if of == side}) for side in ("left", "right")
    }
    counts = {side: max(of_side.values(), default=-1) + 1 for side, of_side in numbers.items()}
    left = MARGIN + counts["left"] * LANE + (MARGIN if counts["left"] else 0)
    right = left + BOX_WIDTH
    lanes = [
        Lane(side, tuple(sorted(of)), target, _lane_x(side, numbers[side][target], left, right))
        for (side, target), of in sources.items()
    ]
    boxes = _boxes(graph, here, here_text)
    width = right + MARGIN + counts["right"] * LANE + (MARGIN if counts["right"] else 0)
    height = boxes[-1].bottom + MARGIN if boxes else 0
    return Layout(tuple(boxes), tuple(sorted(set(arrows))), tuple(lanes), left, width, height)


def _lane_x(side: Side, number: int, left: int, right: int) -> int:
    distance = (number + 1) * LANE
    return left - distance if side == "left" else right + distance


def _lane_numbers(sources: dict[int, list[int]]) -> dict[int, int]:
    """The lane of each target, counted from the column; the shortest ways are nearest to it, and none overlap."""
    taken: list[list[tuple[int, int]]] = []
    numbers: dict[int, int] = {}
    spans = {target: (min(*rows, target), max(*rows, target)) for target, rows in sources.items()}
    for target, (first, last) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[0])):
        free = (i for i, lane in enumerate(taken) if all(last < start or end < first for start, end in lane))
        number = next(free, len(taken))
        if number == len(taken):
            taken.append([])
        taken[number].append((first, last))
        numbers[target] = number
    return numbers


def _boxes(graph: Graph, here: str | None, here_text: str) -> list[Box]:
    boxes, top = [], MARGIN
    for node in graph.nodes:
        lines = title_lines(node.title)
        marked = here_text if node.id == here else ""
        height = (len(lines) + bool(marked)) * LINE_HEIGHT + 2 * PADDING
        boxes.append(Box(node, lines, marked, top, height))
        top += height + GAP
    return boxes


def title_lines(title: str, width: int = LINE_CHARACTERS) -> tuple[str, ...]:
    """A title on at most three lines; what is longer ends in an ellipsis.

    >>> title_lines("We need information from you", 16)
    ('We need', 'information from', 'you')
    """
    lines = [""]
    for word in title.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    shown = [line if len(line) <= width else line[: width - 1] + "…" for line in lines[:3]]
    if len(lines) > 3:
        shown[-1] = shown[-1][: width - 1].rstrip(" …") + "…"
    return tuple(shown)
