"""What a schema declares of given data, by the specification and a stock validator: nothing of the product is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator

from formengine import json_pointer

JSON = Any
SHAPES = {"type", "properties", "patternProperties", "additionalProperties", "items", "prefixItems", "required"}


class Declared:
    """One schema, read on its own: which schemas hold at a place, which keys they declare."""

    def __init__(self, schema: JSON) -> None:
        self.root = schema
        stock = Draft202012Validator if "2020-12" in str(schema.get("$schema", "")) else Draft7Validator
        self._stock = stock(schema)

    def fits(self, schema: JSON, value: JSON) -> bool:
        """A stock validator's verdict, references resolved in the root."""
        return bool(self._stock.evolve(schema=schema).is_valid(value))

    def active(self, schema: JSON, value: JSON) -> Iterator[dict[str, Any]]:
        """The schemas that hold where `schema` does, for this value."""
        if not isinstance(schema, dict):
            return
        yield schema
        if "$ref" in schema:
            yield from self.active(self._target(schema["$ref"]), value)
        for one in schema.get("allOf", ()):
            yield from self.active(one, value)
        for keyword in ("oneOf", "anyOf"):
            fitting = [one for one in schema.get(keyword, ()) if self.fits(one, value)]
            for one in fitting[:1]:
                yield from self.active(one, value)
        if "if" in schema:
            yield from self.active(schema.get("then" if self.fits(schema["if"], value) else "else", True), value)
        for keyword in ("dependentSchemas", "dependencies"):
            for name, one in schema.get(keyword, {}).items():
                if isinstance(value, dict) and name in value:
                    yield from self.active(one, value)

    def _target(self, ref: str) -> JSON:
        """Where a reference leads: into the root, or into whichever schema bears the address."""
        address, _, steps = ref.partition("#")
        bases = [self.root] if not address else []
        bases += [one for one in _maps(self.root) if str(one.get("$id", "")).endswith(address)]
        for base in bases:
            found = at(base, steps, None)
            if found is not None:
                return found
        raise LookupError(ref)

    def dropped(self, value: JSON, schemas: list[JSON] | None = None) -> JSON:
        """The value without the keys that nothing declares."""
        active = [each for one in schemas or [self.root] for each in self.active(one, value)]
        if any("enum" in one or "const" in one for one in active) or not any(SHAPES & one.keys() for one in active):
            return value
        if isinstance(value, dict):
            inside = {key: self._of_key(active, key) for key in value}
            return {key: self.dropped(value[key], found) for key, found in inside.items() if found}
        if isinstance(value, list):
            return [self.dropped(one, self._of_item(active, number)) for number, one in enumerate(value)]
        return value

    def names(self, value: JSON, schemas: list[JSON] | None = None, pointer: str = "") -> Iterator[str]:
        """The pointers of every property that is declared here or below, answered or not."""
        active = [each for one in schemas or [self.root] for each in self.active(one, value)]
        if isinstance(value, dict):
            for key in dict.fromkeys(key for one in active for key in one.get("properties", {})):
                found = self._of_key(active, key)
                if any(one is False for one in found):
                    continue
                yield f"{pointer}/{json_pointer.escape(key)}"
                if key in value:
                    yield from self.names(value[key], found, f"{pointer}/{json_pointer.escape(key)}")
        elif isinstance(value, list):
            for number, one in enumerate(value):
                yield from self.names(one, self._of_item(active, number), f"{pointer}/{number}")

    def _of_key(self, active: list[dict[str, Any]], key: str) -> list[JSON]:
        found = []
        for one in active:
            mine = [one["properties"][key]] if key in one.get("properties", {}) else []
            mine += [each for pattern, each in one.get("patternProperties", {}).items() if re.search(pattern, key)]
            if not mine and one.get("additionalProperties") not in (None, False):
                mine = [one["additionalProperties"]]
            found += mine
        return found

    def _of_item(self, active: list[dict[str, Any]], number: int) -> list[JSON]:
        found = []
        for one in active:
            items = one.get("items", True)
            first = one.get("prefixItems", items if isinstance(items, list) else [])
            rest = one.get("additionalItems", True) if isinstance(items, list) else items
            found.append(first[number] if number < len(first) else rest)
        return found or [True]


def _maps(value: JSON) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _maps(one)


def leaves(value: JSON, pointer: str = "") -> Iterator[str]:
    """The pointers of every value that holds no other."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not inside:
        yield pointer
    for key, one in inside:
        yield from leaves(one, f"{pointer}/{json_pointer.escape(key)}")


def at(value: JSON, pointer: str, missing: JSON = None) -> JSON:
    """The value at a pointer, else `missing`."""
    for step in json_pointer.split(pointer):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return missing
    return value
