"""All schemas that may apply at a place in the data, whatever is answered: for checks of what names a field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from formengine.forms.schema.ecma_regex import compile_search
from formengine.json_schema import DECLARING, subschemas

Schemas = list[dict[str, Any]]


class Locations:
    """The places of one normalised schema; `targets` are those of the Normaliser."""

    def __init__(self, root: Any, targets: Mapping[str, Any]) -> None:
        self._root, self._targets = root, targets

    def schemas_at(self, path: Sequence[str]) -> Schemas:
        """The schemas of the value at a path of names, positions, and `*` for any row; [] where there is no field."""
        schemas = self._applied([self._root])
        for step in path:
            schemas = self._applied(part for schema in schemas for part in _members(schema, step))
        return schemas

    def is_write_only(self, path: Sequence[str]) -> bool:
        """Whether the value at a path, or what it is part of, may be write-only."""
        outer = (self.schemas_at(path[:count]) for count in range(len(path) + 1))
        return any(schema.get("writeOnly") is True for schemas in outer for schema in schemas)

    def names_at(self, path: Sequence[str]) -> list[str]:
        """The names of the properties that the object at a path may have, `*` where it is a list."""
        schemas = self.schemas_at(path)
        names = [name for schema in schemas for name in schema.get("properties", ())]
        rows = ["*"] if any({"items", "prefixItems"} & schema.keys() for schema in schemas) else []
        return list(dict.fromkeys(names + rows))

    def _applied(self, parts: Iterable[Any]) -> Schemas:
        """Schemas with those that they bring to the same value, each once; `false` is left out."""
        schemas: Schemas = []
        waiting, visited = list(parts), set[int]()
        while waiting:
            part = waiting.pop(0)
            part = {} if part is True else part
            if not isinstance(part, dict) or id(part) in visited:
                continue
            visited.add(id(part))
            schemas.append(part)
            waiting += [subschema for step, subschema in subschemas(part) if step[0] in DECLARING]
            if "$ref" in part:
                waiting.append(self._targets[part["$ref"]])
        return schemas


def _members(schema: dict[str, Any], step: str) -> list[Any]:
    """The schemas that one schema has for a member of its value."""
    members: list[Any] = []
    if step == "*" or step.isdecimal():
        prefix = schema.get("prefixItems", [])
        members += prefix if step == "*" else prefix[int(step[:6]) :][:1]
        members += [schema["items"]] if "items" in schema else []
    properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    if step == "*":
        return [*members, *patterns.values(), *_additional(schema)]
    if step in properties:
        members.append(properties[step])
    matching = [inner for pattern, inner in patterns.items() if compile_search(pattern)(step)]
    return [*members, *matching] if members or matching else _additional(schema)


def _additional(schema: dict[str, Any]) -> list[Any]:
    return [schema["additionalProperties"]] if isinstance(schema.get("additionalProperties"), dict) else []
