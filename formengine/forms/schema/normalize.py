"""One spelling for both dialects, and references that need no base URI any more.

Drawing a form merges schemas from different places; so each `$ref` is first led to its target, once, and written
`#/$defs/<n>` into one table. Draft 7 becomes 2020-12 on the way. The judge never sees this copy, except in conditions.
"""

from __future__ import annotations

from typing import Any, Final

from formengine.forms.schema.checks import specification

KIND: Final = "$kind"
"""Where a field kind's name is kept in a normalised schema (an author cannot write it: it is taken out first)."""
_LISTS: Final = ("allOf", "anyOf", "oneOf", "prefixItems")
_MAPS: Final = ("properties", "patternProperties", "dependentSchemas")
_ONES: Final = (
    "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else",
    "unevaluatedProperties", "unevaluatedItems",
)  # fmt: skip
_DROPPED: Final = ("$defs", "definitions", "$id", "$schema", "$anchor", "$dynamicAnchor", KIND)


class Normaliser:
    """Normalises a checked schema; `targets` maps "#/$defs/<n>" to the normalised target of each reference."""

    def __init__(self, dialect: str) -> None:
        self.dialect, self.targets = dialect, dict[str, Any]()
        self._names: dict[tuple[int, str], str] = {}
        self._kept: list[Any] = []

    def run(self, schema: Any, resolver: Any, *, entered: bool = True) -> Any:
        """The normalised copy of a schema, its references resolved by a `referencing` resolver.

        `entered`: the resolver has followed this schema's own `$id` already, as it has at the root and at a target.
        """
        if not isinstance(schema, dict):
            return schema
        if isinstance(schema.get("$id"), str) and not entered:
            resolver = resolver.in_subresource(specification(self.dialect).create_resource(schema))
        if self.dialect == "draft-7" or "dependencies" in schema:
            schema = _modern(schema, self.dialect)
        copy = {key: value for key, value in schema.items() if key not in _DROPPED}
        for key in _ONES:
            if key in copy:
                copy[key] = self.run(copy[key], resolver, entered=False)
        for key in _LISTS:
            if key in copy:
                copy[key] = [self.run(one, resolver, entered=False) for one in copy[key]]
        for key in _MAPS:
            if key in copy:
                copy[key] = {name: self.run(one, resolver, entered=False) for name, one in copy[key].items()}
        if "$ref" in copy:
            copy["$ref"] = self._target(copy["$ref"], resolver)
        return copy

    def _target(self, ref: str, resolver: Any) -> str:
        found = resolver.lookup(ref)
        key = (id(found.contents), ref if isinstance(found.contents, bool) else "")
        if key not in self._names:
            self._kept.append(found.contents)
            name = f"#/$defs/{len(self._names)}"
            self._names[key] = name
            kind = ref if ":" in ref and not ref.startswith(("http:", "https:", "urn:", "#")) else None
            normaliser = self if kind is None else _Modern(self)
            target = normaliser.run(found.contents, found.resolver)
            if kind is not None and isinstance(target, dict):
                target = {**target, KIND: kind.removeprefix("formengine:")}
            self.targets[name] = target
        return self._names[key]

    def standalone(self, schema: Any) -> Any:
        """A normalised schema with the targets it needs, as the judge takes it."""
        if not isinstance(schema, dict) or not _refers(schema):
            return schema
        return {**schema, "$defs": {name.rpartition("/")[2]: one for name, one in self.targets.items()}}


class _Modern(Normaliser):
    """Field kinds are 2020-12 whatever the form is; they share the form's table."""

    def __init__(self, parent: Normaliser) -> None:
        super().__init__("2020-12")
        self.targets, self._names, self._kept = parent.targets, parent._names, parent._kept


def _refers(schema: Any) -> bool:
    if isinstance(schema, dict):
        return "$ref" in schema or any(_refers(one) for one in schema.values())
    return isinstance(schema, list) and any(_refers(one) for one in schema)


def _modern(schema: dict[str, Any], dialect: str) -> dict[str, Any]:
    """One draft-7 schema in the words of 2020-12 (its inside comes later)."""
    if "$ref" in schema and dialect == "draft-7":
        return {"$ref": schema["$ref"]}
    copy = dict(schema)
    if isinstance(copy.get("items"), list) and dialect == "draft-7":
        copy["prefixItems"] = copy["items"]
        copy["items"] = copy.pop("additionalItems", True)
    elif dialect == "draft-7":
        copy.pop("additionalItems", None)
    for name, needed in copy.pop("dependencies", {}).items():
        keyword = "dependentRequired" if isinstance(needed, list) else "dependentSchemas"
        copy[keyword] = {**copy.get(keyword, {}), name: needed}
    return copy
