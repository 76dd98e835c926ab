"""Names of HTML controls: derived from the path in the data, stable, and never a property's own name.

A name is `f`, then one segment for each step: eight letters for a property (a digest of its name), the number of a row
(its key, which it keeps when other rows come and go). Where the answer before decides what a control means (a branch of
a union, a type, a condition), a segment `v` and a digest of that meaning follow, so that what was posted for the cat is
never read as the fish's and is there again when the cat comes back. A control beside the value ends in a short suffix:
`-r` the rows of a list, `-c` and a digest a choice, `-t` a type, `-k` a key, `-o` opened, `-j` a value that does not
fit, `-f` files kept, `-n` a null that was there, `-d` that the default was set, `-l` the language in which a number was
typed that is another one elsewhere, `-w` that a control is write-only, and whether something was typed in it, `-s` what
was typed there, sealed; with `-p` after it, the name is that of what was posted before other answers made the control
read-only.
"""

from __future__ import annotations

import json
import re
from base64 import b32encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

ROOT: Final = "f"
"""The name of the form as a whole; errors that belong to no control are shown there."""
OPERATION: Final = "fe-op"
SHOWN: Final = "fe-shown"
"""The hidden control that names the controls whose errors are on the page."""
PAGE_LANGUAGE: Final = "fe-language"
"""The hidden control that names the language by which numbers on the page are read."""
NAME: Final = re.compile(r"f(-(v?[a-z2-7]{8}|\d{1,6}|x))*(-([rtkojfndwls]|c[a-z2-7]{8}\d{0,4}))?(-p)?", re.ASCII)
_SUFFIX: Final = re.compile(r"(-([rtkojfndwls]|c[a-z2-7]{8}\d{0,4}))?(-p)?\Z", re.ASCII)
POSTED_BEFORE: Final = "-p"
UNKEPT: Final = "-w"
SEALED: Final = "-s"
LANGUAGE: Final = "-l"
OF_A_VALUE: Final = ("", "-j", "-f", "-r")
"""The ends of the names of controls that hold a value, or what it is made of."""
_MAX_LENGTH: Final = 2000
LONGEST_NAME: Final = _MAX_LENGTH - 40
"""How long the name of a value may be, so that those of the controls beside it are none that a post is read without."""
_DIGEST: Final = re.compile(r"[a-z2-7]{8}")


@lru_cache(maxsize=16384)
def segment(name: str) -> str:
    """The name segment of a property.

    >>> segment("csrf_token").isalnum()
    True
    """
    return b32encode(blake2b(name.encode("utf-8", "surrogatepass"), digest_size=5).digest()).decode().lower()


def digest(value: Any) -> str:
    """Eight letters that stand for a JSON value, such as a subschema; equal values have equal digests.

    >>> digest({"type": "string", "title": "Food"}) == digest({"title": "Food", "type": "string"})
    True
    """
    return segment(json.dumps(value, sort_keys=True))


def variant(meaning: Any) -> str:
    """The name segment of a control whose meaning depends on other answers; `meaning` is JSON."""
    return f"-v{digest(meaning)}"


def control_base(name: str) -> str:
    """The name of the value to which a control belongs: the name without the suffix of a control beside the value.

    >>> control_base("f-abcdefgh-r"), control_base("f-abcdefgh-cabcdefgh"), control_base("f-abcdefgh-0")
    ('f-abcdefgh', 'f-abcdefgh', 'f-abcdefgh-0')
    """
    return _SUFFIX.sub("", name)


def write_only_names(names: Iterable[str]) -> frozenset[str]:
    """The controls, among the names of a post or a draft, that hold what was typed where it is never shown."""
    names = frozenset(names)
    bases = {name.removesuffix(UNKEPT) for name in names if name.endswith(UNKEPT)}
    return frozenset(
        name for name in names if (base := control_base(name)) in bases and name[len(base) :] in OF_A_VALUE
    )


@lru_cache(maxsize=16384)
def _properties_in(name: str) -> frozenset[str] | None:
    """The name segments of properties in a control's name; None where it is no such name."""
    if not NAME.fullmatch(name):
        return None
    return frozenset(part for part in name.split("-") if _DIGEST.fullmatch(part))


@lru_cache(maxsize=16384)
def property_of(name: str) -> str:
    """The segment of the top-level property that a control belongs to; "" where it belongs to the form as a whole.

    >>> property_of(f"f-{segment('lines')}-0-{segment('amount')}-j") == segment("lines")
    True
    """
    return next((part for part in name.split("-") if _DIGEST.fullmatch(part)), "")


def is_of_another_form(name: str, segments: frozenset[str]) -> bool:
    """Whether a name is that of a control, and not of this form."""
    return len(name) <= _MAX_LENGTH and bool(NAME.fullmatch(name)) and not belongs_to_form(name, segments)


def belongs_to_form(name: str, segments: frozenset[str]) -> bool:
    """Whether a posted name can belong to this form."""
    parts = _properties_in(name) if len(name) <= _MAX_LENGTH else None
    return parts is not None and parts <= segments
