"""What a place in the form is, for the data there: schemas flattened, constraints intersected, conditions answered.

`Resolver.shape(parts, value)` is pure. `parts` are the normalised schemas that hold at a place (a tuple, because
conditions add some); the Shape lists what is left to choose in `unions`. Annotations: what stands nearest wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from jsonschema._utils import equal

from formengine.forms.schema.dialect import subschemas

Parts = tuple[Any, ...]
Asked = tuple[str, Any]
"""A condition: ("if", schema), or ("has", property)."""
_MAX_SHAPES: Final = 20_000
MAX_STEPS: Final = 400
ANNOTATIONS: Final = (
    "title", "description", "default", "examples", "readOnly", "writeOnly", "deprecated", "$kind", "format", "pattern",
    "contentMediaType", "contentEncoding", "multipleOf", "uniqueItems", "contains",
)  # fmt: skip
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "maxContains")
_STRUCTURE: Final = {
    "properties", "items", "prefixItems", "type", "enum", "const", "$ref", "allOf", "oneOf", "anyOf", "if",
    "patternProperties", "additionalProperties", "format",
}  # fmt: skip


_CONDITIONS: Final = {"if", "dependentRequired", "dependentSchemas"}


@dataclass(frozen=True)
class Union:
    """A choice between schemas: `keyword` is "oneOf" or "anyOf"."""

    keyword: str
    branches: tuple[Any, ...]


@dataclass
class Shape:
    """The flattened schema at one place."""

    types: tuple[str, ...] | None = None
    properties: dict[str, Parts] = field(default_factory=dict)
    required: dict[str, None] = field(default_factory=dict)
    options: list[tuple[Any, str | None]] | None = None
    const: bool = False
    items: Parts = ()
    prefix: list[Parts] = field(default_factory=list)
    additional: Parts | None = None
    patterns: dict[str, Parts] = field(default_factory=dict)
    names: Parts = ()
    notes: dict[str, Any] = field(default_factory=dict)
    unions: list[Union] = field(default_factory=list)
    refs: frozenset[str] = frozenset()
    drivers: set[str] = field(default_factory=set)
    dynamic: bool = False
    trail: list[tuple[Asked, bool]] = field(default_factory=list)
    never: bool = False
    steps: int = 0


@dataclass
class Fork:
    """A condition on the way to a shape: where each answer leads."""

    asked: Asked
    ways: dict[bool, Fork | Shape] = field(default_factory=dict)


class Resolver:
    """Flattens; `targets` as of the Normaliser, `holds(schema, value)` answers a condition."""

    def __init__(self, targets: dict[str, Any], holds: Callable[[Any, Any], bool]) -> None:
        self._targets, self._holds = targets, holds
        self._known: dict[Parts, Fork | Shape] = {}
        self._count = 0

    def shape(self, parts: Parts, value: Any) -> Shape:
        """The Shape of a place whose data is `value` (`None` where there is none yet). Do not change it, but where
        it has unions: that one is the caller's own.

        Shapes are kept by how the conditions on the way to them were answered.
        """
        key = tuple(map(id, parts))
        known = self._known.get(key)
        while isinstance(known, Fork):
            known = known.ways.get(self._answer(known.asked, value))
        if known is not None:
            return known
        shape = Shape()
        for part in parts:
            self.add(shape, part, value)
        if not shape.unions and self._count < _MAX_SHAPES:
            self._count += 1
            shape.notes["\0parts"] = parts  # keeps the ids alive
            self._keep(key, shape)
        return shape

    def _keep(self, key: Parts, shape: Shape) -> None:
        last: Fork | Shape = shape
        trail = list(shape.trail)
        known = self._known.get(key)
        forks: list[tuple[Fork, bool]] = []
        for asked, answer in trail:
            fork = known if isinstance(known, Fork) else Fork(asked)
            forks.append((fork, answer))
            known = fork.ways.get(answer) if isinstance(known, Fork) else None
        for fork, answer in reversed(forks):
            fork.ways[answer] = last
            last = fork
        self._known[key] = last

    def _answer(self, asked: Asked, value: Any) -> bool:
        keyword, about = asked
        if keyword == "if":
            return self._holds(about, value)
        return isinstance(value, dict) and about in value

    def _ask(self, shape: Shape, keyword: str, about: Any, value: Any) -> bool:
        """The answer to a condition, noted on the shape that depends on it."""
        shape.dynamic = True
        answer = self._answer((keyword, about), value)
        shape.trail.append(((keyword, about), answer))
        return answer

    def add(self, shape: Shape, schema: Any, value: Any) -> None:
        """Let one more schema hold in a shape."""
        shape.steps += 1
        if shape.steps > MAX_STEPS or schema is True:
            return
        if schema is False:
            shape.never = True
            return
        if "$ref" in schema:
            shape.refs |= {schema["$ref"]}
            self.add(shape, self._targets[schema["$ref"]], value)
        for one in schema.get("allOf", ()):
            self.add(shape, one, value)
        _take(shape, schema)
        self._conditions(shape, schema, value)
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema:
                self._union(shape, keyword, schema[keyword])

    def _conditions(self, shape: Shape, schema: dict[str, Any], value: Any) -> None:
        if "if" in schema and ("then" in schema or "else" in schema):
            shape.drivers |= _named(schema["if"])
            way = "then" if self._ask(shape, "if", schema["if"], value) else "else"
            self.add(shape, schema.get(way, True), value)
        for name, needed in schema.get("dependentRequired", {}).items():
            shape.drivers.add(name)
            if self._ask(shape, "has", name, value):
                shape.required.update(dict.fromkeys(needed))
        for name, one in schema.get("dependentSchemas", {}).items():
            shape.drivers.add(name)
            if self._ask(shape, "has", name, value):
                self.add(shape, one, value)

    def _union(self, shape: Shape, keyword: str, branches: list[Any]) -> None:
        followed = [self.followed(one) for one in branches]
        if all(
            isinstance(one, dict) and ("const" in one or "enum" in one) and "properties" not in one for one in followed
        ):
            _narrow(shape, [option for one in followed for option in _labelled(one)])
        elif any(isinstance(one, dict) and _STRUCTURE & one.keys() for one in followed):
            shape.dynamic = True
            shape.unions.append(Union(keyword, tuple(branches)))

    def depends(self, schema: Any) -> bool:
        """Whether anything in a schema depends on answers: a condition, or a choice of branch."""
        if not isinstance(schema, dict):
            return False
        branches = [self.followed(one) for keyword in ("oneOf", "anyOf") for one in schema.get(keyword, ())]
        if schema.keys() & _CONDITIONS or any(
            _STRUCTURE & one.keys() for one in branches if isinstance(one, dict) and not {"const", "enum"} & one.keys()
        ):
            return True
        return any(self.depends(one) for _, one in subschemas(schema))

    def followed(self, schema: Any) -> Any:
        """A schema with its reference followed, its own annotations kept."""
        for _ in range(20):
            if not isinstance(schema, dict) or "$ref" not in schema:
                break
            target = self._targets[schema["$ref"]]
            if not isinstance(target, dict):
                return target
            schema = {**target, **{key: one for key, one in schema.items() if key != "$ref"}}
        return schema


def _take(shape: Shape, schema: dict[str, Any]) -> None:
    for key in ANNOTATIONS:
        if key in schema:
            shape.notes[key] = schema[key]
    for key in _LOWER:
        if key in schema:
            shape.notes[key] = max(schema[key], shape.notes.get(key, schema[key]))
    for key in _UPPER:
        if key in schema:
            shape.notes[key] = min(schema[key], shape.notes.get(key, schema[key]))
    if "type" in schema:
        _types(shape, schema["type"])
    if "const" in schema:
        shape.const = True
        _narrow(shape, [(schema["const"], schema.get("title") if "properties" in schema else None)])
    if "enum" in schema:
        _narrow(shape, [(one, None) for one in schema["enum"]])
    for name, one in schema.get("properties", {}).items():
        shape.properties[name] = (*shape.properties.get(name, ()), one)
    shape.required.update(dict.fromkeys(schema.get("required", ())))
    _take_items(shape, schema)
    for pattern, one in schema.get("patternProperties", {}).items():
        shape.patterns[pattern] = (*shape.patterns.get(pattern, ()), one)
    if "additionalProperties" in schema:
        shape.additional = (*(shape.additional or ()), schema["additionalProperties"])
    if "propertyNames" in schema:
        shape.names = (*shape.names, schema["propertyNames"])


def _take_items(shape: Shape, schema: dict[str, Any]) -> None:
    if "items" in schema:
        shape.items = (*shape.items, schema["items"])
    for number, one in enumerate(schema.get("prefixItems", ())):
        if number == len(shape.prefix):
            shape.prefix.append(())
        shape.prefix[number] = (*shape.prefix[number], one)


def _types(shape: Shape, said: Any) -> None:
    new = tuple(said) if isinstance(said, list) else (said,)
    if shape.types is None:
        shape.types = new
        return
    kept = [one for one in shape.types if one in new or (one == "integer" and "number" in new)]
    if "number" in shape.types and "integer" in new and "integer" not in kept:
        kept.append("integer")
    shape.types = tuple(kept) or shape.types


def _labelled(schema: dict[str, Any]) -> list[tuple[Any, str | None]]:
    values = [schema["const"]] if "const" in schema else schema["enum"]
    return [(value, schema.get("title") if len(values) == 1 else None) for value in values]


def _narrow(shape: Shape, options: list[tuple[Any, str | None]]) -> None:
    """Keep the options that both know; a label that either gives is kept."""
    if shape.options is None:
        shape.options = options
        return
    kept = []
    for value, label in shape.options:
        same = [other for one, other in options if equal(one, value)]
        if same:
            kept.append((value, label or same[0]))
    shape.options = kept


def _named(condition: Any) -> set[str]:
    """The properties at this level that a condition looks at."""
    if not isinstance(condition, dict):
        return set()
    names = set(condition.get("properties", {})) | set(condition.get("required", ()))
    for keyword in ("allOf", "anyOf", "oneOf"):
        for one in condition.get(keyword, ()):
            names |= _named(one)
    return names | _named(condition.get("not"))
