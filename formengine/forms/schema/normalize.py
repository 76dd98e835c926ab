"""Normalises a schema in 2020-12: every `$ref` leads into one table of targets.

Rendering a form merges schemas from different documents, whose references have different base URIs; so each reference
is resolved once here and written `#/$defs/<n>-<name>`. Data are validated against the author's schema, not this copy;
only the conditions of a form are evaluated on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from referencing.jsonschema import DRAFT202012

from formengine.json_schema import every_schema, map_subschemas

KIND_KEYWORD: Final = "$kind"
"""Holds a field kind's name in a normalised schema; an author's own use of the word is dropped."""
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_]")
_NUMBERED: Final = re.compile(r"\A\d+-")
_DROPPED: Final = ("$defs", "definitions", "$id", "$schema", "$anchor", "$dynamicAnchor", KIND_KEYWORD)


def without_references(schema: Any) -> Any:
    """What a schema and its normalised copy have in common: all but how they name what they refer to.

    >>> without_references({"$ref": "#/definitions/cat", "title": "Cat"}) == without_references(
    ...     {"$ref": "#/$defs/3-cat", "title": "Cat"})
    True
    """
    if not isinstance(schema, dict):
        return schema
    keywords = {key: value for key, value in schema.items() if key not in _DROPPED}
    copy = map_subschemas(keywords, without_references)
    if isinstance(copy.get("$ref"), str):
        name = copy["$ref"].rpartition("/")[2]
        copy["$ref"] = _NOT_IN_A_NAME.sub("", _NUMBERED.sub("", name))
    return copy


class Normaliser:
    """Normalises a checked schema; `targets` maps "#/$defs/<n>-<name>" to the normalised target of each reference."""

    def __init__(self) -> None:
        self.targets = dict[str, Any]()
        self._names: dict[tuple[int, str], str] = {}
        self._pinned: list[Any] = []  # keeps the schemas alive whose ids are keys of _names

    def run(self, schema: Any, resolver: Any, *, entered: bool = True) -> Any:
        """The normalised copy of a schema, its references resolved by a `referencing` resolver.

        `entered`: the resolver has followed this schema's own `$id` already, as it has at the root and at a target.
        """
        if not isinstance(schema, dict):
            return schema
        if isinstance(schema.get("$id"), str) and not entered:
            resolver = resolver.in_subresource(DRAFT202012.create_resource(schema))
        keywords = {key: value for key, value in schema.items() if key not in _DROPPED}
        copy = map_subschemas(keywords, lambda subschema: self.run(subschema, resolver, entered=False))
        if "$ref" in copy:
            copy["$ref"] = self._target(copy["$ref"], resolver)
        return copy

    def _target(self, ref: str, resolver: Any) -> str:
        resolved = resolver.lookup(ref)
        key = (id(resolved.contents), ref if isinstance(resolved.contents, bool) else "")
        if key not in self._names:
            self._pinned.append(resolved.contents)
            name = f"#/$defs/{len(self._names)}-{_NOT_IN_A_NAME.sub('', ref.rpartition('/')[2])}"
            self._names[key] = name
            kind = ref if ":" in ref and not ref.startswith(("http:", "https:", "urn:", "#")) else None
            target = self.run(resolved.contents, resolved.resolver)
            if kind is not None and isinstance(target, dict):
                target = {**target, KIND_KEYWORD: kind.removeprefix("formengine:")}
            self.targets[name] = target
        return self._names[key]

    def property_names(self, root: Any) -> set[str]:
        """Every property that a normalised schema or its targets declare or require, at any depth."""
        lists = [
            names
            for inner in self._every(root)
            for names in (
                inner.get("properties", ()), inner.get("required", ()), *inner.get("dependentRequired", {}).values()
            )
        ]  # fmt: skip
        return {name for names in lists for name in names}

    def fields_of_rows(self, root: Any) -> tuple[int, int]:
        """How many fields an entry of a list, and one of a map, has at most, those in its groups counted, those in its
        own lists not twice."""
        counted: dict[str, int] = {}
        rows: list[Any] = []
        entries: list[Any] = []
        for inner in self._every(root):
            rows += [inner.get("items"), *inner.get("prefixItems", ())]
            entries += [inner.get("additionalProperties"), *inner.get("patternProperties", {}).values()]
        row, entry = (max((self._fields(each, counted) for each in group), default=0) for group in (rows, entries))
        return row, entry

    def _fields(self, schema: Any, counted: dict[str, int]) -> int:
        """The properties in a schema and in what it refers to; `counted` are those of the targets seen so far."""
        total = 0
        for _, inner in every_schema(schema):
            total += len(inner.get("properties", ()))
            name = inner.get("$ref")
            if name in self.targets:
                if name not in counted:
                    counted[name] = 0  # what leads back to itself is closed on a page
                    counted[name] = self._fields(self.targets[name], counted)
                total += counted[name]
        return total

    def keeps_answers(self, root: Any) -> bool:
        """Whether any field is read-only or write-only: a post may leave its answer as it was."""
        return any(inner.get("readOnly") or inner.get("writeOnly") for inner in self._every(root))

    def _every(self, root: Any) -> Iterator[dict[str, Any]]:
        return (inner for schema in (root, *self.targets.values()) for _, inner in every_schema(schema))

    def standalone(self, schema: Any) -> Any:
        """A normalised schema with the targets that it may refer to, as a document of its own."""
        if not any("$ref" in inner for _, inner in every_schema(schema)):
            return schema
        return {**schema, "$defs": {name.removeprefix("#/$defs/"): target for name, target in self.targets.items()}}
