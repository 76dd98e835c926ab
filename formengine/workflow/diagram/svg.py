"""The picture of a workflow as SVG: no script, no style of its own (the page's style sheet has the colours), printable.

The picture is one image to screen readers, with a title and a description; what it shows is told in full by the list
beside it, which pages make from the same graph.
"""

from __future__ import annotations

from collections.abc import Collection
from html import escape

from formengine.i18n import say
from formengine.workflow.diagram.graph import Graph
from formengine.workflow.diagram.layout import BOX_WIDTH, LINE_HEIGHT, PADDING, Box, Lane, Layout, layout_of

_CURVE = 7
_AWAY = 6
"""How far from the middle of a box ways leave below, and arrive above."""
_HEAD = 8
_TICK_WIDTH = 14


def diagram_svg(graph: Graph, language: str, *, here: str | None = None, visited: Collection[str] = ()) -> str:
    """The picture; `here` is the state in which a dossier is, `visited` are those that it has left."""
    node = graph.node_of(here) if here is not None else None
    layout = layout_of(graph, node.id if node else None, say(language, "You are here"))
    title = say(language, "Picture of the workflow")
    told = say(language, "The states from top to bottom, with arrows to those that can follow.")
    if node is not None:
        told += " " + say(language, "You are here: {state}.", state=node.title)
    shapes = [*(_lane(layout, lane) for lane in layout.lanes), *(_arrow(layout, row) for row in layout.arrows)]
    shapes += [_box(layout, box, set(visited)) for box in layout.boxes]
    return (
        f'<svg class="fe-flow" viewBox="0 0 {layout.width} {layout.height}" width="{layout.width}" '
        f'height="{layout.height}" role="img" aria-labelledby="flow-title flow-told" focusable="false">'
        f'<title id="flow-title">{escape(title)}</title><desc id="flow-told">{escape(told)}</desc>'
        f"{''.join(shapes)}</svg>"
    )


def _box(layout: Layout, box: Box, visited: set[str]) -> str:
    classes = ["fe-flow-state", f"fe-flow-{box.node.category}"]
    is_visited = not box.here and bool(visited.intersection(box.node.states))
    classes += ["fe-flow-here"] if box.here else ["fe-flow-visited"] if is_visited else []
    x, centre = layout.left, layout.left + BOX_WIDTH // 2 + (_TICK_WIDTH // 2 if is_visited else 0)
    radius = box.height // 2 if box.node.chooses else 8
    rect = f'<rect x="{x}" y="{box.top}" width="{BOX_WIDTH}" height="{box.height}" rx="{radius}"/>'
    first = box.top + PADDING + LINE_HEIGHT - 5
    lines = [
        f'<text x="{centre}" y="{first + i * LINE_HEIGHT}">{escape(line)}</text>' for i, line in enumerate(box.lines)
    ]
    if box.here:
        y = first + len(box.lines) * LINE_HEIGHT
        lines.append(f'<text class="fe-flow-mark" x="{centre}" y="{y}">{escape(box.here)}</text>')
    if is_visited:
        lines.append(_tick(x + 12, box.middle))
    if box.node.ends:
        inner = (
            f'x="{x + 3}" y="{box.top + 3}" width="{BOX_WIDTH - 6}" height="{box.height - 6}" rx="{max(radius - 3, 3)}"'
        )
        lines.append(f'<rect class="fe-flow-end" {inner}/>')
    return f'<g class="{" ".join(classes)}">{rect}{"".join(lines)}</g>'


def _tick(x: int, y: int) -> str:
    """A check mark, for the states that were left: not by colour alone."""
    return f'<path class="fe-flow-tick" d="M{x} {y}l3.5 3.5 6-7"/>'


def _arrow(layout: Layout, row: int) -> str:
    x, start, end = layout.left + BOX_WIDTH // 2, layout.boxes[row].bottom, layout.boxes[row + 1].top
    return f'<path class="fe-flow-way" d="M{x} {start}V{end - 2}"/>{_head(x, end, "down")}'


def _lane(layout: Layout, lane: Lane) -> str:
    """The ways to one state: a stub from each source to the lane, along it, and an arrow into the target."""
    outwards = -1 if lane.side == "left" else 1
    edge = layout.left if lane.side == "left" else layout.left + BOX_WIDTH
    end = layout.boxes[lane.target].middle - _AWAY
    paths = []
    for row in lane.sources:
        start = layout.boxes[row].middle + _AWAY
        down = 1 if end > start else -1
        turn, corner = lane.x - outwards * _CURVE, _CURVE * down
        paths.append(
            f"M{edge} {start}H{turn}Q{lane.x} {start} {lane.x} {start + corner}"
            f"V{end - corner}Q{lane.x} {end} {turn} {end}H{edge + outwards * 2}"
        )
    return f'<path class="fe-flow-way" d="{"".join(paths)}"/>{_head(edge, end, "right" if outwards < 0 else "left")}'


def _head(x: int, y: int, towards: str) -> str:
    """The head of an arrow whose point is at (x, y)."""
    size, half = _HEAD, _HEAD // 2
    corners = {
        "down": f"M{x} {y}l-{half} -{size}h{size}z",
        "left": f"M{x} {y}l{size} -{half}v{size}z",
        "right": f"M{x} {y}l-{size} -{half}v{size}z",
    }
    return f'<path class="fe-flow-head" d="{corners[towards]}"/>'
