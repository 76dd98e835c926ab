"""The job that drafts a document from its template, and the document's row, which knows that a draft is due (S1).

A draft is due until there are more versions than when it was asked for, whoever adds them. One that has not come in
OVERDUE counts as failed: its job may be lost, so that it can be asked for again, or given up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, select

from formengine.i18n import pick, say
from formengine.services.case.document_titles import title_in_all_languages
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.notifications.mails import Recipient, notify
from formengine.storage.database import expect_unchanged
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import NO_DRAFT, Document
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.in_charge import people_in_charge

if TYPE_CHECKING:
    from formengine.services.case.repository import LoadedCase

DRAFT_JOB: Final = "draft_document"
"""Takes the dossier's id, the document's, how many versions it had (`after`), and the signatures that may end."""
OVERDUE: Final = timedelta(minutes=10)
LATE: Final = "late"
"""The failure of a draft that has not come in OVERDUE: nobody knows why."""
OVER_VERSION: Final = "over_version"
"""What is stored of a draft that was not made since it would follow a version that people wrote (`hold_draft`)."""


@dataclass(frozen=True)
class AskedDraft:
    """The draft of a document that was asked for last, when it had `after` versions (None for none); it has `number`
    now.
    """

    number: int
    after: int | None
    asked_at: datetime | None
    has_failed: bool

    @property
    def is_due(self) -> bool:
        """Whether it is not there yet, nor is another version since."""
        return self.after is not None and self.number <= self.after

    def is_failed(self, now: datetime) -> bool:
        """Whether it is due, and could not be made so far."""
        is_late = self.asked_at is not None and self.asked_at <= now - OVERDUE
        return self.is_due and (self.has_failed or is_late)


def due_drafts(drafts: Mapping[str, AskedDraft]) -> set[str]:
    """The documents of which a draft is due."""
    return {name for name, draft in drafts.items() if draft.is_due}


def failed_drafts(drafts: Mapping[str, AskedDraft], now: datetime) -> set[str]:
    """Those of `due_drafts` of which it could not be made."""
    return {name for name, draft in drafts.items() if draft.is_failed(now)}


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
    wait for it (`document_binding`), and the failure of an earlier draft is forgotten. `ends` and `asked_at` are the
    signatures that the draft may end (`version_consequences.require_agreed`). Returns the document's row, which may be
    new. The dossier has to be locked.
    """
    work, dossier = loaded.work, loaded.dossier
    args: dict[str, object] = {"dossier": dossier.id, "document": document, "after": after}
    args |= {"ends": list(ends), "asked_at": asked_at}
    work.enqueue(DRAFT_JOB, args, lane="drafts", key=f"draft-{dossier.id}-{document}-{cause}")
    row = document_row(work, dossier, document)
    row.draft_after, row.draft_asked_at, row.draft_failure = after, work.now, None
    loaded.case.drafts_due.add(document)
    loaded.case.drafts_failed.discard(document)
    return row


def hold_draft(loaded: LoadedCase, document: str, *, after: int) -> None:
    """A draft that would follow the version `after`, which people wrote, waits until somebody who may add versions has
    it made (`draft_again`), keeps that version (`give_up_draft`), or adds another; whoever is in charge is told. The
    dossier has to be locked.
    """
    row = document_row(loaded.work, loaded.dossier, document)
    row.draft_after, row.draft_asked_at, row.draft_failure = after, loaded.work.now, OVER_VERSION
    title = title_in_all_languages(loaded, document)

    def data(to: Recipient) -> dict[str, object]:
        sentence = over_version_sentence(to.language, after)
        return {"document": pick(title, to.language), "failure": sentence, "status": "held"}

    people = people_in_charge(Execution(loaded.workflow, loaded.case, loaded.context))
    entry = f"held-{document}-{loaded.case.version}"
    notify(loaded.work, "draft_failed", people, data, dossier=loaded.dossier, entry=entry)


def over_version_sentence(language: str, number: int) -> str:
    """Why a draft that would follow a version which people wrote is not made."""
    sentence = (
        "A step asks for a draft from the answers as they stand, and somebody wrote version {n}: nothing was replaced."
    )
    return say(language, sentence, n=number)


def shown_failure(failure: str, *, is_failed: bool) -> str:
    """What is shown of a stored failure ("" for none), where a draft has failed or not: one that has not come is late,
    and one that was held is due no more once the dossier has ended.
    """
    if failure == OVER_VERSION and not is_failed:
        return ""
    return failure or (LATE if is_failed else "")


def may_draft(loaded: LoadedCase, document: str, after: int) -> bool:
    """Whether a job may draft a document that had `after` versions: none was added since, nothing forbids one, and
    nobody has given the draft up.
    """
    row = stored_row(loaded.work, loaded.dossier, document)
    is_given_up = row is not None and row.draft_after == NO_DRAFT
    return loaded.case.documents.get(document, 0) <= after and not is_given_up and not fixed_reasons(loaded, document)


def fixed_reasons(loaded: LoadedCase, document: str) -> list[str]:
    """Why nobody may add a version of a document now, as sentences; [] when somebody may."""
    return engine.document_upload_reasons(loaded.workflow, loaded.case, loaded.context, document, None)


def document_row(work: UnitOfWork, dossier: Dossier, document: str) -> Document:
    """The row of a document of a dossier that is locked; a new one, not flushed yet, where it has none. On SQLite, the
    transaction fails with ConcurrentChange when another one inserts it first.
    """
    row = stored_row(work, dossier, document)
    if row is not None:
        return row

    def new_row() -> Document:
        row = Document(dossier_id=dossier.id, name=document)
        work.session.add(row)
        if not inspect(dossier).pending:
            key = (Document.dossier_id == dossier.id, Document.name == document)
            expect_unchanged(work.session, select(Document.id).where(*key), None)
        return row

    return work.remember(("new document row", dossier.id, document), new_row)


def stored_row(work: UnitOfWork, dossier: Dossier, document: str) -> Document | None:
    """The row of a document of a dossier; None where it has none that is flushed."""

    def read() -> Document | None:
        query = select(Document).where(Document.dossier_id == dossier.id, Document.name == document)
        with work.session.no_autoflush:
            return None if inspect(dossier).pending else work.session.scalar(query)

    return work.remember(("document row", dossier.id, document), read)
