"""Resolves the schema that applies at one location of the data: `$ref` followed, `allOf` merged, conditions decided.

Rendering needs one flat answer per location: which types, which properties, which choices. `Resolver.shape(parts,
value)` gives it as a Shape. `parts` is the tuple of normalised schemas that apply there (conditions add some). Of
annotations such as `title` the last one read wins, which is the one nearest to the location; bounds are intersected.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from jsonschema._utils import equal

from formengine.json_schema import every_schema, in_place_schemas, named_options

SchemaParts = tuple[Any, ...]
"""The schemas that apply at one location."""
SchemaCondition = tuple[str, Any]
"""A question about the data at a location: ("if", schema) or ("has", property name)."""
_MAX_CACHED_SHAPES: Final = 5_000
MAX_STEPS: Final = 5_000
"""How many schemas may apply at one location; real ones need a dozen."""
ANNOTATIONS: Final = (
    "title", "description", "default", "examples", "readOnly", "writeOnly", "deprecated", "$kind", "format", "pattern",
    "contentMediaType", "contentEncoding", "multipleOf", "uniqueItems", "contains", "x-says",
)  # fmt: skip
_NUMBER_BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_STRUCTURE: Final = {
    "properties", "items", "prefixItems", "type", "enum", "const", "$ref", "allOf", "oneOf", "anyOf", "if",
    "patternProperties", "additionalProperties", "format",
}  # fmt: skip
_CONDITIONAL: Final = {"if", "dependentRequired", "dependentSchemas"}


class FormTooLarge(Exception):
    """More schemas apply at one location than can be merged (MAX_STEPS), or a form has too many nodes."""


class BroughtSchema(dict[str, Any]):
    """One of several schemas at a location that is there because of other answers, among others that are not: what it
    alone declares inside is called up by these answers too. Made by the Resolver, once for each schema."""


@dataclass(frozen=True)
class SchemaUnion:
    """A `oneOf` or `anyOf` (`keyword`) whose branch is to be chosen; `values` and `labels` cache what the options of
    the choice post and show, `told_by` the properties that tell the branches apart, with their values in each one."""

    keyword: str
    branches: tuple[Any, ...]
    values: list[str] = field(default_factory=list, compare=False)
    labels: list[str] = field(default_factory=list, compare=False)
    told_by: dict[str, list[list[Any]]] = field(default_factory=dict, compare=False)


@dataclass
class Shape:
    """What the schemas at one location come to for the data there.

    `options` are the allowed values with their titles (None: any value); `keywords` the annotations, bounds and other
    single values by keyword; `unconditional` holds, of each property, the parts that apply whatever is answered;
    `by_own_answer` what its own answer would make of a property: that is judged, and its control stays as it was, or
    the answer would be gone with it (it counts where nothing else declares the property);
    `called_by` the properties whose answers brought a property that nothing else declares; `hideable` are properties
    that other answers would take away;
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
    options: list[tuple[Any, str | None]] | None = None
    const: bool = False
    items: SchemaParts = ()
    prefix_items: list[SchemaParts] = field(default_factory=list)
    additional: SchemaParts | None = None
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
        if self.properties or self.additional is not None or self.pattern_properties or self.required:
            return ["object"]
        keywords = self.keywords.keys()
        if self.items or self.prefix_items or {"minItems", "uniqueItems"} & keywords:
            return ["array"]
        if {"minLength", "maxLength", "pattern", "contentMediaType", "contentEncoding"} & keywords:
            return ["string"]
        if "format" in keywords:
            return ["object" if self.keywords["format"] == "file" else "string"]
        return ["number"] if {*_NUMBER_BOUNDS, "multipleOf"} & keywords else []


@dataclass
class ConditionNode:
    """A node of the decision tree over cached shapes: a condition, and where each of its two answers leads."""

    condition: SchemaCondition
    branches: dict[bool, ConditionNode | Shape] = field(default_factory=dict)


class Resolver:
    """Computes shapes and caches them by how the conditions on the way were answered.

    `targets` are those of the Normaliser; `holds(schema, value)` says whether a value fits a condition's schema.
    """

    def __init__(self, targets: dict[str, Any], holds: Callable[[Any, Any], bool]) -> None:
        self._targets, self._holds = targets, holds
        self._cache: dict[tuple[int, ...], ConditionNode | Shape] = {}
        self._count = 0
        self._brought: dict[int, BroughtSchema] = {}

    def shape(
        self, parts: SchemaParts, value: Any, branches: SchemaParts = (), asked: Sequence[str | None] = ()
    ) -> Shape:
        """The Shape at a location whose data is `value` (None where there is none yet), with the chosen branches of its
        unions merged in. It is shared, so callers do not change it.

        `asked` names, for each branch, the property by whose answer it was chosen (None where a control chose it): that
        question stays as it was, or it could not be answered otherwise any more.
        """
        key = (*map(id, parts), 0, *map(id, branches)) if branches else tuple(map(id, parts))
        node = self._cache.get(key)
        while isinstance(node, ConditionNode):
            node = node.branches.get(self._evaluate(node.condition, value))
        if node is not None:
            return node
        lasting = tuple(part for part in parts if not isinstance(part, BroughtSchema))
        shape = Shape(parts=(*parts, *branches), lasting=lasting)
        for part in parts:
            self.add(shape, part, value, questions=set() if isinstance(part, BroughtSchema) else None)
        for branch, question in zip(branches, asked or [None] * len(branches), strict=True):
            self.add(shape, branch, value, questions=set(), asked=question)
        for name, declared in shape.properties.items():
            if len(declared) > 1:
                shape.properties[name] = self._told_apart(declared, shape.unconditional.get(name) or declared[:1])
        for name, own in shape.by_own_answer.items():
            shape.properties.setdefault(name, own)
        if self._count < _MAX_CACHED_SHAPES:
            self._count += 1
            self._store(key, shape)
        return shape

    def _told_apart(self, declared: SchemaParts, lasting: SchemaParts) -> SchemaParts:
        """The schemas of a property, with those that are not `lasting` as BroughtSchema."""
        ids = set(map(id, lasting))
        return tuple(part if id(part) in ids else self._as_brought(part) for part in declared)

    def _as_brought(self, schema: Any) -> Any:
        if not isinstance(schema, dict) or isinstance(schema, BroughtSchema):
            return schema
        return self._brought.setdefault(id(schema), BroughtSchema(schema))

    def _store(self, key: tuple[int, ...], shape: Shape) -> None:
        """Add a shape to the decision tree of its parts."""
        node = self._cache.get(key)
        path: list[tuple[ConditionNode, bool]] = []
        for condition, answer in shape.conditions:
            inner = node if isinstance(node, ConditionNode) else None
            path.append((inner or ConditionNode(condition), answer))
            node = inner.branches.get(answer) if inner else None
        subtree: ConditionNode | Shape = shape
        for parent, answer in reversed(path):
            parent.branches[answer] = subtree
            subtree = parent
        self._cache[key] = subtree

    def _evaluate(self, condition: SchemaCondition, value: Any) -> bool:
        keyword, operand = condition
        if keyword == "if":
            return self._holds(operand, value)
        return isinstance(value, dict) and operand in value

    def _ask(self, shape: Shape, condition: SchemaCondition, value: Any) -> bool:
        """The answer to a condition, noted on the shape that depends on it."""
        shape.dynamic = True
        answer = self._evaluate(condition, value)
        shape.conditions.append((condition, answer))
        return answer

    def add(
        self, shape: Shape, schema: Any, value: Any, *, questions: set[str] | None = None, asked: str | None = None
    ) -> None:
        """Merge one more schema into a shape; `questions` are the properties whose answers brought it, where it would
        not apply under other answers; the property `asked` is left as it is."""
        shape.steps += 1
        if shape.steps > MAX_STEPS:
            raise FormTooLarge
        if schema is True:
            return
        if schema is False:
            shape.unsatisfiable = True
            return
        if "$ref" in schema:
            shape.refs |= {schema["$ref"]}
            self.add(shape, self._targets[schema["$ref"]], value, questions=questions, asked=asked)
        for subschema in schema.get("allOf", ()):
            self.add(shape, subschema, value, questions=questions, asked=asked)
        _merge_keywords(shape, schema, questions, asked)
        self._merge_items(shape, schema, brought=questions is not None)
        self._add_conditional(shape, schema, value, questions or set())
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                self._add_union(shape, keyword, schema[keyword])

    def _merge_items(self, shape: Shape, schema: dict[str, Any], *, brought: bool) -> None:
        def more(parts: SchemaParts, subschema: Any) -> SchemaParts:
            return (*parts, self._as_brought(subschema) if brought and parts else subschema)

        if "items" in schema:
            shape.items = more(shape.items, schema["items"])
        for index, subschema in enumerate(schema.get("prefixItems", ())):
            if index == len(shape.prefix_items):
                shape.prefix_items.append(())
            shape.prefix_items[index] = more(shape.prefix_items[index], subschema)

    def _add_conditional(self, shape: Shape, schema: dict[str, Any], value: Any, questions: set[str]) -> None:
        if "if" in schema and ("then" in schema or "else" in schema):
            asked = _properties_in(schema["if"])
            shape.condition_properties |= asked
            branch, other = ("then", "else") if self._ask(shape, ("if", schema["if"]), value) else ("else", "then")
            shape.hideable |= _refused_in(schema.get(other))
            self._bring(shape, schema.get(branch, True), value, questions | asked)
        for name, required in schema.get("dependentRequired", {}).items():
            shape.condition_properties.add(name)
            if self._ask(shape, ("has", name), value):
                shape.required.update(dict.fromkeys(required))
        for name, subschema in schema.get("dependentSchemas", {}).items():
            shape.condition_properties.add(name)
            if not self._ask(shape, ("has", name), value):
                shape.hideable |= _refused_in(subschema)
            else:
                self._bring(shape, subschema, value, questions | {name})

    def _bring(self, shape: Shape, schema: Any, value: Any, questions: set[str]) -> None:
        """Merge what answers brought; where nothing fits beside them (`false`), that is judged, and they stay."""
        if schema is not False:
            self.add(shape, schema, value, questions=questions)

    def _add_union(self, shape: Shape, keyword: str, branches: list[Any]) -> None:
        """Options where each branch is a constant; a union where a branch has structure; else nothing to render."""
        followed = [self.followed(branch) for branch in branches]
        if all(
            isinstance(branch, dict) and ("const" in branch or "enum" in branch) and "properties" not in branch
            for branch in followed
        ):
            _intersect_options(shape, [option for branch in followed for option in _labelled_values(branch)])
        elif any(isinstance(branch, dict) and _STRUCTURE & branch.keys() for branch in followed):
            shape.dynamic = True
            shape.unions.append(SchemaUnion(keyword, tuple(branches)))

    def depends(self, schema: Any) -> bool:
        """Whether anything in a schema depends on answers: a condition, or a choice of branch."""
        for _, inner in every_schema(schema):
            branches = [self.followed(branch) for keyword in ("oneOf", "anyOf") for branch in inner.get(keyword, ())]
            if _CONDITIONAL & inner.keys() or any(
                isinstance(branch, dict) and _STRUCTURE & branch.keys() and not {"const", "enum"} & branch.keys()
                for branch in branches
            ):
                return True
        return False

    def followed(self, schema: Any) -> Any:
        """A schema with its reference followed, its own annotations kept."""
        for _ in range(20):
            if not isinstance(schema, dict) or "$ref" not in schema:
                break
            target = self._targets[schema["$ref"]]
            if not isinstance(target, dict):
                return target
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema


def _merge_keywords(shape: Shape, schema: dict[str, Any], questions: set[str] | None, asked: str | None) -> None:
    for key in ANNOTATIONS:
        if key in schema:
            shape.keywords[key] = schema[key]
    for key in _LOWER_BOUNDS:
        if key in schema:
            shape.keywords[key] = max(schema[key], shape.keywords.get(key, schema[key]))
    for key in _UPPER_BOUNDS:
        if key in schema:
            shape.keywords[key] = min(schema[key], shape.keywords.get(key, schema[key]))
    if "type" in schema:
        _intersect_types(shape, schema["type"])
    if "const" in schema:
        shape.const = True
        _intersect_options(shape, [(schema["const"], schema.get("title") if "properties" in schema else None)])
    if "enum" in schema:
        shape.const = shape.const or len(schema["enum"]) == 1
        _intersect_options(shape, list(zip(schema["enum"], named_options(schema), strict=True)))
    for name, subschema in schema.get("properties", {}).items():
        if name == asked:
            continue
        if questions and name in questions and subschema is not False:
            shape.by_own_answer[name] = (*shape.by_own_answer.get(name, ()), subschema)
            continue
        parts = shape.properties.get(name, ())
        if questions is None:
            if name not in shape.unconditional:  # its place is the one where it is declared for good
                shape.properties.pop(name, None)
                shape.called_by.pop(name, None)
            shape.unconditional[name] = (*shape.unconditional.get(name, ()), subschema)
        elif name not in shape.unconditional:
            shape.called_by[name] = shape.called_by.get(name, set()) | questions
        shape.properties[name] = (*parts, subschema)
    shape.required.update(dict.fromkeys(schema.get("required", ())))
    for pattern, subschema in schema.get("patternProperties", {}).items():
        shape.pattern_properties[pattern] = (*shape.pattern_properties.get(pattern, ()), subschema)
    if "additionalProperties" in schema:
        shape.additional = (*(shape.additional or ()), schema["additionalProperties"])
    if "propertyNames" in schema:
        shape.property_names = (*shape.property_names, schema["propertyNames"])


def _intersect_types(shape: Shape, declared: Any) -> None:
    new = tuple(declared) if isinstance(declared, list) else (declared,)
    if shape.types is None:
        shape.types = new
        return
    common = [name for name in shape.types if name in new or (name == "integer" and "number" in new)]
    if "number" in shape.types and "integer" in new and "integer" not in common:
        common.append("integer")
    shape.types = tuple(common) or shape.types


def _labelled_values(schema: dict[str, Any]) -> list[tuple[Any, str | None]]:
    if "const" not in schema and "enumNames" in schema:
        return list(zip(schema["enum"], named_options(schema), strict=True))
    values = [schema["const"]] if "const" in schema else schema["enum"]
    return [(value, schema.get("title") if len(values) == 1 else None) for value in values]


def _intersect_options(shape: Shape, options: list[tuple[Any, str | None]]) -> None:
    """Keep the options that are in both lists; a label that either gives is kept."""
    if shape.options is None:
        shape.options = options
        return
    common = []
    for value, label in shape.options:
        other_labels = [other_label for candidate, other_label in options if equal(candidate, value)]
        if other_labels:
            common.append((value, label or other_labels[0]))
    shape.options = common


def _refused_in(schema: Any) -> set[str]:
    """The properties that a schema does not allow (`false`)."""
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return {name for name, subschema in properties.items() if subschema is False}


def _properties_in(condition: Any) -> set[str]:
    """The properties of the location itself that a condition looks at."""
    names: set[str] = set()
    for _, schema in in_place_schemas(condition, keywords=("allOf", "anyOf", "oneOf", "not")):
        names |= {*schema.get("properties", ()), *schema.get("required", ())}
    return names
