"""Names of people, and what else they write as evidence, as it is shown: something is to be seen, and control
characters, which could make a name read as another one, are left out.

Unicode's bidirectional controls (UAX 9: embeddings, overrides, isolates, marks) reorder the text around them, so that a
signer could be shown under another name or address. Joiners, which some scripts need inside words, stay.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CONTROLS: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)

_JOINERS: Final = re.compile("[\u200c\u200d]")

_BLANK_SIGNS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing: fillers of Korean syllables, the Braille pattern without dots."""


def has_visible(text: str) -> bool:
    """Whether anything of a text is seen: a letter, digit or sign, not blanks, joiners, or accents without a letter.

    >>> [has_visible(text) for text in ("Ω", "🙂", "\\u202e\\u200b", "\\u3164 ", "\\u0301")]
    [True, True, False, False, False]
    """
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK_SIGNS for char in text)


def is_readable(text: str) -> bool:
    """Whether every character of a text is seen, or joins letters as some scripts need.

    >>> is_readable("علی\\u200cرضا"), is_readable("\\u202eevil"), is_readable("a\\x00b")
    (True, False, False)
    """
    return _JOINERS.sub("", text).isprintable()


def displayed_name(text: str) -> str:
    """A name on one line, without control characters; "" where nothing of it would be seen.

    >>> displayed_name("Jo\\u202enitraM ")
    'JonitraM'
    >>> displayed_name("\\u202e\\u200b")
    ''
    """
    name = " ".join(_CONTROLS.sub(lambda match: " " if match[0] in "\t\n\r" else "", text).split())
    return name if has_visible(name) else ""


_PLAIN: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "a", "œ": "o", "ı": "i"})
_WORD: Final = re.compile(r"[^\W_]+")
_UMLAUT: Final = re.compile("(?<=[aou])e")


def is_name_of(text: str, name: str) -> bool:
    """Whether somebody of this name may have written the text as their own: part of the name, more given names, other
    accents, case or order, and initials beside a whole word are theirs. Nothing contradicts an address or no name.

    >>> [is_name_of(text, "Zoé Müller") for text in ("MULLER Zoe", "Z. Mueller", "Zoé Anna Müller", "Zoé", "Z.", "Bo")]
    [True, True, True, True, False, False]
    """
    written, asked = _words(text), _words(name)
    if not asked or "@" in name or "".join(written) == "".join(asked):
        return True
    if not set(written) & set(asked):
        return False
    return _are_among(written, asked) or _are_among(asked, written)


def _words(name: str) -> list[str]:
    """The words of a name without accents and case, "ue" as "ü", as passports write it."""
    letters = unicodedata.normalize("NFD", name.casefold().translate(_PLAIN))
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    return [_UMLAUT.sub("", word) for word in _WORD.findall(plain)]


def _are_among(words: list[str], others: list[str]) -> bool:
    """Whether each word is one of the others, or an initial of one."""
    return all(any(word == other or (len(word) == 1 and other.startswith(word)) for other in others) for word in words)
