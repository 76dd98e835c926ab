"""What is known of parts of data while they are judged by a schema that leads back to itself in several branches.

Each branch of `{"oneOf": [{"properties": {"next": R}}, {"properties": {"next": R}}]}`, where R leads back to it, judges
all that is below: data of ten levels would be judged a thousand times, by jsonschema-rs too. The exact validator keeps
what it found at the schemas that others lead back to, so that each part is judged by each of them once.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from formengine.forms.schema.recursion_growth import RecursionGrowth
from formengine.forms.validation.schema_node import SchemaNode
from formengine.forms.validation.violation import Path

_DEEP: Final = range(10, 1_000)
"""Levels of data of which the innermost are judged first: Python's stack ends after a thousand calls."""


class EvaluationMemo(threading.local):
    """The results of one judgement, by (node, value, path); of `is_valid` without a path. Each thread has its own."""

    def __init__(self, nodes: list[SchemaNode]) -> None:
        self._nodes = nodes
        self.known: dict[tuple[Any, ...], Any] | None = None

    @contextmanager
    def of(self, data: Any) -> Iterator[None]:
        """Keep the results while data are judged, which nobody changes meanwhile. Raises RecursionError."""
        self.known = {}
        try:
            for path, value in _innermost_first(data):
                for node in self._nodes:
                    node.errors(value, path)
            yield
        finally:
            self.known = None


def memoise(root: SchemaNode) -> EvaluationMemo | None:
    """Let the nodes of a schema that others lead back to keep their results; None for a schema that needs none."""
    nodes, targets = _recursive(root)
    schemas = {id(node.schema): node.target.schema for node in targets if node.target is not None}
    if not nodes or not RecursionGrowth(schemas, every_branch=True).doubles(root.schema):
        return None
    memo = EvaluationMemo(nodes)
    for node in nodes:
        node.memo = memo
    return memo


def _recursive(root: SchemaNode) -> tuple[list[SchemaNode], list[SchemaNode]]:
    """The nodes that lead back to themselves, one or more of each circle, and those that refer to others."""
    nodes: dict[int, SchemaNode] = {}
    referring: list[SchemaNode] = []
    around, outer, seen = [(root, _inner(root))], {id(root)}, {id(root)}
    while around:
        node, inner = around[-1]
        child = next(inner, None)
        if child is None:
            around.pop()
            outer.discard(id(node))
            if node.target is not None:
                referring.append(node)
        elif id(child) in outer:
            nodes[id(child)] = child
        elif id(child) not in seen:
            seen.add(id(child))
            outer.add(id(child))
            around.append((child, _inner(child)))
    return list(nodes.values()), referring


def _inner(node: SchemaNode) -> Iterator[SchemaNode]:
    return iter([*node.children.values(), *([node.target] if node.target is not None else [])])


def _innermost_first(data: Any) -> list[tuple[Path, Any]]:
    """The maps and lists in data that are nested deeply, with their paths."""
    levels: list[list[tuple[Path, Any]]] = [[((), data)] if isinstance(data, dict | list) else []]
    while levels[-1] and len(levels) < _DEEP.stop:
        members = [
            ((*path, step), member)
            for path, value in levels[-1]
            for step, member in (value.items() if isinstance(value, dict) else enumerate(value))
        ]
        levels.append([(path, member) for path, member in members if isinstance(member, dict | list)])
    return [part for level in reversed(levels) for part in level] if len(levels) in _DEEP else []
