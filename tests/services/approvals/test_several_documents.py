"""Two documents in one round: approved and signed together, at their exact versions, or not at all (S11, S3, W8)."""

from __future__ import annotations

import io
import json
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from formengine.content_type import DOCX, PDF
from formengine.documents import find_converter
from formengine.errors import ContentLost, Invalid, LinkSpent, Refused, Stale
from formengine.forms import Upload
from formengine.jobs import drain
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals import document_readings, guest_signing, signed_copies, signed_copy_views
from formengine.services.approvals.replaced_rounds import replaced_round
from formengine.services.approvals.round_views import rounds
from formengine.services.approvals.shown_documents import NoHash, SingleDocument
from formengine.services.approvals.signed_copy_delivery import make_signed_copy
from formengine.services.case import guest_links
from formengine.services.case.repository import get_dossier, load_for_update
from formengine.services.case.timeline import visible_history
from formengine.services.core.pdf_verification import verify_pdf
from formengine.services.core.unit_of_work import UnitOfWork
from formengine.services.dossiers import documents
from formengine.services.dossiers.document_drafts import draft_again, failure_sentence, make_draft
from formengine.services.dossiers.submitted_documents import replace_submitted_documents
from formengine.services.files.uploads import open_content
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import ActLink, Round, Seat
from formengine.storage.models.signed_copies import SignedCopy
from formengine.work import functions_of
from tests.documents.conftest import word
from tests.documents.pdf_signing.conftest import blank_pdf
from tests.services.conftest import Case, MakeCase
from tests.support.requirements import missing

pytestmark = pytest.mark.site("closing")
JOE = {"name": "Joe Martin", "email": "joe@globex.test"}
RULE = {"rule": "closing", "number": 1}
TEXTS = {"contract": "A contract. [[sign:buyer]] [[sign:finance]]", "annex": "The prices. [[sign:finance]]"}
"""The contract is signed at marks of both sides, the annex by the buyer on a page at its end."""


def docx(text: str) -> Upload:
    return Upload("paper.docx", DOCX, io.BytesIO(word(text)))


@pytest.fixture
def closing(make_case: MakeCase) -> Case:
    """A closing whose two documents are there."""
    case = make_case("closing", by="cleo", with_paper=False, buyer=JOE)
    for name, text in TEXTS.items():
        case("paul", documents.new_document_version, name, docx(text))
    return case


def is_approved(case: Case) -> None:
    """Asked for, and approved by two of the board."""
    case.step("paul", "ask")
    for name in ("bo", "di"):
        case(name, deciding.decide, "approve")


def open_link(case: Case) -> str:
    """A new link for the buyer."""

    def make(work: Any, reference: str) -> str:
        seat = guest_links.open_seat_of(work, get_dossier(work, reference), JOE["email"])
        assert seat is not None
        return str(guest_links.new_link(work, seat).secret)

    return case("paul", make)


def shown(case: Case) -> str:
    """The hash that a page of the newest round shows."""
    return str(case.reads(lambda work, dossier: rounds(work, dossier)[0].shown_hash, "paul"))


def buyer_signs(case: Case) -> None:
    """The buyer signs, as the engine is told by the page of the link."""
    from formengine.services.approvals.given_signatures import signature_evidence
    from formengine.services.case.repository import load_for_update
    from formengine.workflow.engine import api as engine

    def sign(work: Any, reference: str) -> None:
        loaded = load_for_update(work, reference)
        seat = next(seat for round_ in loaded.case.rounds for seat in round_.seats if seat.person == JOE["email"])
        loaded.run(engine.sign, JOE["email"], signature_evidence(work, loaded, seat, "Joe Martin", True), seat)

    case(None, sign)


def run_job(case: Case) -> None:
    make_signed_copy(case.platform, {"dossier": case.dossier.id, **RULE})


def content(case: Case, sha256: str) -> bytes:
    with open_content(case.platform, sha256) as stream:
        return stream.read()


def copies(case: Case) -> dict[str, Any]:
    return case.reads(signed_copy_views.signed_copies, "paul")


def record(case: Case, document: str) -> dict[str, Any]:
    return case.reads(lambda work, dossier: signed_copy_views.evidence(work, dossier, document), "cleo")


def is_not_complete(case: Case, pdf: bytes, *, fuller_copy: bool) -> None:
    """It verifies as unchanged, with one of two signatures."""
    found = case.reads(lambda work, _: verify_pdf(work, pdf))
    assert (found.unchanged, found.complete, len(found.signatures), found.expected) == (True, False, 1, 2)
    assert found.fuller_copy is fuller_copy


def is_complete(case: Case, pdf: bytes) -> None:
    """It verifies, with both signatures and their times as the certificate tells them: in UTC, to the second."""
    found = case.reads(lambda work, _: verify_pdf(work, pdf))
    assert (found.unchanged, found.complete, found.expected, found.fuller_copy) == (True, True, 2, False)
    assert [signature.name for signature in found.signatures] == ["Joe Martin", "Bo Jansen"]
    signed = [signer["at"] for signer in record(case, "contract")["signers"] if signer["status"] == "signed"]
    times = sorted(datetime.fromisoformat(at).isoformat(timespec="seconds") for at in signed)
    assert [signature.signed_at for signature in found.signatures] == times


def hashes(case: Case) -> dict[str, str]:
    """The hashes of the newest versions."""
    views = case.reads(documents.documents, "paul")
    return {view.id: view.versions[0].file.sha256 for view in views if view.versions}


def test_an_approval_is_of_all_documents_as_they_were_shown(closing: Case) -> None:
    """S3, W8: a vote on what is not the newest of both is refused, and so is one while a document is missing; the
    history and the seat keep the version and the hash of each.
    """
    closing.step("paul", "ask")
    read = hashes(closing)
    with pytest.raises(Invalid) as caught:
        closing("bo", deciding.decide, "approve", shown=NoHash.MISSING)
    assert all(sha256 in caught.value.errors[0].message for sha256 in read.values())
    with pytest.raises(Invalid) as caught:  # a client from before a round could be about several documents
        closing("bo", deciding.decide, "approve", shown=SingleDocument(read["contract"]))
    assert [error.pointer for error in caught.value.errors] == ["/documents"]
    other_names = {"contract": read["contract"], "prices": read["annex"]}
    for wrong in (read["contract"], read["annex"], NoHash.NO_VERSION, other_names, {"contract": read["contract"]}):
        with pytest.raises(Stale):
            closing("bo", deciding.decide, "approve", shown=wrong)
    closing("bo", deciding.decide, "approve", shown=read)
    entry = next(entry for entry in closing.history() if entry.kind == "decided")
    assert entry.payload["data"]["documents"] == ["contract", "annex"]
    assert entry.payload["data"]["versions"] == {name: {"version": 1, "sha256": read[name]} for name in read}
    seat = closing.reads(lambda work, _: work.session.scalars(select(Seat).where(Seat.status == "approved")).one())
    assert seat.data["document_hashes"] == read
    assert closing.whole()


def test_a_vote_that_was_moved_to_another_version_is_found(closing: Case) -> None:
    """S6, T41: `audit verify` compares the hash of each document that was voted on."""
    closing.step("paul", "ask")
    closing("bo", deciding.decide, "approve")
    assert closing.whole()
    with closing.platform.database.transaction() as session:
        seat = session.scalars(select(Seat).where(Seat.status == "approved")).one()
        seat.data = {**seat.data, "document_hashes": {**seat.data["document_hashes"], "annex": "0" * 64}}
    assert not closing.whole()


def test_nobody_decides_while_a_document_is_missing(make_case: MakeCase) -> None:
    """W8: the round opens; its first version is no change of it, and the link of before goes on working."""
    case = make_case("closing", by="cleo", with_paper=False, buyer=JOE)
    case("paul", documents.new_document_version, "contract", docx(TEXTS["contract"]))
    case.step("paul", "ask")
    with pytest.raises(Refused, match="Annex of prices"):
        case("bo", deciding.decide, "approve")
    case("paul", documents.new_document_version, "annex", docx(TEXTS["annex"]))
    assert case.rounds == [("consent", 1, "open")]
    case("bo", deciding.decide, "approve", shown=shown(case))


def test_a_draft_ends_no_signatures_without_consent(closing: Case) -> None:
    """S1, S3, W8: one to which nobody agreed is not made, and the dossier says so; nor is one from corrected answers.
    With consent both are.
    """

    def draft() -> None:
        drain(closing.platform.queue, functions_of(closing.platform))

    def approve() -> None:
        for name in ("bo", "di"):
            closing(name, deciding.decide, "approve")
        assert closing.state == "signing"

    def correct(work: UnitOfWork, reference: str, **consent: bool) -> None:
        loaded = load_for_update(work, reference)
        before, form_hash = loaded.dossier.submission.answers, loaded.dossier.submission.form_hash
        request_type = work.platform.definitions.request_type(work.session, form_hash)
        replace_submitted_documents(loaded, request_type, before, {**before, "subject": "Tables"}, [], **consent)

    def contract(work: UnitOfWork, dossier: Dossier) -> documents.DocumentView:
        return next(view for view in documents.documents(work, dossier) if view.id == "contract")

    closing.step("paul", "ask")
    approve()
    make_draft(closing.platform, {"dossier": closing.dossier.id, "document": "contract", "after": 1})
    view = closing.reads(contract, "paul")
    assert (closing.state, len(view.versions)) == ("signing", 1)
    assert "Draft it again to agree" in failure_sentence(view.failure, "en", is_team=True)
    for operation, args in ((partial(draft_again, over_upload=True), ["contract"]), (correct, [])):
        closing.later(hours=1)
        with pytest.raises(Refused, match="A new version ends") as refused:
            closing("paul", operation, *args)
        assert refused.value.inputs == ["ends_signatures"]
        closing("paul", operation, *args, ends_signatures=True)
        draft()
        assert closing.state == "approval"
        approve()
    assert (len(closing.reads(contract, "paul").versions), closing.whole()) == (3, True)


@pytest.mark.parametrize("changed", ["contract", "annex"])
def test_a_new_version_of_either_document_asks_everybody_again(closing: Case, changed: str) -> None:
    """W8: while it is approved, the round starts again; while it is signed, the dossier goes back to the approval."""
    closing.step("paul", "ask")
    closing("bo", deciding.decide, "approve")
    closing("paul", documents.new_document_version, changed, docx("Another text."))
    assert closing.rounds == [("consent", 1, "superseded"), ("consent", 2, "open")]
    for name in ("bo", "di"):
        closing(name, deciding.decide, "approve")
    link = open_link(closing)
    with pytest.raises(Refused, match="Asked to sign, and not signed yet: Joe Martin") as refused:
        closing("paul", documents.new_document_version, changed, docx("A third text."))
    assert refused.value.inputs == ["ends_signatures"]
    closing("paul", documents.new_document_version, changed, docx("A third text."), ends_signatures=True)
    assert closing.state == "approval"
    assert closing.rounds[-2:] == [("closing", 1, "superseded"), ("consent", 3, "open")]
    with pytest.raises(LinkSpent, match="replaced"):
        closing(None, lambda work, _: guest_links.get_usable_link(work, link))
    told = closing.reads(lambda work, _: replaced_round(work, link))
    assert told is not None
    assert (len(told.documents), told.has_voted, told.is_asked_again) == (1, False, False)


def test_a_link_is_about_all_documents(closing: Case) -> None:
    """T16, S6: one link shows both and records what was read of each; it is bound to the hashes of both."""
    is_approved(closing)
    link = open_link(closing)
    page = closing.reads(lambda work, _: guest_signing.load_guest_page(work, link))
    assert [(each.id, each.title, each.version.number) for each in page.documents] == [
        ("contract", "Contract", 1),
        ("annex", "Annex of prices", 1),
    ]
    assert page.shown_hash == shown(closing)
    for reading, document in (("opened", ""), ("read", "annex"), ("read", "annex"), ("downloaded", "contract")):
        closing(
            None, lambda work, _, what=reading, name=document: document_readings.record_reading(work, link, what, name)
        )
    row = closing.reads(lambda work, _: work.session.scalars(select(ActLink).order_by(ActLink.id.desc())).first())
    assert set(row.readings) == {"opened", "read annex", "downloaded contract"}
    assert row.document_hash == page.shown_hash
    events = [(event["event"], event.get("document")) for event in record(closing, "annex")["events"]]
    told = [("document_opened", None), ("document_read", "annex"), ("document_downloaded", "contract")]
    assert [event for event in events if event[0].startswith("document_")] == told
    words = [entry.text for entry in closing.reads(visible_history, "paul")]
    assert "Document read to the end by link: Annex of prices" in words
    assert "Documents opened by link" in words


def test_both_are_signed_in_one_act_and_sent_together(closing: Case) -> None:
    """S11, S4, S6: each signature is added to both PDFs, which verify; one certificate; one mail with all of them; the
    record and the history name each hash.
    """
    if find_converter() is None:
        missing("LibreOffice")
    is_approved(closing)
    read = hashes(closing)
    buyer_signs(closing)
    run_job(closing)
    assert {name: (copy.state, copy.given, copy.asked) for name, copy in copies(closing).items()} == {
        "contract": ("made", 1, 2),
        "annex": ("made", 1, 2),
    }
    partial = content(closing, copies(closing)["contract"].file.sha256)
    is_not_complete(closing, partial, fuller_copy=False)
    closing("bo", deciding.sign, "Bo Jansen", True, shown=shown(closing))
    run_job(closing)
    run_job(closing)  # again, as after a crash: nothing is made or sent twice
    assert (closing.state, closing.whole()) == ("done", True)
    signed = {name: copy.file.sha256 for name, copy in copies(closing).items()}
    assert all(copy.is_complete and copy.has_certificate for copy in copies(closing).values())
    for sha256 in signed.values():
        is_complete(closing, content(closing, sha256))
    is_not_complete(closing, partial, fuller_copy=True)
    told = record(closing, "annex")
    assert json.loads(json.dumps(told))["document"]["sha256"] == read["annex"]
    assert {each["id"]: each["signed_pdf"]["sha256"] for each in told["documents"]} == signed
    signers = [signer["signature"] for signer in told["signers"] if signer["status"] == "signed"]
    assert [signature["documents"] for signature in signers] == [read, read]
    rows = closing.reads(lambda work, _: list(work.session.scalars(select(SignedCopy))))
    assert len({json.dumps(row.certificates, sort_keys=True) for row in rows}) == 1
    sent = closing.reads(lambda work, _: list(work.session.scalars(select(Mail).where(Mail.kind == "signed_copy"))))
    assert sorted(mail.to for mail in sent) == ["bo@example.com", "cleo@example.com", JOE["email"]]
    enclosed = [file["sha256"] for file in sent[0].variables["enclosures"]]
    assert (len(enclosed), set(enclosed) >= set(signed.values())) == (3, True)
    entry = next(entry for entry in closing.history() if entry.kind == "signed_copy")
    assert entry.payload["data"]["signed"] == signed
    links = [each["url"].rsplit("/", 1)[1] for each in sent[0].variables["downloads"]]
    found = [
        closing.reads(lambda w, _, key=key: signed_copy_views.file_of_link(w, rows[0].round_id, key)) for key in links
    ]
    assert [file.sha256 for file in found] == [signed["contract"], signed["annex"]]


def test_a_failure_in_one_document_leaves_both_as_they_were(closing: Case) -> None:
    """S11, S4: no document bears a signature that another lacks; *Try again* mends both."""
    if find_converter() is None:
        missing("LibreOffice")
    closing("paul", documents.new_document_version, "annex", Upload("annex.pdf", PDF, io.BytesIO(blank_pdf())))
    is_approved(closing)
    buyer_signs(closing)
    stored = hashes(closing)["annex"]
    broken = closing.platform.blobs._path(stored)
    original = broken.read_bytes()
    broken.chmod(0o600)
    broken.write_bytes(b"%PDF-1.4\n%%EOF\n")
    with pytest.raises(ContentLost):
        make_signed_copy(closing.platform, {"dossier": closing.dossier.id, **RULE}, last_attempt=True)
    assert {(copy.state, copy.file, copy.given) for copy in copies(closing).values()} == {("failed", None, 0)}
    broken.write_bytes(original)

    def again(work: Any, reference: str) -> None:
        signed_copy_views.request_signed_copy(work, get_dossier(work, reference), "contract")

    closing("paul", again)
    assert {copy.state for copy in copies(closing).values()} == {"pending"}
    run_job(closing)
    assert {(copy.state, copy.given) for copy in copies(closing).values()} == {("made", 1)}


def test_a_decline_ends_the_round_of_both(closing: Case) -> None:
    """S5: neither can be signed any more, and no copy of either is sent."""
    is_approved(closing)
    buyer_signs(closing)
    closing("di", deciding.decline, "The prices are wrong.")
    assert (closing.state, closing.rounds[-1]) == ("draft", ("closing", 1, "declined"))
    run_job(closing)
    assert copies(closing) == {}
    assert signed_copies.load_signing(closing.platform, {"dossier": closing.dossier.id, **RULE}) is not None


def test_rounds_and_votes_of_before_are_read_as_they_were(make_case: MakeCase) -> None:
    """S3: rows that name the version of their one document, and no document, are about the first one of their rule."""
    case = make_case("closing", by="cleo", with_paper=False, buyer=JOE)
    for name, text in TEXTS.items():
        case("paul", documents.new_document_version, name, docx(text))
    is_approved(case)
    sha256 = hashes(case)["contract"]
    with case.platform.database.transaction() as session:
        for row in session.scalars(select(Round)):
            data = {name: value for name, value in row.data.items() if name != "versions"}
            row.data = {**data, "document_version": 1, "document_sha256": sha256, "document_at": None}
    shown_now = case.reads(lambda work, dossier: rounds(work, dossier)[0].documents, "paul")
    assert [(each.id, each.version, each.sha256) for each in shown_now] == [
        ("contract", 1, sha256),
        ("annex", None, None),
    ]
