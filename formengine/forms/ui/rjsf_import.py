"""A uiSchema of RJSF (react-jsonschema-form) in our own words: what it says of fields, and what has no equivalent here.

Some of it belongs into the schema: the order of fields is that of `properties`, what only reads is `readOnly`, names of
options are titles of `oneOf`; so a changed copy of the schema comes along.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from formengine import json_pointer

SAME: Final = ("help", "placeholder", "rows", "title", "description", "autocomplete", "accept")
WIDGETS: Final = {
    "radio": "radios", "RadioWidget": "radios", "CheckboxWidget": "checkbox", "CheckboxesWidget": "checkboxes",
    "SelectWidget": "select", "TextareaWidget": "textarea", "TextWidget": "text", "PasswordWidget": "password",
    "HiddenWidget": "hidden", "RangeWidget": "range", "ColorWidget": "color", "toggle": "checkbox",
    **{name: name for name in
       ("text", "textarea", "select", "radios", "checkbox", "checkboxes", "password", "range", "color", "hidden")},
}  # fmt: skip
"""RJSF's names of widgets that we have."""
BY_SCHEMA: Final = frozenset(
    (
        "updown", "date", "datetime", "date-time", "time", "email", "uri", "url", "file", "files", "alt-date",
        "alt-datetime", "DateWidget", "DateTimeWidget", "EmailWidget", "URLWidget", "UpDownWidget", "FileWidget",
    )
)  # fmt: skip
"""Widgets that say what the schema says already: the control follows from type and format."""
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
class Imported:
    """`schema`: a copy with what belongs there; `ui`: ours; `left`: (pointer into the uiSchema, why it has no equal)
    for the rest."""

    schema: Any
    ui: dict[str, Any]
    left: list[tuple[str, str]] = field(default_factory=list)


def import_ui_schema(ui_schema: Mapping[str, Any], schema: Any = True) -> Imported:
    """A uiSchema as our `ui`. Never raises: what cannot be read is in `left`."""
    found = Imported(deepcopy(schema), {"fields": {}})
    _place(ui_schema, found.schema, "", "", found)
    return found


def _place(said: Any, schema: Any, path: str, pointer: str, found: Imported) -> None:
    if not isinstance(said, Mapping):
        found.left.append((pointer, "this is not a map"))
        return
    mine: dict[str, Any] = {}
    for key, value in said.items():
        at = f"{pointer}/{json_pointer.escape(key)}"
        if key in ("ui:options",) and isinstance(value, Mapping):
            for name, one in value.items():
                _word(str(name), one, f"{at}/{json_pointer.escape(name)}", schema, mine, found)
        elif str(key).startswith("ui:"):
            _word(str(key)[3:], value, at, schema, mine, found)
        elif key in ("items", "additionalProperties") and isinstance(value, Mapping):
            _place(value, _inside(schema, key), f"{path}/*", at, found)
        elif isinstance(value, Mapping) and not str(key).startswith("$"):
            _place(value, _property(schema, str(key)), f"{path}/{json_pointer.escape(key)}", at, found)
        else:
            found.left.append((at, "places are named by property, and rows of a list by items"))
    if mine:
        found.ui["fields"][path] = mine


def _word(word: str, value: Any, at: str, schema: Any, mine: dict[str, Any], found: Imported) -> None:
    if word == "widget":
        _widget(value, at, mine, found)
    elif word in SAME and isinstance(value, (str, int)) and not isinstance(value, bool):
        mine[word] = value
    elif word in ("readonly", "disabled") and value is True and isinstance(schema, dict):
        schema["readOnly"] = True
    elif word == "inputType" and value in ("password", "color", "range"):
        mine["widget"] = value
    elif word == "order" and isinstance(value, list) and isinstance(schema, dict) and "properties" in schema:
        schema["properties"] = _ordered(schema["properties"], value)
    elif word == "enumNames" and _named_options(schema, value):
        return
    elif not (word in ("readonly", "disabled") and value is False):
        found.left.append((at, _WHY.get(word, f"{word} has no equivalent")))


def _widget(value: Any, at: str, mine: dict[str, Any], found: Imported) -> None:
    if isinstance(value, str) and value in WIDGETS:
        mine["widget"] = WIDGETS[value]
    elif not (isinstance(value, str) and value in BY_SCHEMA):
        name = value if isinstance(value, str) else "a component"
        found.left.append((at, f"the widget {name} does not exist here; the control follows from the schema"))


def _ordered(properties: dict[str, Any], order: list[Any]) -> dict[str, Any]:
    """Properties in RJSF's order; those it does not name stand where it says `*`, else at the end."""
    named = [one for one in order if isinstance(one, str) and one in properties]
    rest = [one for one in properties if one not in named]
    at = sum(1 for one in order[: order.index("*")] if one in named) if "*" in order else len(named)
    return {name: properties[name] for name in [*named[:at], *rest, *named[at:]]}


def _named_options(schema: Any, names: Any) -> bool:
    if not isinstance(schema, dict) or not isinstance(names, (list, Mapping)):
        return False
    if schema.get("type") == "boolean" and "enum" not in schema:
        schema["enum"] = [True, False]
    target = schema if "enum" in schema else schema.get("items")
    if not isinstance(target, dict) or not isinstance(target.get("enum"), list):
        return False
    options = target.pop("enum")
    titles = names if isinstance(names, list) else [names.get(str(one), str(one)) for one in options]
    target["oneOf"] = [
        {"const": one, "title": str(titles[number]) if number < len(titles) else str(one)}
        for number, one in enumerate(options)
    ]
    return True


def _property(schema: Any, name: str) -> Any:
    inside = schema.get("properties") if isinstance(schema, dict) else None
    return inside.get(name) if isinstance(inside, dict) else None


def _inside(schema: Any, key: str) -> Any:
    return schema.get(key) if isinstance(schema, dict) else None
