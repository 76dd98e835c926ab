"""What the text of a document says in the words of its reader: page numbers, and what is not text itself.

A text is read and stored once, for readers of every language. Characters of private use (plane 16, which no font has)
stand in it for these words; `in_words` writes them in a language. So a page number that Word stored months ago is no
part of the text, and no change.
"""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

from formengine.i18n import say

PAGE: Final = "\U00100000"
PAGES: Final = "\U00100001"
PICTURE: Final = "\U00100002"
"""A picture, followed by the beginning of the hash of its content where that is compared: six hexadecimal digits."""
STRUCK: Final = "\U00100003"
HIDDEN: Final = "\U00100004"
END: Final = "\U00100005"
"""Ends what STRUCK or HIDDEN begins."""
HEADER: Final = "\U00100010"
FIRST_HEADER: Final = "\U00100011"
EVEN_HEADER: Final = "\U00100012"
FOOTER: Final = "\U00100013"
FIRST_FOOTER: Final = "\U00100014"
EVEN_FOOTER: Final = "\U00100015"
FOOTNOTES: Final = "\U00100016"
ENDNOTES: Final = "\U00100017"
WORDS: Final = {
    PAGE: "[page]",
    PAGES: "[pages]",
    STRUCK: "[struck out:",
    HIDDEN: "[hidden:",
    HEADER: "Header",
    FIRST_HEADER: "Header of the first page",
    EVEN_HEADER: "Header of even pages",
    FOOTER: "Footer",
    FIRST_FOOTER: "Footer of the first page",
    EVEN_FOOTER: "Footer of even pages",
    FOOTNOTES: "Footnotes",
    ENDNOTES: "Endnotes",
}
_UNNUMBERED: Final = {PAGE: "\u2026", PAGES: "\u2026"}
_STAND_INS: Final = range(0x100000, 0x100018)
"""Every character of those above: they stand for words only where this program wrote them."""
_WITHOUT: Final = str.maketrans(dict.fromkeys(map(chr, _STAND_INS)))
_BYTES: Final = re.compile(rb"\xf4\x80\x80[\x80-\x97]|&#(?:x0*1000[01]|0*10485)")
_ANY: Final = re.compile(f"[{''.join(WORDS)}{END}]|{PICTURE}([0-9a-f]{{6}})?")


def authors_own(text: str) -> str:
    """A text as its author wrote it, without the characters that stand for words: nobody but this program writes those.

    >>> authors_own(f"Pay {PAGE}100 euro")
    'Pay 100 euro'
    """
    return text.translate(_WITHOUT)


def may_hold_stand_ins(xml: bytes) -> bool:
    """Whether a part of a file, in UTF-8, may have such characters, written out or as references."""
    return _BYTES.search(xml) is not None


def in_words(text: str, language: str) -> str:
    """A text with the words of a language for the characters that stand for them.

    >>> in_words(f"Page {PAGE} of {PAGES}", "en")
    'Page [page] of [pages]'
    """
    return _ANY.sub(lambda match: _word(match, language), text)


def html_in_words(html: str, language: str) -> Markup:
    """HTML whose text is escaped, with the words of a language, as `in_words` writes them; a number of pages, which a
    text without pages has not, is an ellipsis.
    """
    words = _ANY.sub(lambda match: _UNNUMBERED.get(match[0]) or str(escape(_word(match, language))), html)
    return Markup(words)  # the HTML is the caller's, and the words are escaped  # nosec B704


def _word(match: re.Match[str], language: str) -> str:
    character = match[0][0]
    if character == END:
        return "]"
    if character == PICTURE:
        return say(language, "[picture {hash}]", hash=match[1]) if match[1] else say(language, "[picture]")
    word = say(language, WORDS[character])
    return f"{word} " if character in (STRUCK, HIDDEN) else word
