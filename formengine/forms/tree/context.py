"""What all parts of one compiled form share; immutable but for its caches, so threads may share it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

from formengine.forms.schema.resolver import Resolver
from formengine.forms.tree.field_cache import FieldCache
from formengine.i18n import say


class _Posted:
    def __repr__(self) -> str:
        return "POSTED"


@dataclass(frozen=True)
class Context:
    """The compiled parts of a form.

    `resolver` resolves schemas; `holds(schema, value)` evaluates a condition; `ui` is by path (see `read_ui`); `files`
    stores uploads; `segments` are the name segments of all properties; `fields` caches the fields of objects.
    """

    POSTED: ClassVar[_Posted] = _Posted()
    """Stands in place of data: read the posted entries instead."""

    resolver: Resolver
    holds: Callable[[Any, Any], bool]
    ui: Mapping[str, dict[str, Any]]
    locale: str
    files: Any
    segments: frozenset[str]
    fields: FieldCache
    dynamic: bool = True
    """Whether any part of the form depends on answers (conditions, unions)."""
    zone: str = "UTC"
    """The time zone in which date-times are typed and shown."""
    zone_named: bool = False
    """Whether the controls of date-times name the zone."""

    @property
    def comma(self) -> bool:
        """Whether the decimal mark is a comma in this language."""
        return not self.locale.startswith("en")

    def say(self, text: str, **values: object) -> str:
        """One of our own texts in the form's language."""
        return say(self.locale, text, **values)

    def entry(self, number: int) -> str:
        """The title of a row without one."""
        return _entry(self.locale, number)


@lru_cache(maxsize=4096)
def _entry(locale: str, number: int) -> str:
    return say(locale, "Entry {number}", number=number)
