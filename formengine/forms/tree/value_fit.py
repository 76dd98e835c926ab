"""Whether a control can show a value, and which of its options a value is."""

from __future__ import annotations

from typing import Any

from jsonschema._utils import equal

from formengine.forms.schema.shape import Shape
from formengine.forms.tree.control_kind import nullable
from formengine.forms.tree.node import Node
from formengine.forms.tree.value_text import from_json, to_json, to_option_value


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
        return isinstance(value, dict) and ("" not in value or "" in node.shape.properties)  # a row needs a name
    if kind == "lines":
        return isinstance(value, list) and all(
            isinstance(line, str) and line.strip() and "\n" not in line for line in value
        )
    if kind == "several":
        return isinstance(value, list) and len({to_json(item) for item in value}) == len(value)
    if kind == "array":
        return isinstance(value, list) and (len(value) <= len(node.shape.prefix_items) or False not in node.shape.items)
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


def is_fixed(node: Node) -> bool:
    """Whether a required constant leaves nothing to choose; consent (a constant true) is always given by a person."""
    return node.shape.const and node.required and len(options(node)) == 1 and node.kind == "options"


def offered(shape: Shape) -> dict[str, Any]:
    """The options of a shape: what each posts, and its value."""
    by_text: dict[str, Any] | None = shape.cache.get("offered")
    if by_text is None:
        by_text = shape.cache["offered"] = {to_option_value(value): value for value, _ in shape.options or ()}
    return by_text


def option_value(shape: Shape, value: Any) -> str:
    """What a control posts for a value: the JSON of the option that it equals (1 for 1.0), else its own."""
    posted = to_option_value(value)
    if posted in offered(shape):
        return posted
    return next((text for text, option in offered(shape).items() if equal(option, value)), posted)


def chosen(shape: Shape, posted: str) -> Any:
    """The value that a posted option means; one that is not on offer (any more) is kept, for the validator to judge."""
    if posted in offered(shape):
        return offered(shape)[posted]
    value = from_json(posted)
    return next((option for option in offered(shape).values() if equal(option, value)), value)
