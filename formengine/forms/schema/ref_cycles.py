"""Detects cyclic `$ref`: schemas that apply to one value and lead back to themselves without looking into it.

`{"$ref": "#"}` at the root says nothing and never ends; `{"properties": {"child": {"$ref": "#"}}}` describes a tree.
"""

from __future__ import annotations

from typing import Any

from formengine import json_pointer
from formengine.errors import FormError
from formengine.json_schema import IN_PLACE, Path


class RefGraph:
    """The schemas of a document as nodes; edges lead to those that apply to the same value."""

    def __init__(self) -> None:
        self._edges: dict[int, list[int]] = {}
        self._refs: list[tuple[Any, Path, str, Any]] = []

    def add_subschema(self, schema: dict[str, Any], keyword: str | int, subschema: Any) -> None:
        """Note a schema directly within another, under a keyword of it."""
        if keyword in IN_PLACE and isinstance(subschema, dict):
            self._edges.setdefault(id(schema), []).append(id(subschema))

    def add_ref(self, schema: dict[str, Any], path: Path, ref: str, target: Any) -> None:
        """Note where the `$ref` of a schema leads."""
        if isinstance(target, dict):
            self._edges.setdefault(id(schema), []).append(id(target))
            self._refs.append((schema, path, ref, target))

    def check(self) -> None:
        """Raise FormError at the first `$ref` whose target leads back to it."""
        for schema, path, ref, target in self._refs:
            if self._reaches(id(target), id(schema)):
                raise FormError(json_pointer.join((*path, "$ref")), f"$ref {ref} leads back to itself without end")

    def _reaches(self, start: int, goal: int) -> bool:
        visited, waiting = set[int](), [start]
        while waiting:
            node = waiting.pop()
            if node == goal:
                return True
            if node not in visited:
                visited.add(node)
                waiting += self._edges.get(node, ())
        return False
