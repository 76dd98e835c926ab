"""Date-times that a post did not change: they keep the text that they were stored as, such as `13:30:00Z`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from formengine import json_pointer
from formengine.forms.tree.node import Node


def keep_unchanged_times(root: Node, data: Any, before: Any) -> None:
    """In posted data, give each date-time that is the same moment as at its place in the data before the text of then.

    The control of a form shows it by the clock of the form's zone, so that it would come back with another offset, and
    count as changed (F5, F19).
    """
    for node in root.walk():
        if node.pointer and node.shape.keywords.get("format") == "date-time" and isinstance(node.value, str):
            stored = json_pointer.resolve(before, node.pointer)
            if stored != node.value and _is_same_moment(stored, node.value):
                _replace(data, node.pointer, stored)
                node.value = stored


def _is_same_moment(stored: object, posted: str) -> bool:
    try:
        first, second = datetime.fromisoformat(str(stored)), datetime.fromisoformat(posted)
    except ValueError:
        return False
    return first.tzinfo is not None and second.tzinfo is not None and first == second


def _replace(data: Any, pointer: str, value: object) -> None:
    parent, last = json_pointer.resolve(data, json_pointer.parent(pointer)), json_pointer.last(pointer)
    if isinstance(parent, dict) and last in parent:
        parent[last] = value
    elif isinstance(parent, list) and (index := json_pointer.list_index(last, len(parent))) is not None:
        parent[index] = value
