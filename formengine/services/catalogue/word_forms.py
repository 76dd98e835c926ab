"""Words of texts for the search of request types: folded, without function words, with their stems (P7).

Stems are those of the Snowball algorithms for English and French.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

import snowballstemmer  # not where it is used, which is under the write lock

_WORD: Final = re.compile(r"[^\W_]+")
_DOTTED: Final = re.compile(r"\b(?:[^\W\d_]\.){2,}")
"""An abbreviation with dots: N.D.A."""
_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae"})
_STEMMERS: Final = ("english", "french")
MAX_WORDS: Final = 12
"""Words of a query that are looked for."""
_FUNCTION_WORDS: Final = (
    "a an and any are as at be by can do for from have how i if in into is it me my need of on or our please that the "
    "their this to us want we what when where which who with you your "
    "au aux avec ce cet cette ces comment c d dans de des du elle en est et eu il j je l la le les leur leurs m ma mes "
    "mon n ne nos notre nous ou par pas pour qu que qui quoi s sa ses si son sur t un une veux vos votre vous voudrais "
    "y faire avoir besoin"
)
FUNCTION_WORDS: Final = frozenset(_FUNCTION_WORDS.split())


def fold_word(text: str) -> str:
    """A text in lower case, without accents and ligatures.

    >>> fold_word("Préjudice, ŒUVRE")
    'prejudice, oeuvre'
    """
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(char for char in apart if not unicodedata.combining(char))


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, with their accents; an abbreviation with dots is one word.

    >>> words_of("Accord d’intérêt, N.D.A. non-disclosure")
    ['accord', 'd', 'intérêt', 'nda', 'non', 'disclosure']
    """
    plain = _DOTTED.sub(lambda match: match[0].replace(".", ""), unicodedata.normalize("NFKC", text.casefold()))
    return _WORD.findall(plain.translate(_LIGATURES))


def query_words(text: str) -> list[str]:
    """The words that a query looks for: at most MAX_WORDS, without function words unless it has no others.

    >>> query_words("un contrat de bail")
    ['contrat', 'bail']
    >>> query_words("le")
    ['le']
    """
    words = list(dict.fromkeys(words_of(text)))[: 3 * MAX_WORDS]
    telling = [word for word in words if fold_word(word) not in FUNCTION_WORDS]
    return (telling or words)[:MAX_WORDS]


@lru_cache(maxsize=20_000)
def stems_of(word: str) -> frozenset[str]:
    """The stems of a lower-case word in English and in French, folded; written with accents or without.

    >>> stems_of("résiliations") & stems_of("resiliation") != frozenset()
    True
    """
    spellings = {word, fold_word(word)}
    stemmers = [snowballstemmer.stemmer(language) for language in _STEMMERS]
    return frozenset(fold_word(stemmer.stemWord(spelling)) for stemmer in stemmers for spelling in spellings)


def is_typo(typed: str, word: str) -> bool:
    """Whether a folded word is another one with a slip: one letter added, left out, replaced or swapped with its
    neighbour in words of four letters and more, two in words of eight and more. The first letter is taken to be right.

    >>> is_typo("confidentialty", "confidentiality"), is_typo("baul", "bail"), is_typo("nda", "nd")
    (True, True, False)
    """
    allowed = 2 if len(typed) >= 8 else 1 if len(typed) >= 4 else 0
    if not allowed or typed[0] != word[0] or abs(len(typed) - len(word)) > allowed:
        return False
    return _distance(typed, word, allowed) <= allowed


def _distance(left: str, right: str, most: int) -> int:
    """The Damerau-Levenshtein distance (optimal string alignment) of two words; `most` + 1 where it is greater."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if earlier and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
