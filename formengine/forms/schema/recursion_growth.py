"""Finds recursive schemas that are evaluated twice as often at each level of data: `{"properties": {"child": R},
"allOf": [{"properties": {"child": R}}]}` where R leads back to it.

Data of forty levels, which are short, would be judged for ever. A tree, whose nodes lead back once for each child, is
none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.json_schema import IN_PLACE, subschemas

_ITEMS: Final = ("items", "contains", "unevaluatedItems", "prefixItems")
_BRANCHES: Final = ("oneOf", "anyOf", "then", "else", "dependentSchemas")
_BESIDE: Final = ("$defs", "definitions", "propertyNames", "contentSchema")


class RecursionGrowth:
    """The schemas of a document by identity; `targets` are what their `$ref` lead to. `every_branch`: all branches and
    conditional schemas are taken to apply at a time, as when data are judged by each."""

    def __init__(self, targets: Mapping[int, Any], *, every_branch: bool = False) -> None:
        self._targets, self._every_branch = targets, every_branch
        self._component: dict[int, int] = {}
        self._order: dict[int, int] = {}
        self._low: dict[int, int] = {}
        self._stack: list[int] = []
        self._schemas: dict[int, Any] = {}
        self._ways: dict[int, tuple[dict[str, int], dict[str, int]]] = {}

    def doubles(self, schema: Any) -> bool:
        """Whether some data lead from one schema back to it in two ways at once."""
        if not isinstance(schema, dict):
            return False
        self._connect(schema)
        counts = (_sum(*self._ways_back(inner)) for inner in self._schemas.values())
        return any(count > 1 for ways in counts for count in ways.values())

    def _edges(self, schema: dict[str, Any]) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
        """The schemas that one leads to, each with its keyword and the member that it is for (None: the same value)."""
        target = self._targets.get(id(schema))
        if isinstance(target, dict):
            yield "$ref", None, target
        for path, inner in subschemas(schema):
            keyword = str(path[0])
            if not isinstance(inner, dict) or keyword in _BESIDE:
                continue
            if keyword in IN_PLACE:
                yield keyword, None, inner
            else:
                yield keyword, "[]" if keyword in _ITEMS else f"{keyword} {path[-1]}", inner

    def _connect(self, schema: dict[str, Any]) -> None:
        """Tarjan's algorithm: schemas that lead to each other get one component."""
        key = id(schema)
        self._schemas[key] = schema
        self._order[key] = self._low[key] = len(self._order)
        self._stack.append(key)
        for _, _, inner in self._edges(schema):
            if id(inner) not in self._order:
                self._connect(inner)
                self._low[key] = min(self._low[key], self._low[id(inner)])
            elif id(inner) not in self._component:
                self._low[key] = min(self._low[key], self._order[id(inner)])
        if self._low[key] == self._order[key]:
            while key not in self._component:
                self._component[self._stack.pop()] = self._order[key]

    def _ways_back(self, schema: dict[str, Any]) -> tuple[dict[str, int], dict[str, int]]:
        """In how many ways a schema leads back into its component, by the member that it goes by: always, and in one
        of its branches and conditional schemas, of which one is taken to apply at a time."""
        key = id(schema)
        if key not in self._ways:
            always: dict[str, int] = {}
            at_most: dict[str, int] = {}
            for keyword, member, inner in self._edges(schema):
                if self._component[id(inner)] != self._component[key]:
                    continue
                if member is not None:
                    always[member] = always.get(member, 0) + 1
                    continue
                inner_always, inner_at_most = self._ways_back(inner)
                if keyword in _BRANCHES:
                    inner_always, inner_at_most = {}, _sum(inner_always, inner_at_most)
                always = _sum(always, inner_always)
                if self._every_branch:
                    at_most = _sum(at_most, inner_at_most)
                    continue
                names = {*at_most, *inner_at_most}
                at_most = {name: max(at_most.get(name, 0), inner_at_most.get(name, 0)) for name in names}
            self._ways[key] = always, at_most
        return self._ways[key]


def _sum(some: Mapping[str, int], others: Mapping[str, int]) -> dict[str, int]:
    return {name: some.get(name, 0) + others.get(name, 0) for name in {*some, *others}}
