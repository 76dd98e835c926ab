"""Equality of JSON values (JSON Schema Core 4.2.2): 1 and 1.0 are equal, 1 and true are not."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any


def are_equal(first: Any, second: Any) -> bool:
    """Whether two JSON values are equal.

    >>> are_equal(1, 1.0), are_equal(1, True), are_equal([0], [False])
    (True, False, False)
    """
    if isinstance(first, str) or isinstance(second, str):
        return bool(first == second)
    return first is second or hashable(first) == hashable(second)


def are_unique(items: Iterable[Any]) -> bool:
    """Whether no two items are equal.

    >>> are_unique([1, True, "1"]), are_unique([{"a": 1}, {"a": 1.0}])
    (True, False)
    """
    values = [hashable(item) for item in items]
    return len(set(values)) == len(values)


def hashable(value: Any) -> Hashable:
    """A hashable value that equals that of another JSON value if and only if the two are equal.

    What is no JSON and has no hash, such as a set, equals nothing but itself.
    """
    if isinstance(value, bool):
        return (bool, value)
    if isinstance(value, list | tuple):
        return (list, *map(hashable, value))
    if isinstance(value, dict):
        return frozenset((name, hashable(member)) for name, member in value.items())
    return value if value.__hash__ is not None else (object, id(value))
