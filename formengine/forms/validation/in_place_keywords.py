"""JSON Schema keywords that apply schemas to the same value, or count on what other schemas say of it.

Sources: JSON Schema 2020-12 Core 10.2 (in-place applicators), 10.3.1.3 (contains), 11 (unevaluated members).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from formengine.forms.schema.ecma_regex import compile_search
from formengine.forms.validation.keywords import Check, Compile, Node
from formengine.forms.validation.violation import Path, Violation


def _ref(node: Node, ref: Any) -> Check:
    return lambda value, path: node.target.errors(value, path)


def _all_of(node: Node, schemas: list[Any]) -> Check:
    children = [node.children["allOf", number] for number in range(len(schemas))]
    return lambda value, path: [violation for child in children for violation in child.errors(value, path)]


def _any_of(node: Node, schemas: list[Any]) -> Check:
    children = [node.children["anyOf", number] for number in range(len(schemas))]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        branches = {}
        for number, child in enumerate(children):
            branches[number] = child.errors(value, path)
            if not branches[number]:
                return ()
        return (Violation(path, "anyOf", schemas, value, node.schema, branches=branches),)

    return check


def _one_of(node: Node, schemas: list[Any]) -> Check:
    children = [node.children["oneOf", number] for number in range(len(schemas))]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        branches = {number: child.errors(value, path) for number, child in enumerate(children)}
        valid = [number for number, violations in branches.items() if not violations]
        if len(valid) == 1:
            return ()
        return (Violation(path, "oneOf", schemas, value, node.schema, branches=None if valid else branches),)

    return check


def _not(node: Node, schema: Any) -> Check:
    child = node.children[("not",)]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        return (Violation(path, "not", schema, value, node.schema),) if child.is_valid(value) else ()

    return check


def _if(node: Node, schema: Any) -> Check | None:
    condition = node.children[("if",)]
    then, otherwise = node.children.get(("then",)), node.children.get(("else",))
    if then is None and otherwise is None:
        return None

    def check(value: Any, path: Path) -> Sequence[Violation]:
        applied = then if condition.is_valid(value) else otherwise
        return applied.errors(value, path) if applied is not None else ()

    return check


def _contains(node: Node, schema: Any) -> Check:
    child = node.children[("contains",)]
    least = node.schema.get("minContains", 1)
    most = node.schema.get("maxContains")

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, list):
            return ()
        matches = sum(child.is_valid(item) for item in value)
        if most is not None and matches > most:
            return (Violation(path, "maxContains", most, value, node.schema),)
        if matches >= least:
            return ()
        keyword, limit = ("minContains", least) if matches else ("contains", schema)
        return (Violation(path, keyword, limit, value, node.schema),)

    return check


def _unevaluated_properties(node: Node, schema: Any) -> Check:
    child = node.children[("unevaluatedProperties",)]

    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, dict):
            return ()
        evaluated = _evaluated_names(node, value)
        if all(name in evaluated or child.is_valid(value[name]) for name in value):
            return ()
        return (Violation(path, "unevaluatedProperties", schema, value, node.schema),)

    return check


def _unevaluated_items(node: Node, schema: Any) -> Check:
    def check(value: Any, path: Path) -> Sequence[Violation]:
        if not isinstance(value, list) or len(_evaluated_items(node, value)) == len(value):
            return ()
        return (Violation(path, "unevaluatedItems", schema, value, node.schema),)

    return check


def _applied(node: Any, value: Any) -> Iterator[Any]:
    """The nodes whose schemas say something of a value beside the one of `node`, as far as the value fits them."""
    if node.target is not None:
        yield node.target
    for path, child in node.children.items():
        keyword = path[0]
        if keyword in ("allOf", "anyOf", "oneOf"):
            if child.is_valid(value):
                yield child
        elif keyword == "dependentSchemas":
            if path[1] in value:
                yield child
        elif keyword == "if":
            holds = child.is_valid(value)
            applied = node.children.get(("then",) if holds else ("else",))
            yield from ([child] if holds else []) + ([applied] if applied is not None else [])


def _evaluated_names(node: Any, value: dict[str, Any]) -> set[str]:
    """The names of the members that a schema, or one that it applies, evaluates (Core 11.3)."""
    if not isinstance(node.schema, dict):
        return set()
    names: set[str] = node.schema.get("properties", {}).keys() & value.keys()
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        child = node.children.get((keyword,))
        if child is not None:
            names |= {name for name, member in value.items() if name not in names and child.is_valid(member)}
    for pattern in node.schema.get("patternProperties", ()):
        names.update(filter(compile_search(pattern), value))
    for applied in _applied(node, value):
        names |= _evaluated_names(applied, value)
    return names


def _evaluated_items(node: Any, value: list[Any]) -> set[int]:
    """The positions of the items that a schema, or one that it applies, evaluates (Core 11.2)."""
    if not isinstance(node.schema, dict):
        return set()
    if "items" in node.schema:
        return set(range(len(value)))
    positions = set(range(min(len(value), len(node.schema.get("prefixItems", ())))))
    for keyword in ("contains", "unevaluatedItems"):
        child = node.children.get((keyword,))
        if child is not None:
            positions |= {at for at, item in enumerate(value) if at not in positions and child.is_valid(item)}
    for applied in _applied(node, value):
        positions |= _evaluated_items(applied, value)
    return positions


IN_PLACE_KEYWORDS: Final[dict[str, Compile]] = {
    "$ref": _ref,
    "$dynamicRef": _ref,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "if": _if,
    "contains": _contains,
    "unevaluatedProperties": _unevaluated_properties,
    "unevaluatedItems": _unevaluated_items,
}
