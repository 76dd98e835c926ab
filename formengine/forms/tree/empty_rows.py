"""Rows of lists, places of tuples and named values of maps in which nothing is answered: what they mean in the data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from formengine.forms.schema.shape import SchemaParts, Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import nullable
from formengine.forms.tree.node import MISSING, Node

LISTS: Final = ("array", "several", "files", "lines")
_NOTHING: Final[tuple[Any, ...]] = (MISSING, {}, [])


class SortedRows(NamedTuple):
    """The rows of a list by what they are. Of a list that needs three, with a filled row and three empty ones:

    `entries`: the filled row, `{"name": "Ann"}`, and two empty ones, `{}`, where `name` is required, so that it is
    named as missing; `unfilled`: those two, where the schema asks for nothing in them and would accept `{}`; `surplus`:
    the last one, that somebody added and left empty.
    """

    entries: list[Node]
    unfilled: list[Node]
    surplus: list[Node]


def sorted_rows(context: Context, node: Node, rows: Sequence[Node], least: int) -> SortedRows:
    """The rows of a list that needs `least` of them; none, where it may be left out and has no answer.

    A filled row is an entry. So is an empty one that the list needs, where the schema asks for something in it, or
    where it has nothing to fill in, as a constant has. Such a constant is an answer in a row that somebody added
    beyond the needed ones: `answered` is then set on list and row.
    """
    empty = [row for row in rows if not row.answered and not defaults_are_valid(context, row, row_value(row))]
    is_there = node.required or node.answered
    needed = max(least - len(rows) + len(empty), 0) if is_there else 0
    for row in empty[needed:]:
        if _fills_itself(context, row):
            row.answered = node.answered = True
    unfilled = [row for row in empty[:needed] if _waits_for_answer(context, row)]
    surplus = [row for row in empty[needed:] if not row.answered]
    left_out = set(map(id, [*unfilled, *surplus]))
    return SortedRows([row for row in rows if id(row) not in left_out], unfilled, surplus)


def defaults_are_valid(context: Context, node: Node, value: Any) -> bool:
    """Whether a group shows defaults that are valid, and so an answer: `{country: FR}`, where no more is asked."""
    return node.prefilled and _holds(context, node.shape, value)


def _waits_for_answer(context: Context, row: Node) -> bool:
    """Whether an empty row that a list needs is no entry: somebody could fill it in, and the schema, which would
    accept it as it is, names nothing in it that is missing."""
    return is_open(row) and (row.kind not in ("object", "array") or _holds(context, row.shape, row_value(row)))


def _fills_itself(context: Context, row: Node) -> bool:
    """Whether nobody could fill in anything in an empty row, not tick a box either, and it is valid as it is."""
    value = row.content if row.kind == "object" else row_value(row)
    if is_open(row) or any(node.kind == "checkbox" for node in row.walk()) or not _holds(context, row.shape, value):
        return False
    row.value = value
    return True


def _holds(context: Context, shape: Shape, value: Any) -> bool:
    return all(context.holds(part, value) for part in shape.parts)


def move(row: Node, pointer: str) -> None:
    """Give a row another place in its list, and so all below it."""
    if row.pointer == pointer:
        return
    length = len(row.pointer)
    for node in row.walk():
        node.pointer = pointer + node.pointer[length:]


def row_value(child: Node) -> Any:
    """The value of a row or of the place of a tuple; an unanswered one is a list, a map, or null: an empty text would
    be an answer that nobody gave."""
    if child.value is not MISSING:
        return child.value
    return {} if child.kind == "object" else [] if child.kind in LISTS else None


def values_of_places(context: Context, places: Sequence[Node], *, is_set: bool) -> list[Any]:
    """The values of the places of a tuple (see `value_in_place`)."""
    return [value_in_place(context, place, is_set=is_set) for place in places]


def value_in_place(context: Context, node: Node, *, is_set: bool) -> Any:
    """The value of the place of a tuple, or of a name in a map: of an empty group or list null, where the data would
    else have one that nobody answered, and that fits."""
    is_empty = node.value in _NOTHING and not node.answered and node.kind in ("object", *LISTS)
    if (
        is_empty
        and not node.unrepresentable
        and is_open(node)
        and _is_null_when_empty(context, node.shape, is_set=is_set)
    ):
        return None
    return row_value(node)


def is_open(node: Node) -> bool:
    """Whether somebody could still fill in something in a row in which nothing is answered. An unticked box is no gap,
    and neither is what the schema sets or nobody can change."""
    if node.read_only or node.ui.get("widget") == "hidden":
        return False
    if any(choice.chosen is None for choice in node.selects):
        return True
    if node.kind in ("object", "array"):
        return node.open_ended or any(map(is_open, node.children))
    if node.kind == "null":
        return node.value is MISSING
    return node.kind != "none" and (node.value is MISSING or node.value is None)


def leaves_null(context: Context, parts: SchemaParts, *, is_set: bool) -> bool:
    """Whether null in the data shows only that a place of these schemas was left empty."""
    return _is_null_when_empty(context, context.resolver.shape(parts, None), is_set=is_set)


def _is_null_when_empty(context: Context, shape: Shape, *, is_set: bool) -> bool:
    """Whether what is empty is null in the data, though null is no answer there, as for a number, or for a group that
    may be empty; not where a constant `is_set` by the schema."""
    if nullable(shape) or (shape.const and is_set):
        return False
    if shape.options is not None:
        return all(value is not None for value, _ in shape.options)
    if shape.unions or not shape.json_types:
        return False
    if shape.json_types in (["object"], ["array"]):
        return _holds(context, shape, {} if shape.json_types == ["object"] else [])
    return len(shape.json_types) > 1 or shape.json_types[0] in ("string", "number", "integer", "boolean")
