"""Stored documents that turn out to be damaged: what an upload refuses now, earlier releases took."""

from __future__ import annotations

import io

from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.files_and_notes import Document, DocumentVersion, StoredFile


def damage_documents(platform: Platform, dossier_id: int) -> None:
    """Let every version of a dossier's documents have the content of a PDF that nothing can read."""
    content = platform.blobs.put(io.BytesIO(b"%PDF-1.7\nnot a document"))
    query = (
        select(StoredFile)
        .join(DocumentVersion, DocumentVersion.file_id == StoredFile.id)
        .join(Document, DocumentVersion.document_id == Document.id)
        .where(Document.dossier_id == dossier_id)
    )
    with platform.database.transaction() as session:
        for file in session.scalars(query):
            file.sha256 = content.sha256
