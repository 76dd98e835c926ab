"""PDFs that are to be signed here and bear the signature of somebody else, which that would break (S2, S4)."""

from __future__ import annotations

from typing import Final

from formengine.content_type import PDF
from formengine.documents.pdf_signing import is_signed
from formengine.errors import DocumentRefused
from formengine.i18n import say
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.content_verdicts import verdict
from formengine.services.files.uploads import open_content

SIGNED: Final = (
    "This PDF bears a signature already, which signing here would break. Upload it as it was before, or add the signed "
    "one under Files."
)


def signed_sentence(work: UnitOfWork, sha256: str, type_: str) -> str:
    """Why a stored document cannot be signed here, in the actor's language, by its hash and content type; "" for a PDF
    without a signature, for one that cannot be read, and for any other file.
    """
    return say(work.language, SIGNED) if type_ == PDF and _bears_signature(work.platform, sha256) else ""


def _bears_signature(platform: Platform, sha256: str) -> bool:
    def look() -> tuple[bool, bool]:
        with open_content(platform, sha256) as stream:
            pdf = stream.read()
        try:
            return b"/ByteRange" in pdf and is_signed(pdf), True
        except DocumentRefused:
            return False, False

    return verdict("signed", (sha256,), look)
