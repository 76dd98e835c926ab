"""Names of HTML controls: derived from the path in the data, stable, and never a property's own name.

A name is `f`, then one segment for each step: eight letters for a property (a digest of its name), the number of a row
(its key, which it keeps when other rows come and go). A control beside the value ends in a short suffix: `-r` the rows
of a list, `-c0` a choice, `-t` a type, `-k` a key, `-o` opened, `-j` a value that does not fit, `-f` files kept,
`-n` a null that was there.
"""

from __future__ import annotations

import re
from base64 import b32encode
from functools import lru_cache
from hashlib import blake2b
from typing import Final

ROOT: Final = "f"
OPERATION: Final = "fe-op"
SHOWN: Final = "fe-shown"
"""The hidden control that names the controls whose errors are on the page."""
NAME: Final = re.compile(r"f(-([a-z2-7]{8}|\d{1,6}|x))*(-([rtkojfn]|c\d{1,2}))?", re.ASCII)
_MAX_LENGTH: Final = 2000
_DIGEST: Final = re.compile(r"[a-z2-7]{8}")


@lru_cache(maxsize=16384)
def segment(name: str) -> str:
    """The name segment of a property.

    >>> segment("csrf_token").isalnum()
    True
    """
    return b32encode(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=5).digest()).decode().lower()


@lru_cache(maxsize=16384)
def _properties_in(name: str) -> frozenset[str] | None:
    """The name segments of properties in a control's name; None where it is no such name."""
    if not NAME.fullmatch(name):
        return None
    return frozenset(part for part in name.split("-") if _DIGEST.fullmatch(part))


def belongs_to_form(name: str, segments: frozenset[str]) -> bool:
    """Whether a posted name can belong to this form."""
    parts = _properties_in(name) if len(name) <= _MAX_LENGTH else None
    return parts is not None and parts <= segments
