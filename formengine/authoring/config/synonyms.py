"""`config/synonyms.yaml`: words that mean the same to people who look for a request type, a list on each line."""

from __future__ import annotations

import unicodedata
from typing import Final

from formengine.source.yaml_cursor import YamlCursor

MAX_LENGTH: Final = 80
MAX_GROUPS: Final = 500
Synonyms = tuple[tuple[str, ...], ...]
"""Groups of words, or of several words each, that mean the same."""


def read_synonyms(cursor: YamlCursor) -> Synonyms:
    """The groups of synonyms; a word that stands in two of them is a warning."""
    groups: list[tuple[str, ...]] = []
    if not isinstance(cursor.value, list):
        if cursor.value is not None:
            cursor.error("kind", "synonyms.yaml holds a list of lists: - [bail, lease, location] on each line")
        return ()
    if len(cursor.value) > MAX_GROUPS:
        cursor.error("synonyms", f"there are more than {MAX_GROUPS} groups of synonyms")
    first: dict[str, int] = {}
    for number, group in enumerate(cursor.items(), 1):
        if not isinstance(group.value, list):
            group.error("kind", "a group of synonyms is a list of two words or more: - [bail, lease, location]")
            continue
        words = read_words(group)
        if len(words) < 2:
            group.error("synonyms", "a group of synonyms needs two words or more: - [bail, lease, location]")
        for word in words:
            earlier = first.setdefault(fold(word), number)
            if earlier != number:
                group.warn("synonyms", f"{word} stands in group {earlier} too; write all that means the same in one")
        groups.append(words)
    return tuple(groups)


def read_words(cursor: YamlCursor) -> tuple[str, ...]:
    """The words of a list, each once; findings for those that are none, too long, or written twice."""
    words: dict[str, str] = {}
    for item in cursor.items():
        word = item.text()
        if word is None:
            continue
        if not any(char.isalnum() for char in word):
            item.error("keyword", f"{word} has no letter, so nobody could look for it")
        elif len(word) > MAX_LENGTH:
            item.error("keyword", f"this is longer than {MAX_LENGTH} letters; write a few words that people look for")
        elif fold(word) in words:
            item.warn("keyword", f"{word} stands here twice; take one of them out")
        words.setdefault(fold(word), word)
    return tuple(words.values())


def fold(word: str) -> str:
    """A word without accents and capitals: the search does not tell them apart."""
    apart = unicodedata.normalize("NFKD", word.strip().casefold())
    return " ".join("".join(char for char in apart if not unicodedata.combining(char)).split())
