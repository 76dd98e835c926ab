"""Names of people as they are shown: without control characters, which could make a name read as another one.

Unicode's bidirectional controls (UAX 9: embeddings, overrides, isolates, marks) reorder the text around them, so that a
signer could be shown under another name or address. Joiners, which some scripts need inside words, stay.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")

_JOINERS: Final = re.compile("[\u200c\u200d]")


def has_controls(text: str) -> bool:
    """Whether a text holds control characters, those of the direction of writing among them."""
    return _CONTROLS.search(text) is not None


def is_readable(text: str) -> bool:
    """Whether every character of a text is seen, or joins letters as some scripts need.

    >>> is_readable("علی\\u200cرضا"), is_readable("\\u202eevil"), is_readable("a\\x00b")
    (True, False, False)
    """
    return _JOINERS.sub("", text).isprintable()


def displayed_name(text: str) -> str:
    """A name on one line, without control characters.

    >>> displayed_name("Jo\\u202enitraM ")
    'JonitraM'
    """
    return " ".join(_CONTROLS.sub(lambda match: " " if match[0] in "\t\n\r" else "", text).split())
