"""The `ui` of a form: help, widgets, steps; by property name or pointer, and what an RJSF `uiSchema` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_SAME: Final = {"help", "placeholder", "rows", "widget", "title", "description", "autocomplete", "autofocus"}
_WIDGETS: Final = {"radio": "radios", "updown": "text", "RadioWidget": "radios", "CheckboxWidget": "checkbox"}


def read_ui(ui: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is said of each place, by path: "" the form, "/deliverables/*/due" a field of any row.

    `ui["fields"]` goes by property name (at the top) or by pointer with * for any row; anything else is read as an
    RJSF uiSchema (`{"ui:help": ..., "name": {"ui:widget": ...}}`).
    """
    found: dict[str, dict[str, Any]] = {}
    for name, one in dict(ui.get("fields") or {}).items():
        if isinstance(one, Mapping):
            path = name if name.startswith("/") or name == "" else "/" + name.replace("~", "~0").replace("/", "~1")
            found[path] = dict(one)
    _import({key: one for key, one in ui.items() if key not in ("fields", "steps")}, "", found)
    return found


def _import(ui: Mapping[str, Any], path: str, found: dict[str, dict[str, Any]]) -> None:
    mine: dict[str, Any] = {}
    for key, one in ui.items():
        if key == "ui:options" and isinstance(one, Mapping):
            mine.update({name: value for name, value in one.items() if name in _SAME})
        elif key.startswith("ui:") and key[3:] in _SAME:
            mine[key[3:]] = one
        elif isinstance(one, Mapping) and not key.startswith("ui:"):
            step = "*" if key in ("items", "additionalProperties") else key.replace("~", "~0").replace("/", "~1")
            _import(one, f"{path}/{step}", found)
    if isinstance(mine.get("widget"), str):
        mine["widget"] = _WIDGETS.get(mine["widget"], mine["widget"])
    mine = {key: one for key, one in mine.items() if isinstance(one, (str, int, bool))}
    if mine:
        found[path] = {**mine, **found.get(path, {})}
