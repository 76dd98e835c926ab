"""Whether a control can show a value, and which of its options a value is."""

from __future__ import annotations

from typing import Any

from formengine.forms.tree.control_kind import nullable
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.value_text import from_json, to_json


def fits(node: Node, value: Any) -> bool:
    """Whether the control of a node can show a value as it is."""
    kind = node.kind
    if value is None and kind not in ("json", "options", "null"):
        return nullable(node.shape)
    if kind in ("text", "textarea"):
        return isinstance(value, str)
    if kind == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "checkbox":
        return value is True or (value is False and not node.shape.const)
    if kind in ("object", "closed") and "object" in node.shape.json_types:
        return isinstance(value, dict)
    if kind == "lines":
        return isinstance(value, list) and all(
            isinstance(line, str) and line.strip() and "\n" not in line for line in value
        )
    if kind == "several":
        return isinstance(value, list) and len({to_json(item) for item in value}) == len(value)
    if kind == "array":
        return isinstance(value, list)
    if kind == "file":
        return _is_file(value)
    if kind == "files":
        return isinstance(value, list) and all(_is_file(file) for file in value)
    if kind == "null":
        return value is None
    return kind != "none"


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("name"), str)


def options(node: Node) -> list[tuple[Any, str | None]]:
    """The options of a choice, with their labels."""
    return node.shape.options or []


def settled(node: Node) -> bool:
    """Whether a required constant leaves nothing to choose."""
    return node.shape.const and node.required and len(options(node)) == 1


def option_index(options: list[tuple[Any, str | None]], value: Any) -> str:
    """What a control posts for a value: the index of its option, else `j` and the value as JSON."""
    for index, (option, _) in enumerate(options):
        if type(option) is type(value) and option == value:
            return str(index)
    for index, (option, _) in enumerate(options):
        if option == value and isinstance(option, bool) == isinstance(value, bool):
            return str(index)
    return "j" + to_json(value)


def chosen(options: list[tuple[Any, str | None]], raw: str) -> Any:
    """The value of the option that a posted text names, or MISSING."""
    if raw.startswith("j"):
        return from_json(raw[1:])
    if raw.isascii() and raw.isdigit() and len(raw) < 7 and int(raw) < len(options):
        return options[int(raw)][0]
    return MISSING
