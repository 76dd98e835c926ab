"""Parser of `errors:`, the author's own error messages (F18); its names are checked with the form."""

from __future__ import annotations

from typing import Final

from formengine.forms.rules.author_sentences import ANY, is_text
from formengine.source.yaml_cursor import YamlCursor

_EXAMPLE: Final = "{pattern: {en: Nine digits, without spaces., fr: Neuf chiffres, sans espace.}}"


def read_sentences(cursor: YamlCursor, languages: tuple[str, ...]) -> None:
    """Check the shape of `errors:`: by field, then keyword (or `any`), a text."""
    if cursor.value is None:
        return
    if not isinstance(cursor.value, dict):
        cursor.error("kind", f"errors takes a map: a field, then {_EXAMPLE}")
        return
    for field in cursor.entries():
        if is_text(field.value):
            where = "each sentence stands under its keyword"
            field.error("kind", f"{where}; write {{{ANY}: ...}} for one sentence whatever is wrong")
        elif not isinstance(field.value, dict):
            field.error("kind", f"{field.name} takes a map: {_EXAMPLE}")
        else:
            for sentence in field.entries():
                sentence.localized_text(languages)
