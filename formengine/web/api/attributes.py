"""JSON objects made from the attributes of rows and views."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def attributes(row: object, names: Iterable[str]) -> dict[str, Any]:
    """The named attributes, in this order, as members of an object."""
    return {name: getattr(row, name) for name in names}
