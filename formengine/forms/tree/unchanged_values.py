"""Answers that a post did not change: they stay as they were stored, a date-time `13:30:00Z`, a number `3.0`, an amount
`007`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from jsonschema._utils import equal

from formengine import json_pointer
from formengine.forms.kinds.text_input import plain_amount, text_kind
from formengine.forms.tree.empty_rows import move
from formengine.forms.tree.node import MISSING, Node
from formengine.forms.tree.other_branches import keep_other_branches
from formengine.forms.tree.value_text import clean, to_json


def keep_unchanged(
    root: Node, data: Any, before: Any, earlier: Callable[[], Node], holds: Callable[[Any, Any], bool]
) -> Any:  # fmt: skip
    """Posted data, with what stood in the data before in place of each date-time that is the same moment, of each
    amount that is the same but for zeros before it, of each text that is the same but for its line ends, and of each
    chosen option that is equal, and with answers to branches of which none is on the page; they are changed in place.
    So are the names of entries that are the same but for their line ends.

    The control of a form shows a date-time by the clock of the form's zone, and of equal numbers the one on offer, so
    that they would come back written otherwise, and count as changed (F5, F19).
    """
    for node in root.walk():
        if any("\n" in row.key for row in node.extra):
            _keep_names(node, json_pointer.resolve(data, node.pointer), json_pointer.resolve(before, node.pointer))
        if node.problem == "year" and json_pointer.resolve(before, node.pointer) == node.value:
            node.problem = None  # it is meant: it was stored so
        is_same = _comparison(node)
        if is_same is not None:
            stored = json_pointer.resolve(before, node.pointer)
            if stored is not None and node.value is not MISSING and is_same(stored, node.value):
                data = _replaced(data, node.pointer, stored)
                node.value = stored
    keep_other_branches(root, before, earlier, holds)
    return data


def _keep_names(node: Node, entries: Any, stored: Any) -> None:
    """Give the posted entries of a map the names that were stored, where these have other line ends."""
    if not isinstance(entries, dict) or not isinstance(stored, dict):
        return
    names = {clean(name)[0]: name for name in stored if "\r" in name}
    for row in node.extra:
        name = names.get(row.key)
        if name is not None and row.problem is None and row.key not in stored:
            renamed = {name if key == row.key else key: value for key, value in entries.items()}
            entries.clear()
            entries.update(renamed)
            move(row.node, node.pointer + json_pointer.join((name,)))


def _comparison(node: Node) -> Callable[[Any, Any], bool] | None:
    """How a stored value of a control is compared; None where it comes back as it was."""
    if node.kind in ("options", "several"):
        return _is_same_option
    if text_kind(node.shape.keywords) == "amount":
        return _is_same_amount
    if isinstance(node.value, str) and "\n" in node.value:
        return _is_same_lines
    return _is_same_moment if node.shape.keywords.get("format") == "date-time" else None


def _is_same_amount(stored: Any, posted: Any) -> bool:
    return stored != posted and isinstance(stored, str) and plain_amount(stored) == posted


def _is_same_lines(stored: Any, posted: Any) -> bool:
    return isinstance(stored, str) and "\r" in stored and clean(stored)[0] == posted


def _is_same_option(stored: Any, posted: Any) -> bool:
    return to_json(stored) != to_json(posted) and bool(equal(stored, posted))


def _is_same_moment(stored: object, posted: object) -> bool:
    if not isinstance(posted, str) or stored == posted:
        return False
    try:
        first, second = datetime.fromisoformat(str(stored)), datetime.fromisoformat(posted)
    except ValueError:
        return False
    return first.tzinfo is not None and second.tzinfo is not None and first == second


def _replaced(data: Any, pointer: str, value: object) -> Any:
    if not pointer:
        return value
    parent, last = json_pointer.resolve(data, json_pointer.parent(pointer)), json_pointer.last(pointer)
    if isinstance(parent, dict) and last in parent:
        parent[last] = value
    elif isinstance(parent, list) and (index := json_pointer.list_index(last, len(parent))) is not None:
        parent[index] = value
    return data
