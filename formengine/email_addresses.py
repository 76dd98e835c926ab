"""E-mail addresses of people, with an account or asked from outside: what counts as one, and which are the same."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MAX_LENGTH: Final = 254
"""Characters of an address that a mail server takes (RFC 5321, 4.5.3.1.3, without the angle brackets)."""
_ADDRESS: Final = re.compile(r"[^@\s<>\"(),;:\\\[\]]+@[^@\s<>\"(),;:\\\[\]]+\.[^@\s<>\"(),;:\\\[\].]{2,}")


def is_email_address(text: str) -> bool:
    """Whether a text is a whole address with a domain, without display name, quotes or invisible characters.

    Letters that only look like others, such as full-width ones, are none of an address (Unicode's form NFKC, UAX 15).

    >>> [is_email_address(text) for text in ("maya@example.com", "Maya <maya@example.com>", "maya@localhost")]
    [True, False, False]
    >>> is_email_address("ｍaya@example.com")
    False
    """
    is_plain = text.isprintable() and unicodedata.is_normalized("NFKC", text)
    return len(text) <= MAX_LENGTH and is_plain and _ADDRESS.fullmatch(text) is not None


def address_key(address: str) -> str:
    """What two addresses have in common where mail to them goes to the same person; ids of accounts stay as they are.

    Capital letters, and Unicode's compatible forms of a letter (NFKC, UAX 15), do not tell people apart, nor does an
    international domain that is written in ASCII (`xn--`, RFC 3492).

    >>> address_key("Same@Example.com") == address_key("ｓame@example.com")
    True
    >>> address_key("joe@xn--bcher-kva.example")
    'joe@bücher.example'
    """
    plain = unicodedata.normalize("NFKC", address).strip().lower()
    local, at, domain = plain.rpartition("@")
    return f"{local}{at}{'.'.join(map(_letters, domain.split('.')))}" if "xn--" in domain else plain


def _letters(label: str) -> str:
    """A label of a domain in its own letters; what is no Punycode stays."""
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode") if label.startswith("xn--") else label
    except UnicodeError:
        return label
