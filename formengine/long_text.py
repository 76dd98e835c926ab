"""Where a long text is cut in two, so that a page shows its beginning and folds the rest.

One measure for prose and for lists of lines: characters, of which each line takes at least LINE.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONG: Final = 600
"""From how many characters on a text is long: a screenful on a phone."""
BEGINNING: Final = 340
"""How many characters of a long text are shown at most; what is left is worth a click."""
LEAST_BEGINNING: Final = 120
"""A paragraph or sentence that ends before this many characters is no place to cut: too little would be shown."""
LINE: Final = 50
"""How many characters a line takes at least, however short: about as many as fit in one on a phone."""
_ENDS: Final = (re.compile(r"\s*\n"), re.compile(r"(?<=[.!?…؟])\s+"), re.compile(r"\s+"))
"""Where a text may be cut, the best first: between lines, between sentences, between words."""
_JOINER: Final = "\u200d"
_SKIN_TONES: Final = "🏻🏼🏽🏾🏿"
_FLAG_LETTERS: Final = frozenset(map(chr, range(0x1F1E6, 0x1F200)))


def shown_length(text: str) -> int:
    """How much of a page a text takes, in characters: a short line takes as much as one of LINE.

    >>> shown_length("one line"), shown_length("1 rue de la Paix\\n75002 Paris"), shown_length("x" * 70)
    (50, 100, 70)
    """
    return sum(max(len(line), LINE) for line in text.splitlines())


def cut(text: str, room: int = BEGINNING) -> tuple[str, str]:
    """The beginning of a text that fits in `room` characters, and the rest, without the white space between them; whole
    lines before whole sentences before whole words. A text without any is cut after `room` characters.

    >>> [len(part) for part in cut("A sentence of four words. " * 20, 200)]
    [181, 338]
    >>> cut("word " * 100, 14)[0], cut("x" * 20, 5)
    ('word word word', ('xxxxx', 'xxxxxxxxxxxxxxx'))
    >>> cut(" " * 100 + "word", 5), cut("xxe\\u0301xx", 3)
    (('word', ''), ('xx', 'e\u0301xx'))
    """
    for end in _ENDS:
        fitting = [match for match in end.finditer(text, 0, room + 1) if _fits(text[: match.start()], room)]
        if fitting and (end is _ENDS[-1] or shown_length(text[: fitting[-1].start()]) >= LEAST_BEGINNING):
            beginning = text[: fitting[-1].start()]
            return beginning, text[len(beginning) :].lstrip()
    if not text[:room].strip():
        return cut(text.lstrip(), room) if text.strip() else ("", "")
    length = _end_of_character(text, room)
    return text[:length], text[length:]


def _fits(beginning: str, room: int) -> bool:
    return bool(beginning.strip()) and shown_length(beginning) <= max(room, LINE)


def _end_of_character(text: str, most: int) -> int:
    """Where the last character ends that is whole within so many code points; `most` where the first one is longer.

    >>> _end_of_character("ok 👩‍👧", 4), _end_of_character("ok 🇫🇷", 4), _end_of_character("ok 👍🏽", 4)
    (3, 3, 3)
    """
    end = most
    while 0 < end < len(text) and _continues(text[end - 1], text[end]):
        end -= 1
    return end or most


def _continues(before: str, char: str) -> bool:
    """Whether a code point belongs to the character before it: an accent, a tone of skin, a joined emoji, a flag."""
    is_joined = _JOINER in (before, char) or unicodedata.category(char) in ("Mn", "Mc", "Me")
    return is_joined or char in _SKIN_TONES or (before in _FLAG_LETTERS and char in _FLAG_LETTERS)
