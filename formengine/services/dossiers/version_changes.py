"""What changed between two versions of a document on a dossier, from their reading copies (S3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from formengine.documents.text_changes import Change, changes, shown_changes
from formengine.errors import NotFound
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers.documents import document_title, get_version
from formengine.services.files.reading_copies import reading_copy
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion


@dataclass(frozen=True)
class VersionChanges:
    """Two versions of a document and what changed from the `older` to the `newer`.

    `blocks` are the changed paragraphs with those around them, a number for as many that are left out; None where one
    of the two has no reading copy (a PDF, or a copy that is still being made). `count` is the number of changes.
    """

    title: str
    older: DocumentVersion
    newer: DocumentVersion
    blocks: Sequence[Change | int] | None
    count: int = 0


def version_changes(work: UnitOfWork, dossier: Dossier, version_id: int) -> VersionChanges:
    """What changed in a version since the one before it. Raises NotFound for the first version, and where the actor may
    not read the dossier.
    """
    newer = get_version(work, version_id)
    document = work.session.get_one(Document, newer.document_id)
    query = select(DocumentVersion).where(
        DocumentVersion.document_id == document.id, DocumentVersion.number == newer.number - 1
    )
    older = work.session.scalar(query)
    if older is None:
        raise NotFound(f"nothing before version {newer.number}")
    title = document_title(work, dossier, document.name)
    before, after = (reading_copy(work, version.file).html for version in (older, newer))
    if before is None or after is None:
        return VersionChanges(title, older, newer, None)
    compared = changes(str(before), str(after))
    count = sum(change.kind != "same" for change in compared)
    return VersionChanges(title, older, newer, list(shown_changes(compared)), count)
