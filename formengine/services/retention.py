"""Retention of technical rows: the nightly job `tidy` deletes what is no longer needed (T38, T44).

Deleted are uploads that became part of nothing, spent links, ended sessions, counts of tries, reading copies and pages
of no file, old pictures of pages, old tries to sign in, and old requests for an account. Of mails that were sent the
texts are deleted and the rows stay.
Rows are deleted a thousand at a time, each time in a transaction of its own, so that the write lock is never held long.
Blobs that no row names are deleted last.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, inspect, null, or_, select, update
from sqlalchemy.orm import DeclarativeBase

from formengine.services.core.unit_of_work import Platform, UnitOfWork, open_work
from formengine.services.dossiers.answer_copies import KEPT
from formengine.services.files.integrity import sweep_orphans
from formengine.services.files.page_pictures import KEPT as PICTURES_KEPT
from formengine.services.files.uploads import UNUSED_UPLOAD_LIFETIME
from formengine.storage.models.answer_copies import AnswerCopy
from formengine.storage.models.drafts import DraftFile
from formengine.storage.models.exports import Export
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.fillings import FilledPart, Filling, PartFile
from formengine.storage.models.mails import Mail
from formengine.storage.models.page_pictures import PagedDocument, PagePicture
from formengine.storage.models.people import OneTimeLink, SignIn, SignInRecord, SignUpRequest, TryCount
from formengine.storage.models.reading_copies import ReadingCopy
from formengine.storage.models.rounds import ActLink, Seat

SPENT_LINK_RETENTION: Final = timedelta(days=30)
"""How long a link that was used, withdrawn or has expired is kept, so that its page can still say why it does not
work.
"""
MAIL_TEXT_RETENTION: Final = timedelta(days=180)
"""How long the text of a mail that was sent is kept."""
SIGN_UP_RETENTION: Final = timedelta(days=365)
"""How long a request for an account is kept after it was decided; one that nobody confirmed goes as its link does."""
SIGN_IN_RETENTION: Final = timedelta(days=180)
"""How long it is kept who signed in, or failed to, and from where: the least of what the CNIL recommends
for logs, six months to a year (deliberation 2021-122).
"""
BATCH: Final = 1000


def tidy(platform: Platform, now: datetime) -> int:
    """Delete what has passed its retention; returns the number of rows and blobs that were deleted or emptied. Safe to
    repeat.
    """
    old_link, old_mail = now - SPENT_LINK_RETENTION, now - MAIL_TEXT_RETENTION
    unconfirmed = (SignUpRequest.state == "unverified") & (SignUpRequest.expires_at < old_link)
    closed = select(Seat.id).where(Seat.status != "open")
    ended = select(FilledPart.id).where(FilledPart.state != "open")
    rules: list[tuple[type[DeclarativeBase], ColumnElement[bool]]] = [
        (
            OneTimeLink,
            or_(OneTimeLink.used_at < old_link, OneTimeLink.withdrawn_at < old_link, OneTimeLink.expires_at < old_link),
        ),
        (ActLink, (ActLink.created_at < old_link) & (ActLink.seat_id.in_(closed) | ActLink.part_id.in_(ended))),
        (Filling, (Filling.state == "withdrawn") & (Filling.ended_at < old_link)),
        (SignUpRequest, or_(unconfirmed, SignUpRequest.decided_at < now - SIGN_UP_RETENTION)),
        (SignIn, SignIn.expires_at < now),
        (SignInRecord, SignInRecord.at < now - SIGN_IN_RETENTION),
        (Export, Export.created_at < old_link),
        (TryCount, TryCount.window_ends < now - timedelta(days=1)),
        (AnswerCopy, AnswerCopy.requested_at < now - KEPT),
        (ReadingCopy, ReadingCopy.sha256.not_in(select(StoredFile.sha256))),
        (PagedDocument, PagedDocument.sha256.not_in(select(StoredFile.sha256))),
        (PagePicture, PagePicture.drawn_at < now - PICTURES_KEPT),
        (PagePicture, PagePicture.document_sha256.not_in(select(StoredFile.sha256))),
    ]
    count = _in_batches(platform, deletion_of_unused_uploads(now))
    count += sum(_in_batches(platform, _deletion(table, condition)) for table, condition in rules)
    count += _in_batches(platform, _emptying_of_mails(old_mail))
    with platform.database.reading() as session:
        return count + sweep_orphans(UnitOfWork(platform, session, None, now))


def deletion_of_unused_uploads(now: datetime) -> Any:
    """The statement that deletes uploads which became part of no dossier within a day, and that neither a draft nor a
    part of a request holds.

    A submission at the same moment keeps its files, because the condition is evaluated again for each row that is
    deleted.
    """
    unused = StoredFile.dossier_id.is_(None) & (StoredFile.stored_at < now - UNUSED_UPLOAD_LIFETIME)
    held = select(DraftFile.file_id).union_all(select(PartFile.file_id))
    return _deletion(StoredFile, unused & StoredFile.id.not_in(held))


def _deletion(table: type[DeclarativeBase], condition: ColumnElement[bool]) -> Any:
    key = inspect(table).primary_key[0]
    return delete(table).where(key.in_(select(key).where(condition).limit(BATCH)), condition)


def _emptying_of_mails(before: datetime) -> Any:
    """The statement that deletes the texts of mails sent, or shown in the inbox alone, before a moment; address, kind
    and times stay.
    """
    sent = (Mail.state == "sent") & (Mail.sent_at < before)
    not_mailed = Mail.state.in_(("kept", "gathered", "withdrawn")) & (Mail.created_at < before)
    full = (sent | not_mailed) & (Mail.text.is_not(None) | Mail.variables.is_not(None))
    chosen = select(Mail.id).where(full).limit(BATCH)
    return update(Mail).where(Mail.id.in_(chosen)).values(subject=None, text=None, variables=null())


def _in_batches(platform: Platform, statement: Any) -> int:
    """Execute a statement that changes at most BATCH rows until it changes fewer; returns the number of rows in all."""
    total = 0
    while True:
        with open_work(platform) as work:
            changed: int = work.session.execute(statement).rowcount  # type: ignore[attr-defined]  # a CursorResult
        total += changed
        if changed < BATCH:
            return total
