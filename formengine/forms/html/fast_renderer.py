"""The short way for parts of a form whose data came whole: pieces joined once, then filled without a node.

Only for showing data (`Form.render(data)`). The pieces are the renderer's own, drawn by deform and the templates; a
group joins those of its fields into one, and that is all this module knows of looks, so that nothing can drift. What a
piece cannot show as it is (a value of another type, a text of several lines, a key that was not declared, a union)
goes the long way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from formengine import json_pointer
from formengine.forms.html.fast_fields import Draw, Part, Plain, Whole, field
from formengine.forms.html.hints import is_held
from formengine.forms.html.template_cache import Joined, Piece, html, joined
from formengine.forms.kinds.text_input import text_kind
from formengine.forms.schema.resolver import SchemaParts, Shape
from formengine.forms.tree.context import NO_UI, Context, pretty
from formengine.forms.tree.control_kind import kind_of, nullable, types_of
from formengine.forms.tree.control_names import segment
from formengine.forms.tree.node import MISSING, Node

if TYPE_CHECKING:
    from formengine.forms.html.renderer import Renderer

_MAX: Final = 20_000
_MANY: Final = 4000
"""So many controls in one list go the long way, which counts."""


@dataclass(frozen=True)
class _Place:
    """Where a part stands: what is asked of `Quick.part`. `row` is the number that a row's own title is given."""

    parts: SchemaParts
    title: str
    path: str
    above: frozenset[str]
    required: bool
    driver: bool
    row: int


class Field(NamedTuple):
    """A field of an object: its part, and what its name and its (escaped) pointer end in."""

    part: Part
    step: str
    at: str


class Quick:
    """The parts of one compiled form that have a short way; shared by threads."""

    def __init__(self, context: Context, renderer: Renderer) -> None:
        self._context, self._renderer = context, renderer
        self._parts: dict[tuple[Any, ...], tuple[SchemaParts, Part | None]] = {}
        self._fields: dict[tuple[int, str, frozenset[str]], tuple[Shape, Mapping[str, Field]]] = {}
        self._count = 0

    def part(
        self,
        title: str,
        parts: SchemaParts,
        path: str,
        above: frozenset[str],
        *,
        required: bool,
        driver: bool = False,
        row: int = 0,
    ) -> Part | None:
        """The short way of a place, or None."""
        key = (title, path, required, driver, row, above, *map(id, parts))
        known = self._parts.get(key)
        if known is None:
            known = (parts, self._make(_Place(parts, title, path, above, required, driver, row)))
            if len(self._parts) < _MAX:
                self._parts[key] = known  # with its parts, which keeps their ids alive
        return known[1]

    def fields(self, shape: Shape, path: str, above: frozenset[str]) -> Mapping[str, Field]:
        """The fields of an object that have a short way, by property, in order."""
        key = (id(shape), path, above)
        known = self._fields.get(key)
        if known is None:
            found: dict[str, Field] = {}
            for prop, parts in shape.properties.items():
                required, driver = prop in shape.required, prop in shape.condition_properties
                place = f"{path}/{json_pointer.escape(prop)}"
                part = self.part(pretty(prop), parts, place, above, required=required, driver=driver)
                if part is not None:
                    found[prop] = Field(part, f"-{segment(prop)}", html(f"/{json_pointer.escape(prop)}"))
            known = (shape, found)
            if not shape.unions and len(self._fields) < _MAX:
                self._fields[key] = known  # with its shape, which keeps its id alive
        return known[1]

    def _make(self, place: _Place) -> Part | None:
        if any(part is False for part in place.parts):
            return None
        shape = self._context.resolver.shape(place.parts, None)
        node = self._node(shape, place)
        if node is None or (shape.refs & place.above and node.kind in ("object", "array")):
            return None
        if node.kind == "object":
            return Whole(self._object(place))
        if shape.dynamic:
            return None
        return self._list(node, place.path) if node.kind == "array" else field(node, self._renderer)

    def _node(self, shape: Shape, place: _Place) -> Node | None:
        """A node without data, as its piece is made from; None where there is more than one way to draw it."""
        if shape.unsatisfiable or shape.unions or (shape.options is None and len(types_of(shape)) > 1):
            return None
        ui = self._context.ui.get(place.path, NO_UI)
        kind = kind_of(shape, None, ui, self._context.resolver, required=place.required)
        title = ui.get("title") or shape.keywords.get("title") or place.title
        if place.row and title != place.title:
            title += f" {place.row}"
        node = Node("", "", kind, shape, title, place.required, ui=ui, driver=place.driver)
        if is_held(node) or text_kind(shape.keywords) or ui.get("widget") in ("hidden", "range"):
            return None
        return node

    def _object(self, place: _Place) -> Draw:
        """A group: its fields for a value, joined once for each shape that its answers give it."""
        groups: dict[int, tuple[Shape, Group]] = {}
        shape_of, parts = self._context.resolver.shape, place.parts

        def draw(name: str, pointer: str, value: Any) -> str | None:
            if value is not MISSING and (not isinstance(value, dict) or (not value and not place.required)):
                return None
            given: dict[str, Any] = value if isinstance(value, dict) else {}
            shape = shape_of(parts, given)
            known = groups.get(id(shape))
            if known is None:
                known = (shape, self._group(shape, place))
                if self._count < _MAX and not shape.unions:
                    self._count += 1
                    groups[id(shape)] = known  # with its shape, which keeps its id alive
            return None if value == {} and known[1].nullable else known[1].draw(name, pointer, given)

        return draw

    def _group(self, shape: Shape, place: _Place) -> Group:
        node = None if shape.refs & place.above else self._node(shape, place)
        open_ended = shape.pattern_properties or not (
            shape.additional is None or any(one is False for one in shape.additional)
        )
        if node is None or node.kind != "object" or open_ended:
            return Group(None, {}, shape)
        fields = self.fields(shape, place.path, place.above | shape.refs)
        asked = [prop for prop, parts in shape.properties.items() if not any(part is False for part in parts)]
        if len(asked) > len(fields):
            return Group(None, {}, shape)
        return Group(self._renderer.group_piece(node), fields, shape)

    def _list(self, node: Node, path: str) -> Part | None:
        items = node.shape.items or (True,)
        if node.shape.prefix_items or any(part is False for part in items):
            return None
        drawn = self._renderer.list_piece(node)
        rows_of = self._rows(items, f"{path}/*")
        bare = not node.required or nullable(node.shape)  # an empty list is then not told from none, or from null

        def draw(name: str, pointer: str, value: Any) -> str | None:
            if value is not MISSING and (not isinstance(value, list) or (not value and bare)):
                return None
            held: list[Any] = value if isinstance(value, list) else []
            rows = rows_of(name, pointer, held)
            if rows is None:
                return None
            keys = " ".join(map(str, range(len(held))))
            rows += f'<input type="hidden" name="{name}-r" value="{keys}">'
            return drawn.fill((name, pointer, "", rows, ""))

        return Whole(draw)

    def _rows(self, items: SchemaParts, path: str) -> Draw:
        """The rows of a list: each is a part, with its number in its title."""
        numbered: dict[int, tuple[str, Part | None]] = {}
        row_piece, title_of = self._renderer.row_piece, self._title_of(items, path)

        def draw(name: str, pointer: str, held: list[Any]) -> str | None:
            out: list[str] = []
            controls, last = 0, len(held)
            for number, one in enumerate(held, 1):
                known = numbered.get(number)
                if known is None:
                    entry = self._context.entry(number)
                    known = (entry, self.part(entry, items, path, frozenset(), required=True, row=number))
                    if number <= _MANY:
                        numbered[number] = known
                entry, part = known
                row, place = f"{name}-{number - 1}", f"{pointer}/{number - 1}"
                inner = part.draw(row, place, one) if part else None
                if inner is None:
                    return None
                controls += inner.count(" data-pointer=")
                if controls > _MANY:
                    return None
                title = title_of(one) or entry
                said = html(entry if title == entry else f"{title} {number}")
                out.append(row_piece(number > 1, number < last).fill((row, place, said, inner, "")))
            return "".join(out)

        return draw

    def _title_of(self, items: SchemaParts, path: str) -> Callable[[Any], str | None]:
        """What a row is called by its author, who may make that depend on its answers."""
        own = self._context.ui.get(path, NO_UI).get("title")
        shape_of = self._context.resolver.shape
        usual = shape_of(items, None)
        if own or not usual.dynamic:
            said = own or usual.keywords.get("title")
            return lambda value: said
        return lambda value: shape_of(items, value).keywords.get("title")


class Group:
    """The fields of an object in one of its shapes: one piece with a hole for each value."""

    def __init__(self, piece: Piece | None, fields: Mapping[str, Field], shape: Shape) -> None:
        self.nullable = nullable(shape)
        self._names = fields.keys()
        self._steps = [
            (name, one.part.values if isinstance(one.part, Plain) else None, one.step, one.at, one.part.draw)
            for name, one in fields.items()
        ]
        inside = [
            (one.step, one.at, one.part.piece if isinstance(one.part, Plain) else None) for one in fields.values()
        ]
        self._piece: Joined | None = joined(piece, inside) if piece else None

    def draw(self, name: str, pointer: str, value: dict[str, Any]) -> str | None:
        """The HTML, or None where a value cannot be shown this way."""
        if self._piece is None or not value.keys() <= self._names:
            return None
        held: list[str] = [name, pointer]
        given = value.get
        for prop, values, step, at, draw in self._steps:
            if values is not None:
                found = values(given(prop, MISSING))
                if found is None:
                    return None
                held += found
            else:
                drawn = draw(name + step, pointer + at, given(prop, MISSING))
                if drawn is None:
                    return None
                held.append(drawn)
        return self._piece.fill(held)
