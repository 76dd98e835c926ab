"""Chooses the branch of a `oneOf` or `anyOf`, or one of several types: as posted, else inferred from the data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator

from formengine.forms.schema.resolver import SchemaUnion, Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import nullable
from formengine.forms.tree.node import MISSING, Choice, pretty

_TYPE_LABELS: Final = {
    "string": "Text",
    "number": "Number",
    "integer": "Whole number",
    "boolean": "Yes or no",
    "object": "Several fields",
    "array": "List",
    "null": "Nothing",
}
is_type: Final = Draft202012Validator.TYPE_CHECKER.is_type
"""Whether a JSON value has a type, by the rules of JSON Schema (1.0 is an integer, true is no number)."""


def union_choice(
    context: Context, union: SchemaUnion, name: str, entries: Mapping[str, list[str]], source: Any, posted: Any
) -> Choice:
    """The choice among the branches of a union."""
    if not union.labels:
        union.labels[:] = [_label(context, branch, index) for index, branch in enumerate(union.branches)]
    labels = union.labels
    if source is posted:
        return Choice(name, union.keyword, labels, _index(entries.get(name), len(labels)))
    return Choice(name, union.keyword, labels, None if source is MISSING else guess(context, union, source))


def type_choice(
    context: Context, shape: Shape, name: str, entries: Mapping[str, list[str]], source: Any, posted: Any
) -> Choice:
    """The choice among several types."""
    types = choosable_types(shape)
    labels = [context.say(_TYPE_LABELS[name]) for name in types]
    if source is posted:
        return Choice(name, "type", labels, _index(entries.get(name), len(labels)))
    fitting = [index for index, name in enumerate(types) if is_type(source, name)]
    return Choice(name, "type", labels, fitting[0] if fitting else None)


def choosable_types(shape: Shape) -> list[str]:
    """The types among which people choose."""
    return [*shape.json_types, "null"] if nullable(shape) else shape.json_types


def guess(context: Context, union: SchemaUnion, value: Any) -> int | None:
    """The branch that data belongs to: the first under which it is valid, else the most similar one."""
    if value == {}:
        fits = [index for index, branch in enumerate(union.branches) if context.holds(branch, value)]
        return fits[0] if len(fits) == 1 else None
    for index, branch in enumerate(union.branches):
        if context.holds(branch, value):
            return index
    scores = [_similarity(context, branch, value) for branch in union.branches]
    best = max(scores)
    return scores.index(best) if best > 0 else None


def _similarity(context: Context, branch: Any, value: Any) -> int:
    schema = context.resolver.followed(branch)
    if not isinstance(schema, dict):
        return 0
    declared = schema.get("type")
    types = declared if isinstance(declared, list) else [declared] if declared else []
    score = 0
    if types:
        score = 1 if any(is_type(value, name) for name in types) else -10
    if not isinstance(value, dict):
        return score
    shape = context.resolver.shape((branch,), value)
    for name, parts in shape.properties.items():
        if name in value:
            inside = context.resolver.shape(parts, value[name])
            score += 2
            if inside.options is not None:
                score += 20 if any(option == value[name] for option, _ in inside.options) else -20
    return score


def _index(raw: list[str] | None, count: int) -> int | None:
    text = raw[-1] if raw else ""
    if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < count:
        return int(text)
    return None


def _label(context: Context, branch: Any, number: int) -> str:
    branch = context.resolver.followed(branch)
    if isinstance(branch, dict):
        if branch.get("title"):
            return str(branch["title"])
        declared = branch.get("type")
        if isinstance(declared, str) and declared not in ("object", "array"):
            return context.say(_TYPE_LABELS[declared])
        names = list(branch.get("properties", {}))
        if names:
            return ", ".join(pretty(name) for name in names[:4])
        if isinstance(declared, str):
            return context.say(_TYPE_LABELS[declared])
    return context.say("Possibility {number}", number=number + 1)
