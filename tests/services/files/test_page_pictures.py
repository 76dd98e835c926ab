"""The pages of documents as pictures: made once by a job, the others when they are asked for, and drawn again."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import delete, select, update

from formengine.content_type import PDF
from formengine.documents import DOCX, find_converter
from formengine.errors import NotFound
from formengine.forms import Upload
from formengine.jobs import list_jobs
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.integrity import verify_files
from formengine.services.files.page_pictures import (
    BLOCK,
    DRAWN_AT_ONCE,
    KEPT,
    PAGES_JOB,
    PagesView,
    make_pages,
    page_picture,
    pages_of,
    pages_of_files,
    request_missing_pages,
    wanted_page,
)
from formengine.services.files.uploads import store_upload
from formengine.services.retention import tidy
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.page_pictures import PagedDocument, PagePicture
from formengine.storage.models.people import Person
from tests.documents.conftest import word
from tests.documents.pdf_signing.conftest import blank_pdf
from tests.documents.test_page_pictures import pdf_of
from tests.support.databases import database_kind
from tests.support.people import People
from tests.support.platforms import acting_on

__all__ = ["database_kind"]


@pytest.fixture
def maya(people: People) -> Person:
    return people("maya")


def added(platform: Platform, maya: Person, content: bytes, name: str, type_: str = PDF) -> StoredFile:
    """A stored file whose pages somebody waits for."""
    with acting_on(platform, maya) as work:
        stored = store_upload(work, Upload(name, type_, io.BytesIO(content)))
    with platform.database.reading() as session:
        request_missing_pages(UnitOfWork(platform, session, maya), stored)
    return stored


def shown(platform: Platform, file: StoredFile, language: str = "en") -> PagesView:
    with acting_on(platform, None, language=language) as work:
        return pages_of(work, file)


def picture(platform: Platform, file: StoredFile, page: int) -> bytes:
    with acting_on(platform, None) as work:
        wanted = wanted_page(work, file, page)
    return page_picture(platform, wanted)


def pages_drawn(platform: Platform) -> list[int]:
    with platform.database.reading() as session:
        return sorted(session.scalars(select(PagePicture.page)))


def test_pages_of_a_pdf_are_made_once_with_their_texts(platform: Platform, maya: Person) -> None:
    """S5: one job for each content, however often it is waited for."""
    file = added(platform, maya, pdf_of(2, text="Two years."), "contract.pdf")
    assert shown(platform, file).state == "pending"
    added(platform, maya, pdf_of(2, text="Two years."), "again.pdf")
    assert [job.kind for job in list_jobs(platform.queue)].count(PAGES_JOB) == 1
    make_pages(platform, file.sha256)
    view = shown(platform, file)
    assert (view.state, view.count, [text.strip() for text in view.texts]) == ("made", 2, ["Two years."] * 2)
    assert Image.open(io.BytesIO(picture(platform, file, 2))).format == "WEBP"
    with acting_on(platform, None) as work:
        assert pages_of_files(work, [file])[file.sha256].count == 2


def test_of_a_long_document_the_pages_that_are_asked_for_are_drawn(platform: Platform, maya: Person) -> None:
    """S5: a document of 500 pages has the first ones drawn, and then a block at a time."""
    file = added(platform, maya, blank_pdf(500), "long.pdf")
    make_pages(platform, file.sha256)
    first = list(range(1, DRAWN_AT_ONCE + 1))
    assert pages_drawn(platform) == first
    assert picture(platform, file, 499)
    assert pages_drawn(platform) == [*first, *range(497, 497 + BLOCK)]
    for number in (0, 501, 10**6):
        with pytest.raises(NotFound):
            picture(platform, file, number)


def test_pictures_that_are_lost_or_old_are_drawn_again(platform: Platform, maya: Person) -> None:
    """T37: they belong to a file as long as they are kept, and are no loss when they are gone."""
    file = added(platform, maya, pdf_of(1), "contract.pdf")
    make_pages(platform, file.sha256)
    with platform.database.reading() as session:
        row = session.scalars(select(PagePicture)).one()
        before, kept = row.sha256, row.drawn_at
        assert list(verify_files(UnitOfWork(platform, session, None, kept + timedelta(days=2)))) == []
    platform.blobs.delete(before)
    assert picture(platform, file, 1)
    assert platform.blobs.exists(before)
    tidy(platform, kept + KEPT + timedelta(days=1))
    assert pages_drawn(platform) == []


def test_pages_of_no_file_are_deleted(platform: Platform, maya: Person) -> None:
    """T44: when the last file with their content goes, so do they."""
    file = added(platform, maya, pdf_of(1), "contract.pdf")
    make_pages(platform, file.sha256)
    with platform.database.reading() as session:
        requested = session.scalars(select(PagedDocument.requested_at)).one()
    tidy(platform, requested + timedelta(days=3))
    with platform.database.reading() as session:
        assert session.scalars(select(PagedDocument.sha256)).all() == []
    assert pages_drawn(platform) == []


def test_what_cannot_be_shown_is_told(platform: Platform, maya: Person) -> None:
    """T35: a damaged file has no pages, and says why in the reader's language; a text file has none to begin with."""
    broken = added(platform, maya, b"%PDF-1.7\n" + b"x" * 400, "broken.pdf")
    make_pages(platform, broken.sha256)
    assert shown(platform, broken, "fr").reason.startswith("le fichier est endommagé")
    assert shown(platform, added(platform, maya, b"Hello", "a.txt", "text/plain")).state == "none"


@pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")
def test_pages_of_a_word_document_show_no_marks(platform: Platform, maya: Person) -> None:
    """S5: the marks of its template are not printed, and the PDF is kept for the pages that are drawn later."""
    file = added(platform, maya, word("Two years. [[sign:client]]"), "contract.docx", DOCX)
    make_pages(platform, file.sha256)
    assert shown(platform, file).count == 1
    with platform.database.reading() as session:
        row = session.scalars(select(PagedDocument)).one()
    assert row.pdf_sha256 != file.sha256
    with platform.blobs.open(row.pdf_sha256 or "") as stream:
        assert stream.read(5) == b"%PDF-"
    with platform.database.transaction() as session:
        session.execute(delete(PagePicture))
    platform.blobs.delete(row.pdf_sha256 or "")
    with pytest.raises(NotFound):
        picture(platform, file, 1)
    assert shown(platform, file).state == "pending"
    make_pages(platform, file.sha256)
    assert picture(platform, file, 1)


def test_the_pages_of_a_lost_pdf_are_requested_again(platform: Platform, maya: Person) -> None:
    """T37: of a Word document, whose PDF can be made anew, once."""
    file = added(platform, maya, word("Two years."), "contract.docx", DOCX)
    with platform.database.transaction() as session:
        made = {"state": "made", "pdf_sha256": "0" * 64, "sizes": [[600, 800]]}
        session.execute(update(PagedDocument).values(made))
    with pytest.raises(NotFound):
        picture(platform, file, 1)
    assert shown(platform, file).state == "pending"
    assert [job.kind for job in list_jobs(platform.queue)].count(PAGES_JOB) == 2
    with platform.database.reading() as session:
        assert session.scalars(select(PagedDocument.pdf_sha256)).one() is None
