"""What people typed, as a contract holds it: read as it was typed, and nothing but text to every program."""

from __future__ import annotations

import re
from typing import Final

from formengine.i18n import with_closed_isolates

_UNWRITABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 does not allow, and characters that docxtpl turns into paragraph and page breaks."""
_OVERRIDES: Final = re.compile("[\u202a-\u202e]")
_JOINER: Final = "\N{WORD JOINER}"


def plain_text(text: str) -> str:
    """A text without the characters that a Word document cannot hold, which turns no words around it, and in which
    nothing is a mark.
    """
    return _without_marks(_with_own_direction(_UNWRITABLE.sub("", text)))


def _with_own_direction(text: str) -> str:
    """A text that changes no direction of the words around it (UAX 9): without embeddings and overrides, which make
    *evil* read as *live*, and with each isolate closed. Letters of Arabic or Hebrew run as they always do.

    >>> _with_own_direction("\u202eevil\u202c")
    'evil'
    """
    return text if text.isascii() else with_closed_isolates(_OVERRIDES.sub("", text))


def _without_marks(text: str) -> str:
    """A text in which no mark of a signature begins (`[[sign:ROLE]]`): only authors of templates say where people sign.

    A word joiner, which nobody sees, parts its brackets: wherever another one follows, even behind what a filter of the
    template may take out, and at both ends, where the template or the next answer may have one.

    >>> ascii(_without_marks("see [1]")), ascii(_without_marks("[[date:a]]")), ascii(_without_marks("a ["))
    ("'see [1]'", "'\\\\u2060[\\\\u2060[date:a]]'", "'a [\\\\u2060'")
    """
    before, bracket, after = text.rpartition("[")
    if not bracket:
        return text
    parted = before.replace("[", "[" + _JOINER) + bracket + (after if after.strip() else _JOINER + after)
    return _JOINER + parted if parted.lstrip().startswith("[") else parted
