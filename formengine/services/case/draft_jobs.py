"""The job that drafts a document from its template, and the document's row, which knows that a draft is due (S1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, select

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

DRAFT_JOB: Final = "draft_document"
"""Takes the dossier's id, the document's, how many versions it had (`after`), and the signatures that may end."""


def enqueue_draft(
    loaded: LoadedCase,
    document: str,
    cause: str,
    *,
    after: int = 0,
    ends: Sequence[int] = (),
    asked_at: str = "",
) -> Document:
    """Have a document drafted that has `after` versions, once for each `cause`; rounds that open before it is there
    wait for it (`document_binding`). `ends` and `asked_at` are the signatures that the draft may end
    (`version_consequences.require_agreed`). Returns the document's row, which may be new.
    """
    work, dossier = loaded.work, loaded.dossier
    args: dict[str, object] = {"dossier": dossier.id, "document": document, "after": after}
    args |= {"ends": list(ends), "asked_at": asked_at}
    work.enqueue(DRAFT_JOB, args, lane="drafts", key=f"draft-{dossier.id}-{document}-{cause}")
    row = document_row(work, dossier, document)
    row.draft_due = True
    loaded.case.drafts_due.add(document)
    return row


def document_row(work: UnitOfWork, dossier: Dossier, document: str) -> Document:
    """The row of a document of a dossier; a new one, not flushed yet, where it has none."""

    def read() -> Document:
        query = select(Document).where(Document.dossier_id == dossier.id, Document.name == document)
        with work.session.no_autoflush:
            row = None if inspect(dossier).pending else work.session.scalar(query)
        if row is None:
            row = Document(dossier_id=dossier.id, name=document, draft_due=False)
            work.session.add(row)
        return row

    return work.remember(("document row", dossier.id, document), read)
