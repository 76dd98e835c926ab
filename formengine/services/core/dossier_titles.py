"""The title of a dossier in the language of its reader (O7)."""

from __future__ import annotations

from typing import Any


def title_in(dossier: Any, language: str) -> str:
    """The title of a dossier, or of a row with its columns `title` and `titles`, in a language; in that of the request
    where it has none of its own in it.
    """
    return str((dossier.titles or {}).get(language) or dossier.title)
