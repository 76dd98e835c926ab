"""The pages of a document as pictures, as they are printed: drawn once, kept by their hash, each when it is asked for.

A job makes the PDF of a Word document and draws the first pages; the others are drawn when somebody looks at them, a
few at a time, in the sandbox. Pictures are a comfort, as reading copies are: what is signed is the file, by its sha256.
They are made anew where they are lost.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session, undefer

from formengine.content_type import PDF
from formengine.documents import DOCX, to_pdf
from formengine.documents.page_pictures import draw_pages, outline
from formengine.documents.signature_marks import prepare
from formengine.errors import (
    ConcurrentChange,
    ContentLost,
    ConversionFailed,
    DatabaseBusy,
    DocumentRefused,
    DocumentTooHeavy,
    NotFound,
)
from formengine.i18n import say
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.drawing_queue import DrawingQueue
from formengine.services.files.reading_copies import LOCK_WAIT_SECONDS, MAX_DOCUMENT_BYTES, OVERDUE
from formengine.services.files.uploads import open_content
from formengine.storage.database import LATE
from formengine.storage.models.base import insert_absent_rows, insert_if_absent
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.page_pictures import PagedDocument, PagePicture

log = logging.getLogger(__name__)

PAGES_JOB: Final = "page_pictures"
DRAWN_AT_ONCE: Final = 12
"""Pages that the job draws: all of most contracts."""
BLOCK: Final = 4
"""Pages that are drawn together when one of them is asked for."""
MAX_SHOWN: Final = 600
"""Pages that a page of the portal shows; a longer document is downloaded."""
KEPT: Final = timedelta(days=90)
"""How long a picture is kept; it is drawn again when somebody looks at it."""
REASONS: Final = {
    "large": "the file is too large",
    "heavy": "the document takes too much time or memory",
    "unsafe": "the file is damaged, protected by a password, or not built as such files are",
    "converter": "the program that makes PDFs failed or is not installed",
    "error": "the conversion failed",
}
"""Why there are no pages, as it is stored, and as it is told."""
_PASSING: Final = ("error", "converter")
"""The reasons that may have passed when it is tried again."""
_queue: Final = DrawingQueue()


@dataclass(frozen=True)
class PagesView:
    """What a page of the portal shows of a document's pages.

    `state` is "none" (neither a Word document nor a PDF), "pending", "made" (`sizes` in points, and the `texts` of a
    PDF), or "failed" (`reason`, in the reader's language). `count` is the number of all pages; no more than MAX_SHOWN
    are in `sizes`.
    """

    state: str
    sha256: str = ""
    count: int = 0
    sizes: Sequence[tuple[float, float]] = ()
    texts: Sequence[str] = ()
    reason: str = ""


NO_PAGES: Final = PagesView("none")


def pages_of(work: UnitOfWork, file: StoredFile | None) -> PagesView:
    """The pages of a file as they stand, with their texts; converts nothing."""
    if file is None or file.type not in (DOCX, PDF):
        return NO_PAGES
    sha256 = file.sha256
    row = work.remember(
        ("pages", sha256),
        lambda: work.session.get(PagedDocument, sha256, options=[undefer(PagedDocument.texts)]),
    )
    return _view(work, row, row.texts if row is not None else None)


def pages_of_files(work: UnitOfWork, files: Iterable[StoredFile]) -> dict[str, PagesView]:
    """The pages of each document among files, by sha256, without their texts; one statement for all."""
    views = {file.sha256: PagesView("pending") for file in files if file.type in (DOCX, PDF)}
    if views:
        rows = work.session.scalars(select(PagedDocument).where(PagedDocument.sha256.in_(sorted(views))))
        views.update((row.sha256, _view(work, row, None)) for row in rows)
    return views


def _view(work: UnitOfWork, row: PagedDocument | None, texts: Sequence[str] | None) -> PagesView:
    if row is None or row.state == "pending":
        return PagesView("pending")
    if row.state == "failed":
        return PagesView("failed", reason=say(work.language, REASONS[row.reason or "error"]))
    sizes = [(width, height) for width, height in row.sizes or ()]
    return PagesView("made", row.sha256, len(sizes), sizes[:MAX_SHOWN], list(texts or ())[:MAX_SHOWN])


def request_missing_pages(work: UnitOfWork, file: StoredFile | None) -> None:
    """Have the pages made that a reader waits for.

    For requests that only read: it writes in a short transaction of its own, and at most once in OVERDUE. Where the
    database is busy, the next reader requests them.
    """
    if file is None or file.type not in (DOCX, PDF):
        return
    sha256 = file.sha256
    row = work.session.get(PagedDocument, sha256)
    if row is not None and (row.requested_at > work.now - OVERDUE or not _is_unmade(row)):
        return
    platform, now = work.platform, work.now
    with suppress(ConcurrentChange, DatabaseBusy), platform.database.session(LATE, LOCK_WAIT_SECONDS) as session:
        separate_work = UnitOfWork(platform, session, None, now)
        _enqueue(separate_work, sha256)
        insert_if_absent(session, PagedDocument, sha256=sha256, state="pending", requested_at=now)
        session.execute(update(PagedDocument).where(_unmade(sha256)).values(requested_at=now))
        session.commit()


def make_pages(platform: Platform, sha256: str, *, last_attempt: bool = False) -> None:
    """Make the pages of a content and draw the first of them (in a job); nothing where that is done, or cannot be.

    An unexpected error passes, so that the job is tried again; in its last attempt the pages count as failed.
    """
    with platform.database.reading() as session:
        if session.scalar(select(PagedDocument.sha256).where(_unmade(sha256))) is None:
            return
    try:
        values, pictures = _made(platform, sha256)
    except Exception:
        if last_attempt:
            _store(platform, sha256, {"state": "failed", "reason": "error"}, {})
        raise
    _store(platform, sha256, values, pictures)


def _made(platform: Platform, sha256: str) -> tuple[dict[str, Any], dict[int, str]]:
    """The columns of a document that was converted, or of the reason why it cannot be; and the pictures by page."""
    with open_content(platform, sha256) as stream:
        document = stream.read(MAX_DOCUMENT_BYTES + 1)
    if len(document) > MAX_DOCUMENT_BYTES:
        return {"state": "failed", "reason": "large"}, {}
    is_pdf = document.startswith(b"%PDF-")
    try:
        pdf = document if is_pdf else to_pdf(prepare(document, None), archival=True)
        made = outline(pdf)
        pictures = _keep(platform, draw_pages(pdf, 1, DRAWN_AT_ONCE), 1)
    except (DocumentRefused, ConversionFailed) as error:
        log.warning("no pages of %s: %s", sha256, error)
        return {"state": "failed", "reason": _reason(error)}, {}
    pdf_sha256 = sha256 if is_pdf else platform.blobs.put(io.BytesIO(pdf)).sha256
    texts = list(made.texts) if is_pdf else None
    return {"state": "made", "pdf_sha256": pdf_sha256, "sizes": list(made.sizes), "texts": texts}, pictures


def _reason(error: Exception) -> str:
    if isinstance(error, ConversionFailed):
        return "converter"
    return "heavy" if isinstance(error, DocumentTooHeavy) else "unsafe"


def _keep(platform: Platform, pictures: Sequence[bytes], first: int) -> dict[int, str]:
    """Store pictures among the contents; their hashes by page."""
    return {first + index: platform.blobs.put(io.BytesIO(data)).sha256 for index, data in enumerate(pictures)}


def _store(platform: Platform, sha256: str, values: Mapping[str, Any], pictures: Mapping[int, str]) -> None:
    with platform.database.transaction() as session:
        session.execute(update(PagedDocument).where(_unmade(sha256)).values({"reason": None, **values}))
        _add_rows(platform, session, sha256, pictures)


def _add_rows(platform: Platform, session: Session, sha256: str, pictures: Mapping[int, str]) -> None:
    now = UnitOfWork(platform, session, None).now
    rows = [
        {"document_sha256": sha256, "page": page, "sha256": picture, "drawn_at": now}
        for page, picture in pictures.items()
    ]
    insert_absent_rows(session, PagePicture, rows)


@dataclass(frozen=True)
class WantedPage:
    """A page (from 1) of a document that has pages: the hashes of the document and of its PDF."""

    sha256: str
    pdf_sha256: str
    page: int


def wanted_page(work: UnitOfWork, file: StoredFile, page: int) -> WantedPage:
    """The page of a file that `page_picture` draws; raises NotFound for one that there is not, or not yet.

    The caller has checked that the actor may read the file.
    """
    row = work.session.get(PagedDocument, file.sha256)
    if row is None or row.pdf_sha256 is None or not 1 <= page <= min(len(row.sizes or ()), MAX_SHOWN):
        raise NotFound(f"no page {page} of {file.sha256}")
    return WantedPage(file.sha256, row.pdf_sha256, page)


def page_picture(platform: Platform, wanted: WantedPage) -> bytes:
    """The picture of a page; drawn now where it was not, with those beside it.

    Raises DocumentRefused; TooBusy while too many are being drawn; NotFound where the PDF of a Word document was lost,
    which is then made anew. No session of the caller may be in a transaction meanwhile: it takes seconds.
    """
    kept = _kept(platform, wanted.sha256, wanted.page)
    if kept is not None:
        return kept
    first = (wanted.page - 1) // BLOCK * BLOCK + 1
    with _queue.turn(f"{wanted.sha256} from page {first}"):
        kept = _kept(platform, wanted.sha256, wanted.page)  # somebody may have drawn it meanwhile
        return kept if kept is not None else _drawn_now(platform, wanted, first)


def _kept(platform: Platform, sha256: str, page: int) -> bytes | None:
    with platform.database.reading() as session:
        query = select(PagePicture.sha256).where(PagePicture.document_sha256 == sha256, PagePicture.page == page)
        picture = session.scalar(query)
    if picture is None:
        return None
    with suppress(ContentLost), open_content(platform, picture) as stream:
        return stream.read()
    return None


def _drawn_now(platform: Platform, wanted: WantedPage, first: int) -> bytes:
    """Draw a page with the others of its block, and keep them; where the database is busy, they are drawn again."""
    try:
        with open_content(platform, wanted.pdf_sha256) as stream:
            pdf = stream.read()
    except ContentLost:
        if wanted.pdf_sha256 == wanted.sha256:
            raise
        _make_again(platform, wanted)
        raise NotFound(f"the PDF of {wanted.sha256} was lost; it is made anew") from None
    pictures = draw_pages(pdf, first, first + BLOCK - 1)
    hashes = _keep(platform, pictures, first)
    with suppress(ConcurrentChange, DatabaseBusy), platform.database.session(LATE, LOCK_WAIT_SECONDS) as session:
        _add_rows(platform, session, wanted.sha256, hashes)
        session.commit()
    return pictures[wanted.page - first]


def _make_again(platform: Platform, wanted: WantedPage) -> None:
    """Have the pages of a Word document made whose PDF was lost; where the database is busy, the next reader does."""
    lost = (PagedDocument.sha256 == wanted.sha256) & (PagedDocument.pdf_sha256 == wanted.pdf_sha256)
    with suppress(ConcurrentChange, DatabaseBusy), platform.database.session(LATE, LOCK_WAIT_SECONDS) as session:
        work = UnitOfWork(platform, session, None)
        values = {"state": "pending", "pdf_sha256": None, "requested_at": work.now}
        if session.scalar(update(PagedDocument).where(lost).values(values).returning(PagedDocument.sha256)) is not None:
            _enqueue(work, wanted.sha256, "-again")
        session.commit()


def _enqueue(work: UnitOfWork, sha256: str, suffix: str = "") -> None:
    key = f"pages-{sha256}-{work.now:%Y%m%d%H%M}{suffix}"
    work.enqueue(PAGES_JOB, {"sha256": sha256}, lane="copies", key=key)


def _is_unmade(row: PagedDocument) -> bool:
    return row.state == "pending" or row.reason in _PASSING


def _unmade(sha256: str) -> ColumnElement[bool]:
    """The row of a content whose pages are still to be made, or failed for a reason that may have passed."""
    is_open = (PagedDocument.state == "pending") | PagedDocument.reason.in_(_PASSING)
    return (PagedDocument.sha256 == sha256) & is_open
