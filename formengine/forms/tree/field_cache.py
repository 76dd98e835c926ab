"""The properties of an object schema, prepared once: names, pointers, titles, and the control where it is static."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from formengine import json_pointer
from formengine.forms.schema.resolver import Resolver
from formengine.forms.schema.shape import SchemaParts, Shape
from formengine.forms.tree.control_kind import kind_of
from formengine.forms.tree.control_meaning import field_variant
from formengine.forms.tree.control_names import segment
from formengine.forms.tree.node import NO_UI, default_title

_MAX_CACHED: Final = 5_000
Templates = dict[tuple[Any, ...], Any]
"""Compiled templates of one control by its state; filled by the renderer."""


@dataclass(frozen=True, slots=True)
class Control:
    """A single control that is the same whatever the data; `read_only` and `write_only` as its schema says."""

    kind: str
    shape: Shape
    title: str
    ui: dict[str, Any]
    templates: Templates
    read_only: bool
    write_only: bool


class Field(NamedTuple):
    """A property of an object: what its control's name and its JSON Pointer end in, and its path in `ui`.

    `control` is None where the field is a group, a list, a union, or depends on the data; `key` is its identity among
    the fields of the same object. `driver` is True where a condition of the object reads this property, `called_up`
    where the field is there because of other answers.
    """

    name: str
    parts: SchemaParts
    name_suffix: str
    pointer_suffix: str
    path: str
    title: str
    required: bool
    driver: bool
    called_up: bool
    key: tuple[Any, ...]
    control: Control | None


class FieldCache:
    """The fields of every object shape of one compiled form; shared by threads."""

    def __init__(self, resolver: Resolver, ui: Mapping[str, dict[str, Any]]) -> None:
        self._resolver, self._ui = resolver, ui
        self._by_shape: dict[tuple[int, str], tuple[Shape, list[Field]]] = {}
        self._by_key: dict[tuple[Any, ...], Field] = {}
        self._variants: dict[tuple[int, ...], tuple[SchemaParts, str]] = {}
        self._templates: dict[tuple[Any, ...], tuple[Shape, Templates]] = {}

    def fields(self, shape: Shape, path: str) -> list[Field]:
        """The fields of an object at a path of `ui`, in order; properties that no value satisfies are left out."""
        cached = self._by_shape.get((id(shape), path))
        if cached is not None:
            return cached[1]
        fields = [
            self._field(shape, path, name, shape.properties[name])
            for name in _after_questions(shape)
            if not any(part is False for part in shape.properties[name])
        ]
        if len(self._by_shape) < _MAX_CACHED:
            self._by_shape[id(shape), path] = (shape, fields)  # holding the shape keeps its id from being reused
        return fields

    def _field(self, shape: Shape, path: str, name: str, parts: SchemaParts) -> Field:
        required, driver = name in shape.required, name in shape.condition_properties
        called_up = name in shape.called_by or name in shape.hideable
        meaning = self._variant(parts, shape.unconditional.get(name, ()), self._ui.get(path, NO_UI))
        key = (name, path, required, driver, called_up, meaning, *map(id, parts))
        cached = self._by_key.get(key)
        if cached is None:
            step = json_pointer.escape(name)
            title, ui_path = default_title(name), f"{path}/{step}"
            control = self._control(parts, ui_path, title, required=required)
            cached = Field(name, parts, f"-{segment(name)}{meaning}", f"/{step}", ui_path, title, required, driver,
                           called_up, (name, required, meaning, *map(id, parts)), control)  # fmt: skip
            if len(self._by_key) < _MAX_CACHED:
                self._by_key[key] = cached
        return cached

    def _variant(self, parts: SchemaParts, unconditional: SchemaParts, ui: dict[str, Any]) -> str:
        """See `field_variant`; a field has the same in most of the shapes that the answers to a form make."""
        if len(parts) == len(unconditional):
            return ""
        key = (id(ui), *map(id, unconditional), 0, *map(id, parts))
        known = self._variants.get(key)
        if known is None:
            known = (parts, field_variant(parts, unconditional, ui, self._resolver))  # kept, and with them their ids
            if len(self._variants) < _MAX_CACHED:
                self._variants[key] = known
        return known[1]

    def _control(self, parts: SchemaParts, path: str, title: str, *, required: bool) -> Control | None:
        shape = self._resolver.shape(parts, None)
        if shape.dynamic or shape.unions or (shape.options is None and len(shape.json_types) > 1):
            return None
        ui = self._ui.get(path, NO_UI)
        kind = kind_of(shape, None, ui, self._resolver)
        if kind in ("object", "array", "none"):
            return None
        title = ui.get("title") or shape.keywords.get("title") or title
        read_only, write_only = (bool(shape.keywords.get(keyword)) for keyword in ("readOnly", "writeOnly"))
        templates = self.templates(kind, shape, title, ui, required=required)
        return Control(kind, shape, title, ui, templates, read_only, write_only)

    def templates(
        self, kind: str, shape: Shape, title: str, ui: dict[str, Any], *, required: bool, read_only: bool = False
    ) -> Templates:
        """The cache for the compiled templates of all controls that are alike."""
        key = (kind, id(shape), id(ui), title, required, read_only)
        cached = self._templates.get(key)
        if cached is None:
            cached = (shape, {})  # holding the shape keeps its id from being reused
            if len(self._templates) < _MAX_CACHED:
                self._templates[key] = cached
        return cached[1]


def _after_questions(shape: Shape) -> list[str]:
    """The properties of an object in the order of its schemas, but those that answers call up after their questions."""
    names = [name for name in shape.properties if name not in shape.called_by]
    declared, waiting = list(shape.properties), dict(shape.called_by)
    while waiting:
        name = next((name for name, questions in waiting.items() if not (questions - {name}) & waiting.keys()), None)
        name = name or next(iter(waiting))
        neighbour = declared[max(declared.index(name) - 1, 0)]
        questions = waiting.pop(name)
        before = {*questions, neighbour} if shape.called_by.get(neighbour, set()) >= questions else questions
        anchors = [names.index(other) for other in before if other in names]
        names.insert(max(anchors, default=-1) + 1, name)
    return names
