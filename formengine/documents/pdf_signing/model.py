"""Plain data of signed PDFs: where signatures stand, what they show, who makes them, and what a check finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as member

Box = tuple[float, float, float, float]
"""Left, bottom, right and top of a rectangle on a page, in points from its lower left corner."""

VALUES = ("date", "initials", "place")
"""The kinds of field that are filled in together with a signature."""


@dataclass(frozen=True)
class Field:
    """A field on a page: `kind` is "sign", or what is written there with the signature (VALUES).

    `name` is unique in the document; `page` counts from 0. `owner` is the name of the signature field that a value
    belongs to, `label` what assistive technology reads out.
    """

    kind: str
    name: str
    page: int
    box: Box
    label: str = ""
    owner: str = ""


@dataclass(frozen=True)
class Stamp:
    """What a signature shows: the name as it was typed or the picture of it (PNG or JPEG), and lines in small print."""

    text: str
    lines: Sequence[str] = ()
    image: bytes | None = None


@dataclass(frozen=True)
class Signature:
    """One signature to be made: the field, who signs, why and where (the reason and location of ISO 32000), its stamp.

    `values` are the texts of the fields that are filled in with it, by name. Where the document has no such field, it
    is added without a stamp.
    """

    field: str
    name: str
    stamp: Stamp
    reason: str = ""
    location: str = ""
    values: dict[str, str] = member(default_factory=dict)


@dataclass(frozen=True)
class SigningKey:
    """A private key and its certificate, both PEM (PKCS #8 without a password, X.509), with the certificates of those
    who issued it.

    A key that stays on a token (PKCS #11) is `token`, its URI, and `pin`; `key` is empty then.
    """

    key: str = member(repr=False)
    certificate: str
    issuers: Sequence[str] = ()
    token: str = ""
    pin: str = member(repr=False, default="")


@dataclass(frozen=True)
class TimeStamping:
    """The server that stamps the time on signatures (RFC 3161), and whether to add what proves later that the
    certificates were valid then (PAdES B-LT, from the servers that the certificates name).
    """

    url: str
    long_term: bool = False
    trusted: Sequence[str] = ()
    """Certificates (PEM) of the authorities that vouch for signer and time."""


@dataclass(frozen=True)
class FoundSignature:
    """A signature that one of our certificates made: who signed, and whether what it covers is as it was signed.

    `at` is when it was sealed, as the PDF says; `signed_at` when the person signed, before that, where it is known
    (both ISO 8601).
    """

    name: str
    at: str | None
    intact: bool
    signed_at: str | None = None


@dataclass(frozen=True)
class Verification:
    """What a check of a PDF says: whether it is one of ours, whether it is as it was signed, and its signatures.

    `expected` is how many signatures it is to bear; `complete` says that it is unchanged and bears them all, and
    `fuller_copy` that the same PDF with more signatures was made. `appended` says of a PDF that is not unchanged that
    all its signatures are intact, and that something was added to the file after the last of them.
    """

    ours: bool = False
    unchanged: bool = False
    complete: bool = False
    signatures: tuple[FoundSignature, ...] = ()
    expected: int = 0
    fuller_copy: bool = False
    appended: bool = False
