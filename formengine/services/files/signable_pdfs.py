"""PDFs that are to be signed here and bear the signature of somebody else, which that would break (S2, S4)."""

from __future__ import annotations

from typing import BinaryIO, Final

from formengine.content_type import PDF
from formengine.documents.pdf_signing import is_signed
from formengine.errors import DocumentRefused, Refused
from formengine.i18n import say
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.files_and_notes import StoredFile

SIGNED: Final = (
    "This PDF bears a signature already, which signing here would break. Upload it as it was before, or add the signed "
    "one under Files."
)


def require_unsigned(work: UnitOfWork, file: StoredFile, content: BinaryIO) -> None:
    """Raise Refused, about the file, for a PDF that is signed already; one that cannot be read passes."""
    if file.type != PDF:
        return
    content.seek(0)
    pdf = content.read()
    try:
        signed = b"/ByteRange" in pdf and is_signed(pdf)
    except DocumentRefused:
        return
    if signed:
        raise Refused([say(work.language, SIGNED)], about="files")
