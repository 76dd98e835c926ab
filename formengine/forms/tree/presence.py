"""What counts as an answer: an optional group, and a row of a list, are there when somebody answered something in them.

A constant that is required or read-only, a null that is the only possible value, an unticked box and a default that
nobody changed are no answers: a form that nobody touched posts nothing, whatever its optional groups hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from jsonschema._utils import equal

from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.value_fit import is_fixed
from formengine.json_pointer import list_index


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
    if default is None and node.value is None and _is_null_when_empty(node):
        return False
    return default is not MISSING and equal(node.value, default) and not is_fixed(node)


def _is_null_when_empty(node: Node) -> bool:
    """Whether null is what an empty control means, and nothing that was set in it."""
    if node.kind == "null":
        return list(node.raw) != ["null"]
    return node.kind not in ("options", "json") and node.was != "null"


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
    if node.shape.keywords.get("$kind") == "money" and node.kind == "object":
        inside = [child for child in inside if child.pointer.endswith("/amount")]
    node.answered = any(child.answered for child in inside) or any(row.key for row in node.extra)
    node.prefilled = any(child.prefilled for child in inside)


class PlacesBefore(NamedTuple):
    """How many places of a tuple the data had before it was shown; `kept`: all of them stay, though the last are empty,
    as in `["a", {}]`, or in data with fewer than `minItems` needs, or the schema sets all that they hold. Places beyond
    them stay if somebody filled them.
    """

    number: int
    kept: bool

    def __str__(self) -> str:
        return str(self.number) if self.kept else f"{self.number}-"


def places_posted(text: str, fixed: int) -> PlacesBefore | None:
    """What a page posts of the places that a tuple of `fixed` places had (`str(PlacesBefore)`); None for other text."""
    count = list_index(text.removesuffix("-"), fixed + 1)
    return None if count is None else PlacesBefore(count, kept=not text.endswith("-"))


def places_stored(stored: list[Any], places: Sequence[Node], least: int) -> PlacesBefore | None:
    """The places that a stored tuple had, shown by `places`; None where these say it themselves."""
    count = len(stored)
    kept = count < least or not stored
    if count <= len(places):
        kept |= not any(place.answered or place.prefilled for place in places[:count])
        kept |= bool(stored) and _is_vacant(places[count - 1])
    return PlacesBefore(count, kept) if count < len(places) or (count == len(places) and kept and places) else None


def without_empty_places(
    places: Sequence[Node], values: list[Any], fixed: int, least: int, before: PlacesBefore | None, *, untouched: bool
) -> list[Any]:  # fmt: skip
    """The `values` of the entries of a list, without the last of its `fixed` places that are empty beyond `least`
    (`minItems`), or that nobody filled and that were not there before, whatever their empty controls mean. `untouched`:
    the list was not there before, and nobody answered anything in it.
    """
    data = list(values)
    kept = before.number if before and before.kept else min(least, fixed)
    while kept < len(data) <= fixed:
        place, needed = places[len(data) - 1], len(data) <= least
        if place.read_only and place.answered:
            break  # it stood there, and nobody may take it out
        is_new = before is not None and len(data) > before.number
        says_nothing = before is None and not needed and (untouched or _is_empty_null(place))
        if not (
            _is_vacant(place)
            or (says_nothing and not place.answered and not place.prefilled)
            or (is_new and _is_unfilled(place, needed=needed))
        ):
            break
        data.pop()
    return data


def _is_empty_null(place: Node) -> bool:
    """Whether the place of a tuple is null only because its control is empty."""
    return place.value is None and place.kind not in ("null", "options", "json")


def _is_vacant(place: Node) -> bool:
    """Whether the place of a tuple has no value; an option, or a text of JSON, that is `{}` or `[]` is one."""
    return place.value is MISSING or (
        place.value in ({}, []) and place.kind not in ("options", "json") and not place.unrepresentable
    )


def _is_unfilled(place: Node, *, needed: bool) -> bool:
    """Whether nobody answered anything in the place of a tuple; a constant that the list needs fills itself, and
    so does a default, but for one that nobody could type or take out."""
    sets_itself = place.read_only or place.kind == "null"
    if (
        place.answered
        or (place.prefilled and (needed or not sets_itself))
        or any(choice.chosen is not None for choice in place.selects)
    ):
        return False
    return not needed or place.value is None or place.value is False
