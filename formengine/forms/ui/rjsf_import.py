"""Imports a uiSchema of RJSF (react-jsonschema-form) as our `ui`, and lists what has no equivalent.

Some of it belongs in the schema: the order of fields is that of `properties`, `ui:readonly` is `readOnly`, names of
options are titles of `oneOf`; so a changed copy of the schema is returned too.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from formengine import json_pointer
from formengine.forms.schema.json_values import require_tree

SAME: Final = ("help", "placeholder", "rows", "title", "description", "autocomplete", "accept")
WIDGETS: Final = {
    "radio": "radios", "RadioWidget": "radios", "CheckboxWidget": "checkbox", "CheckboxesWidget": "checkboxes",
    "SelectWidget": "select", "TextareaWidget": "textarea", "TextWidget": "text", "PasswordWidget": "password",
    "HiddenWidget": "hidden", "RangeWidget": "range", "ColorWidget": "color", "toggle": "checkbox",
    **{name: name for name in
       ("text", "textarea", "select", "radios", "checkbox", "checkboxes", "password", "range", "color", "hidden")},
}  # fmt: skip
"""RJSF's widget names -> ours."""
BY_SCHEMA: Final = frozenset(
    (
        "updown", "date", "datetime", "date-time", "time", "email", "uri", "url", "file", "files", "alt-date",
        "alt-datetime", "DateWidget", "DateTimeWidget", "EmailWidget", "URLWidget", "UpDownWidget", "FileWidget",
    )
)  # fmt: skip
"""Widgets that need no import: the control follows from the type and format in the schema."""
_WHY: Final = {
    "field": "a component of its own; there is none here",
    "layoutGrid": "a layout of its own; use columns on a group, or steps",
    "emptyValue": "an empty control is no answer here; write minLength or default in the schema",
    "autofocus": "the focus stays where the reader is",
    "className": "looks belong to the stylesheet",
    "classNames": "looks belong to the stylesheet",
    "style": "looks belong to the stylesheet",
    "submitButtonOptions": "the page around the form has the button",
    "enumDisabled": "leave the option out of the schema, or make it conditional",
    "globalOptions": "there are no options for all fields at once",
}


@dataclass(frozen=True)
class ImportedUiSchema:
    """`schema`: a changed copy of the schema; `ui`: our options; `left`: what was not imported, as (JSON Pointer into
    the uiSchema, reason)."""

    schema: Any
    ui: dict[str, Any]
    left: list[tuple[str, str]] = field(default_factory=list)


def import_ui_schema(ui_schema: Mapping[str, Any], schema: Any = True) -> ImportedUiSchema:
    """A uiSchema as our `ui`; what cannot be imported is in `left`. Raises TypeError for what is its own member."""
    require_tree("the uiSchema", ui_schema)
    require_tree("the schema", schema)
    imported = ImportedUiSchema(deepcopy(schema), {"fields": {}})
    _import_node(ui_schema, imported.schema, "", "", imported)
    return imported


def schema_with_ui(schema: Any, ui: Mapping[str, Any]) -> Any:
    """A schema with what an RJSF uiSchema in a form's `ui` says of it: the names of options, the order of fields, what
    is read-only. The same object where it says nothing.
    """
    ui_schema = {key: value for key, value in ui.items() if key not in ("fields", "steps")}
    return import_ui_schema(ui_schema, schema).schema if ui_schema else schema


def _import_node(ui_schema: Any, schema: Any, path: str, pointer: str, imported: ImportedUiSchema) -> None:
    if not isinstance(ui_schema, Mapping):
        imported.left.append((pointer, "this is not a map"))
        return
    options: dict[str, Any] = {}
    for key, value in ui_schema.items():
        location = f"{pointer}/{json_pointer.escape(key)}"
        if key == "ui:options" and isinstance(value, Mapping):
            for name, option in value.items():
                _option(str(name), option, f"{location}/{json_pointer.escape(name)}", schema, options, imported)
        elif str(key).startswith("ui:"):
            _option(str(key)[3:], value, location, schema, options, imported)
        elif key in ("items", "additionalProperties") and isinstance(value, Mapping):
            _import_node(value, _member(schema, key), f"{path}/*", location, imported)
        elif isinstance(value, Mapping) and not str(key).startswith("$"):
            inner = _member(_member(schema, "properties"), str(key))
            _import_node(value, inner, f"{path}/{json_pointer.escape(key)}", location, imported)
        else:
            imported.left.append((location, "places are named by property, and rows of a list by items"))
    if options:
        imported.ui["fields"][path] = options


def _option(
    name: str, value: Any, location: str, schema: Any, options: dict[str, Any], imported: ImportedUiSchema
) -> None:
    if name == "widget":
        _widget(value, location, options, imported)
    elif name in SAME and isinstance(value, (str, int)) and not isinstance(value, bool):
        options[name] = value
    elif name in ("readonly", "disabled") and value is True and isinstance(schema, dict):
        schema["readOnly"] = True
    elif name == "inputType" and value in ("password", "color", "range"):
        options["widget"] = value
    elif name == "order" and isinstance(value, list) and isinstance(schema, dict) and "properties" in schema:
        schema["properties"] = _ordered(schema["properties"], value)
    elif name == "enumNames" and _named_options(schema, value):
        return
    elif not (name in ("readonly", "disabled") and value is False):
        imported.left.append((location, _WHY.get(name, f"{name} has no equivalent")))


def _widget(value: Any, location: str, options: dict[str, Any], imported: ImportedUiSchema) -> None:
    if isinstance(value, str) and value in WIDGETS:
        options["widget"] = WIDGETS[value]
    elif not (isinstance(value, str) and value in BY_SCHEMA):
        name = value if isinstance(value, str) else "a component"
        imported.left.append((location, f"the widget {name} does not exist here; the control follows from the schema"))


def _ordered(properties: dict[str, Any], order: list[Any]) -> dict[str, Any]:
    """Properties in RJSF's order; those it does not name stand at its `*`, else at the end."""
    named = [name for name in order if isinstance(name, str) and name in properties]
    rest = [name for name in properties if name not in named]
    index = sum(1 for name in order[: order.index("*")] if name in named) if "*" in order else len(named)
    return {name: properties[name] for name in [*named[:index], *rest, *named[index:]]}


def _named_options(schema: Any, names: Any) -> bool:
    if not isinstance(schema, dict) or not isinstance(names, (list, Mapping)):
        return False
    if schema.get("type") == "boolean" and "enum" not in schema:
        schema["enum"] = [True, False]
    target = schema if "enum" in schema else schema.get("items")
    if not isinstance(target, dict) or not isinstance(target.get("enum"), list):
        return False
    options = target.pop("enum")
    titles = names if isinstance(names, list) else [names.get(str(value), str(value)) for value in options]
    target["oneOf"] = [
        {"const": value, "title": str(titles[index]) if index < len(titles) else str(value)}
        for index, value in enumerate(options)
    ]
    return True


def _member(schema: Any, name: str) -> Any:
    return schema.get(name) if isinstance(schema, dict) else None
