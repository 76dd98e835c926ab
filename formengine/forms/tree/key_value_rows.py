"""Key-value rows: properties of an object whose names people choose (`additionalProperties`)."""

from __future__ import annotations

import re
from typing import Any, Final

from formengine.forms.schema.resolver import Resolver
from formengine.forms.schema.shape import Shape
from formengine.forms.tree.context import Context
from formengine.forms.tree.empty_rows import value_in_place
from formengine.forms.tree.node import MISSING, Node, Row

_ENTRY: Final = re.compile(r"-x-\d+(-v[a-z2-7]{8})?\Z", re.ASCII)


def allowed_names(shape: Shape, resolver: Resolver) -> list[str] | None:
    """The names to choose from (`propertyNames`); None where any may be typed."""
    options = resolver.shape(shape.property_names, None).options if shape.property_names else None
    return [value for value, _ in options if isinstance(value, str)] if options else None


def is_bare_entry(node: Node, stored: Any) -> bool:
    """Whether a node is an entry that is stored as an empty group, of which the page draws groups that are required:
    its name keeps it, and nothing is put into it."""
    return stored == {} and bool(node.content) and _ENTRY.search(node.name) is not None


def add_entry(context: Context, node: Node, row: Row, data: dict[str, Any], *, fits: bool) -> None:
    """Add a row to the data of its object, or note what is wrong with its name; `fits`: the object allows the name."""
    value = row.node.value
    if row.key == "" and value is MISSING:
        return
    if row.key in data or row.key in node.shape.properties:
        row.problem = "duplicate"
    elif row.key == "":
        row.problem = "key"
    else:
        if not fits:
            row.problem = "unknown-name"
        data[row.key] = value_in_place(context, row.node, is_set=False)
