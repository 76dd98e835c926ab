"""What a signature provider is sent, and the files that it sends back: the PDF to sign, evidence of a seat (S6, S7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.documents.pdf_signing import field_place
from formengine.errors import DocumentRefused, NotFound
from formengine.registry import ProviderFile
from formengine.services.access.enforcement import has_permission, require_permission
from formengine.services.approvals.signed_copies import add_file, store_file
from formengine.services.approvals.signing_layout import SignerLine, document_to_sign, signature_field
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.uploads import clean_name
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.rounds import Round, Seat

FILE_NAMES: Final = {"signed": "{reference} signed {seat}.pdf", "audit_log": "{reference} audit log {seat}.pdf"}


@dataclass(frozen=True)
class SigningPdf:
    """A document as PDF, and where its signer signs: the page from 1, and left, top, width and height of the box in
    hundredths of the page, from its upper left corner.
    """

    content: bytes = field(repr=False)
    page: int
    box: tuple[float, float, float, float]


def signing_pdf(content: bytes, type_: str, signer: SignerLine, language: str) -> SigningPdf:
    """A document (a Word file or a PDF) as PDF for one signer: at the mark of the template, else on a page at the end.

    Raises DocumentRefused for a file that cannot be read, and ConversionFailed.
    """
    pdf = document_to_sign(content, type_, [signer], language)
    page, (left, bottom, right, top), (width, height) = field_place(pdf, signature_field(signer.seat))
    if not (width > 0 and height > 0):
        raise DocumentRefused("the page to sign has no size")
    box = (left / width, (height - top) / height, (right - left) / width, (top - bottom) / height)
    return SigningPdf(pdf, page + 1, tuple(round(100 * side, 2) for side in box))  # type: ignore[arg-type]  # four


def store_provider_files(
    platform: Platform, files: Sequence[ProviderFile], reference: str, seat: int
) -> list[tuple[str, StoredFile]]:
    """Store the contents of a provider's files, each with its key (`file_key`); their rows are not written yet."""
    stored = []
    for file in files:
        about = " ".join(filter(None, (reference, file.document)))
        name = clean_name(FILE_NAMES[file.kind].format(reference=about, seat=seat))
        stored.append((file_key(file.kind, file.document), store_file(platform, file.content, name)))
    return stored


def file_key(kind: str, document: str = "") -> str:
    """The key of a file in the evidence of a seat: its kind, with the document where a round is about several."""
    return f"{kind}-{document}" if document else kind


def add_provider_files(
    work: UnitOfWork, stored: Sequence[tuple[str, StoredFile]], dossier_id: int
) -> dict[str, dict[str, Any]]:
    """Write the rows of a provider's files; returns what the evidence of the seat keeps of each, by its key."""
    for _kind, file in stored:
        add_file(work.session, file, dossier_id, work.now)
    return {kind: {"id": file.id, "sha256": file.sha256, "name": file.name} for kind, file in stored}


def readable_kinds(work: UnitOfWork, dossier: Dossier) -> frozenset[str]:
    """The kinds of a provider's files that the actor may read, of those who read the dossier."""
    is_legal = has_permission(work, "dossier.read_internal", dossier)
    return frozenset(FILE_NAMES) if is_legal else frozenset(("signed",))


def provider_file(work: UnitOfWork, dossier: Dossier, seat_id: int, key: str) -> StoredFile:
    """A file that proves the signature of a seat; raises NotFound where there is none, or the actor may not read it.

    The provider's record of what happened, which tells how each signer was reached, is for readers of internal content.
    """
    require_permission(work, "dossier.read", dossier)
    if key.partition("-")[0] not in readable_kinds(work, dossier):
        raise NotFound(f"no {key} of the seat {seat_id}")
    seat = work.session.get(Seat, seat_id)
    files = seat.evidence.get("files", {}) if seat is not None else {}
    if seat is None or key not in files or work.session.get_one(Round, seat.round_id).dossier_id != dossier.id:
        raise NotFound(f"no {key} of the seat {seat_id}")
    return work.session.get_one(StoredFile, files[key]["id"])
