"""JSON Schema keywords as functions: each finds what in a value does not meet one keyword of one schema.

Source: JSON Schema 2020-12 (Core and Validation), with `dependencies` of draft 7. Numbers are compared as exact
decimals, patterns are ECMA-262, formats are asserted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final, Protocol

from formengine.forms.schema.ecma_regex import compile_search
from formengine.forms.schema.formats import matches_format
from formengine.forms.validation.violation import Path, Violation
from formengine.json_equality import are_equal, are_unique, hashable

Check = Callable[[Any, Path], Sequence[Violation]]
"""Finds the violations of one keyword by a value, whose path it is given."""


class Node(Protocol):
    """What a keyword sees of a schema (see `schema_node`)."""

    @property
    def schema(self) -> Any: ...
    @property
    def children(self) -> Mapping[Path, Any]: ...
    @property
    def target(self) -> Any: ...


Compile = Callable[[Any, Any], Check | None]
"""Makes the check of a keyword: of its node (a Node) and its value; None where it asserts nothing there."""


def is_multiple(number: float, divisor: float) -> bool:
    """Whether a number is a multiple of another, both taken as the decimals that JSON writes.

    >>> is_multiple(19.99, 0.01)
    True
    """
    return not _exact(number) % _exact(divisor)


@lru_cache(maxsize=4096)
def _exact(number: float) -> Fraction:
    return Fraction(Decimal(repr(number)))


def non_finite_numbers(value: Any) -> Iterator[Violation]:
    """A `type` violation for each infinity and NaN, which JSON does not have (Python reads 1e400 as infinity)."""
    return _non_finite_numbers(value, ())


def _non_finite_numbers(value: Any, path: Path) -> Iterator[Violation]:
    if isinstance(value, float) and not math.isfinite(value):
        yield Violation(path, "type", "number", value, True)
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        if isinstance(member, float | dict | list):
            yield from _non_finite_numbers(member, (*path, key))


def is_number(value: Any) -> bool:
    """Whether a value is a finite JSON number."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def is_integer(value: Any) -> bool:
    """Whether a value is a whole number; 1.0 is one (JSON Schema Validation 6.1.1)."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())


_TYPES: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": is_integer,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}


def _test(keyword: str, fails: Callable[[Any, Any], bool]) -> Callable[[Node, Any], Check]:
    """A keyword that a value meets or not, by `fails(value, value of the keyword)`."""

    def compile_keyword(node: Node, expected: Any) -> Check:
        schema = node.schema

        def check(value: Any, path: Path) -> Sequence[Violation]:
            return (Violation(path, keyword, expected, value, schema),) if fails(value, expected) else ()

        return check

    return compile_keyword


def _type(node: Node, types: Any) -> Check:
    tests = [_TYPES[name] for name in ([types] if isinstance(types, str) else types)]
    schema = node.schema

    def check(value: Any, path: Path) -> Sequence[Violation]:
        for is_of_type in tests:
            if is_of_type(value):
                return ()
        return (Violation(path, "type", types, value, schema),)

    return check


def _enum(node: Node, options: list[Any]) -> Check:
    known = frozenset(map(hashable, options))

    def check(value: Any, path: Path) -> Sequence[Violation]:
        return () if hashable(value) in known else (Violation(path, "enum", options, value, node.schema),)

    return check


def _pattern(node: Node, pattern: str) -> Check:
    search = compile_search(pattern)
    return _test("pattern", lambda value, _: isinstance(value, str) and not search(value))(node, pattern)


def _missing(node: Node, keyword: str, value: Any, instance: Any, names: Any, path: Path) -> list[Violation]:
    return [Violation(path, keyword, value, instance, node.schema, name) for name in names if name not in instance]


def _required(node: Node, names: Any) -> Check:
    def check(value: Any, path: Path) -> Sequence[Violation]:
        return _missing(node, "required", names, value, names, path) if isinstance(value, dict) else ()

    return check


def _dependent_required(node: Node, dependent: Any) -> Check:
    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, dict):
            return ()
        return [
            violation
            for name, names in dependent.items()
            if name in value
            for violation in _missing(node, "dependentRequired", dependent, value, names, path)
        ]

    return check


def missing_dependencies(node: Node, dependencies: Any, name: str) -> Check:
    """The check of one list of names in `dependencies`."""

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, dict) or name not in value:
            return ()
        return _missing(node, "dependencies", dependencies, value, dependencies[name], path)

    return check


def _dependencies(node: Node, dependencies: Any) -> Check:
    checks = [
        missing_dependencies(node, dependencies, name) if isinstance(dependency, list) else _dependent(node, name)
        for name, dependency in dependencies.items()
    ]
    return lambda value, path: [violation for check in checks for violation in check(value, path)]


def _dependent(node: Node, name: str) -> Check:
    child = node.children["dependencies", name]
    return lambda value, path: child.errors(value, path) if isinstance(value, dict) and name in value else ()


def _dependent_schemas(node: Node, dependent: Any) -> Check:
    children = [(name, node.children["dependentSchemas", name]) for name in dependent]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, dict):
            return ()
        return [violation for name, child in children if name in value for violation in child.errors(value, path)]

    return check


def _properties(node: Node, properties: Any) -> Check:
    children = [(name, node.children["properties", name]) for name in properties]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        violations: list[Violation] = []
        if isinstance(value, dict):
            for name, child in children:
                if name in value:
                    violations += child.errors(value[name], (*path, name))
        return violations

    return check


def _property_names(node: Node, names: Any) -> Check:
    child = node.children[("propertyNames",)]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, dict):
            return ()
        return [
            Violation(path, "propertyNames", names, value, node.schema, name)
            for name in value
            if not child.is_valid(name)
        ]

    return check


def _pattern_properties(node: Node, patterns: Any) -> Check:
    children = [(compile_search(pattern), node.children["patternProperties", pattern]) for pattern in patterns]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, dict):
            return ()
        return [
            violation
            for search, child in children
            for name in value
            if search(name)
            for violation in child.errors(value[name], child.path_of_member(path, name))
        ]

    return check


def _additional_properties(node: Node, additional: Any) -> Check:
    searches = [compile_search(pattern) for pattern in node.schema.get("patternProperties", ())]
    declared = node.schema.get("properties", {})
    child = node.children[("additionalProperties",)]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, dict):
            return ()
        extras = [name for name in value if name not in declared and not any(search(name) for search in searches)]
        if additional is False:
            return (Violation(path, "additionalProperties", False, value, node.schema),) if extras else ()
        return [violation for name in extras for violation in child.errors(value[name], (*path, name))]

    return check


def _prefix_items(node: Node, schemas: list[Any]) -> Check:
    children = [node.children["prefixItems", number] for number in range(len(schemas))]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, list):
            return ()
        return [
            violation
            for number, (item, child) in enumerate(zip(value, children, strict=False))
            for violation in child.errors(item, child.path_of_member(path, number))
        ]

    return check


def _items(node: Node, schema: Any) -> Check:
    """The items after those of `prefixItems`; where none may be there, that is one violation of the whole list."""
    child, start = node.children[("items",)], len(node.schema.get("prefixItems", ()))

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, list) or len(value) <= start:
            return ()
        if schema is False:
            return (Violation(path, "items", False, value, node.schema),)
        return [
            violation
            for number in range(start, len(value))
            for violation in child.errors(value[number], (*path, number))
        ]

    return check


def _has_length(kind: type[Any], keyword: str, *, at_least: bool) -> Compile:
    """A bound of the length of strings, lists or objects."""
    if at_least:
        return _test(keyword, lambda value, limit: isinstance(value, kind) and len(value) < limit)
    return _test(keyword, lambda value, limit: isinstance(value, kind) and len(value) > limit)


KEYWORDS: Final[dict[str, Compile]] = {
    "type": _type,
    "const": _test("const", lambda value, constant: not are_equal(value, constant)),
    "enum": _enum,
    "minimum": _test("minimum", lambda value, limit: is_number(value) and value < limit),
    "maximum": _test("maximum", lambda value, limit: is_number(value) and value > limit),
    "exclusiveMinimum": _test("exclusiveMinimum", lambda value, limit: is_number(value) and value <= limit),
    "exclusiveMaximum": _test("exclusiveMaximum", lambda value, limit: is_number(value) and value >= limit),
    "multipleOf": _test("multipleOf", lambda value, divisor: is_number(value) and not is_multiple(value, divisor)),
    "minLength": _has_length(str, "minLength", at_least=True),
    "maxLength": _has_length(str, "maxLength", at_least=False),
    "minItems": _has_length(list, "minItems", at_least=True),
    "maxItems": _has_length(list, "maxItems", at_least=False),
    "minProperties": _has_length(dict, "minProperties", at_least=True),
    "maxProperties": _has_length(dict, "maxProperties", at_least=False),
    "uniqueItems": _test(
        "uniqueItems", lambda value, asked: asked and isinstance(value, list) and not are_unique(value)
    ),
    "pattern": _pattern,
    "format": _test("format", lambda value, name: isinstance(value, str) and not matches_format(name, value)),
    "required": _required,
    "dependentRequired": _dependent_required,
    "dependencies": _dependencies,
    "dependentSchemas": _dependent_schemas,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "propertyNames": _property_names,
    "prefixItems": _prefix_items,
    "items": _items,
}
"""The keywords that speak of a value or of its members; but those in `in_place_keywords`."""
