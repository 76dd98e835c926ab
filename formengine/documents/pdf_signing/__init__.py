"""Signed PDFs (PAdES, ETSI EN 319 142-1): fields laid out, signatures added one by one, and checked (S4, S6).

Only this package knows pyHanko. Plain data goes in and comes out; PDFs may come from outside, so whatever parses them
runs in a sandboxed process.
"""

from formengine.documents.pdf_signing.certificate import (
    CertificateText,
    fingerprint,
    make_key,
    read_certificate,
    read_key_file,
)
from formengine.documents.pdf_signing.model import (
    Box,
    Field,
    FoundSignature,
    Signature,
    SigningKey,
    Stamp,
    TimeStamping,
    Verification,
)
from formengine.documents.pdf_signing.tasks import field_place, is_signed, key_on_token, lay_out, marks_of, sign, verify

__all__ = [
    "Box",
    "CertificateText",
    "Field",
    "FoundSignature",
    "Signature",
    "SigningKey",
    "Stamp",
    "TimeStamping",
    "Verification",
    "field_place",
    "fingerprint",
    "is_signed",
    "key_on_token",
    "lay_out",
    "make_key",
    "marks_of",
    "read_certificate",
    "read_key_file",
    "sign",
    "verify",
]
