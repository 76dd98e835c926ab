"""Documents: drafted by a job that may run twice or late, and never over what somebody uploaded meanwhile."""

from __future__ import annotations

import io
from collections.abc import Callable

from sqlalchemy import select

from formengine.forms import Upload
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import documents, transitions
from formengine.services.intake.submissions import submit
from formengine.storage.database import LATE, holds_write_lock
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion
from tests.services.conftest import paper
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import NDA


def opened(acting: Acting, people: People) -> Dossier:
    people.all()
    with acting(people("maya")) as work:
        return submit(work, "nda", NDA, accept_notice=True).dossier


def agreement_versions(work: UnitOfWork, dossier: Dossier) -> list[DocumentVersion]:
    """The versions of the document `agreement`, the newest first."""
    return next(view.versions for view in documents.documents(work, dossier) if view.id == "agreement")


def test_a_draft_that_runs_twice_makes_one_version(acting: Acting, people: People) -> None:
    """S1: a job runs at least once; a repeat must not start signatures of its document again."""
    dossier = opened(acting, people)
    made = []
    for _ in range(2):
        with acting() as work:
            made.append(documents.draft_document(work, dossier.id, "agreement", after=0))
    assert made[0] is not None
    assert made[1] is None
    with acting() as work:
        assert [version.number for version in agreement_versions(work, dossier)] == [1]


def test_a_late_draft_does_not_replace_what_was_uploaded(acting: Acting, people: People) -> None:
    """S2: what somebody uploaded after the draft was asked for stays the newest version."""
    dossier = opened(acting, people)
    with acting(people("paul")) as work:
        uploaded = documents.new_document_version(work, dossier.reference, "agreement", paper())
    with acting() as work:
        assert documents.draft_document(work, dossier.id, "agreement", after=0) is None
        assert [version.id for version in agreement_versions(work, dossier)] == [uploaded.id]


def test_an_ended_dossier_gets_no_draft(acting: Acting, people: People) -> None:
    """T16, S2: it was withdrawn before its job ran; nothing is added to it, and nobody is told of a version."""
    dossier = opened(acting, people)
    with acting(people("maya")) as work:
        transitions.perform(work, dossier.reference, "withdraw", dossier.version, {})
    with acting() as work:
        assert documents.draft_document(work, dossier.id, "agreement", after=0) is None
        assert agreement_versions(work, dossier) == []


class WatchedFile(io.BytesIO):
    """A file that notes whether its dossier is locked when its content is read."""

    def __init__(self, content: bytes, is_locked: Callable[[], bool]) -> None:
        super().__init__(content)
        self.is_locked, self.seen = is_locked, list[bool]()

    def read(self, size: int | None = -1) -> bytes:
        self.seen.append(self.is_locked())
        return super().read(size)


def is_locked(platform: Platform, work: UnitOfWork, dossier: Dossier) -> bool:
    """Whether others cannot change a dossier now."""
    if platform.database.is_sqlite:
        return holds_write_lock(work.session)
    with platform.database.session(LATE) as other:
        query = select(Dossier.id).where(Dossier.id == dossier.id).with_for_update(skip_locked=True)
        return other.scalar(query) is None


def test_content_is_stored_before_the_dossier_is_locked(acting: Acting, people: People, platform: Platform) -> None:
    """T1: a slow storage keeps nobody from the dossier."""
    dossier = opened(acting, people)
    with acting(people("paul")) as work:
        file = WatchedFile(PDF, lambda: is_locked(platform, work, dossier))
        documents.new_document_version(work, dossier.reference, "agreement", Upload("a.pdf", "application/pdf", file))
        assert is_locked(platform, work, dossier)
    assert file.seen
    assert not any(file.seen)


def test_template_is_filled_before_the_dossier_is_locked(acting: Acting, people: People, platform: Platform) -> None:
    """T1: nor does a slow template; its file is stored before the lock too."""
    dossier = opened(acting, people)
    with recorded_statements(platform.database) as recorder, acting() as work:
        documents.draft_document(work, dossier.id, "agreement", after=0)
    texts = [" ".join(statement.split()) for statement, _parameters in recorder.statements]
    stored = next(number for number, text in enumerate(texts) if text.startswith("INSERT INTO fe_files"))
    locked = [number for number, text in enumerate(texts) if "FOR NO KEY UPDATE OF fe_dossiers" in text]
    assert [number > stored for number in locked] == ([] if platform.database.is_sqlite else [True])
