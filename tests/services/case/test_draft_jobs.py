"""Drafts that are due: whichever step asked for one, rounds wait for it, and it follows corrected answers (S1, S10)."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from docx import Document as WordDocument
from sqlalchemy import select, update

from formengine.errors import ConcurrentChange, FormengineError, Refused
from formengine.jobs import drain
from formengine.services.approvals import decisions, guest_signing
from formengine.services.approvals.round_views import rounds, seats_waiting_for_actor
from formengine.services.case.repository import load
from formengine.services.dossiers import desk_tabs, document_drafts, documents
from formengine.services.dossiers.document_drafts import make_draft
from formengine.services.dossiers.submitted_documents import require_draftable
from formengine.services.dossiers.transitions import perform
from formengine.services.dossiers.version_consequences import void_by_document
from formengine.services.files.uploads import open_content
from formengine.services.intake.corrections import correct_answers
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Document, DocumentVersion
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Seat
from formengine.work import functions_of
from tests.services.approvals.test_several_documents import JOE, docx
from tests.services.conftest import Case, MakeCase

pytestmark = pytest.mark.site("closing")


@pytest.fixture
def written(make_case: MakeCase) -> Case:
    """A closing whose contract a step of the lead has just asked to be drafted, and that is asked to be approved."""
    case = make_case("draft_on_demand", by="cleo", with_paper=False, buyer=JOE)
    case("paul", documents.new_document_version, "annex", docx("Prices."))
    case.step("paul", "write")
    return case


def draft(case: Case) -> None:
    """Run the jobs that are due, those that draft documents among them."""
    drain(case.platform.queue, functions_of(case.platform))


def is_approved(case: Case) -> None:
    for name in ("bo", "di"):
        case(name, decisions.decide, "approve")


def texts(case: Case) -> list[str]:
    """The texts of the versions of the contract, the oldest first."""

    def read(work: Any, dossier: Dossier) -> list[str]:
        views = documents.documents(work, dossier)
        versions = next(view.versions for view in views if view.id == "contract")
        return [_text(work, version.file.sha256) for version in reversed(versions)]

    return case.reads(read, "paul")


def _text(work: Any, sha256: str) -> str:
    with open_content(work.platform, sha256) as stream:
        return "\n".join(paragraph.text for paragraph in WordDocument(io.BytesIO(stream.read())).paragraphs)


def asked(case: Case) -> list[str]:
    """Who was mailed that an approval is asked for, each as often as that."""
    with case.platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.kind == "approval_asked")).all()
        return sorted(case.name(row.person_id or row.to) for row in rows)


def corrected(case: Case, subject: str, **consent: bool) -> None:
    case("cleo", correct_answers, case.version, {"subject": subject, "buyer": JOE}, **consent)


def test_people_are_asked_once_the_draft_is_there(written: Case) -> None:
    """S1, S10, N1: nobody is mailed about a text that is not there yet, nor decides on it, by whatever way."""
    assert asked(written) == []
    (view,) = written.reads(rounds, "paul")
    assert view.waiting.obstacles == ("“Contract” is being drafted from the answers.",)
    with pytest.raises(Refused, match="is being drafted from the answers"):
        written("bo", decisions.decide, "approve")
    draft(written)
    assert asked(written) == ["bo", "cleo", "di"]
    written("bo", decisions.decide, "approve")
    assert written.rounds == [("consent", 1, "open")]


def test_whoever_waits_for_the_next_draft_has_nothing_to_decide(written: Case) -> None:
    """S1, S10: neither on the home page nor on the desk; the page says that the seat waits."""

    def is_asked(work: Any, dossier: Dossier) -> tuple[bool, bool]:
        return bool(seats_waiting_for_actor(work)), work.session.scalar(desk_tabs._seats_of(work)) is not None

    draft(written)
    assert written.reads(is_asked, "bo") == (True, True)
    written("paul", document_drafts.draft_again, "contract")
    assert written.reads(is_asked, "bo") == (False, False)
    assert [view.waiting.is_paused for view in written.reads(rounds, "paul")] == [True]
    draft(written)
    assert written.reads(is_asked, "bo") == (True, True)


def test_a_round_says_that_its_draft_failed_and_goes_on_with_another(written: Case) -> None:
    """S1, S10: nobody is told that it is being drafted; the version that is there can be decided on once it is given
    up.
    """
    draft(written)
    written("bo", decisions.decide, "reject", "Not yet.")
    written("paul", perform, "ask_terms", written.version, {}, "Which terms?")
    corrected(written, "Tables")
    args = {"dossier": written.dossier.id, "document": "contract", "after": 1}
    document_drafts._store_failure(written.platform, args, "the template is broken")
    (view, _earlier) = written.reads(rounds, "paul")
    (sentence,) = view.waiting.obstacles
    assert "“Contract” has not been drafted anew" in sentence
    with pytest.raises(Refused, match="has not been drafted anew"):
        written("bo", decisions.decide, "approve")
    before = asked(written)
    written("paul", document_drafts.give_up_draft, "contract")
    assert asked(written) == sorted([*before, "bo", "cleo", "di"])
    draft(written)
    assert len(texts(written)) == 1
    written("bo", decisions.decide, "approve")
    assert [entry.kind for entry in written.history() if entry.kind.startswith("draft")] == ["draft_given_up"]


def test_signatures_go_on_once_the_draft_that_would_end_them_has_failed(written: Case) -> None:
    """S1, S10: nobody signs what is void in a moment; with the version that is there, once no other comes."""

    def is_asked(work: Any, dossier: Dossier) -> bool:
        return bool(seats_waiting_for_actor(work))

    draft(written)
    is_approved(written)
    assert written.reads(is_asked, "di")
    written("paul", document_drafts.draft_again, "contract", ends_signatures=True)
    assert not written.reads(is_asked, "di")
    args = {"dossier": written.dossier.id, "document": "contract", "after": 1}
    document_drafts._store_failure(written.platform, args, "the template is broken")
    assert written.reads(is_asked, "di")
    written("di", decisions.sign, "Di Moreau", True)
    assert written.seats["di"] == "signed"


def test_no_link_is_sent_again_while_a_document_holds_remarks(written: Case) -> None:
    """S3, S8: also where another document of the round is being drafted, which alone keeps it back as well; whoever
    adds a version then reads what it does to the signatures.
    """
    draft(written)
    is_approved(written)
    seat = written.reads(lambda work, _: work.session.scalars(select(Seat.id).where(Seat.person == JOE["email"])).one())

    bound = written.reads(lambda work, _: work.session.get_one(Seat, seat).round.data["versions"])

    def hold(*, remarks: bool, drafted: bool) -> None:
        annex = select(Document.id).where(Document.name == "annex").scalar_subquery()
        after, versions = (1, {**bound, "contract": None}) if drafted else (None, bound)
        with written.platform.database.transaction() as session:
            session.execute(update(Document).where(Document.name == "contract").values(draft_after=after))
            session.execute(update(DocumentVersion).where(DocumentVersion.document_id == annex).values(remarks=remarks))
            round_ = session.get_one(Seat, seat).round
            kept = {name: version for name, version in versions.items() if version}
            round_.data = {**round_.data, "versions": kept, "unclean": remarks or drafted}

    for remarks, reason in ((True, "make a clean version of it first"), (False, "is being drafted")):
        hold(remarks=remarks, drafted=True)
        with pytest.raises(Refused, match=reason):
            written("paul", guest_signing.resend_link, seat)
        told = written.reads(lambda work, dossier: void_by_document(work, dossier, ["contract"]), "paul")["contract"]
        assert told[-2:] == [
            "A new version ends the signatures “Signatures of both sides”, for which nobody is asked yet.",
            "The dossier then goes to “Approval”.",
        ]
    hold(remarks=False, drafted=False)
    written("paul", guest_signing.resend_link, seat)
    assert "link_sent" in [entry.kind for entry in written.history()]


def test_a_document_that_a_step_drafted_follows_corrected_answers(written: Case) -> None:
    """S1, F19, S10: with consent where signatures are open; those who sign next read the new text."""
    draft(written)
    is_approved(written)
    written.step("paul", "send_back")
    with pytest.raises(Refused, match="A new version ends the signatures"):
        corrected(written, "Tables")
    corrected(written, "Tables", ends_signatures=True)
    draft(written)
    assert written.state == "approval"
    first, second = texts(written)
    assert "Chairs" in first
    assert "Tables" in second


def test_a_round_waits_for_the_draft_of_corrected_answers(written: Case) -> None:
    """S1, S10: nobody is asked about a text of earlier answers, also where a worker repeats an earlier job."""
    draft(written)
    written("bo", decisions.decide, "reject", "Not yet.")
    written("paul", perform, "ask_terms", written.version, {}, "Which terms?")
    before = asked(written)
    corrected(written, "Tables")
    assert (written.state, written.rounds[1]) == ("approval", ("consent", 2, "open"))
    make_draft(written.platform, {"dossier": written.dossier.id, "document": "contract", "after": 0})
    assert len(texts(written)) == 1
    assert asked(written) == before
    draft(written)
    assert "Tables" in texts(written)[1]
    assert asked(written) == sorted([*before, "bo", "cleo", "di"])
    assert written.rounds[1:] == [("consent", 2, "open")], "the round that waited goes on"


def test_a_correction_does_not_change_what_is_out_for_signature_as_approved(written: Case) -> None:
    """S10, F19: where the state has no `changed`, it is refused, and says what ends the signature."""
    draft(written)
    is_approved(written)

    def judge(work: Any, dossier: Dossier) -> None:
        loaded = load(work, dossier)
        states = {id_: replace(state, changed=None) for id_, state in loaded.workflow.states.items()}
        pack = replace(loaded.pack, workflow=replace(loaded.workflow, states=states))
        require_draftable(replace(loaded, pack=pack), ["contract"])

    with pytest.raises(Refused, match="is out for signature as approved; end the signature first"):
        written.reads(judge, "cleo")


def test_two_workers_draft_a_document_once(written: Case) -> None:
    """S1: at the same time, as where one is taken for dead; whoever comes second adds nothing, and nothing fails."""
    job = {"dossier": written.dossier.id, "document": "contract", "after": 0}

    def drafted(_worker: int) -> None:
        with suppress(ConcurrentChange):  # then the worker tries it again, and finds the version
            make_draft(written.platform, job)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(drafted, range(2)))
    make_draft(written.platform, job)
    assert len(texts(written)) == 1
    assert asked(written) == ["bo", "cleo", "di"]
    assert written.whole()


@pytest.mark.parametrize(
    ("asked_by", "written_meanwhile", "keeps"),
    [("cleo", False, True), ("cleo", False, False), ("paul", True, True), ("paul", False, False)],
)
def test_the_draft_of_an_approved_step_is_held_over_what_people_wrote(
    make_case: MakeCase, asked_by: str, written_meanwhile: bool, keeps: bool
) -> None:
    """S1, S10, W3: nobody takes the step who could agree when it is approved. Without an agreement to follow the
    version that is there then, the draft is held and told to whoever is in charge; rounds wait until they have decided.
    """
    case = make_case("draft_on_demand", by="cleo", buyer=JOE)
    case("paul", documents.new_document_version, "annex", docx("Prices."))
    case(asked_by, perform, "refresh_approved", case.version, {}, over_upload=True)
    if written_meanwhile:
        case("paul", documents.new_document_version, "contract", docx("Negotiated."))
    before, is_held = versions(case), asked_by == "cleo" or written_meanwhile
    case("bo", decisions.decide, "approve")
    draft(case)
    assert versions(case) == before + (not is_held)
    with case.platform.database.reading() as session:
        mails = session.scalars(select(Mail).where(Mail.kind == "draft_failed")).all()
        told = {(case.name(mail.person_id or ""), (mail.variables or {})["status"]) for mail in mails}
    assert ({("paul", "held")} <= told <= {("paul", "held"), ("ana", "held")}) if is_held else not told
    case.step("paul", "ask")
    if not is_held:
        case("di", decisions.decide, "approve")
        return
    with pytest.raises(Refused, match="has not been drafted anew"):
        case("di", decisions.decide, "approve")
    for name in ("cleo", "bo"):
        with pytest.raises(FormengineError):
            case(name, document_drafts.give_up_draft, "contract")
    if keeps:
        case("paul", document_drafts.give_up_draft, "contract")
    else:
        case("paul", document_drafts.draft_again, "contract", over_upload=True)
    draft(case)
    assert versions(case) == before + (not keeps)
    case("di", decisions.decide, "approve")


def versions(case: Case) -> int:
    """How many versions the contract has."""
    return max(len(row.versions) for row in case.reads(documents.documents, "paul") if row.id == "contract")
