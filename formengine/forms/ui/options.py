"""The `ui` of a form: help, widgets, columns; by property name or pointer, or as an RJSF `uiSchema` says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.schema.form_finding import FormFinding
from formengine.forms.schema.json_values import require_kind, require_tree
from formengine.forms.schema.resolver import Resolver
from formengine.forms.schema.shape import SchemaParts, Shape
from formengine.forms.tree.control_kind import kind_of
from formengine.forms.ui.rjsf_import import WIDGETS, import_ui_schema
from formengine.i18n import say
from formengine.source import did_you_mean

_KINDS_BY_WIDGET: Final = {
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
"""The kinds of controls (`Node.kind`) that each widget can render."""


def read_ui(ui: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The `ui` options by path: "" is the form, "/deliverables/*/due" a field of any row.

    `ui["fields"]` goes by property name (at the top) or by pointer with * for any row; anything else is read as an
    RJSF uiSchema (`{"ui:help": ..., "name": {"ui:widget": ...}}`), see `rjsf_import`.
    """
    require_kind("ui", ui, Mapping, 'a map such as {"fields": {"street": {"help": "..."}}}; a language is locale="fr"')
    require_kind("fields", ui.get("fields") or {}, Mapping, 'a map such as {"street": {"help": "..."}}')
    require_tree("ui", ui)
    imported = import_ui_schema({key: value for key, value in ui.items() if key not in ("fields", "steps")})
    by_path: dict[str, dict[str, Any]] = dict(imported.ui["fields"])
    for name, options in dict(ui.get("fields") or {}).items():
        if isinstance(options, Mapping):
            path = _path(name)
            merged = {**by_path.get(path, {}), **options}
            if isinstance(merged.get("widget"), str):
                merged["widget"] = WIDGETS.get(merged["widget"], merged["widget"])
            by_path[path] = merged
    return by_path


def _path(name: str) -> str:
    return name if name.startswith("/") or name == "" else json_pointer.join([name])


def unsupported_widgets(
    written: Mapping[str, Any], ui: Mapping[str, dict[str, Any]], root: Any, resolver: Resolver, locale: str
) -> list[FormFinding]:
    """A warning for each widget that its field does not support: the usual control is rendered instead.

    `written` is the `ui` as the author wrote it, `ui` the same by path. Paths that exist only for some answers are not
    checked.
    """
    findings = []
    for path, options in ui.items():
        widget, text = options.get("widget"), None
        if widget is not None and widget not in _KINDS_BY_WIDGET:
            text = say(locale, "There is no widget {name}.", name=widget)
            text = text.removesuffix(".") + (did_you_mean(str(widget), _KINDS_BY_WIDGET) or ".")
        elif widget is not None:
            shape = _shape_at(path, root, resolver)
            if shape is not None and not _supports(str(widget), shape, options, resolver):
                sentence = "The widget {name} does not fit what is asked here; the usual control is shown."
                text = say(locale, sentence, name=widget)
        if text is not None:
            findings.append(FormFinding("ui", _pointer_of(path, written), "warning", "widget", text))
    return findings


def _pointer_of(path: str, written: Mapping[str, Any]) -> str:
    """Where the widget of a path is written: in `fields`, else in an RJSF uiSchema."""
    for name, options in dict(written.get("fields") or {}).items():
        if isinstance(options, Mapping) and "widget" in options and _path(name) == path:
            return json_pointer.join(["fields", name, "widget"])
    steps = ("items" if step == "*" else step for step in json_pointer.split(path))
    return json_pointer.join([*steps, "ui:widget"])


def _supports(widget: str, shape: Shape, options: dict[str, Any], resolver: Resolver) -> bool:
    if shape.unions and shape.options is None:
        return False
    kind = kind_of(shape, None, {**options, "widget": None}, resolver)
    if widget == "textarea" and kind == "array":
        return kind_of(shape, None, options, resolver) == "lines"
    if widget == "range":
        return kind == "number" and "minimum" in shape.keywords and "maximum" in shape.keywords
    return kind in _KINDS_BY_WIDGET[widget]


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
