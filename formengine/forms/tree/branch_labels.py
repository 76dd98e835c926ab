"""What the branches of a union are called, and which property tells them apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any, Final

from jsonschema._utils import equal

from formengine.forms.schema.shape import SchemaUnion
from formengine.forms.tree.context import Context
from formengine.forms.tree.node import default_title

TYPE_LABELS: Final = {
    "string": "Text",
    "number": "Number",
    "integer": "Whole number",
    "boolean": "Yes or no",
    "object": "Several fields",
    "array": "List",
    "null": "Nothing",
}


def told_by(context: Context, union: SchemaUnion) -> dict[str, list[list[Any]]]:
    """The properties that tell the branches apart, each with its values in every branch: in each it has a constant or
    an enum, and no two branches share a value."""
    shapes = [context.resolver.shape((branch,), None) for branch in union.branches]
    told: dict[str, list[list[Any]]] = {}
    for name in shapes[0].properties:
        if not all(name in shape.properties for shape in shapes):
            continue
        options = [context.resolver.shape(shape.properties[name], None).options for shape in shapes]
        values = [[value for value, _ in own] for own in options if own]
        if len(values) == len(shapes) and _are_apart(values):
            told[name] = values
    return told


def _are_apart(values: list[list[Any]]) -> bool:
    return not any(
        equal(value, other)
        for index, own in enumerate(values)
        for later in values[index + 1 :]
        for value in own
        for other in later
    )


def branch_labels(context: Context, union: SchemaUnion) -> list[str]:
    """The labels of the branches, no two alike: by title, by the value that tells them apart, by the name of the
    definition, by the titles of the fields; equal ones are numbered."""
    labels = [_label(context, union, index) for index in range(len(union.branches))]
    return told_apart(labels, [map(str, count(labels[: index + 1].count(label))) for index, label in enumerate(labels)])


def told_apart(labels: Sequence[str], marks: Iterable[Iterable[str]]) -> list[str]:
    """The labels, no two alike: each that equals another has one of its marks behind it, the first that will do.

    >>> told_apart(["Cat", "Cat", "Cat (1)"], ["123", "234", ""])
    ['Cat (2)', 'Cat (3)', 'Cat (1)']
    """
    counts, taken, distinct = Counter(labels), set(labels), list[str]()
    for label, own in zip(labels, marks, strict=True):
        marked = (f"{label} ({mark})" for mark in own) if counts[label] > 1 else ()
        distinct.append(next((text for text in marked if text not in taken), label))
        taken.add(distinct[-1])
    return distinct


def _label(context: Context, union: SchemaUnion, index: int) -> str:
    branch = union.branches[index]
    followed = context.resolver.followed(branch)
    if not isinstance(followed, dict):
        return context.say("Possibility {number}", number=index + 1)
    declared = followed.get("type")
    if followed.get("title"):
        return str(followed["title"])
    if isinstance(declared, str) and declared not in ("object", "array"):
        return context.say(TYPE_LABELS[declared])
    for values in union.told_by.values():
        if len(values[index]) == 1 and isinstance(values[index][0], str) and values[index][0]:
            return default_title(values[index][0])
    reference = branch.get("$ref") if isinstance(branch, dict) else None
    if isinstance(reference, str) and (name := reference.partition("-")[2]):  # see Normaliser
        return default_title(name)
    titles = [_field_title(context, name, schema) for name, schema in list(followed.get("properties", {}).items())[:4]]
    if titles:
        return ", ".join(titles)
    return context.say(TYPE_LABELS[declared] if isinstance(declared, str) else "Possibility {number}", number=index + 1)


def _field_title(context: Context, name: str, schema: Any) -> str:
    followed = context.resolver.followed(schema)
    title = followed.get("title") if isinstance(followed, dict) else None
    return str(title or default_title(name))
