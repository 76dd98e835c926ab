"""Choosing a branch: what was posted, and nothing else, once somebody chose; a guess only for data from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from formengine.forms.schema.resolver import SchemaUnion, Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.control_kind import nullable, types_of
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
_PYTHON: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,), "number": (int, float), "integer": (int, float), "boolean": (bool,), "object": (dict,),
    "array": (list,), "null": (type(None),),
}  # fmt: skip


def is_type(value: Any, name: str) -> bool:
    """Whether a JSON value has a type, as JSON Schema says."""
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _PYTHON.get(name, ()))


def union_choice(
    context: Context, union: SchemaUnion, name: str, entries: Mapping[str, list[str]], given: Any, posted: Any
) -> Choice:
    """The choice among the branches of a union."""
    labels = [_label(context, one, number) for number, one in enumerate(union.branches)]
    if given is posted:
        return Choice(name, union.keyword, labels, _index(entries.get(name), len(labels)))
    return Choice(name, union.keyword, labels, None if given is MISSING else guess(context, union, given))


def type_choice(
    context: Context, shape: Shape, name: str, entries: Mapping[str, list[str]], given: Any, posted: Any
) -> Choice:
    """The choice among several types."""
    types = [*types_of(shape), *(["null"] if nullable(shape) else [])]
    labels = [context.say(_TYPE_LABELS[one]) for one in types]
    if given is posted:
        return Choice(name, "type", labels, _index(entries.get(name), len(labels)))
    fitting = [number for number, one in enumerate(types) if is_type(given, one)]
    return Choice(name, "type", labels, fitting[0] if fitting else None)


def guess(context: Context, union: SchemaUnion, value: Any) -> int | None:
    """The branch that data from elsewhere belongs to: the first that it fits, else the one most like it."""
    if value == {}:
        fits = [n for n, one in enumerate(union.branches) if context.holds(one, value)]
        return fits[0] if len(fits) == 1 else None
    for number, one in enumerate(union.branches):
        if context.holds(one, value):
            return number
    scores = [_likeness(context, one, value) for one in union.branches]
    best = max(scores)
    return scores.index(best) if best > 0 else None


def _likeness(context: Context, branch: Any, value: Any) -> int:
    branch = context.resolver.followed(branch)
    if not isinstance(branch, dict):
        return 0
    said = branch.get("type")
    types = said if isinstance(said, list) else [said] if said else []
    score = 0
    if types:
        score = 1 if any(is_type(value, one) for one in types) else -10
    if not isinstance(value, dict):
        return score
    shape = context.resolver.shape((branch,), value)
    for name, parts in shape.properties.items():
        if name in value:
            inside = context.resolver.shape(parts, value[name])
            score += 2
            if inside.options is not None:
                score += 20 if any(one == value[name] for one, _ in inside.options) else -20
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
        said = branch.get("type")
        if isinstance(said, str) and said not in ("object", "array"):
            return context.say(_TYPE_LABELS[said])
        names = list(branch.get("properties", {}))
        if names:
            return ", ".join(pretty(name) for name in names[:4])
        if isinstance(said, str):
            return context.say(_TYPE_LABELS[said])
    return context.say("Possibility {number}", number=number + 1)
