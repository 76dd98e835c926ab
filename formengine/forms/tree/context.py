"""What all parts of one compiled form share; immutable but for its caches, so threads may share it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, Final, NamedTuple

from formengine.forms.kinds.typed_numbers import read_like
from formengine.forms.schema.resolver import Resolver
from formengine.forms.schema.shape import Shape
from formengine.forms.tree.field_cache import FieldCache
from formengine.forms.tree.write_only import Seal
from formengine.i18n import say

_ID_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)


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
    live: bool = False
    """Whether answers are checked or calculated while the form is filled in."""
    keeps_answers: bool = False
    """Whether a post may leave answers as they were: any field is read-only or write-only."""
    zone: str = "UTC"
    """The time zone in which date-times are typed and shown."""
    id_prefix: str = ""
    """What the ids of all elements begin with, so that those of two forms on one page differ."""
    zone_named: bool = False
    """Whether the controls of date-times name the zone."""
    folds: bool = False
    """Whether long answers are folded where they are read."""
    seal: Seal | None = None
    """Seals what was typed into write-only controls, for pages that do not have them."""

    def with_ids(self, prefix: str) -> Context:
        """The same with another prefix, and without the compiled templates of elements with other ids. Raises
        ValueError for one that is no beginning of an id.
        """
        if not isinstance(prefix, str) or not _ID_PREFIX.fullmatch(prefix):
            raise ValueError(f"{prefix!r} is no prefix of ids: write a letter, then letters, digits, - and _")
        return replace(self, id_prefix=prefix, fields=FieldCache(self.resolver, self.ui))

    @property
    def number_language(self) -> str:
        """By which of `LANGUAGES` numbers are read and shown."""
        return read_like(self.locale)

    def say(self, text: str, **values: object) -> str:
        """One of our own texts in the form's language."""
        return say(self.locale, text, **values)

    def row_title(self, number: int) -> str:
        """The title of a row (counted from 1) whose schema has none."""
        return _row_title(self.locale, number)


@lru_cache(maxsize=4096)
def _row_title(locale: str, number: int) -> str:
    return say(locale, "Entry {number}", number=number)


class Inherited(NamedTuple):
    """What a node has from those above it: the `$ref`s on the way, whether it is there because of other answers,
    whether it is read-only or write-only, and whether it is in a default that a post set just now."""

    refs: frozenset[str] = frozenset()
    called_up: bool = False
    read_only: bool = False
    write_only: bool = False
    in_default: bool = False

    def of(self, shape: Shape) -> Inherited:
        """The same with what a shape itself says."""
        read_only, write_only = shape.keywords.get("readOnly", False), shape.keywords.get("writeOnly", False)
        if (self.read_only or not read_only) and (self.write_only or not write_only):
            return self
        return self._replace(read_only=self.read_only or read_only, write_only=self.write_only or write_only)

    def with_(
        self, refs: frozenset[str] = frozenset(), *, called_up: bool = False, read_only: bool = False
    ) -> Inherited:
        """The same and more."""
        if not (refs or (called_up and not self.called_up) or (read_only and not self.read_only)):
            return self
        return self._replace(
            refs=self.refs | refs,
            called_up=self.called_up or called_up,
            read_only=self.read_only or read_only,
        )
