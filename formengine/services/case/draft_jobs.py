"""The job that drafts a document from its template (S1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from formengine.services.core.unit_of_work import UnitOfWork
from formengine.storage.models.dossiers import Dossier

DRAFT_JOB: Final = "draft_document"
"""Takes the dossier's id, the document's, how many versions it had (`after`), and the signatures that may end."""


def enqueue_draft(
    work: UnitOfWork,
    dossier: Dossier,
    document: str,
    cause: str,
    *,
    after: int = 0,
    ends: Sequence[int] = (),
    asked_at: str = "",
) -> None:
    """Have a document drafted that has `after` versions, once for each `cause`. `ends` and `asked_at` are the
    signatures that the draft may end (`version_consequences.require_agreed`).
    """
    args: dict[str, object] = {"dossier": dossier.id, "document": document, "after": after}
    args |= {"ends": list(ends), "asked_at": asked_at}
    work.enqueue(DRAFT_JOB, args, lane="documents", key=f"draft-{dossier.id}-{document}-{cause}")
