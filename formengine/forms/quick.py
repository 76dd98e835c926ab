"""The short way for plain fields: where a place never changes its shape, its piece is filled without a node.

Only for showing data that came whole (`Form.render(data)`); the pieces are the renderer's own, so nothing can drift.
What a piece cannot show as it is (a value of another type, a text of several lines) goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from formengine.forms.controls import kind_of, types_of
from formengine.forms.facing import is_held
from formengine.forms.looks import text_type
from formengine.forms.nodes import MISSING, Node
from formengine.forms.parts import NO_UI, Context, pretty
from formengine.forms.pieces import html
from formengine.forms.shapes import Parts
from formengine.forms.texts_of_values import number_text
from formengine.forms.tidying import kind_of_text

if TYPE_CHECKING:
    from formengine.forms.rendering import Renderer

Leaf = Callable[[str, str, Any], str | None]
"""(name, escaped pointer, value) -> HTML, or None where the long way must be gone."""


class Quick:
    """The leaves of one compiled form that have a short way; shared by threads."""

    def __init__(self, context: Context, renderer: Renderer) -> None:
        self._context, self._renderer = context, renderer
        self._leaves: dict[tuple[Any, ...], tuple[Parts, Leaf | None]] = {}

    def leaf(self, prop: str, parts: Parts, path: str, *, required: bool) -> Leaf | None:
        """The short way of a property, or None."""
        key = (prop, path, required, *map(id, parts))
        known = self._leaves.get(key)
        if known is None:
            known = (parts, self._make(prop, parts, path, required))
            if len(self._leaves) < 20_000:
                self._leaves[key] = known  # with its parts, which keeps their ids alive
        return known[1]

    def _make(self, prop: str, parts: Parts, path: str, required: bool) -> Leaf | None:
        if any(part is False for part in parts):
            return None
        shape = self._context.resolver.shape(parts, None)
        if shape.dynamic or shape.never or (shape.options is None and len(types_of(shape)) > 1):
            return None
        ui = self._context.ui.get(path, NO_UI)
        kind = kind_of(shape, None, ui, self._context.resolver, required=required)
        node = Node("", "", kind, shape, ui.get("title") or shape.notes.get("title") or pretty(prop), required, ui=ui)
        if is_held(node) or kind_of_text(shape.notes) or ui.get("widget") in ("hidden", "range"):
            return None
        if kind == "text":
            return self._text(node)
        if kind == "number":
            return self._number(node)
        return self._options(node) if kind == "options" and not shape.const else None

    def _text(self, node: Node) -> Leaf:
        piece = self._renderer.text_piece(node, "")
        usual = text_type(node, "")[0]

        def leaf(name: str, pointer: str, value: Any) -> str | None:
            if value is MISSING:
                return piece.fill((name, pointer, "", "", ""))
            if not isinstance(value, str) or not value or "\n" in value:
                return None
            kind, shown = text_type(node, value)
            return piece.fill((name, pointer, html(shown), "", "")) if kind == usual else None

        return leaf

    def _number(self, node: Node) -> Leaf:
        piece = self._renderer.text_piece(node, "")

        def leaf(name: str, pointer: str, value: Any) -> str | None:
            if value is MISSING:
                return piece.fill((name, pointer, "", "", ""))
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                return None
            return piece.fill((name, pointer, number_text(value), "", ""))

        return leaf

    def _options(self, node: Node) -> Leaf:
        options = node.shape.options or []
        drawn, word = self._renderer.options_piece(node)
        places = {value: str(n) for n, (value, _) in reversed(list(enumerate(options))) if isinstance(value, str)}

        def leaf(name: str, pointer: str, value: Any) -> str | None:
            if value is MISSING:
                return drawn.fill_picked((name, pointer, "", "", ""), ("",), word)
            place = places.get(value) if isinstance(value, str) else None
            return None if place is None else drawn.fill_picked((name, pointer, "", "", ""), (place,), word)

        return leaf
