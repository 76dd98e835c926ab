"""The titles of the options that were chosen in answers, in every language: by them dossiers are found (D2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.i18n import Text

OptionTitles = Mapping[tuple[str, str], tuple[str, ...]]
"""By the name of a field and the value of an option (as text), its titles in all languages."""
_LIST: Final = "formengine:list/"


def option_titles(form: Any, lists: Mapping[str, Mapping[str, Text]]) -> OptionTitles:
    """The titles of all options of a form as it is written; `lists` are those of the site, by id.

    >>> form = {"properties": {"paper": {"oneOf": [{"const": "ours", "title": {"en": "Ours", "fr": "Le nôtre"}}]}}}
    >>> option_titles(form, {})
    {('paper', 'ours'): ('Ours', 'Le nôtre')}
    """
    titles: dict[tuple[str, str], dict[str, None]] = {}
    for name, value, text in _options(form, "", lists):
        texts = [text] if isinstance(text, str) else [str(translation) for translation in text.values()]
        titles.setdefault((name, value), {}).update(dict.fromkeys(texts))
    return {key: tuple(texts) for key, texts in titles.items()}


def _options(schema: Any, name: str, lists: Mapping[str, Mapping[str, Text]]) -> Iterator[tuple[str, str, Text]]:
    """Every option at any depth of a schema, as (the nearest field, its value, its title)."""
    if isinstance(schema, list):
        for item in schema:
            yield from _options(item, name, lists)
    if not isinstance(schema, Mapping):
        return
    title = schema.get("title")
    if name and "const" in schema and isinstance(title, str | Mapping):
        yield name, str(schema["const"]), title
    reference = schema.get("$ref")
    if name and isinstance(reference, str) and reference.startswith(_LIST):
        for value, text in lists.get(reference.removeprefix(_LIST), {}).items():
            yield name, value, text
    for key, inner in schema.items():
        if key == "properties" and isinstance(inner, Mapping):
            for field, field_schema in inner.items():
                yield from _options(field_schema, field, lists)
        elif key not in ("const", "default", "examples", "title", "enum"):
            yield from _options(inner, name, lists)
