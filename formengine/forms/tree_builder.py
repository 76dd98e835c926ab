"""Builds the node tree of a form from JSON data or from a post: the one walk behind rendering, reading and drafts.

Conditions make the schema of an object depend on its own values, so an object is built in passes: its shape is resolved
for the values read so far, its fields are read, and both again until nothing changes (or after PASSES, for schemas
that contradict themselves). Fields that stay are read once.
"""

from __future__ import annotations

from typing import Any, Final

from formengine import json_pointer
from formengine.forms.schema.ecma_regex import compile_search
from formengine.forms.schema.resolver import SchemaParts, Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import kind_of, nullable
from formengine.forms.tree.field_cache import Field, Templates
from formengine.forms.tree.leaf_values import Leaves
from formengine.forms.tree.node import MISSING, NO_UI, Choice, Node, Row
from formengine.forms.tree.union_choice import choosable_types, type_choice, union_choice

PASSES: Final = 12
MAX_NODES: Final = 6000
MAX_CHOICES: Final = 20
POSTED: Final = Context.POSTED
_Kept = dict[Any, Node]


class TooManyNodes(Exception):
    """The data or the post needs more nodes than a form may have (MAX_NODES)."""


class Builder(Leaves):
    """Builds one tree; made anew for each, because it counts nodes and holds the posted entries."""

    def __init__(
        self, context: Context, entries: dict[str, list[str]], *, defaults: bool, fresh: str | None = None
    ) -> None:
        super().__init__(context, entries, defaults=defaults)
        self.fresh, self.count = fresh, 0

    def root(self, schema: Any, source: Any) -> Node:
        """The tree of a whole form; `source` is JSON, MISSING or POSTED."""
        return self.build((schema,), "f", "", "", source, "", required=True, above=frozenset())

    def build(
        self, parts: SchemaParts, name: str, pointer: str, path: str, source: Any, title: str, *, required: bool,
        above: frozenset[str],
    ) -> Node:  # fmt: skip
        """The node for some schemas. `path` is its key in `ui`, with * for rows; `above` the `$ref`s on the way."""
        self._count()
        if source is MISSING and (self.defaults or self.fresh):
            source = self._default(name, self.context.resolver.shape(parts, None), above)
        value = {} if source is POSTED or source is MISSING else source
        built: _Kept = {}
        last: Shape | None = None
        for _ in range(PASSES):
            shape, declared, choices = self._shape(parts, name, value, source)
            if shape is last:
                break
            last = shape
            node = self._node(shape, choices, name, pointer, path, source, declared or title, required, above, built)
            if not shape.dynamic or node.value == value or (node.value is MISSING and value == {}):
                break
            value = {} if node.value is MISSING else node.value
        return node

    def _count(self) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise TooManyNodes

    def _default(self, name: str, shape: Shape, above: frozenset[str]) -> Any:
        """The value that prefills a control: in a whole new form, or in the row that was just added."""
        if not self.defaults and not name.startswith(self.fresh or ""):
            return MISSING
        return MISSING if shape.refs & above else shape.keywords.get("default", MISSING)

    def _shape(self, parts: SchemaParts, name: str, value: Any, source: Any) -> tuple[Shape, Any, list[Choice]]:
        """The shape with the chosen branches of its unions merged in, its title without them, and the choices."""
        resolve, data = self.context.resolver.shape, None if value is MISSING else value
        shape = resolve(parts, data)
        title = shape.keywords.get("title")
        choices: list[Choice] = []
        while len(choices) < min(len(shape.unions), MAX_CHOICES):
            union = shape.unions[len(choices)]
            choice = union_choice(self.context, union, f"{name}-c{len(choices)}", self.entries, source, POSTED)
            choices.append(choice)
            if choice.chosen is not None:
                parts = (*parts, union.branches[choice.chosen])
                shape = resolve(parts, data)
        if shape.options is None and len(shape.json_types) > 1:
            choices.append(type_choice(self.context, shape, f"{name}-t", self.entries, source, POSTED))
        return shape, title, choices

    def _node(
        self, shape: Shape, choices: list[Choice], name: str, pointer: str, path: str, source: Any, title: str,
        required: bool, above: frozenset[str], built: _Kept,
    ) -> Node:  # fmt: skip
        ui = self.context.ui.get(path, NO_UI)
        chosen = _chosen_type(shape, choices)
        kind = kind_of(shape, chosen, ui, self.context.resolver, required=required)
        if chosen == "":
            kind = "none"
        title = ui.get("title") or title
        node = Node(name, pointer, kind, shape, title, required, ui, choices=choices)
        node.templates = self._templates(node)
        recursive = bool(shape.refs & above) and kind in ("object", "array")
        if recursive and not self._open(node, source):
            node.kind = "closed"
            return node
        if self._unrepresentable(node, source):
            return node
        if kind == "object":
            self._object(node, path, source, above | shape.refs, built)
        elif kind == "array":
            self._array(node, path, source, above | shape.refs, built)
        else:
            self.leaf(node, source)
        return node

    def _templates(self, node: Node) -> Templates:
        return self.context.fields.templates(node.kind, node.shape, node.title, node.ui, required=node.required)

    def _vacant(self, node: Node, source: Any, empty: Any) -> None:
        """Set the value of an empty object or list: null where it was null, or where it is required and nullable (so
        that null can be answered); one that was empty before stays so."""
        node.value = empty if node.required else MISSING
        if not nullable(node.shape):
            return
        before = self.held_before(node) if source is POSTED else ""
        if node.required and (before == "blank" or source == empty):
            node.was = "blank"
        elif node.required or before == "null" or source is None:
            node.was, node.value = "null", None

    def _open(self, node: Node, source: Any) -> bool:
        node.opened = source is not MISSING and (source is not POSTED or bool(self.entries.get(node.name + "-o")))
        return node.opened

    def _object(self, node: Node, path: str, source: Any, above: frozenset[str], built: _Kept) -> None:
        data: dict[str, Any] = {}
        posted = source is POSTED
        values: dict[str, Any] = source if isinstance(source, dict) else {}
        children = node.children = []
        for field in self.context.fields.fields(node.shape, path):
            child = built.get(field.key)
            if child is None:
                child = built[field.key] = self._child(
                    node, field, POSTED if posted else values.get(field.name, MISSING), above
                )
            if child.kind == "none" and not child.choices:
                continue
            child.driver = field.driver
            children.append(child)
            if child.value is not MISSING:
                data[field.name] = child.value
        self._extras(node, path, source, data, above)
        if posted and not node.required and node.shape.keywords.get("$kind") == "money" and "amount" not in data:
            data.clear()  # a currency without an amount is no answer
        node.value = data
        if not data:
            self._vacant(node, source, {})

    def _child(self, parent: Node, field: Field, source: Any, above: frozenset[str]) -> Node:
        name, pointer = parent.name + field.name_suffix, parent.pointer + field.pointer_suffix
        control = field.control
        if control is None:
            return self.build(
                field.parts, name, pointer, field.path, source, field.title, required=field.required, above=above
            )
        self._count()
        if source is MISSING and (self.defaults or self.fresh):
            source = self._default(name, control.shape, above)
        node = Node(name, pointer, control.kind, control.shape, control.title, field.required, control.ui,
                    templates=control.templates)  # fmt: skip
        if source is MISSING or not self._unrepresentable(node, source):
            self.leaf(node, source)
        return node

    def _array(self, node: Node, path: str, source: Any, above: frozenset[str], built: _Kept) -> None:
        fixed = len(node.shape.prefix_items)
        items = node.shape.items
        node.open_ended = not any(part is False for part in items)
        node.first = fixed
        values = self._rows(node, source, fixed)
        children = node.children = []
        for number, (key, inside) in enumerate(values):
            parts = node.shape.prefix_items[number] if number < fixed else items or (True,)
            identity = (number, key, tuple(map(id, parts)))
            if identity not in built:
                entry = self.context.entry(number + 1)
                child = built[identity] = self.build(
                    parts, f"{node.name}-{key}", f"{node.pointer}/{number}", f"{path}/*", inside, entry,
                    required=number >= fixed or node.required,
                    above=above if inside is MISSING and f"{node.name}-{key}" != self.fresh else frozenset(),
                )  # fmt: skip
                if number >= fixed and child.title != entry:
                    child.title += f" {number - fixed + 1}"
                    child.templates = self._templates(child)
            children.append(built[identity])
        node.keys = [key for key, _ in values[fixed:]]
        self._array_value(node, source, fixed)

    def _array_value(self, node: Node, source: Any, fixed: int) -> None:
        data = [_row_value(child) for child in node.children]
        while data and len(data) <= fixed and node.children[len(data) - 1].value in (MISSING, {}, []):
            data.pop()
        node.value = data
        if not data:
            self._vacant(node, source, [])

    def _rows(self, node: Node, source: Any, fixed: int) -> list[tuple[str, Any]]:
        """The rows of a list, as (key, data)."""
        if source is POSTED:
            keys = [str(number) for number in range(fixed)]
            keys += self.row_keys(node.name + "-r", fixed) if node.open_ended else []
            return [(key, MISSING if f"{node.name}-{key}" == self.fresh else POSTED) for key in keys]
        values = list(source) if isinstance(source, list) else []
        count = max(fixed, len(values) if node.open_ended else fixed)
        if self.defaults and node.required and node.open_ended:
            count = max(count, min(int(node.shape.keywords.get("minItems", 0)), 20))
        values += [MISSING] * (count - len(values))
        return [(str(number), value) for number, value in enumerate(values[:count])]

    def _extras(self, node: Node, path: str, source: Any, data: dict[str, Any], above: frozenset[str]) -> None:
        """Read the key-value rows of an object that allows further properties into the node and into `data`."""
        shape = node.shape
        additional = shape.additional
        closed = additional is None or any(part is False for part in additional)
        node.open_ended = bool(shape.pattern_properties) or not closed
        if not node.open_ended:
            return
        names = self._names(node)
        node.extra = rows = []
        for key_id, key, inside in self._extra_rows(node, source):
            parts = self._extra_parts(node, key, closed)
            child = self.build(
                parts or (True,), f"{node.name}-x-{key_id}", node.pointer + json_pointer.join((key,)),
                f"{path}/*", inside, key or self.context.say("Value"), required=False, above=above,
            )  # fmt: skip
            row = Row(key_id, key, child, names=names)
            rows.append(row)
            self._extra_value(node, row, data, fits=parts is not None)

    def _extra_value(self, node: Node, row: Row, data: dict[str, Any], *, fits: bool) -> None:
        value = row.node.value
        if row.key == "" and value is MISSING:
            return
        if row.key in data or row.key in node.shape.properties:
            row.problem = "duplicate"
        elif row.key == "":
            row.problem = "key"
        else:
            if not fits:
                row.problem = "unknown-name"
            data[row.key] = _row_value(row.node)

    def _names(self, node: Node) -> list[str] | None:
        options = (
            self.context.resolver.shape(node.shape.property_names, None).options if node.shape.property_names else None
        )
        return [value for value, _ in options if isinstance(value, str)] if options else None

    def _extra_rows(self, node: Node, source: Any) -> list[tuple[str, str, Any]]:
        if source is POSTED:
            keys = self.row_keys(node.name + "-x-r")
            typed = [(self.entries.get(f"{node.name}-x-{key_id}-k") or [""])[-1] for key_id in keys]
            return [(key_id, key, source) for key_id, key in zip(keys, typed, strict=True)]
        undeclared = [key for key in source if key not in node.shape.properties] if isinstance(source, dict) else []
        allowed = [key for key in undeclared if self._extra_parts(node, key, self._closed(node)) is not None]
        return [(str(number), key, source[key]) for number, key in enumerate(allowed)]

    def _closed(self, node: Node) -> bool:
        return node.shape.additional is None or any(part is False for part in node.shape.additional)

    def _extra_parts(self, node: Node, key: str, closed: bool) -> SchemaParts | None:
        """The schemas for a property name; None where the object does not allow it."""
        matching = [parts for pattern, parts in node.shape.pattern_properties.items() if compile_search(pattern)(key)]
        if matching:
            return tuple(part for parts in matching for part in parts)
        if key == "" and closed and len(node.shape.pattern_properties) == 1:
            return next(iter(node.shape.pattern_properties.values()))
        return None if closed else node.shape.additional


def _row_value(child: Node) -> Any:
    """The value of a row; an unanswered one is empty text, a list, a map or null."""
    if child.value is not MISSING:
        return child.value
    if child.kind in ("text", "textarea") and not nullable(child.shape):
        return ""
    return {} if child.kind == "object" else [] if child.kind in ("array", "several", "files", "lines") else None


def _chosen_type(shape: Shape, choices: list[Choice]) -> str | None:
    """The chosen type of several; "" before one is chosen, None where the schema allows only one."""
    choice = choices[-1] if choices else None
    if choice is None or choice.keyword != "type":
        return None
    return "" if choice.chosen is None else choosable_types(shape)[choice.chosen]
