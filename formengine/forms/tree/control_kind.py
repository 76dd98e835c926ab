"""Chooses the kind of control for a resolved schema (Shape)."""

from __future__ import annotations

from typing import Any, Final

from formengine.forms.schema.resolver import Resolver
from formengine.forms.schema.shape import Shape

_TEXT_KINDS: Final = ("text", "markdown")
_FEW: Final = 5
"""Fewer options than this are radio buttons where an answer is required."""
MANY: Final = 12
"""More options than this are a select of several, not checkboxes."""


def nullable(shape: Shape) -> bool:
    """Whether null is allowed."""
    return shape.types is not None and "null" in shape.types


def is_file(shape: Shape) -> bool:
    """Whether the value is one file reference."""
    return shape.keywords.get("format") == "file" and shape.json_types == ["object"]


def kind_of(shape: Shape, chosen: str | None, ui: dict[str, Any], resolver: Resolver) -> str:
    """The kind of control (see `Node.kind`); `chosen` is the type chosen among several."""
    types = [chosen] if chosen else shape.json_types
    if shape.unsatisfiable:
        return "none"
    if shape.options is not None:
        return _options(shape, ui)
    if not types:
        return "null" if shape.types == ("null",) else ("json" if not shape.unions else "none")
    only = types[0]
    if only == "string":
        return _string(shape, ui)
    if only in ("number", "integer"):
        return "number"
    if only == "boolean":
        return "checkbox" if ui.get("widget") == "checkbox" else "boolean"
    if only == "null":
        return "null"
    if only == "object":
        return "file" if is_file(shape) else "object"
    return _array(shape, ui, resolver)


def _options(shape: Shape, ui: dict[str, Any]) -> str:
    if shape.const and shape.options and shape.options[0][0] is True and ui.get("widget") != "hidden":
        return "checkbox"
    return "options"


def _string(shape: Shape, ui: dict[str, Any]) -> str:
    widget = ui.get("widget")
    if widget == "textarea" or (shape.keywords.get("$kind") in _TEXT_KINDS and widget != "text"):
        return "textarea"
    return "textarea" if "rows" in ui or shape.keywords.get("contentMediaType", "").startswith("text/") else "text"


def _array(shape: Shape, ui: dict[str, Any], resolver: Resolver) -> str:
    if shape.prefix_items:
        return "array"
    items = resolver.shape(shape.items, None) if shape.items else None
    plain = items is not None and items.options is None and items.json_types == ["string"] and not items.unions
    if shape.keywords.get("$kind") == "lines" or (ui.get("widget") == "textarea" and plain):
        return "lines"
    if items is None:
        return "array"
    if is_file(items):
        return "files"
    if items.options is not None and shape.keywords.get("uniqueItems"):
        return "several"
    return "array"


def radios(node_required: bool, count: int, ui: dict[str, Any]) -> bool:
    """Whether options are rendered as radio buttons (else as a select)."""
    widget = ui.get("widget")
    if widget in ("radio", "radios"):
        return True
    return widget != "select" and node_required and 1 < count < _FEW
