"""What counts as an e-mail address of a person: of an account, or of somebody asked from outside."""

from __future__ import annotations

import re
from typing import Final

MAX_LENGTH: Final = 254
"""Characters of an address that a mail server takes (RFC 5321, 4.5.3.1.3, without the angle brackets)."""
_ADDRESS: Final = re.compile(r"[^@\s<>\"(),;:\\\[\]]+@[^@\s<>\"(),;:\\\[\]]+\.[^@\s<>\"(),;:\\\[\].]{2,}")


def is_email_address(text: str) -> bool:
    """Whether a text is a whole address with a domain, without display name, quotes or invisible characters.

    >>> [is_email_address(text) for text in ("maya@example.com", "Maya <maya@example.com>", "maya@localhost")]
    [True, False, False]
    """
    return len(text) <= MAX_LENGTH and text.isprintable() and _ADDRESS.fullmatch(text) is not None
