"""A keyword that data do not meet, as the validator finds it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from formengine import json_pointer

Path = tuple[str | int, ...]


class Violation(NamedTuple):
    """One keyword that data do not meet.

    `path` leads to the data, `instance` is the data there; `value` is the keyword's value in `schema`. Of a member that
    is missing or misnamed, `member` is the name. Of a union, `branches` are the violations of each branch by its index.
    The keyword of a `false` schema is "false".
    """

    path: Path
    keyword: str
    value: Any
    instance: Any
    schema: Any
    member: str | None = None
    branches: dict[int, list[Violation]] | None = None

    @property
    def pointer(self) -> str:
        """The JSON Pointer into the data."""
        return _pointer(self.path)


_pointer = lru_cache(maxsize=8192)(json_pointer.join)
