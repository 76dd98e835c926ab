"""Drafts of documents by a job: in the language of the request, again when answers change; a failure is told (S1)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from docx import Document as WordDocument
from sqlalchemy import select, update

from formengine.authoring import Bundle, Site
from formengine.errors import ConcurrentChange, NotFound, Refused, StorageUnavailable
from formengine.jobs import drain
from formengine.services.access.enforcement import current_site
from formengine.services.case.draft_jobs import DRAFT_JOB, document_row
from formengine.services.case.empty_places import advice_on_empty_places
from formengine.services.case.repository import get_dossier, load
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import assignment, document_drafts, documents, transitions
from formengine.services.dossiers.document_drafts import draft_again, failure_sentence, give_up_draft
from formengine.services.dossiers.header import AwaitedDocument, dossier_header
from formengine.services.dossiers.progress import Ask, progress
from formengine.services.dossiers.template_previews import (
    preview,
    preview_for,
    problems_of,
    stories_of,
    template_view,
    templates_of,
)
from formengine.services.files.uploads import open_content
from formengine.services.intake.corrections import correct_answers
from formengine.services.intake.submissions import submit
from formengine.services.publishing.publications import publish
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document
from formengine.storage.models.mails import Mail
from formengine.work.job_functions import functions_of
from tests.services.conftest import Case, paper
from tests.support.people import People
from tests.support.platforms import SITES, acting_on

ANSWERS: dict[str, Any] = {"customer": "Globex & Co", "until": "2026-12-01", "with_terms": True, "refer": True}
BROKEN = {**ANSWERS, "with_terms": False}
"""The template refers to a clause that these answers leave out."""
pytestmark = pytest.mark.site("drafting")


def opened(platform: Platform, people: People, answers: dict[str, Any], language: str = "en") -> Case:
    people.all()
    with acting_on(platform, people("maya")) as work:
        work.language = language
        reference = submit(work, "offer", answers, key=f"offer-{language}").dossier.reference
    return Case(platform, people, reference)


def run_draft(platform: Platform, case: Case) -> None:
    """Run the job as the worker does, for the versions that there are."""
    args = case.reads(
        lambda work, dossier: {"dossier": dossier.id, "document": "offer", "after": _count(work, dossier)}
    )
    functions_of(platform)[DRAFT_JOB](args)


def _count(work: UnitOfWork, dossier: Dossier) -> int:
    return len(offer(work, dossier).versions)


def offer(work: UnitOfWork, dossier: Dossier) -> documents.DocumentView:
    return next(view for view in documents.documents(work, dossier) if view.id == "offer")


def text_of(work: UnitOfWork, dossier: Dossier) -> str:
    """The text of the newest version."""
    newest = offer(work, dossier).versions[0]
    with open_content(work.platform, newest.file.sha256) as stream:
        return "\n".join(paragraph.text for paragraph in WordDocument(io.BytesIO(stream.read())).paragraphs)


def test_a_draft_is_written_in_the_language_of_the_request(platform: Platform, people: People) -> None:
    """S1, P22: and so is the name of its file."""
    case = opened(platform, people, ANSWERS, "fr")
    run_draft(platform, case)
    assert "open until 1er décembre 2026" in case.reads(text_of)
    assert case.reads(offer).versions[0].file.name == f"{case.reference} Offre.docx"


def test_a_draft_that_failed_is_told_and_tried_again(platform: Platform, people: People) -> None:
    """S1: the job ends, the dossier says why, and whoever may add a version has it tried again."""
    case = opened(platform, people, BROKEN)
    run_draft(platform, case)
    view = case.reads(offer)
    assert view.versions == []
    assert "'_terms', which is left out" in view.failure
    told = partial(failure_sentence, view.failure)
    assert "refers to the clause terms, which these answers leave out" in told("en", is_team=True)
    assert "renvoie à la clause terms, que ces réponses écartent" in told("fr", is_team=True)
    assert "clause" not in told("en", is_team=False)
    case("paul", transitions.perform, "send_back", case.version, {}, "With terms, please.")
    case("maya", draft_again, "offer")
    case("maya", correct_answers, case.version, ANSWERS)
    with pytest.raises(Refused, match="Only whoever is in charge"):  # it is under way
        case("maya", draft_again, "offer")
    assert case.reads(offer).failure == ""
    run_draft(platform, case)
    view = case.reads(offer)
    assert [version.number for version in view.versions] == [1]
    assert view.failure == ""


def test_a_draft_with_an_empty_place_says_so(platform: Platform, people: People) -> None:
    """S1: the legal team is told which answer its text lacks, by its title, and drafts again once it is there."""
    answers = {name: value for name, value in ANSWERS.items() if name != "until"}
    case = opened(platform, people, answers)
    run_draft(platform, case)
    view = case.reads(offer)
    workflow = case.reads(lambda work, dossier: load(work, dossier).workflow)
    told = partial(advice_on_empty_places, view.versions[0], workflow=workflow)
    assert ([version.number for version in view.versions], view.failure) == ([1], "")
    assert "its text uses Open until, which nobody has answered" in told("en")
    assert "son texte reprend Valable jusqu’au, à quoi personne n’a répondu" in told("fr")
    case("paul", transitions.perform, "send_back", case.version, {}, "Until when?")
    case("maya", draft_again, "offer")
    case("maya", correct_answers, case.version, ANSWERS)
    with pytest.raises(Refused, match="Only whoever is in charge"):  # it is under way
        case("maya", draft_again, "offer")
    run_draft(platform, case)
    assert "open until 1 December 2026" in case.reads(text_of)
    assert case.reads(offer).failure == ""


def test_tries_of_a_draft_end_and_it_is_asked_for_again(platform: Platform, people: People) -> None:
    """S1: while tries are left nothing is told; the last one says that it failed, and *Try again* begins anew."""
    case = opened(platform, people, ANSWERS)
    args = case.reads(lambda work, dossier: {"dossier": dossier.id, "document": "offer", "after": 0})
    incoming = Path(platform.blobs._incoming)
    away = incoming.rename(incoming.with_name("away"))
    for is_last, failure in ((False, ""), (True, document_drafts.UNEXPECTED)):
        with pytest.raises(StorageUnavailable):
            document_drafts.make_draft(platform, args, last_attempt=is_last)
        assert case.reads(offer).failure == failure
    away.rename(incoming)
    case("paul", draft_again, "offer")
    drain(platform.queue, functions_of(platform))
    assert (case.reads(_count), case.reads(offer).failure) == (1, "")


def test_a_dossier_keeps_the_template_with_which_it_was_begun(platform: Platform, people: People) -> None:
    """S1, W12: where the site is published again without it, what runs is drafted from the earlier one, also anew; a
    new request has nothing to draft.
    """
    case = opened(platform, people, ANSWERS)
    request, workflow = (f"workflows/offer/{path}.yaml" for path in ("requests/offer", "workflow"))
    files = Bundle.from_folder(SITES / "drafting").files
    kept = {name: content for name, content in files.items() if not name.endswith("offer.docx")}
    kept[request] = files[request].partition(b"documents:")[0]
    written = b"documents: {offer: {title: {en: Offer, fr: Offre}}}\nstates:"
    kept[workflow] = files[workflow].replace(b", do: [{draft: offer}]", b"").replace(b"states:", written, 1)
    with acting_on(platform, None) as work:
        publish(work, Bundle(kept))
    run_draft(platform, case)
    case("paul", draft_again, "offer")
    run_draft(platform, case)
    assert case.reads(_count) == 2
    later = opened(platform, people, ANSWERS, "fr")
    with pytest.raises(Refused, match="has no template: add a version instead"):
        later("paul", draft_again, "offer")


def test_a_failure_is_mailed_once_to_whoever_is_in_charge(platform: Platform, people: People) -> None:
    """S1, N1: with the reason, in the reader's language; not again at each try."""
    case = opened(platform, people, BROKEN)
    run_draft(platform, case)
    case("paul", draft_again, "offer")
    run_draft(platform, case)
    with platform.database.reading() as session:
        mails = session.scalars(select(Mail).where(Mail.kind == "draft_failed")).all()
        told = [case.name(mail.person_id or "") for mail in mails]
        variables = mails[0].variables or {}
    assert len(told) == len(set(told)) > 0
    assert "paul" in told
    assert "maya" not in told
    assert variables["document"] == "Offer"
    assert "refers to the clause terms" in str(variables["failure"])


def test_a_document_that_a_step_drafts_is_awaited_with_that_step(platform: Platform, people: People) -> None:
    """P17, S1: the one in charge is told which step drafts it; a client, what is waited for alone."""
    case = opened(platform, people, BROKEN)
    run_draft(platform, case)
    case("paul", assignment.claim)
    for who, steps in (("paul", ("Draft it",)), ("maya", ())):
        assert case.reads(dossier_header, who).awaited == [AwaitedDocument("Offer", steps)]

    def asked(work: UnitOfWork, dossier: Dossier) -> list[Ask]:
        return progress(work, dossier, dossier_header(work, dossier), ()).asks

    assert Ask("draft", "Offer", steps=("Draft it",)) in case.reads(asked, "paul")


def test_a_document_is_drafted_anew_when_its_answers_are_corrected(platform: Platform, people: People) -> None:
    """S1, F19: from the answers that stand now; nothing is asked for where nothing changed."""
    case = opened(platform, people, ANSWERS)
    run_draft(platform, case)
    before = jobs_of(platform, case)
    case("paul", transitions.perform, "send_back", case.version, {}, "Until when?")
    case("maya", correct_answers, case.version, ANSWERS)
    assert jobs_of(platform, case) == before
    case("paul", transitions.perform, "send_back", case.version, {}, "Longer, please.")
    case("maya", correct_answers, case.version, {**ANSWERS, "until": "2027-01-31"})
    assert len(jobs_of(platform, case)) == len(before) + 1
    run_draft(platform, case)
    assert "31 January 2027" in case.reads(text_of)
    assert case.reads(_count) == 2


def test_what_somebody_uploaded_is_not_drafted_over(platform: Platform, people: People) -> None:
    """S1, S2: a draft from corrected answers would lose what people wrote into their version."""
    case = opened(platform, people, ANSWERS)
    run_draft(platform, case)
    case("paul", documents.new_document_version, "offer", paper())
    before = jobs_of(platform, case)
    case("paul", transitions.perform, "send_back", case.version, {}, "Longer, please.")
    case("maya", correct_answers, case.version, {**ANSWERS, "until": "2027-01-31"})
    assert jobs_of(platform, case) == before


def test_a_draft_may_be_asked_for_while_documents_may_change(platform: Platform, people: People) -> None:
    """S1: not of a document without a template, and not once the dossier has ended."""
    case = opened(platform, people, ANSWERS)
    with pytest.raises(NotFound):
        case("paul", draft_again, "minutes")
    case("paul", transitions.perform, "finish", case.version, {})
    with pytest.raises(Refused):
        case("paul", draft_again, "offer")


def test_a_version_that_comes_meanwhile_ends_the_wait_for_a_draft(platform: Platform, people: People) -> None:
    """S1, W11: whoever asks for one at the same moment finds it, no draft stays due for ever, and the failure of its
    job is none.
    """
    case = opened(platform, people, ANSWERS)
    run_draft(platform, case)
    args = case.reads(lambda work, dossier: {"dossier": dossier.id, "document": "offer", "after": 1})
    with suppress(ConcurrentChange), acting_on(platform, people("paul"), now=case.now) as work:  # tried again, by pages
        load(work, get_dossier(work, case.reference))
        case("paul", documents.new_document_version, "offer", paper())
        draft_again(work, case.reference, "offer", over_upload=True)
    asked_after = case.reads(lambda work, dossier: document_row(work, dossier, "offer").draft_after)
    assert asked_after in (None, 2)
    with platform.database.transaction() as session:
        session.execute(update(Document).values(draft_after=1, draft_asked_at=case.now))
    assert case.reads(lambda work, dossier: load(work, dossier).case.drafts_due) == set()
    functions_of(platform)[DRAFT_JOB](args)
    document_drafts._store_failure(platform, args, "the template is broken")
    assert (case.reads(_count), case.reads(offer).failure) == (2, "")


def test_a_draft_whose_job_is_lost_is_asked_for_again(platform: Platform, people: People) -> None:
    """S1, T10: after ten minutes it counts as failed, and it is tried again or given up; a job that runs later all the
    same adds nothing then.
    """
    case = opened(platform, people, ANSWERS)
    assert case.reads(offer).is_due
    with pytest.raises(Refused, match="No draft of this document has failed"):
        case("paul", give_up_draft, "offer")
    with platform.database.transaction() as session:
        session.execute(update(Document).values(draft_asked_at=case.now))
    case.later(minutes=10)
    assert (case.reads(offer).is_due, case.reads(offer).is_failed) == (False, True)
    told = failure_sentence(case.reads(offer).failure, "en", is_team=True)
    assert "should have been drafted by now" in told
    with pytest.raises(Refused, match="no version to go on with"):
        case("paul", give_up_draft, "offer")
    case("paul", draft_again, "offer")
    assert case.reads(offer).is_due
    run_draft(platform, case)
    case("paul", draft_again, "offer")
    case.later(minutes=10)
    case("paul", give_up_draft, "offer")
    assert case.reads(offer).failure == ""
    run_draft(platform, case)
    assert case.reads(_count) == 1
    case("paul", draft_again, "offer")
    run_draft(platform, case)
    assert case.reads(_count) == 2
    kinds = [entry.kind for entry in case.history() if entry.kind.startswith("draft_")]
    assert kinds == ["draft_asked", "draft_asked", "draft_given_up", "draft_asked"]
    assert case.whole()


def jobs_of(platform: Platform, case: Case) -> list[str]:
    """The ids of the jobs that draft documents of a dossier."""
    from formengine.jobs import list_jobs

    return [job.id for job in list_jobs(platform.queue) if job.kind == DRAFT_JOB]


@pytest.fixture
def site(platform: Platform, people: People) -> Iterator[Site]:
    people.all()
    with acting_on(platform, people("sam")) as work:
        yield current_site(work)


@pytest.mark.site("drafting")
def test_a_template_is_previewed_with_the_answers_of_a_dossier(platform: Platform, people: People) -> None:
    """S1: and what cannot be filled says why."""
    case = opened(platform, people, ANSWERS)
    with acting_on(platform, people("sam")) as work:
        shown = preview_for(work, "offer", "offer", "en", dossier=case.reference)
        assert "Offer to Globex &amp; Co" in shown.html
        assert re.search(r"2\.2 The terms are those of clause 2", shown.html)
        request_type = current_site(work).request_types["offer"]
        assert "left out" in preview(current_site(work), request_type, "offer", "en", BROKEN).failure
        with pytest.raises(NotFound):
            preview_for(work, "offer", "offer", "en", story="None of that name")
        assert template_view(current_site(work), "offer", "offer", "en").files == {"en": "offer.docx"}


@pytest.mark.site("drafting")
def test_the_findings_of_a_template_are_told_in_the_language_of_the_reader(site: Site) -> None:
    """S1, O7: `until` is written bare; `refer`, which may have no answer either, is only a condition."""
    (problem,) = problems_of(site, site.request_types["offer"], "offer", "en", "fr")
    assert "until peut rester sans réponse" in problem.message
    assert [view.document for view in templates_of(site, "en")] == ["offer"]
    assert stories_of(site, site.request_types["offer"]) == {}
