"""PDFs that are to be signed here and bear the signature of somebody else, which that would break (S2, S4)."""

from __future__ import annotations

from typing import Final

from formengine.content_type import PDF
from formengine.documents.pdf_signing import is_signed
from formengine.errors import DocumentRefused
from formengine.i18n import say
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.uploads import open_content

SIGNED: Final = (
    "This PDF bears a signature already, which signing here would break. Upload it as it was before, or add the signed "
    "one under Files."
)


MAX_KNOWN: Final = 1000
_KNOWN: Final[dict[str, bool]] = {}
"""Whether the PDFs that this process has looked at bear a signature, by their hash."""


def signed_sentence(work: UnitOfWork, sha256: str, type_: str) -> str:
    """Why a stored document cannot be signed here, in the actor's language, by its hash and content type; "" for a PDF
    without a signature, for one that cannot be read, and for any other file.
    """
    return say(work.language, SIGNED) if type_ == PDF and _bears_signature(work.platform, sha256) else ""


def _bears_signature(platform: Platform, sha256: str) -> bool:
    known = _KNOWN.get(sha256)
    if known is not None:
        return known
    with open_content(platform, sha256) as stream:
        pdf = stream.read()
    try:
        known = b"/ByteRange" in pdf and is_signed(pdf)
    except DocumentRefused:
        return False
    if len(_KNOWN) >= MAX_KNOWN:
        _KNOWN.clear()
    _KNOWN[sha256] = known
    return known
