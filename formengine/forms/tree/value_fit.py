"""Whether a control can show a value, and which of its options a value is."""

from __future__ import annotations

from typing import Any

from formengine.forms.tree.control_kind import nullable, types_of
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.union_choice import is_type
from formengine.forms.tree.value_text import from_json, to_json


def fits(node: Node, value: Any) -> bool:
    """Whether the control of a node can show a value as it is."""
    kind = node.kind
    if value is None and kind not in ("json", "options", "null"):
        return nullable(node.shape)
    if kind in ("text", "textarea"):
        return isinstance(value, str)
    if kind == "number":
        return is_type(value, "number")
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "checkbox":
        return value is True or (value is False and not node.shape.const)
    if kind in ("object", "closed") and "object" in types_of(node.shape):
        return isinstance(value, dict)
    if kind == "lines":
        return isinstance(value, list) and all(
            isinstance(one, str) and one.strip() and "\n" not in one for one in value
        )
    if kind == "several":
        return isinstance(value, list) and len({to_json(one) for one in value}) == len(value)
    if kind == "array":
        return isinstance(value, list)
    if kind == "file":
        return _is_file(value)
    if kind == "files":
        return isinstance(value, list) and all(_is_file(one) for one in value)
    if kind == "null":
        return value is None
    return kind != "none"


def _is_file(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), str) and isinstance(value.get("name"), str)


def options(node: Node) -> list[tuple[Any, str | None]]:
    """The options of a choice, with their labels."""
    return node.shape.options or []


def settled(node: Node) -> bool:
    """Whether there is nothing to choose: a required constant."""
    return node.shape.const and node.required and len(options(node)) == 1


def option_index(options: list[tuple[Any, str | None]], value: Any) -> str:
    """What a control posts for a value: the number of its option, or the value itself, which no option has."""
    for number, (one, _) in enumerate(options):
        if type(one) is type(value) and one == value:
            return str(number)
    for number, (one, _) in enumerate(options):
        if one == value and isinstance(one, bool) == isinstance(value, bool):
            return str(number)
    return "j" + to_json(value)


def chosen(options: list[tuple[Any, str | None]], raw: str) -> Any:
    """The value that a posted text chooses, or MISSING."""
    if raw.startswith("j"):
        return from_json(raw[1:])
    if raw.isascii() and raw.isdigit() and len(raw) < 7 and int(raw) < len(options):
        return options[int(raw)][0]
    return MISSING
