"""Answers that belong to another branch of a union than the one on the page: valid data may have those of several.

The page asks for those of the chosen branch. The others stand in the summary, and stay as they were when it is posted
with the same branch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from formengine import json_pointer
from formengine.forms.schema.further_properties import parts_of_entry
from formengine.forms.schema.shape import SchemaParts
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import Node


def parts_beside(context: Context, node: Node, stored: Mapping[str, Any]) -> dict[str, SchemaParts]:
    """The schemas, by name, of the properties of a stored object that its page does not ask for and that belong to
    another branch: of an `anyOf`, to one under which the object is valid, and to any where it was guessed that the
    object belongs to the one on the page, under which it is valid."""
    absent = [name for name in stored if name not in node.shape.properties]
    beside: dict[str, SchemaParts] = {}
    for choice, union in zip(node.choices if absent else (), node.shape.unions, strict=False):
        is_guessed = choice.question is None and choice.chosen is not None
        any_branch = is_guessed and context.holds(union.branches[choice.chosen or 0], stored)
        for number, branch in enumerate(union.branches):
            holds = choice.keyword == "anyOf" and context.holds(branch, stored)
            if number == choice.chosen or not (any_branch or holds):
                continue
            shape = context.resolver.shape((branch,), stored)
            for name in absent:
                parts = shape.properties.get(name) or parts_of_entry(shape, name)
                if parts and parts_of_entry(node.shape, name) is None:
                    beside.setdefault(name, parts)
    return beside


def keep_other_branches(
    root: Node, before: Any, earlier: Callable[[], Node], holds: Callable[[Any, Any], bool]
) -> None:  # fmt: skip
    """Put the answers that `before` has of other branches back into the posted objects of `root`, in place, where the
    same branch is chosen and the whole still fits. `earlier` makes the tree of `before`.

    A row that was changed gets none: a new one may stand under its name.
    """
    chosen = [node for node in root.walk() if node.choices and node.kind == "object" and isinstance(node.value, dict)]
    stood = {node.name: node for node in earlier().walk() if node.beside} if chosen else {}
    for node in chosen:
        shown = stood.get(node.name)
        if shown is None or _branches(node) != _branches(shown) or (_is_in_row(node) and node.value != shown.value):
            continue
        kept = {json_pointer.last(child.pointer): json_pointer.resolve(before, child.pointer) for child in shown.beside}
        if all(holds(part, {**kept, **node.value}) for part in node.shape.parts):
            node.value.update({name: value for name, value in kept.items() if name not in node.value})


def _branches(node: Node) -> list[tuple[str, int | None]]:
    return [(choice.name, choice.chosen) for choice in node.choices]


def _is_in_row(node: Node) -> bool:
    """Whether a node is in a row of a list or of a map, by the steps of its name."""
    return any(step == "x" or step.isdecimal() for step in node.name.split("-"))
