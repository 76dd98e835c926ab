"""PDFs that cannot be signed here: they bear the signature of somebody else, which that would break, or are damaged so
that nothing can be added to them (S2, S4).
"""

from __future__ import annotations

from typing import Final, Literal

from formengine.content_type import PDF
from formengine.documents.pdf_signing import is_signed, marks_of
from formengine.errors import DocumentRefused, DocumentTooHeavy
from formengine.i18n import say
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.content_verdicts import verdict
from formengine.services.files.document_safety import SENTENCES
from formengine.services.files.uploads import open_content

Obstacle = Literal["", "signed", "unreadable"]
SIGNED: Final = (
    "This PDF bears a signature already, which signing here would break. Upload it as it was before, or add the signed "
    "one under Files."
)


def unsignable_sentence(work: UnitOfWork, sha256: str, type_: str) -> str:
    """Why a stored document cannot be signed here, in the actor's language, by its hash and content type; "" for a PDF
    without a signature that signatures can be added to, and for any other file.
    """
    sentence = obstacle_to_signing(work.platform, sha256, type_)
    return say(work.language, sentence) if sentence else ""


def obstacle_to_signing(platform: Platform, sha256: str, type_: str) -> str:
    """The same as an English sentence that is translated."""
    sentences = {"": "", "signed": SIGNED, "unreadable": SENTENCES["unreadable"]}
    return sentences[_obstacle(platform, sha256)] if type_ == PDF else ""


def _obstacle(platform: Platform, sha256: str) -> Obstacle:
    """What stands against signing a PDF. The program that signs repairs less than the one that draws the pages; that it
    takes too long may be due to a busy machine: that says nothing, and is not kept.
    """

    def look() -> tuple[Obstacle, bool]:
        with open_content(platform, sha256) as stream:
            pdf = stream.read()
        try:
            marks_of(pdf)
            return ("signed" if b"/ByteRange" in pdf and is_signed(pdf) else ""), True
        except DocumentTooHeavy:
            return "", False
        except DocumentRefused:
            return "unreadable", True

    return verdict("signed", (sha256,), look)
