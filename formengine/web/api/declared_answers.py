"""Removes answers that a form does not declare: they are neither validated nor stored.

An answer to a declared field that is hidden stays, so that validation refuses it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from formengine import json_pointer
from formengine.json_schema import in_place_schemas

OPEN_KEYWORDS: Final = ("additionalProperties", "patternProperties", "unevaluatedProperties")

MAX_ENTRIES: Final = 1_000_000
"""Positions of lists that are looked at."""


@dataclass(frozen=True)
class DeclaredAnswers:
    """A form's schema, with the field kinds that it refers to by URI."""

    schema: Mapping[str, Any]
    kinds: Mapping[str, Any]

    def only(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The answers without undeclared members, at any depth."""
        declared: dict[str, Any] = self._kept(answers, [self.schema])
        return declared

    def is_list(self, steps: Sequence[str]) -> bool:
        """Whether the answer at the JSON Pointer of these steps is a list, as far as the schema says so."""
        schemas: list[Any] = [self.schema]
        for step in steps:
            position = json_pointer.list_index(step, MAX_ENTRIES)
            schemas = [
                member
                for schema in self._in_place(schemas, set())
                for member in (
                    *([schema["properties"][step]] if step in schema.get("properties", {}) else ()),
                    *([schema["items"]] if position is not None and "items" in schema else ()),
                    *(_prefix_items([schema], position) if position is not None else ()),
                )
            ]
        types = [schema["type"] for schema in self._in_place(schemas, set()) if "type" in schema]
        return bool(types) and all("array" in ([type] if isinstance(type, str) else type) for type in types)

    def _kept(self, value: Any, schemas: Sequence[Any]) -> Any:
        applying = list(self._in_place(schemas, set()))
        if isinstance(value, Mapping):
            return self._members(value, applying)
        if isinstance(value, list):
            return [
                self._kept(item, [s["items"] for s in applying if "items" in s] + _prefix_items(applying, i))
                for i, item in enumerate(value)
            ]
        return value

    def _members(self, value: Mapping[str, Any], schemas: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        named: dict[str, list[Any]] = {}
        for schema in schemas:
            for name, member in schema.get("properties", {}).items():
                named.setdefault(name, []).append(member)
        if not named or any(key in schema for schema in schemas for key in OPEN_KEYWORDS):
            return {name: self._kept(member, named.get(name, [])) for name, member in value.items()}
        return {name: self._kept(member, named[name]) for name, member in value.items() if name in named}

    def _in_place(self, schemas: Sequence[Any], visited: set[int]) -> Iterator[Mapping[str, Any]]:
        """The schemas that apply to the same value as these: their branches and conditions, references followed."""
        for schema in schemas:
            for _, part in in_place_schemas(schema):
                if id(part) not in visited:
                    visited.add(id(part))
                    yield part
                    yield from self._in_place([self._target(part.get("$ref"))], visited)

    def _target(self, reference: Any) -> Any:
        if not isinstance(reference, str):
            return None
        if not reference.startswith("#"):
            return self.kinds.get(reference)
        return json_pointer.resolve(self.schema, reference)


def _prefix_items(schemas: Sequence[Mapping[str, Any]], position: int) -> list[Any]:
    """The schemas that `prefixItems` give for one position."""
    prefixes = [schema.get("prefixItems", ()) for schema in schemas]
    return [items[position] for items in prefixes if position < len(items)]
