"""E-mail addresses of people, with an account or asked from outside: what counts as one, and which are the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

MAX_LENGTH: Final = 254
"""Characters of an address that a mail server takes (RFC 5321, 4.5.3.1.3, without the angle brackets)."""
_PART: Final = r"[^@\s<>\"(),;:\\\[\].]+"
_LABEL: Final = r"(?!-)[^\x00-,/:-@\[-`{-\x7f.\s]+(?<!-)"
_ADDRESS: Final = re.compile(rf"{_PART}(?:\.{_PART})*@(?:{_LABEL}\.)+(?=..){_LABEL}")
"""Names without quotes (RFC 5321, 4.1.2, dot-string; RFC 6531, 3.3) at a domain of at least two labels."""


def is_email_address(text: str) -> bool:
    """Whether a text is a whole address with a domain, without display name, quotes or invisible characters.

    Forms take these in `format: email`, and quoted names and numbers of computers, too, as RFC 5321 does. Letters that
    only look like others, such as full-width ones, are none of an address (Unicode's form NFKC, UAX 15).

    >>> [is_email_address(text) for text in ("maya@example.com", "Maya <maya@example.com>", "maya@localhost")]
    [True, False, False]
    >>> [is_email_address(text) for text in ("ｍaya@example.com", "josé@bücher.example", "a..b@example.com")]
    [False, True, False]
    """
    is_plain = text.isprintable() and unicodedata.is_normalized("NFKC", text)
    return len(text) <= MAX_LENGTH and is_plain and _ADDRESS.fullmatch(text) is not None


def address_key(address: str) -> str:
    """What two addresses have in common where mail to them goes to the same person; ids of accounts stay as they are.

    Capital letters, and Unicode's compatible forms of a letter (NFKC, UAX 15), do not tell people apart, nor does an
    international domain that is written in ASCII (`xn--`, RFC 5890, 2.3.2.1). What is longer than an address is no
    address: its domain is not read.

    >>> address_key("Same@Example.com") == address_key("ｓame@example.com")
    True
    >>> address_key("joe@xn--bcher-kva.example")
    'joe@bücher.example'
    """
    folded = _folded(address).strip()
    return _with_labels(folded, _letters) if "xn--" in folded else folded


def address_forms(address: str) -> set[str]:
    """The ways to write an address in which an account may have it: as it is in lower case, its `address_key`, and that
    with its domain in ASCII.

    >>> sorted(address_forms("Joe@Bücher.example"))
    ['joe@bücher.example', 'joe@xn--bcher-kva.example']
    """
    key = address_key(address)
    return {address.lower(), key} if key.isascii() else {address.lower(), key, _with_labels(key, _ascii)}


def _folded(text: str) -> str:
    """A text whose letters are the same however they were typed; lower case can make letters that NFKC joins again."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())


def _with_labels(address: str, change: Callable[[str], str]) -> str:
    """An address with the labels of its domain changed; what is longer than an address stays: Punycode takes the square
    of its length.
    """
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{'.'.join(map(change, domain.split('.')))}" if len(address) <= MAX_LENGTH else address


def _letters(label: str) -> str:
    """A label of a domain in its own letters; one in ASCII stays where it is not what these letters are written as, as
    in IDNA (RFC 5891, 5.4).
    """
    if not label.startswith("xn--"):
        return label
    try:
        letters = label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label
    return letters if _ascii(letters) == label else label


def _ascii(label: str) -> str:
    """A label of a domain in ASCII; one stays that no domain has: with invisible characters, halves of one, or letters
    that are not folded.
    """
    is_of_domain = label.isprintable() and label == _folded(label)
    return f"xn--{label.encode('punycode').decode('ascii')}" if is_of_domain and not label.isascii() else label
