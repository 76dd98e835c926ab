"""What counts as an answer: an optional group, and a row of a list, are there when somebody answered something in them.

A constant that is required or read-only, a null that is the only possible value, an unticked box and a default that
nobody changed are no answers: a form that nobody touched posts nothing, whatever its optional groups hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jsonschema._utils import equal

from formengine.forms.schema.shape import Shape
from formengine.forms.tree.control_kind import nullable
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.value_fit import is_fixed


def judge_control(node: Node) -> None:
    """Note on a single control whether it is answered, or shows a default that nobody changed."""
    if node.value is MISSING:
        node.answered = node.problem is not None  # such as a file that was refused
        return
    if node.shape.const or "default" in node.shape.keywords:
        node.prefilled = _shows_default(node) or _stands_by_itself(node)
    node.answered = not node.prefilled and _holds_an_answer(node)


def _shows_default(node: Node) -> bool:
    default = node.shape.keywords.get("default", MISSING)
    return default is not MISSING and equal(node.value, default) and not is_fixed(node)


def _holds_an_answer(node: Node) -> bool:
    if node.was in ("null", "blank"):
        return True
    if node.shape.const and is_fixed(node):
        return False
    if node.value is None:
        return node.kind in ("options", "json") or (node.kind == "null" and not node.required)
    return not (node.kind == "checkbox" and node.value is False)


def _stands_by_itself(node: Node) -> bool:
    """Whether a control holds a read-only constant, which nobody can choose or leave out."""
    only = [value for value, _ in node.shape.options or ()] if node.read_only and node.shape.const else []
    return only == [node.value]


def judge_group(node: Node) -> None:
    """Note on a group or a list whether anything in it is answered or prefilled. Money is answered by its amount."""
    inside: Sequence[Node] = node.children
    if node.extra:
        inside = [*inside, *(row.node for row in node.extra if row.key)]
    if node.shape.keywords.get("$kind") == "money":
        inside = [child for child in inside if child.pointer.endswith("/amount")]
    node.answered = any(child.answered for child in inside) or any(row.key for row in node.extra)
    node.prefilled = any(child.prefilled for child in inside)


def move(row: Node, pointer: str) -> None:
    """Give a row another place in its list, and so all below it."""
    if row.pointer == pointer:
        return
    length = len(row.pointer)
    for node in row.walk():
        node.pointer = pointer + node.pointer[length:]


def row_value(child: Node) -> Any:
    """The value of a row; an unanswered one is empty text, a list, a map or null."""
    if child.value is not MISSING:
        return child.value
    if child.kind in ("text", "textarea") and not nullable(child.shape):
        return ""
    return {} if child.kind == "object" else [] if child.kind in ("array", "several", "files", "lines") else None


def without_empty_places(places: Sequence[Node], fixed: int, least: int) -> list[Any]:
    """The values of the entries of a list, without the last of its `fixed` places that are empty beyond `least`."""
    data = [row_value(place) for place in places]
    while least < len(data) <= fixed and places[len(data) - 1].value in (MISSING, {}, []):
        data.pop()
    return data


def leaves_null(shape: Shape) -> bool:
    """Whether an empty place of a tuple is null in the data, though null is no answer there, as for a number."""
    if nullable(shape):
        return False
    if shape.options is not None:
        return all(value is not None for value, _ in shape.options)
    if shape.unions or not shape.json_types:
        return False
    return len(shape.json_types) > 1 or shape.json_types[0] in ("number", "integer", "boolean")
