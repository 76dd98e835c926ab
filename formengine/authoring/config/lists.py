"""`config/lists/<id>.yaml`: choices that a legal admin looks after: a key and its text on each line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.i18n import Text, pick
from formengine.source.yaml_cursor import YamlCursor

Lists = Mapping[str, Mapping[str, Text]]
"""The lists of a site by id, each with the text of every key."""


def read_list(cursor: YamlCursor, languages: tuple[str, ...]) -> dict[str, Text]:
    """The entries of one list, in the order they were written; what is wrong becomes findings."""
    found = {entry.name: entry.text(languages) or entry.name for entry in cursor.entries()}
    if not found:
        cursor.error("empty-list", "this list has no entries; write one a line: acme_sas: {en: Acme SAS, fr: Acme SAS}")
    return found


def list_kinds(language: str, lists: Lists) -> dict[str, dict[str, Any]]:
    """The field kinds `formengine:list/<id>` that forms may use: each a choice among the list's keys."""
    return {f"formengine:list/{name}": _choice(language, entries) for name, entries in lists.items()}


def _choice(language: str, entries: Mapping[str, Text]) -> dict[str, Any]:
    if not entries:  # a list that cannot be read has its own finding; the forms that use it get none
        return {"type": "string"}
    return {"oneOf": [{"const": key, "title": pick(text, language)} for key, text in entries.items()]}
