"""The addresses at which the files of a dossier are downloaded (D6)."""

from __future__ import annotations

from sqlalchemy import select

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.files_and_notes import Attachment


def attachment_links(work: UnitOfWork, dossier_id: int) -> dict[str, str]:
    """The addresses of a dossier's attachments by the ids of their files."""

    def read() -> dict[str, str]:
        query = select(Attachment.file_id, Attachment.id).where(Attachment.dossier_id == dossier_id)
        return {file: f"/attachments/{attachment}" for file, attachment in work.session.execute(query)}

    return work.remember(("attachment links", dossier_id), read)
