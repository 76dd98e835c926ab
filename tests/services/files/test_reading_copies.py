"""Reading copies: made once for each content by a job, within limits, and in no transaction."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import select, update

from formengine.documents import DOCX
from formengine.errors import ContentLost, StorageUnavailable
from formengine.forms import Upload
from formengine.jobs import drain, list_jobs
from formengine.services.core.unit_of_work import Platform
from formengine.services.files import reading_copies
from formengine.services.files.reading_copies import (
    COPY_JOB,
    OVERDUE,
    copy_states,
    make_reading_copy,
    reading_copy,
    request_missing_copy,
    request_reading_copy,
)
from formengine.services.files.uploads import store_upload
from formengine.services.retention import tidy
from formengine.storage.models.files_and_notes import StoredFile
from formengine.storage.models.people import Person
from formengine.storage.models.reading_copies import ReadingCopy
from formengine.work import functions_of
from tests.documents.conftest import changed, word
from tests.support.databases import database_kind
from tests.support.people import People
from tests.support.platforms import Acting, MakePlatform, acting_on

__all__ = ["database_kind"]
PARAGRAPH: Final = b"<w:p><w:r><w:t>%d</w:t></w:r></w:p>"


def many_paragraphs(count: int) -> bytes:
    """A Word document with so many paragraphs."""
    body = b"".join(PARAGRAPH % (number * 7919 % 1000003) for number in range(count))
    return changed(word("x"), {"word/document.xml": lambda xml: xml.replace(b"<w:body>", b"<w:body>" + body)})


def added(platform: Platform, maya: Person, content: bytes, name: str = "contract.docx") -> StoredFile:
    """A stored file whose copy is requested."""
    with acting_on(platform, maya) as work:
        stored = store_upload(work, Upload(name, DOCX, io.BytesIO(content)))
        request_reading_copy(work, stored)
    return stored


def shown(platform: Platform, file: StoredFile, language: str = "en") -> tuple[str, str]:
    with acting_on(platform, None, language=language) as work:
        view = reading_copy(work, file)
    return view.state, view.reason or str(view.html or "")


@pytest.fixture
def maya(people: People) -> Person:
    return people("maya")


def test_copy_is_made_once_for_each_content(platform: Platform, maya: Person) -> None:
    """T35: by a job that the transaction of the file enqueues; the same content again needs no other copy."""
    content = word("Hello")  # once: a ZIP holds the time at which it was made
    first, second = (added(platform, maya, content, name) for name in ("a.docx", "b.docx"))
    assert first.sha256 == second.sha256
    assert shown(platform, first) == ("pending", "")
    assert drain(platform.queue, functions_of(platform))
    assert shown(platform, second) == ("made", "<p>Hello</p>")
    with acting_on(platform, None) as work:
        assert copy_states(work, [first, second]) == {first.sha256: "made"}
        assert len(work.session.scalars(select(ReadingCopy.sha256)).all()) == 1


def test_other_files_have_no_copy(platform: Platform, maya: Person) -> None:
    """T35: nothing is enqueued for them."""
    stored = added(platform, maya, b"%PDF-1.7\n", "contract.pdf")
    assert shown(platform, stored) == ("none", "")
    assert [job for job in list_jobs(platform.queue) if job.kind == COPY_JOB] == []


def test_nobody_waits_for_a_document_that_takes_all_the_time(make_platform: MakePlatform, people: People) -> None:
    """T35: while it is converted, others write and read; then the page says why there is no copy."""
    platform = make_platform(copy_seconds=3)
    stored = added(platform, people("maya"), many_paragraphs(200_000))
    converting = threading.Thread(target=make_reading_copy, args=(platform, stored.sha256))
    converting.start()
    written = 0
    while converting.is_alive():
        with platform.database.transaction() as session:
            session.execute(update(Person).values(name=f"Maya {written}"))
        assert shown(platform, stored)[0] in ("pending", "failed")
        written += 1
    assert written > 20
    assert shown(platform, stored) == ("failed", "the document takes too much time or memory")
    assert shown(platform, stored, "fr")[1] == "le document demande trop de temps ou de mémoire"


def test_memory_is_limited(make_platform: MakePlatform, people: People) -> None:
    """T35: a document that needs more than the setting allows is given up."""
    platform = make_platform(copy_megabytes=100)
    stored = added(platform, people("maya"), many_paragraphs(200_000))
    make_reading_copy(platform, stored.sha256)
    assert shown(platform, stored) == ("failed", "the document takes too much time or memory")


@pytest.mark.parametrize(
    ("limit", "content", "reason"),
    [
        ("MAX_DOCUMENT_BYTES", word("Hello"), "the file is too large"),
        ("MAX_HTML_BYTES", word("Hello"), "the document is too long"),
        (
            "",
            changed(word("x"), {"word/document.xml": b"<!DOCTYPE x><x/>"}),
            "the file is damaged, protected by a password, or not built as Word files are",
        ),
    ],
)
def test_reasons(
    platform: Platform, maya: Person, monkeypatch: pytest.MonkeyPatch, limit: str, content: bytes, reason: str
) -> None:
    """T35: what is too large, too long or not safe is not converted again and again."""
    if limit:
        monkeypatch.setattr(reading_copies, limit, 10)
    stored = added(platform, maya, content)
    make_reading_copy(platform, stored.sha256)
    assert shown(platform, stored) == ("failed", reason)
    monkeypatch.undo()
    make_reading_copy(platform, stored.sha256)
    assert shown(platform, stored) == ("failed", reason)


def test_unexpected_error_is_tried_again(platform: Platform, maya: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """T35: the copy fails with the last attempt, and can be made by hand later; the page waits for nothing for ever."""
    stored = added(platform, maya, word("Hello"))

    def broken(sha256: str) -> Any:
        raise OSError("the bucket is not there")

    with monkeypatch.context() as context:
        context.setattr(type(platform.blobs), "open", lambda _self, sha256: broken(sha256))
        with pytest.raises(OSError, match="bucket"):
            make_reading_copy(platform, stored.sha256)
        assert shown(platform, stored) == ("pending", "")
        with pytest.raises(OSError, match="bucket"):
            make_reading_copy(platform, stored.sha256, last_attempt=True)
    assert shown(platform, stored) == ("failed", "the conversion failed")
    make_reading_copy(platform, stored.sha256)
    assert shown(platform, stored) == ("made", "<p>Hello</p>")


def test_copy_of_an_old_file_is_requested_by_its_reader(platform: Platform, maya: Person, acting: Acting) -> None:
    """T35: a file from before there were copies, and one whose job was lost, once in ten minutes."""
    with acting(maya) as work:
        stored = store_upload(work, Upload("old.docx", DOCX, io.BytesIO(word("Old"))))
    now = work.now
    for minutes, jobs in ((0, 1), (1, 1), (2 + OVERDUE.total_seconds() / 60, 2)):
        with platform.database.reading() as session:
            reader = type(work)(platform, session, maya, now=now + timedelta(minutes=minutes))
            request_missing_copy(reader, stored)
        assert len([job for job in list_jobs(platform.queue) if job.kind == COPY_JOB]) == jobs
    assert drain(platform.queue, functions_of(platform))
    assert shown(platform, stored) == ("made", "<p>Old</p>")


def test_copy_goes_with_its_file(platform: Platform, maya: Person) -> None:
    """T38: the nightly job deletes the copies of contents that no file has any more."""
    stored = added(platform, maya, word("Hello"))
    make_reading_copy(platform, stored.sha256)
    tidy(platform, stored.stored_at + timedelta(hours=1))
    assert shown(platform, stored)[0] == "made"
    tidy(platform, stored.stored_at + timedelta(days=2))
    assert shown(platform, stored) == ("pending", "")


def test_copy_waits_for_the_storage(platform: Platform, maya: Person) -> None:
    """T7, T35: a document is not called damaged because its content could not be read just now, or is lost."""
    stored = added(platform, maya, word("Whole."))
    folder = Path(platform.settings.storage_url.removeprefix("file:"))
    folder.rename(folder.with_name("away"))
    with pytest.raises(StorageUnavailable):
        make_reading_copy(platform, stored.sha256)
    folder.with_name("away").rename(folder)
    with platform.blobs.open(stored.sha256) as stream:
        content = stream.read()
    platform.blobs.delete(stored.sha256)
    with pytest.raises(ContentLost):
        make_reading_copy(platform, stored.sha256)
    assert shown(platform, stored) == ("pending", "")
    platform.blobs.put(io.BytesIO(content))
    make_reading_copy(platform, stored.sha256)
    assert "Whole." in shown(platform, stored)[1]
