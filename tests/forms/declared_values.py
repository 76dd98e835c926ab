"""The part of data that a schema declares, computed by a stock validator, independently of formengine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator

from formengine import json_pointer

JSON = Any
SHAPES = {"type", "properties", "patternProperties", "additionalProperties", "items", "prefixItems", "required"}


class Declared:
    """A schema with its active subschemas for data, and the keys that they declare."""

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
        for subschema in schema.get("allOf", ()):
            yield from self.active(subschema, value)
        for keyword in ("oneOf", "anyOf"):
            fitting = [subschema for subschema in schema.get(keyword, ()) if self.fits(subschema, value)]
            for subschema in fitting[:1]:
                yield from self.active(subschema, value)
        if "if" in schema:
            yield from self.active(schema.get("then" if self.fits(schema["if"], value) else "else", True), value)
        for keyword in ("dependentSchemas", "dependencies"):
            for name, subschema in schema.get(keyword, {}).items():
                if isinstance(value, dict) and name in value:
                    yield from self.active(subschema, value)

    def _target(self, ref: str) -> JSON:
        """The target of a reference: in the root, or in the schema with that `$id`."""
        address, _, steps = ref.partition("#")
        bases = [self.root] if not address else []
        bases += [subschema for subschema in _maps(self.root) if str(subschema.get("$id", "")).endswith(address)]
        for base in bases:
            subschemas = at(base, steps, None)
            if subschemas is not None:
                return subschemas
        raise LookupError(ref)

    def dropped(self, value: JSON, schemas: list[JSON] | None = None) -> JSON:
        """The value without the keys that nothing declares."""
        active = [inner for schema in schemas or [self.root] for inner in self.active(schema, value)]
        if any("enum" in schema or "const" in schema for schema in active) or not any(
            SHAPES & schema.keys() for schema in active
        ):
            return value
        if isinstance(value, dict):
            inside = {key: self._of_key(active, key) for key in value}
            return {key: self.dropped(value[key], subschemas) for key, subschemas in inside.items() if subschemas}
        if isinstance(value, list):
            return [self.dropped(item, self._of_item(active, number)) for number, item in enumerate(value)]
        return value

    def names(self, value: JSON, schemas: list[JSON] | None = None, pointer: str = "") -> Iterator[str]:
        """The pointers of every property that is declared here or below, answered or not."""
        active = [inner for schema in schemas or [self.root] for inner in self.active(schema, value)]
        if isinstance(value, dict):
            for key in dict.fromkeys(key for schema in active for key in schema.get("properties", {})):
                subschemas = self._of_key(active, key)
                if any(subschema is False for subschema in subschemas):
                    continue
                yield f"{pointer}/{json_pointer.escape(key)}"
                if key in value:
                    yield from self.names(value[key], subschemas, f"{pointer}/{json_pointer.escape(key)}")
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield from self.names(item, self._of_item(active, number), f"{pointer}/{number}")

    def _of_key(self, active: list[dict[str, Any]], key: str) -> list[JSON]:
        subschemas = []
        for schema in active:
            declared = [schema["properties"][key]] if key in schema.get("properties", {}) else []
            declared += [
                inner for pattern, inner in schema.get("patternProperties", {}).items() if re.search(pattern, key)
            ]
            if not declared and schema.get("additionalProperties") not in (None, False):
                declared = [schema["additionalProperties"]]
            subschemas += declared
        return subschemas

    def _of_item(self, active: list[dict[str, Any]], number: int) -> list[JSON]:
        subschemas = []
        for schema in active:
            items = schema.get("items", True)
            first = schema.get("prefixItems", items if isinstance(items, list) else [])
            rest = schema.get("additionalItems", True) if isinstance(items, list) else items
            subschemas.append(first[number] if number < len(first) else rest)
        return subschemas or [True]


def _maps(value: JSON) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _maps(item)


def leaves(value: JSON, pointer: str = "") -> Iterator[str]:
    """The pointers of all values without members."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not inside:
        yield pointer
    for key, member in inside:
        yield from leaves(member, f"{pointer}/{json_pointer.escape(key)}")


def at(value: JSON, pointer: str, missing: JSON = None) -> JSON:
    """The value at a pointer, else `missing`."""
    for step in json_pointer.split(pointer):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, ValueError, TypeError):
            return missing
    return value
