"""Documents: drafted by a job that may run twice or late, and never over what somebody uploaded meanwhile."""

from __future__ import annotations

import pytest

from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import documents, transitions
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import DocumentVersion
from tests.services.conftest import paper
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


@pytest.mark.parametrize("by", ["paul", None], ids=["uploaded", "drafted"])
def test_content_is_stored_before_the_dossier_is_locked(
    acting: Acting, people: People, platform: Platform, by: str | None
) -> None:
    """T1: a slow template or storage keeps nobody from the dossier."""
    dossier = opened(acting, people)
    with recorded_statements(platform.database) as recorder, acting(people(by) if by else None) as work:
        if by:
            documents.new_document_version(work, dossier.reference, "agreement", paper())
        else:
            documents.draft_document(work, dossier.id, "agreement", after=0)
    texts = [" ".join(statement.split()) for statement, _parameters in recorder.statements]
    locked = [number for number, text in enumerate(texts) if "FOR NO KEY UPDATE OF fe_dossiers" in text]
    stored = next(number for number, text in enumerate(texts) if text.startswith("INSERT INTO fe_files"))
    if platform.database.is_sqlite:  # nothing is locked before the first statement that writes
        assert texts[stored] == " ".join(recorder.writes[0][0].split())
    else:
        assert len(locked) == 1
        assert stored < locked[0]
