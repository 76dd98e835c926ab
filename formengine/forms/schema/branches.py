"""The parts of a form that apply under conditions on its top-level fields: if/then/else, dependent and referred to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from formengine import json_pointer

MOST_REFERENCES: Final = 20
"""How many references are followed in one another; a schema that refers to itself has no end."""

NO_KINDS: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True)
class Branch:
    """A part of a form: `held` are the schemas that the answers have to fit for it to apply, all of them."""

    held: tuple[Any, ...]
    properties: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def branches(form: Mapping[str, Any]) -> Iterator[Branch]:
    """Every part of a form, the form itself first; through `allOf`, `if`, `$ref` into the form itself,
    `dependentSchemas`, `dependentRequired`, and `dependencies` of draft 7.
    """
    return _branches(form, (), form, MOST_REFERENCES)


def _branches(schema: Any, held: tuple[Any, ...], form: Mapping[str, Any], depth: int) -> Iterator[Branch]:
    if not isinstance(schema, Mapping) or depth == 0:
        return
    yield Branch(held, schema.get("properties", {}), tuple(schema.get("required", ())))
    if "$ref" in schema:
        yield from _branches(target_of(schema, form), held, form, depth - 1)
    for part in schema.get("allOf", ()):
        yield from _branches(part, held, form, depth - 1)
    if "if" in schema:
        condition = _without_references(schema["if"], form, depth - 1)
        yield from _branches(schema.get("then"), (*held, condition), form, depth - 1)
        yield from _branches(schema.get("else"), (*held, {"not": condition}), form, depth - 1)
    for name, part in _dependent(schema):
        own = (*held, {"required": [name]})
        if isinstance(part, list):
            yield Branch(own, required=tuple(part))
        else:
            yield from _branches(part, own, form, depth - 1)


def _dependent(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What depends on the presence of an answer: the names of required answers, or a schema."""
    for keyword in ("dependentSchemas", "dependentRequired", "dependencies"):
        yield from schema.get(keyword, {}).items()


def target_of(schema: Mapping[str, Any], form: Mapping[str, Any]) -> Any:
    """What the `$ref` of a schema names within the form itself; None for any other, and where there is none."""
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    try:
        return json_pointer.resolve(form, reference[1:])
    except (LookupError, ValueError):
        return None


def reference_chain(schema: Any, form: Any, kinds: Mapping[str, Any] = NO_KINDS) -> Iterator[Any]:
    """A schema, and after it each one that is referred to by the one before: by `$ref` into the form, or to one of some
    field kinds. The last has no reference, or one that leads elsewhere, unless there are more than MOST_REFERENCES.
    """
    yield schema
    for _ in range(MOST_REFERENCES):
        if not isinstance(schema, Mapping) or "$ref" not in schema:
            return
        schema = kinds.get(str(schema["$ref"])) or target_of(schema, form)
        if schema is None:
            return
        yield schema


def _without_references(condition: Any, form: Mapping[str, Any], depth: int) -> Any:
    """A condition in which what it refers to in the form stands in place of the reference."""
    if not isinstance(condition, Mapping) or depth == 0:
        return condition
    known = {key: value for key, value in condition.items() if key != "$ref"}
    for key in ("allOf", "anyOf", "oneOf"):
        if key in known:
            known[key] = [_without_references(part, form, depth - 1) for part in known[key]]
    if "not" in known:
        known["not"] = _without_references(known["not"], form, depth - 1)
    target = target_of(condition, form)
    if target is None:
        return condition if "$ref" in condition else known
    return {**known, "allOf": [*known.get("allOf", ()), _without_references(target, form, depth - 1)]}


def names_read(condition: Any) -> set[str]:
    """The top-level fields of which a condition speaks."""
    if not isinstance(condition, Mapping):
        return set()
    properties, required = condition.get("properties"), condition.get("required")
    names = set(properties if isinstance(properties, Mapping) else ())
    names |= set(map(str, required if isinstance(required, list) else ()))
    for key in ("allOf", "anyOf", "oneOf"):
        parts = condition.get(key)
        names |= {name for part in (parts if isinstance(parts, list) else ()) for name in names_read(part)}
    return names | names_read(condition.get("not"))
