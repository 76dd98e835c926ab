"""What every part of one compiled form shares: never changed after compiling, so threads may share it."""

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
    """The compiled parts: how to flatten, how to judge a condition, `ui` by path, the language, the uploads."""

    POSTED: ClassVar[_Posted] = _Posted()
    """Given in place of data: look at what was posted."""

    resolver: Resolver
    holds: Callable[[Any, Any], bool]
    ui: Mapping[str, dict[str, Any]]
    locale: str
    files: Any
    segments: frozenset[str]
    fields: FieldCache
    dynamic: bool = True
    """Whether any part of the form depends on answers."""
    zone: str = "UTC"
    """The time zone in which date-times are shown."""

    @property
    def comma(self) -> bool:
        """Whether 12,5 is a number in this language."""
        return not self.locale.startswith("en")

    def say(self, text: str, **values: object) -> str:
        """One of our sentences in the form's language."""
        return say(self.locale, text, **values)

    def entry(self, number: int) -> str:
        """The title of a row that has none."""
        return _entry(self.locale, number)


@lru_cache(maxsize=4096)
def _entry(locale: str, number: int) -> str:
    return say(locale, "Entry {number}", number=number)
