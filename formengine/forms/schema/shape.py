"""What the schemas at one location of the data come to: a Shape, as the Resolver makes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from jsonschema import Draft202012Validator

SchemaParts = tuple[Any, ...]
"""The schemas that apply at one location."""
SchemaCondition = tuple[str, Any]
"""A question about the data at a location: ("if", schema), ("has", property name), or ("without", (property name,
schema)), as "if" is answered without that property."""
NUMBER_BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")

is_type: Final = Draft202012Validator.TYPE_CHECKER.is_type
"""Whether a JSON value has a type, by the rules of JSON Schema (1.0 is an integer, true is no number)."""


def with_part(parts: SchemaParts, schema: Any) -> SchemaParts:
    """Some schemas and one more, unless it is among them: a group that two rules bring would otherwise double at each
    level."""
    return parts if any(part is schema for part in parts) else (*parts, schema)


class BroughtSchema(dict[str, Any]):
    """One of several schemas at a location that is there because of other answers, among others that are not: what it
    alone declares inside is called up by these answers too. Made by the Resolver, once for each schema."""


@dataclass(frozen=True)
class SchemaUnion:
    """A `oneOf` or `anyOf` (`keyword`) whose branch is to be chosen; `values` and `labels` cache what the options of
    the choice post and show, `told_by` the properties that tell the branches apart, with their values in each one,
    `meanings` what stands for each branch whatever it is called. `called_by`: the properties whose answers brought it,
    none where it is there always."""

    keyword: str
    branches: tuple[Any, ...]
    values: list[str] = field(default_factory=list, compare=False)
    labels: list[str] = field(default_factory=list, compare=False)
    told_by: dict[str, list[list[Any]]] = field(default_factory=dict, compare=False)
    meanings: list[str] = field(default_factory=list, compare=False)
    called_by: set[str] = field(default_factory=set, compare=False)

    def is_same(self, keyword: str, branches: Sequence[Any]) -> bool:
        """Whether another union is this one, by reference or as a copy, so that one choice answers both."""
        if keyword != self.keyword or len(branches) != len(self.branches):
            return False
        pairs = zip(branches, self.branches, strict=True)
        return all(part is own or json.dumps(part) == json.dumps(own) for part, own in pairs)


@dataclass
class Shape:
    """What the schemas at one location come to for the data there.

    `options` are the allowed values with their titles (None: any value); `keywords` the annotations, bounds and other
    single values by keyword; `unconditional` holds, of each property, the parts that apply whatever is answered;
    `by_own_answer` what its own answer would make of a property: that is judged, and its control stays as it was, or
    the answer would be gone with it (it counts where nothing else declares the property);
    `called_by` the properties whose answers brought a property that nothing else declares; `hideable` are properties
    that other answers would take away; `asked_for` the properties that are required, or one of several that are, with
    those whose answers ask for them (None: always); `asked_else` those that other answers would ask for;
    `condition_properties` are the properties that conditions look at; `dynamic` is True where
    something depends on the data; `conditions` are those asked on the way, with their answers; `refs` the references
    followed; `unsatisfiable` is True where a schema is `false`; `steps` counts the schemas merged; `parts`, the schemas
    themselves, keeps those alive by whose ids a shape is cached; `lasting` are those of them that apply whatever is
    answered beside the location; `cache` is for what others derive from the shape.
    """

    types: tuple[str, ...] | None = None
    properties: dict[str, SchemaParts] = field(default_factory=dict)
    unconditional: dict[str, SchemaParts] = field(default_factory=dict)
    by_own_answer: dict[str, SchemaParts] = field(default_factory=dict)
    called_by: dict[str, set[str]] = field(default_factory=dict)
    hideable: set[str] = field(default_factory=set)
    required: dict[str, None] = field(default_factory=dict)
    asked_for: dict[str, set[str] | None] = field(default_factory=dict)
    asked_else: set[str] = field(default_factory=set)
    options: list[tuple[Any, str | None]] | None = None
    const: bool = False
    items: SchemaParts = ()
    prefix_items: list[SchemaParts] = field(default_factory=list)
    additional: SchemaParts | None = None
    unevaluated: SchemaParts = ()
    pattern_properties: dict[str, SchemaParts] = field(default_factory=dict)
    property_names: SchemaParts = ()
    keywords: dict[str, Any] = field(default_factory=dict)
    unions: list[SchemaUnion] = field(default_factory=list)
    refs: frozenset[str] = frozenset()
    condition_properties: set[str] = field(default_factory=set)
    dynamic: bool = False
    conditions: list[tuple[SchemaCondition, bool]] = field(default_factory=list)
    unsatisfiable: bool = False
    steps: int = 0
    parts: SchemaParts = ()
    lasting: SchemaParts = ()
    cache: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def json_types(self) -> list[str]:
        """The JSON types allowed, without `null`; inferred from the other keywords where there is no `type`."""
        if self.types is not None:
            types = [name for name in self.types if name != "null"]
            return [name for name in types if not (name == "integer" and "number" in types)]
        always = any(not questions for questions in self.asked_for.values())  # a value typed as JSON stays it
        asked = always or self.asked_else & self.condition_properties
        if self.properties or self.additional is not None or self.pattern_properties or asked:
            return ["object"]
        keywords = self.keywords.keys()
        if self.items or self.prefix_items or {"minItems", "uniqueItems"} & keywords:
            return ["array"]
        if {"minLength", "maxLength", "pattern", "contentMediaType", "contentEncoding"} & keywords:
            return ["string"]
        if "format" in keywords:
            return ["object" if self.keywords["format"] == "file" else "string"]
        return ["number"] if {*NUMBER_BOUNDS, "multipleOf"} & keywords else []

    def takes_type_of(self, value: Any) -> bool:
        """Whether a JSON value is of one of the types allowed."""
        return self.types is None or any(is_type(value, name) for name in self.types)

    def shows_type_of(self, value: Any) -> bool:
        """Whether the control for these schemas shows a JSON value of this type, not as the JSON of another."""
        names = self.json_types if self.options is None and not self.unions else ()
        return not names or any(is_type(value, name) for name in (*names, *(self.types or ())))
