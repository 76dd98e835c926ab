"""Reading copies: Word documents as HTML to read on a page, made once for each content by a job (T35).

A document takes all the time and memory that its author wants it to, so it is never converted while somebody waits for
a page or for the write lock: the job reads the content, converts it in the sandbox in no transaction, and stores the
HTML in a short one. Copies have a lane of their own, so that heavy ones hold up no document that a template makes. A
copy is a comfort: what is signed is the file, by its sha256, which every page offers to download, whatever became of
its copy.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from markupsafe import Markup
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import undefer

from formengine.documents import DOCX, SandboxLimits, to_html
from formengine.documents.reader_words import html_in_words
from formengine.errors import ConcurrentChange, DatabaseBusy, DocumentRefused, DocumentTooHeavy
from formengine.i18n import say
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.uploads import open_content
from formengine.storage.database import LATE, at_commit
from formengine.storage.models.base import insert_if_absent
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.reading_copies import ReadingCopy

log = logging.getLogger(__name__)

COPY_JOB: Final = "reading_copy"
MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""The largest document that is converted."""
MAX_HTML_BYTES: Final = 2 * 1024 * 1024
"""The longest reading copy that is kept: some 400 pages."""
OVERDUE: Final = timedelta(minutes=10)
"""After this time a copy that is not there is requested again: its job was lost or cancelled."""
LOCK_WAIT_SECONDS: Final = 1.0
"""How long a page that shows an old file waits for the write lock, to request its copy."""
REASONS: Final = {
    "large": "the file is too large",
    "long": "the document is too long",
    "heavy": "the document takes too much time or memory",
    "unsafe": "the file is damaged, protected by a password, or not built as Word files are",
    "error": "the conversion failed",
}
"""Why there is no copy, as it is stored, and as it is told."""


@dataclass(frozen=True)
class ReadingCopyView:
    """What a page shows of a file's reading copy.

    `state` is "none" (not a Word document), "pending", "made" (`html`), or "failed" (`reason`, in the reader's
    language).
    """

    state: str
    html: Markup | None = None
    reason: str = ""


NO_COPY: Final = ReadingCopyView("none")


def request_reading_copy(work: UnitOfWork, file: StoredFile) -> None:
    """Have the copy of a Word document made, once for each content; nothing for a file of another type.

    Written with the transaction at its commit, as a row and a job.
    """
    if file.type != DOCX:
        return
    values = {"sha256": file.sha256, "state": "pending", "requested_at": work.now}

    def write() -> None:
        insert_if_absent(work.session, ReadingCopy, **values)

    at_commit(work.session, write)
    _enqueue(work, file.sha256)


def request_missing_copy(work: UnitOfWork, file: StoredFile | None) -> None:
    """Have the copy made that a reader waits for: of a file from before there were copies, or one whose job was lost.

    For requests that only read: it writes in a short transaction of its own, and at most once in OVERDUE. Where the
    database is busy, the next reader requests it.
    """
    if file is None or file.type != DOCX:
        return
    row = work.session.get(ReadingCopy, file.sha256)
    if row is not None and (row.state != "pending" or row.requested_at > work.now - OVERDUE):
        return
    platform = work.platform
    with suppress(ConcurrentChange, DatabaseBusy), platform.database.session(LATE, LOCK_WAIT_SECONDS) as session:
        separate_work = UnitOfWork(platform, session, None, work.now)
        if row is None:
            request_reading_copy(separate_work, file)
        else:
            _enqueue(separate_work, file.sha256)
            session.execute(update(ReadingCopy).where(_unmade(file.sha256)).values(requested_at=work.now))
        session.commit()


def _enqueue(work: UnitOfWork, sha256: str) -> None:
    work.enqueue(COPY_JOB, {"sha256": sha256}, lane="copies", key=f"copy-{sha256}-{work.now:%Y%m%d%H%M}")


def reading_copy(work: UnitOfWork, file: StoredFile | None) -> ReadingCopyView:
    """The reading copy of a file, as it stands; converts nothing."""
    if file is None or file.type != DOCX:
        return NO_COPY
    sha256 = file.sha256
    row = work.remember(
        ("reading copy", sha256),
        lambda: work.session.get(ReadingCopy, sha256, options=[undefer(ReadingCopy.html)]),
    )
    if row is None or row.state == "pending":
        return ReadingCopyView("pending")
    if row.state == "failed":
        return ReadingCopyView("failed", reason=say(work.language, REASONS[row.reason or "error"]))
    return ReadingCopyView("made", html_in_words(row.html or "", work.language))  # `to_html` escaped every piece of it


def copy_states(work: UnitOfWork, files: Iterable[StoredFile]) -> dict[str, str]:
    """The state of the copy of each Word document among files, by sha256: "pending", "made" or "failed"."""
    states = {file.sha256: "pending" for file in files if file.type == DOCX}
    if states:
        query = select(ReadingCopy.sha256, ReadingCopy.state).where(ReadingCopy.sha256.in_(sorted(states)))
        states.update((row.sha256, row.state) for row in work.session.execute(query))
    return states


def make_reading_copy(platform: Platform, sha256: str, *, last_attempt: bool = False) -> None:
    """Make and store the copy of a content (in a job); nothing for one that is there, or cannot be made.

    An unexpected error passes, so that the job is tried again; in its last attempt the copy counts as failed, until
    somebody has the dead job tried once more.
    """
    with platform.database.reading() as session:
        if session.scalar(select(ReadingCopy.sha256).where(_unmade(sha256))) is None:
            return
    try:
        values = _convert(platform, sha256)
    except Exception:
        if last_attempt:
            _store(platform, sha256, {"state": "failed", "reason": "error"})
        raise
    _store(platform, sha256, values)


def _convert(platform: Platform, sha256: str) -> dict[str, str]:
    """The columns of a converted document, or of the reason why it cannot be converted."""
    settings = platform.settings
    try:
        with open_content(platform, sha256) as stream:
            document = stream.read(MAX_DOCUMENT_BYTES + 1)
        if len(document) > MAX_DOCUMENT_BYTES:
            return {"state": "failed", "reason": "large"}
        html = to_html(document, limits=SandboxLimits(settings.copy_seconds, settings.copy_megabytes))
    except DocumentRefused as error:
        log.warning("no reading copy of %s: %s", sha256, error)
        return {"state": "failed", "reason": "heavy" if isinstance(error, DocumentTooHeavy) else "unsafe"}
    if len(html.encode()) > MAX_HTML_BYTES:
        return {"state": "failed", "reason": "long"}
    return {"state": "made", "html": html}


def _store(platform: Platform, sha256: str, values: dict[str, str]) -> None:
    with platform.database.transaction() as session:
        session.execute(update(ReadingCopy).where(_unmade(sha256)).values({"reason": None, **values}))


def _unmade(sha256: str) -> ColumnElement[bool]:
    """The row of a content whose copy is still to be made, or failed for a reason that may have passed."""
    return (ReadingCopy.sha256 == sha256) & ((ReadingCopy.state == "pending") | (ReadingCopy.reason == "error"))
