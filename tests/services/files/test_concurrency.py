"""Uploads that several transactions claim or sweep at the same time (T5, T37)."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from formengine.forms import Upload
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files import uploads
from formengine.services.intake.submissions import submit
from formengine.services.retention import deletion_of_unused_uploads
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import StoredFile
from tests.support.concurrency import at_once
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")


def uploaded(platform: Platform, people: People) -> dict[str, object]:
    """A file that Maya uploaded, as an answer refers to it."""
    with acting_on(platform, people("maya")) as work:
        return uploads.file_value(uploads.store_upload(work, Upload("a.pdf", "application/pdf", io.BytesIO(PDF))))


def test_upload_of_two_submissions_lies_on_the_first(platform: Platform, people: People) -> None:
    """T5: who commits second finds the file on a dossier already, and leaves it there."""
    people.all()
    paper, references = uploaded(platform, people), list[str]()

    def send(work: UnitOfWork) -> None:
        reference = submit(work, "deal", {"subject": "Chairs", "paper": paper}).dossier.reference
        work.session.flush()
        references.append(reference)

    maya = people("maya").id
    assert at_once(platform, (maya, send), (maya, send)) == ["", ""]
    with platform.database.reading() as session:
        dossiers = session.scalars(select(Dossier).order_by(Dossier.id)).all()
        owner = session.get_one(StoredFile, str(paper["id"])).dossier_id
    assert len(dossiers) == 2
    # references are noted in the order of the flushes; the first of those that were committed keeps the file
    committed = {row.reference: row.id for row in dossiers}
    assert owner == committed[next(reference for reference in references if reference in committed)]


def test_upload_is_not_swept_while_it_is_submitted(platform: Platform, people: People) -> None:
    """T37: a file that just became part of a dossier outlives the sweep of unused uploads."""
    people.all()
    paper = uploaded(platform, people)

    def send(work: UnitOfWork) -> None:
        submit(work, "deal", {"subject": "Chairs", "paper": paper})

    def sweep(work: UnitOfWork) -> None:
        work.now += timedelta(days=2)
        work.session.execute(deletion_of_unused_uploads(work.now))

    sent, swept = at_once(platform, (people("maya").id, send), (None, sweep))
    with platform.database.reading() as session:
        row = session.get(StoredFile, str(paper["id"]))
        opened = session.scalars(select(Dossier.id)).all()
    assert swept == ""
    assert (sent, row is not None, len(opened)) in [("", True, 1), ("Invalid", False, 0)]
