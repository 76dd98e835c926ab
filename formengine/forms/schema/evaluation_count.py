"""How many schemas are evaluated, at most, on one way from the root of data to a leaf.

A definition that is referred to twice in each of twenty others is evaluated a million times: such a schema, however
small, cannot be judged in time that grows with its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from formengine.json_schema import subschemas

_LISTS: Final = ("contains", "unevaluatedItems")
_NAMES: Final = ("patternProperties", "unevaluatedProperties")
_ONE_OF_TWO: Final = ("then", "else")


class EvaluationCount:
    """Counts the evaluations of schemas; `targets` are what their `$ref` lead to, by the identity of the schema.

    A schema that its own members or items lead back to counts once there: how often it is evaluated depends on data.
    """

    def __init__(self, targets: Mapping[int, Any]) -> None:
        self._targets = targets
        self._counts: dict[int, int] = {}

    def of(self, schema: Any) -> int:
        """The evaluations that one value costs, with those of the costliest of its members, and so on."""
        if not isinstance(schema, dict):
            return 1
        known = self._counts.get(id(schema))
        if known is None:
            self._counts[id(schema)] = 1  # while it is being counted
            known = self._counts[id(schema)] = self._count(schema)
        return known

    def _count(self, schema: dict[str, Any]) -> int:
        same = self.of(self._targets[id(schema)]) if id(schema) in self._targets else 0
        members: dict[tuple[str, Any], int] = {}
        alternatives = [0, 0]
        for path, inner in subschemas(schema):
            keyword = path[0]
            if keyword in ("properties", "prefixItems"):
                members[str(keyword), path[-1]] = self.of(inner)
            elif keyword in ("items", "additionalProperties"):
                members[str(keyword), None] = self.of(inner)
            elif keyword in _LISTS or keyword in _NAMES:
                key = ("every item" if keyword in _LISTS else "every name", None)
                members[key] = members.get(key, 0) + self.of(inner)
            elif keyword in _ONE_OF_TWO:
                alternatives[_ONE_OF_TWO.index(str(keyword))] = self.of(inner)
            elif keyword not in ("$defs", "definitions", "propertyNames"):
                same += self.of(inner)
        items = _most(members, ("items", "prefixItems")) + members.get(("every item", None), 0)
        names = _most(members, ("properties", "additionalProperties")) + members.get(("every name", None), 0)
        return 1 + same + max(alternatives) + max(items, names)


def _most(counts: Mapping[tuple[str, Any], int], keywords: Iterable[str]) -> int:
    return max((count for (keyword, _), count in counts.items() if keyword in keywords), default=0)
