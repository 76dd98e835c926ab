"""Normalises a schema: draft 7 becomes 2020-12, and every `$ref` leads into one table of targets.

Rendering a form merges schemas from different documents, whose references have different base URIs; so each reference
is resolved once here and written `#/$defs/<n>`. Data are validated against the author's schema, not this copy; only
the conditions of a form are evaluated on it.
"""

from __future__ import annotations

from typing import Any, Final

from formengine.forms.schema.checks import specification
from formengine.json_schema import every_schema, map_subschemas

KIND_KEYWORD: Final = "$kind"
"""Holds a field kind's name in a normalised schema; an author's own use of the word is dropped."""
_DROPPED: Final = ("$defs", "definitions", "$id", "$schema", "$anchor", "$dynamicAnchor", KIND_KEYWORD)


class Normaliser:
    """Normalises a checked schema; `targets` maps "#/$defs/<n>" to the normalised target of each reference."""

    def __init__(self, dialect: str) -> None:
        self.dialect, self.targets = dialect, dict[str, Any]()
        self._names: dict[tuple[int, str], str] = {}
        self._pinned: list[Any] = []  # keeps the schemas alive whose ids are keys of _names

    def run(self, schema: Any, resolver: Any, *, dialect: str | None = None, entered: bool = True) -> Any:
        """The normalised copy of a schema, its references resolved by a `referencing` resolver.

        `dialect` is the schema's: field kinds are 2020-12 in every form. `entered`: the resolver has followed this
        schema's own `$id` already, as it has at the root and at a target.
        """
        if not isinstance(schema, dict):
            return schema
        dialect = dialect or self.dialect
        if isinstance(schema.get("$id"), str) and not entered:
            resolver = resolver.in_subresource(specification(dialect).create_resource(schema))
        if dialect == "draft-7" or "dependencies" in schema:
            schema = _upgrade_draft_7(schema, dialect)
        keywords = {key: value for key, value in schema.items() if key not in _DROPPED}
        copy = map_subschemas(keywords, lambda subschema: self.run(subschema, resolver, dialect=dialect, entered=False))
        if "$ref" in copy:
            copy["$ref"] = self._target(copy["$ref"], resolver, dialect)
        return copy

    def _target(self, ref: str, resolver: Any, dialect: str) -> str:
        resolved = resolver.lookup(ref)
        key = (id(resolved.contents), ref if isinstance(resolved.contents, bool) else "")
        if key not in self._names:
            self._pinned.append(resolved.contents)
            name = f"#/$defs/{len(self._names)}"
            self._names[key] = name
            kind = ref if ":" in ref and not ref.startswith(("http:", "https:", "urn:", "#")) else None
            dialect = dialect if kind is None else "2020-12"
            target = self.run(resolved.contents, resolved.resolver, dialect=dialect)
            if kind is not None and isinstance(target, dict):
                target = {**target, KIND_KEYWORD: kind.removeprefix("formengine:")}
            self.targets[name] = target
        return self._names[key]

    def standalone(self, schema: Any) -> Any:
        """A normalised schema with the targets that it may refer to, as a document of its own."""
        if not any("$ref" in inner for _, inner in every_schema(schema)):
            return schema
        return {**schema, "$defs": {name.removeprefix("#/$defs/"): target for name, target in self.targets.items()}}


def _upgrade_draft_7(schema: dict[str, Any], dialect: str) -> dict[str, Any]:
    """The keywords of one schema (not of those within it) as 2020-12 has them."""
    if "$ref" in schema and dialect == "draft-7":
        return {"$ref": schema["$ref"]}
    copy = dict(schema)
    if isinstance(copy.get("items"), list) and dialect == "draft-7":
        copy["prefixItems"] = copy["items"]
        copy["items"] = copy.pop("additionalItems", True)
    elif dialect == "draft-7":
        copy.pop("additionalItems", None)
    for name, dependency in copy.pop("dependencies", {}).items():
        keyword = "dependentRequired" if isinstance(dependency, list) else "dependentSchemas"
        copy[keyword] = {**copy.get(keyword, {}), name: dependency}
    return copy
