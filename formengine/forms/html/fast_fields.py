"""What fills the holes of a single control's piece, for a value that it can show as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from formengine.forms.html.input_attributes import text_types
from formengine.forms.html.template_cache import Piece, html
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.value_text import number_text

if TYPE_CHECKING:
    from formengine.forms.html.renderer import Renderer

_PICKS: Final = 8
"""Up to how many options each is a hole of its own; a longer list is one hole, kept by what is picked."""
Draw = Callable[[str, str, Any], str | None]
"""(name, escaped pointer, value) -> HTML, or None where the long way must be gone."""
Values = Callable[[Any], tuple[str, ...] | None]
"""A value -> what fills the holes of a plain field's piece, or None."""
_NOTHING: Final = ("",)


class Plain:
    """A field that is always one piece: the piece, and what a value fills its holes with."""

    def __init__(self, piece: Piece, values: Values) -> None:
        self.piece, self.values = piece, values

    def draw(self, name: str, pointer: str, value: Any) -> str | None:
        """The HTML, or None."""
        found = self.values(value)
        return None if found is None else self.piece.filled(name, pointer, found)


class Whole:
    """A field whose piece depends on its value: only its own function knows."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw


Part = Plain | Whole


def field(node: Node, renderer: Renderer) -> Part | None:
    """The short way of a single control, or None."""
    if node.kind == "text":
        return _text(node, renderer)
    if node.kind == "textarea":
        return Plain(renderer.textarea_piece(node), lambda value: _area(value))
    if node.kind == "number":
        return Plain(renderer.text_piece(node, ""), _number)
    if node.kind == "boolean":
        drawn = renderer.boolean_piece(node)
        return Plain(drawn, _boolean(drawn))
    return _options(node, renderer) if node.kind == "options" and not node.shape.const else None


def _text(node: Node, renderer: Renderer) -> Part:
    typed = text_types(node)
    usual = typed("")[0]
    plain = not (node.ui.get("widget") or {"format", "$kind"} & node.shape.keywords.keys())

    def values(value: Any) -> tuple[str, ...] | None:
        if value is MISSING:
            return _NOTHING
        if not isinstance(value, str) or not value or "\n" in value:
            return None
        if plain:
            return (html(value),)
        kind, shown = typed(value)
        return (html(shown),) if kind == usual else None

    return Plain(renderer.text_piece(node, ""), values)


def _options(node: Node, renderer: Renderer) -> Part:
    options = node.shape.options or []
    drawn, word = renderer.options_piece(node)
    places = {value: n for n, (value, _) in reversed(list(enumerate(options))) if isinstance(value, str)}
    if len(options) > _PICKS:
        return Whole(_long_list(drawn, word, places))
    picks = [("", *_picked(str(n), drawn.picks, word)) for n in range(len(options))]
    none = ("", *_picked("", drawn.picks, word))

    def values(value: Any) -> tuple[str, ...] | None:
        place = places.get(value) if isinstance(value, str) else None
        return none if value is MISSING else None if place is None else picks[place]

    return Plain(drawn, values)


def _area(value: Any) -> tuple[str, ...] | None:
    if value is MISSING:
        return _NOTHING
    return (html(value),) if isinstance(value, str) and value else None


def _number(value: Any) -> tuple[str, ...] | None:
    if value is MISSING:
        return _NOTHING
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return (number_text(value),)


def _boolean(piece: Piece) -> Values:
    picks = {one: ("", *_picked(text, piece.picks, "checked")) for one, text in ((True, "true"), (False, "false"))}
    none = ("", *_picked("", piece.picks, "checked"))

    def values(value: Any) -> tuple[str, ...] | None:
        return none if value is MISSING else picks[value] if isinstance(value, bool) else None

    return values


def _picked(value: str, picks: tuple[str, ...], word: str) -> tuple[str, ...]:
    return tuple(f" {word}" if one == value else "" for one in picks)


def _long_list(drawn: Piece, word: str, places: dict[str, int]) -> Draw:
    def draw(name: str, pointer: str, value: Any) -> str | None:
        place = places.get(value) if isinstance(value, str) else None
        if value is not MISSING and place is None:
            return None
        return drawn.fill_picked((name, pointer, "", "", ""), ("" if place is None else str(place),), word)

    return draw
