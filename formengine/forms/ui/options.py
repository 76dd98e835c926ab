"""The `ui` of a form: help, widgets, columns; by property name or pointer, or as an RJSF `uiSchema` says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.schema.resolver import Resolver, SchemaParts, Shape
from formengine.forms.tree.control_kind import kind_of
from formengine.forms.ui.rjsf_import import WIDGETS, import_ui_schema
from formengine.i18n import say

_FITS: Final = {
    "text": {"text", "textarea", "number", "array", "lines"},
    "textarea": {"text", "textarea", "lines"},
    "select": {"options", "several"},
    "radios": {"options", "boolean"},
    "checkbox": {"boolean", "checkbox"},
    "checkboxes": {"several"},
    "password": {"text", "textarea"},
    "range": {"number"},
    "color": {"text"},
    "hidden": {"text", "number", "options"},
}
"""The kinds of controls (`nodes.Node`) that each widget may stand for."""


def read_ui(ui: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is said of each place, by path: "" the form, "/deliverables/*/due" a field of any row.

    `ui["fields"]` goes by property name (at the top) or by pointer with * for any row; anything else is read as an
    RJSF uiSchema (`{"ui:help": ..., "name": {"ui:widget": ...}}`), see `uischema`.
    """
    imported = import_ui_schema({key: one for key, one in ui.items() if key not in ("fields", "steps")})
    found: dict[str, dict[str, Any]] = dict(imported.ui["fields"])
    for name, one in dict(ui.get("fields") or {}).items():
        if isinstance(one, Mapping):
            path = name if name.startswith("/") or name == "" else json_pointer.join([name])
            mine = {**found.get(path, {}), **one}
            if isinstance(mine.get("widget"), str):
                mine["widget"] = WIDGETS.get(mine["widget"], mine["widget"])
            found[path] = mine
    return found


def unsupported_widgets(
    ui: Mapping[str, dict[str, Any]], root: Any, resolver: Resolver, locale: str
) -> list[tuple[str, str]]:
    """Widgets that cannot stand where they are asked for, as (path, sentence); the schema's own control is drawn.

    A path that only some answers bring about is not looked at.
    """
    found = []
    for path, said in ui.items():
        widget = said.get("widget")
        if widget is None:
            continue
        if widget not in _FITS:
            found.append((path, say(locale, "There is no widget {name}.", name=widget)))
            continue
        shape = _shape_at(path, root, resolver)
        if shape is not None and not _fits(str(widget), shape, said, resolver):
            text = "The widget {name} does not fit what is asked here; the usual control is shown."
            found.append((path, say(locale, text, name=widget)))
    return found


def _fits(widget: str, shape: Shape, said: dict[str, Any], resolver: Resolver) -> bool:
    if shape.unions:
        return False
    kind = kind_of(shape, None, {**said, "widget": None}, resolver, required=True)
    if widget == "textarea" and kind == "array":
        return kind_of(shape, None, said, resolver, required=True) == "lines"
    if widget == "range":
        return kind == "number" and "minimum" in shape.keywords and "maximum" in shape.keywords
    return kind in _FITS[widget]


def _shape_at(path: str, root: Any, resolver: Resolver) -> Shape | None:
    parts: SchemaParts = (root,)
    for name in json_pointer.split(path):
        shape = resolver.shape(parts, None)
        if name == "*" and (shape.items or shape.prefix_items):
            parts = shape.items or shape.prefix_items[0]
        elif name in shape.properties:
            parts = shape.properties[name]
        else:
            return None
    return resolver.shape(parts, None)
