"""Key-value rows: properties of an object whose names people choose (`additionalProperties`)."""

from __future__ import annotations

from typing import Any

from formengine.forms.schema.ecma_regex import compile_search
from formengine.forms.schema.resolver import Resolver, SchemaParts, Shape
from formengine.forms.tree.node import MISSING, Node, Row
from formengine.forms.tree.presence import row_value


def is_closed(shape: Shape) -> bool:
    """Whether an object allows no property that it does not name; without `additionalProperties`, none is offered."""
    return shape.additional is None or any(part is False for part in shape.additional)


def parts_of_entry(shape: Shape, key: str) -> SchemaParts | None:
    """The schemas for a property name; None where the object does not allow it."""
    matching = [parts for pattern, parts in shape.pattern_properties.items() if compile_search(pattern)(key)]
    if matching:
        return tuple(part for parts in matching for part in parts)
    closed = is_closed(shape)
    if key == "" and closed and len(shape.pattern_properties) == 1:
        return next(iter(shape.pattern_properties.values()))
    return None if closed else shape.additional


def allowed_names(shape: Shape, resolver: Resolver) -> list[str] | None:
    """The names to choose from (`propertyNames`); None where any may be typed."""
    options = resolver.shape(shape.property_names, None).options if shape.property_names else None
    return [value for value, _ in options if isinstance(value, str)] if options else None


def add_entry(node: Node, row: Row, data: dict[str, Any], *, fits: bool) -> None:
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
        data[row.key] = row_value(row.node)
