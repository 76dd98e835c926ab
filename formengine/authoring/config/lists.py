"""`config/lists/<id>.yaml`: choices for fields that a legal admin maintains: a key and its text on each line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.i18n import Text, pick
from formengine.source.yaml_cursor import YamlCursor

Lists = Mapping[str, Mapping[str, Text]]
"""The lists of a site by id, each with the text of every key."""


def read_list(cursor: YamlCursor, languages: tuple[str, ...]) -> dict[str, Text]:
    """The texts of one list by key, in the order of the file."""
    texts = {entry.name: entry.localized_text(languages) or entry.name for entry in cursor.entries()}
    if not texts:
        cursor.error("empty-list", "this list has no entries; write one a line: acme_sas: {en: Acme SAS, fr: Acme SAS}")
    return texts


def list_kinds(language: str, lists: Lists) -> dict[str, dict[str, Any]]:
    """The field kinds `formengine:list/<id>`, by name: each a JSON Schema that allows the list's keys."""
    return {f"formengine:list/{name}": _choice(language, entries) for name, entries in lists.items()}


def kinds_with_lists(language: str, lists: Lists) -> dict[str, Any]:
    """The field kinds that forms may use, as JSON Schemas by name: those built in, and the lists in one language."""
    from formengine.forms import KINDS

    return {**KINDS, **list_kinds(language, lists)}


def _choice(language: str, entries: Mapping[str, Text]) -> dict[str, Any]:
    if not entries:  # the list has its own finding; forms that use it get none
        return {"type": "string"}
    return {"oneOf": [{"const": key, "title": pick(text, language)} for key, text in entries.items()]}
