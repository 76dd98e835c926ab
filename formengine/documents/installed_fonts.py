"""Which characters no font of this machine can show: so that nobody reads empty boxes in place of a name.

LibreOffice takes letters that a font lacks from any other font that is installed. fontconfig tells which there are.
"""

from __future__ import annotations

import shutil
import subprocess
import unicodedata
from functools import lru_cache
from typing import Final

MAX_ASKED: Final = 200
"""How many different characters of a text are asked for."""
_SECONDS: Final = 10
_PLAIN: Final = 0x250
"""Latin letters below this code are in every font."""


def with_codes(text: str) -> str:
    """A text, followed by the codes of its characters that no font here can show, as Unicode writes them.

    >>> with_codes("Ana Lund")
    'Ana Lund'
    """
    missing = [char for char in dict.fromkeys(text) if _is_asked(char)][:MAX_ASKED]
    if not missing or _is_shown("".join(missing)) or all(_is_shown(char) for char in missing):
        return text
    return f"{text} ({codes_of(text)})"


def codes_of(text: str) -> str:
    """The codes of the letters of a text.

    >>> codes_of("A B")
    'U+0041 U+0042'
    """
    return " ".join(f"U+{ord(char):04X}" for char in text if not char.isspace())


def _is_asked(char: str) -> bool:
    return ord(char) >= _PLAIN and unicodedata.category(char)[0] in "LNS"


@lru_cache(maxsize=2000)
def _is_shown(chars: str) -> bool:
    """Whether one font has all of some characters; False where nobody can tell."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    charset = " ".join(f"{ord(char):x}" for char in chars)
    try:
        listing = subprocess.run(
            [program, f":charset={charset}", "family"], capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(listing.stdout.strip())
