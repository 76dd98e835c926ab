"""Resolves the schema that applies at one location of the data: `$ref` followed, `allOf` merged, conditions decided.

Rendering needs one flat answer per location: which types, which properties, which choices. `Resolver.shape(parts,
value)` gives it as a Shape. `parts` is the tuple of normalised schemas that apply there (conditions add some). Of
annotations such as `title` the last one read wins, which is the one nearest to the location; bounds are intersected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from jsonschema._utils import equal

from formengine.forms.schema.further_properties import PLAIN_TEXT, parts_of_undeclared
from formengine.forms.schema.property_names import (
    ConditionNames,
    declared_in,
    names_of_condition,
    refused_in,
    required_in,
)
from formengine.forms.schema.schema_identity import SchemaIdentities
from formengine.forms.schema.shape import BroughtSchema, SchemaCondition, SchemaParts, SchemaUnion, Shape, with_part
from formengine.json_schema import every_schema, named_options

_MAX_CACHED_SHAPES: Final = 5_000
MAX_STEPS: Final = 5_000
"""How many schemas may apply at one location; real ones need a dozen."""
ANNOTATIONS: Final = (
    "title", "description", "default", "examples", "readOnly", "writeOnly", "deprecated", "$kind", "format", "pattern",
    "contentMediaType", "contentEncoding", "multipleOf", "uniqueItems", "contains", "x-says",
)  # fmt: skip
_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_STRUCTURE: Final = {
    "properties", "items", "prefixItems", "type", "enum", "const", "$ref", "allOf", "oneOf", "anyOf", "if",
    "patternProperties", "additionalProperties", "format",
}  # fmt: skip
_CONDITIONAL: Final = {"if", "dependentRequired", "dependentSchemas"}


class FormTooLarge(Exception):
    """More schemas apply at one location than can be merged (MAX_STEPS), or a form has too many nodes."""

    keyword: ClassVar[str] = "limit"
    """That of the error which says so."""


class FormTooDeep(FormTooLarge):
    """The nodes of a form stand in one another too deeply for the names of their controls."""

    keyword: ClassVar[str] = "depth"


@dataclass
class ConditionNode:
    """A node of the decision tree over cached shapes: a condition, and where each of its two answers leads."""

    condition: SchemaCondition
    branches: dict[bool, ConditionNode | Shape] = field(default_factory=dict)


class Resolver:
    """Computes shapes and caches them by how the conditions on the way were answered.

    `root` and `targets` are those of the Normaliser; `holds(schema, value)` says whether a value fits a condition's
    schema.
    """

    def __init__(self, root: Any, targets: dict[str, Any], holds: Callable[[Any, Any], bool]) -> None:
        self.targets, self._holds = targets, holds
        self.identities = SchemaIdentities((root, *targets.values()))
        self._cache: dict[tuple[int, ...], ConditionNode | Shape] = {}
        self._count = 0
        self._brought: dict[int, BroughtSchema] = {}
        self._names: dict[int, tuple[Any, ConditionNames]] = {}

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
            called_by = [union.called_by for union in shape.unions if any(part is branch for part in union.branches)]
            self.add(shape, branch, value, questions=set().union(*called_by), asked=question)
        for name, declared in shape.properties.items():
            if len(declared) > 1:
                shape.properties[name] = self._told_apart(declared, shape.unconditional.get(name) or declared[:1])
        for name, own in shape.by_own_answer.items():
            shape.properties.setdefault(name, own)
        self._add_undeclared(shape, branches)
        if self._count < _MAX_CACHED_SHAPES:
            self._count += 1
            self._store(key, shape)
        return shape

    def _add_undeclared(self, shape: Shape, chosen: SchemaParts) -> None:
        """Give a field to each property that is asked for and that nothing declares, or no answers could be sent; but
        not while a branch that declares it may be chosen. One that decides whether it is asked for is there always.
        """
        asked = {**dict.fromkeys(sorted(shape.asked_else & shape.condition_properties)), **shape.asked_for}
        names = [name for name in asked if name not in shape.properties]
        if not names or "object" not in shape.json_types:
            return
        settled = set(map(id, chosen))
        waiting = [union.branches for union in shape.unions if not settled & set(map(id, union.branches))]
        later = declared_in([branch for branches in waiting for branch in branches], self.targets)
        for name in names:
            parts = None if name in later else parts_of_undeclared(shape, name, self._holds)
            if parts is not None:
                shape.properties[name] = parts if self._is_known(parts) else (*parts, PLAIN_TEXT)
                questions = asked[name]
                if questions is not None and name not in shape.condition_properties:
                    shape.called_by[name] = questions

    def _is_known(self, parts: SchemaParts) -> bool:
        """Whether schemas say anything of the control for a value."""
        shape = self.shape(parts, None)
        return bool(shape.types or shape.json_types or shape.options or shape.unions or shape.unsatisfiable)

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
        if keyword == "without":
            name, schema = operand
            rest = {key: value[key] for key in value if key != name} if isinstance(value, dict) else value
            return self._holds(schema, rest)
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
            self.add(shape, self.targets[schema["$ref"]], value, questions=questions, asked=asked)
        for subschema in schema.get("allOf", ()):
            self.add(shape, subschema, value, questions=questions, asked=asked)
        _merge_keywords(shape, schema, questions, asked)
        self._merge_items(shape, schema, brought=questions is not None)
        self._add_conditional(shape, schema, value, questions or set())
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                self._add_union(shape, keyword, schema[keyword], questions)

    def _merge_items(self, shape: Shape, schema: dict[str, Any], *, brought: bool) -> None:
        def more(parts: SchemaParts, subschema: Any) -> SchemaParts:
            return with_part(parts, self._as_brought(subschema) if brought and parts else subschema)

        if "items" in schema:
            shape.items = more(shape.items, schema["items"])
        for index, subschema in enumerate(schema.get("prefixItems", ())):
            if index == len(shape.prefix_items):
                shape.prefix_items.append(())
            shape.prefix_items[index] = more(shape.prefix_items[index], subschema)

    def _add_conditional(self, shape: Shape, schema: dict[str, Any], value: Any, questions: set[str]) -> None:
        if "if" in schema and ("then" in schema or "else" in schema):
            names = self._names_of(schema)
            shape.condition_properties |= names.asked
            branch, other = ("then", "else") if self._ask(shape, ("if", schema["if"]), value) else ("else", "then")
            shape.hideable |= names.refused[other]
            shape.asked_else.update(names.required[other])
            self._require_questions(shape, schema, value, names)
            self._bring(shape, schema.get(branch, True), value, questions | names.asked)
            _declare_questions(shape, schema.get(other), names.asked)
        for name, required in schema.get("dependentRequired", {}).items():
            shape.condition_properties.add(name)
            if self._ask(shape, ("has", name), value):
                _require(shape, required, questions | {name})
            else:
                shape.asked_else.update(required)
        for name, subschema in schema.get("dependentSchemas", {}).items():
            shape.condition_properties.add(name)
            if not self._ask(shape, ("has", name), value):
                shape.hideable |= refused_in(subschema)
                shape.asked_else.update(required_in(subschema))
                _declare_questions(shape, subschema, {name})
            else:
                self._bring(shape, subschema, value, questions | {name})

    def _names_of(self, schema: dict[str, Any]) -> ConditionNames:
        """What a schema with `if` names: it is merged into a shape for each way in which its form is answered."""
        known = self._names.get(id(schema))
        if known is None:
            known = self._names[id(schema)] = (schema, names_of_condition(schema))  # kept, and with it its id
        return known[1]

    def _require_questions(self, shape: Shape, schema: dict[str, Any], value: Any, names: ConditionNames) -> None:
        """Note which questions of a condition are required by what it brings while they have no answer: these are
        required whatever is answered, and no others are by their own answer."""
        named = names.required_directly
        for name in sorted(names.asked & (named["then"] | named["else"])):
            branch = "then" if self._ask(shape, ("without", (name, schema["if"])), value) else "else"
            if name in named[branch]:
                shape.required[name] = None

    def _bring(self, shape: Shape, schema: Any, value: Any, questions: set[str]) -> None:
        """Merge what answers brought; where nothing fits beside them (`false`), that is judged, and they stay."""
        if schema is not False:
            self.add(shape, schema, value, questions=questions)

    def _add_union(self, shape: Shape, keyword: str, branches: list[Any], questions: set[str] | None) -> None:
        """Options where each branch is a constant; a union where a branch has structure; else nothing to render but
        the properties of which some are required."""
        followed = [self.followed(branch) for branch in branches]
        if all(
            isinstance(branch, dict) and ("const" in branch or "enum" in branch) and "properties" not in branch
            for branch in followed
        ):
            _intersect_options(shape, [option for branch in followed for option in _labelled_values(branch)])
        elif any(isinstance(branch, dict) and _STRUCTURE & branch.keys() for branch in followed):
            shape.dynamic = True
            same = next((union for union in shape.unions if union.is_same(keyword, branches)), None)
            if same is None:
                shape.unions.append(SchemaUnion(keyword, tuple(branches), called_by=set(questions or ())))
            elif not questions:
                same.called_by.clear()
        else:
            _ask_for(shape, [name for branch in followed for name in required_in(branch)], questions)

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
            target = self.targets[schema["$ref"]]
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
    _merge_properties(shape, schema, questions, asked)
    _require(shape, schema.get("required", ()), questions)
    for pattern, subschema in schema.get("patternProperties", {}).items():
        shape.pattern_properties[pattern] = (*shape.pattern_properties.get(pattern, ()), subschema)
    if "additionalProperties" in schema:
        shape.additional = (*(shape.additional or ()), schema["additionalProperties"])
    if "unevaluatedProperties" in schema:
        shape.unevaluated = (*shape.unevaluated, schema["unevaluatedProperties"])
    if "propertyNames" in schema:
        shape.property_names = (*shape.property_names, schema["propertyNames"])


def _merge_properties(shape: Shape, schema: dict[str, Any], questions: set[str] | None, asked: str | None) -> None:
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
            shape.unconditional[name] = with_part(shape.unconditional.get(name, ()), subschema)
        elif name not in shape.unconditional:
            shape.called_by[name] = shape.called_by.get(name, set()) | questions
        shape.properties[name] = with_part(parts, subschema)


def _declare_questions(shape: Shape, schema: Any, names: set[str]) -> None:
    """Note questions that only a consequence of their answers declares: unanswered, they could never be answered."""
    properties = schema.get("properties", {}) if isinstance(schema, dict) else {}
    for name in [name for name in properties if name in names and properties[name] is not False]:
        shape.by_own_answer.setdefault(name, (properties[name],))


def _require(shape: Shape, names: Iterable[str], questions: set[str] | None) -> None:
    """Note names as required; not the `questions` whose answers require them: a constant would set itself, and an empty
    group be there, only as long as it is not."""
    shape.required.update(dict.fromkeys(name for name in names if name not in (questions or ())))
    _ask_for(shape, names, questions)


def _ask_for(shape: Shape, names: Iterable[str], questions: set[str] | None) -> None:
    for name in names:
        before = shape.asked_for.get(name, set())
        shape.asked_for[name] = None if questions is None or before is None else before | questions


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
