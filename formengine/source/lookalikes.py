"""Characters of word processors that look like those of YAML: no-break spaces, curly quotation marks, long dashes,
bullets, and characters that nobody sees."""

from __future__ import annotations

import re
from typing import Final

NO_BREAK_SPACES: Final = "\u00a0\u2007\u202f\u3000"
INVISIBLE: Final = "\u00ad\u200b\u200e\u200f\u2060\ufeff"
"""Soft hyphen, zero-width space, direction marks, word joiner, byte order mark. The joiners of words (U+200C, U+200D)
are letters in some languages, and do not belong to these."""
CURLY: Final = "“”„‟«»‘’‚‛"
BULLETS: Final = "–—‒―−•·▪▫◦‣●○■□"
NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
_WITHOUT: Final = {ord(char): None for char in INVISIBLE}
_PLAIN_SPACES: Final = str.maketrans(dict.fromkeys(NO_BREAK_SPACES, " "))
_DOUBLE: Final = re.compile(r"[“„‟]([^“”„‟\"]*)[”“]|«\s*([^«»\"]*?)\s*»")
_SINGLE: Final = re.compile(r"(?<![\w'’])(?:'([^'\"]*)'|[‘‚]([^‘’\"]*)’)(?!\w)")
_AROUND: Final = re.compile(rf"\s*[{CURLY}\"]+\s*(.*?)\s*[{CURLY}\"]+\s*\Z")


def without_invisible(text: str) -> str:
    """A text without the characters that nobody sees.

    >>> without_invisible("already\u200b_used")
    'already_used'
    """
    return text.translate(_WITHOUT)


def plain(text: str) -> str:
    """A sentence as it would be typed in a plain editor: ordinary spaces, straight quotation marks.

    >>> plain("name\u00a0is “Jo”")
    'name is "Jo"'
    >>> plain("name is 'Jo' or name is O'Neil")
    'name is "Jo" or name is O\\'Neil'
    """
    if text.isascii() and "'" not in text:
        return text
    text = without_invisible(text).translate(_PLAIN_SPACES)
    text = _DOUBLE.sub(lambda match: f'"{match[1] if match[1] is not None else match[2]}"', text)
    return _SINGLE.sub(lambda match: f'"{match[1] if match[1] is not None else match[2]}"', text)


def inside_curly(text: str) -> str | None:
    """What stands between curly quotation marks that surround a whole text; None where none do.

    >>> inside_curly("“formengine:contact”")
    'formengine:contact'
    """
    match = _AROUND.match(text)
    return match[1] if match and text.strip() and text.strip()[0] in CURLY else None


def name_problem(name: str) -> tuple[int, str] | None:
    """What a word processor left in a name, with its position from 0; None where nothing is wrong.

    >>> name_problem("category\u00a0")
    (8, 'a no-break space stands behind category; delete it')
    """
    for position, char in enumerate(name):
        if char in INVISIBLE:
            return position, "an invisible character stands in this name; delete it"
    bare = name.strip(NO_BREAK_SPACES + " ")
    if bare and name[-1] in NO_BREAK_SPACES:
        return len(name.rstrip(NO_BREAK_SPACES)), f"a no-break space stands behind {bare}; delete it"
    if bare and name[0] in NO_BREAK_SPACES:
        return 0, f"a no-break space stands before {bare}; delete it"
    match = re.match(rf"([\w-]+):[{NO_BREAK_SPACES}]", name)
    if match:
        return match.end() - 1, f"a no-break space stands behind {match[1]}: ; write an ordinary space"
    quoted = inside_curly(name)
    if quoted is not None and NAME.match(quoted):
        return 0, f"curly quotation marks stand around this name; write {quoted} without them"
    return None
