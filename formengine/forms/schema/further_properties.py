"""The properties of an object that `properties` does not name: whether they are allowed, and their schemas."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from formengine.forms.schema.ecma_regex import compile_search
from formengine.forms.schema.shape import SchemaParts, Shape

PLAIN_TEXT: Final = {"type": "string"}
"""The schema of a property of which nothing is known but its name."""


def is_closed(shape: Shape) -> bool:
    """Whether an object allows no property that it does not name; without `additionalProperties`, none is offered."""
    return shape.additional is None or any(part is False for part in shape.additional)


def refuses_others(shape: Shape) -> bool:
    """Whether any name that an object does not allow is wrong there, whatever else its schemas say of it."""
    return any(part is False for part in shape.additional or ())


def parts_of_entry(shape: Shape, key: str) -> SchemaParts | None:
    """The schemas for a property name; None where the object does not allow it."""
    matching = [parts for pattern, parts in shape.pattern_properties.items() if compile_search(pattern)(key)]
    if matching:
        return tuple(part for parts in matching for part in parts)
    closed = is_closed(shape)
    if key == "" and closed and len(shape.pattern_properties) == 1:
        return next(iter(shape.pattern_properties.values()))
    return None if closed else shape.additional


def parts_of_undeclared(shape: Shape, name: str, holds: Callable[[Any, Any], bool]) -> SchemaParts | None:
    """The schemas for a property that is asked for and that `properties` does not name, empty where nothing is known of
    it; None where the object does not allow it. `holds(schema, value)` says whether a value fits.
    """
    if not all(holds(schema, name) for schema in shape.property_names):
        return None
    parts = parts_of_entry(shape, name)
    if parts is None and shape.additional is None:
        parts = shape.unevaluated
    return None if parts is None or any(part is False for part in parts) else parts
