"""The signed PDF of a document: made with each signature, sent when everybody has signed (S4, S6)."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import select

from formengine.content_type import DOCX
from formengine.documents import find_converter
from formengine.documents.page_pictures import outline
from formengine.errors import NotFound, Refused, StorageUnavailable, TimeStampFailed
from formengine.forms import Upload
from formengine.services.approvals import decisions as deciding
from formengine.services.approvals import signed_copies, signed_copy_views, signings
from formengine.services.approvals.given_signatures import SignatureDetails, store_picture
from formengine.services.approvals.signed_copies import add_signatures
from formengine.services.approvals.signed_copy_delivery import make_signed_copy
from formengine.services.approvals.signing_layout import document_to_sign, signature_field
from formengine.services.case.repository import load
from formengine.services.core.pdf_verification import verify_pdf
from formengine.services.dossiers import documents
from formengine.services.files.reading_copies import make_reading_copy
from formengine.services.files.uploads import open_content
from formengine.storage.models.files_and_notes import DocumentVersion
from formengine.storage.models.mails import Mail
from formengine.storage.models.signed_copies import SignedCopy
from tests.documents.conftest import word
from tests.documents.pdf_signing.conftest import blank_pdf
from tests.services.conftest import Case, MakeCase, paper
from tests.support.damaged_files import damage_documents
from tests.support.requirements import missing

pytestmark = pytest.mark.site("casework")
RULE = {"rule": "ours", "number": 1}


@pytest.fixture
def converter() -> None:
    if find_converter() is None:
        missing("LibreOffice")


def out_for_signature(make_case: MakeCase, upload: Upload) -> Case:
    """A deal whose document was approved, and waits for a signature of Bo or Di."""
    case = make_case(by="cleo", with_paper=False)
    case("paul", documents.new_document_version, "contract", upload)
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, deciding.decide, "approve")
    return case


def run_job(case: Case) -> None:
    make_signed_copy(case.platform, {"dossier": case.dossier.id, **RULE})


def content(case: Case, sha256: str) -> bytes:
    with open_content(case.platform, sha256) as stream:
        return stream.read()


def view(case: Case, who: str = "paul") -> Any:
    return case.reads(lambda work, dossier: signed_copy_views.signed_copies(work, dossier).get("contract"), who)


def mails(case: Case, kind: str = "signed_copy") -> list[Mail]:
    return case.reads(lambda work, _: list(work.session.scalars(select(Mail).where(Mail.kind == kind))))


def test_as_many_signatures_are_asked_as_are_needed(make_case: MakeCase) -> None:
    """S4: of two people of whom either may sign, one signature is counted and not two."""
    case = out_for_signature(make_case, Upload("contract.docx", DOCX, io.BytesIO(word("A contract."))))

    def asked(work: Any, dossier: Any) -> tuple[int, int]:
        loaded = load(work, dossier)
        round_ = next(value for value in loaded.case.rounds if value.kind == "signature")
        return len(round_.seats), signings.asked_signatures(loaded, round_)

    assert case.reads(asked) == (2, 1)


@pytest.mark.usefixtures("converter")
def test_a_word_document_is_signed_and_sent(make_case: MakeCase) -> None:
    """S4: the signature stands at its mark in a PDF that verifies; signers and requester are sent it, once, with the
    certificate; S6: the record proves each event by the history, which holds the hash of what was sent.
    """
    text = word("An agreement.", "For us: [[sign:finance]] on [[date:finance]]")
    case = out_for_signature(make_case, Upload("deal.docx", DOCX, io.BytesIO(text)))
    assert view(case) is None
    case("bo", deciding.sign, "Bo Jansen", True)
    assert (view(case).state, view(case).file) == ("pending", None)
    run_job(case)
    run_job(case)  # again, as after a crash: nothing is made or sent twice
    shown = view(case)
    assert (shown.state, shown.given, shown.asked, shown.is_complete) == ("made", 1, 1, True)
    pdf = content(case, shown.file.sha256)
    verification = case.reads(lambda work, _: verify_pdf(work, pdf))
    assert verification.unchanged
    assert [signature.name for signature in verification.signatures] == ["Bo Jansen"]
    assert b"[[sign" not in pdf
    sent = mails(case)
    assert sorted(case.name(mail.person_id or "") for mail in sent) == ["bo", "cleo"]
    assert [file["type"] for file in sent[0].variables["enclosures"]] == ["application/pdf"] * 2
    assert case.kinds().count("signed_copy") == 1
    entry = next(entry for entry in case.history() if entry.kind == "signed_copy")
    assert entry.payload["data"]["sha256"] == shown.file.sha256
    assert case.whole()
    record = case.reads(lambda work, dossier: signed_copy_views.evidence(work, dossier, "contract"), "cleo")
    assert json.loads(json.dumps(record))["signed_pdf"] == {"sha256": shown.file.sha256}
    (signer,) = [value for value in record["signers"] if value["status"] == "signed"]
    assert (signer["signature"]["text"], signer["signature"]["consent"]) == ("Bo Jansen", True)
    assert signer["signature"]["document_sha256"] == record["document"]["sha256"]
    hashes = {entry.number: entry.hash for entry in case.history()}
    proved = [event for event in record["events"] if event["entry"]]
    assert [event["event"] for event in proved] == ["round_opened", "signed", "round_closed"]
    assert all(hashes[event["entry"]["number"]] == event["entry"]["hash"] for event in proved)
    certificate = case.reads(lambda w, d: signed_copy_views.certificate_file(w, d, "contract"), "cleo")
    page = content(case, certificate.sha256)
    of_page = case.reads(lambda work, _: verify_pdf(work, page))
    assert (of_page.unchanged, [sign.name for sign in of_page.signatures]) == (
        True,
        [f"Certificate of signatures · {case.reference}"],
    )
    assert "Bo Jansen" in outline(page).texts[0]
    assert "UTC" in outline(page).texts[0]


@pytest.mark.usefixtures("converter")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_drawing_and_what_is_filled_in_stand_in_the_pdf(make_case: MakeCase) -> None:
    """S5, S11: the picture in the stamp; place and initials at each of their marks, locked with the signature; S6: in
    the record. Without the place nobody signs. Somebody signs for whom the document has no field, in those that were
    laid out for another of the role when the other party signed.
    """
    text = word(
        "An agreement. [[initials:finance]]",
        "Annex. [[initials:finance]]",
        "Signed [[sign:finance]] in [[place:finance]] on [[date:finance]]",
    )
    case = out_for_signature(make_case, Upload("deal.docx", DOCX, io.BytesIO(text)))
    version = case.reads(lambda work, _: work.session.scalars(select(DocumentVersion)).one().file.sha256)
    make_reading_copy(case.platform, version)
    picture = store_picture(case.platform, ink(), "en")
    with pytest.raises(Refused, match="place"):
        case("di", deciding.sign, "", True, details=SignatureDetails("drawn", picture))
    filled = {"place": "Lyon", "initials": "DI"}
    lay_out_for_bo(case, text)
    case("di", deciding.sign, "", True, details=SignatureDetails("drawn", picture, filled))
    run_job(case)
    pdf = content(case, view(case).file.sha256)
    assert case.reads(lambda work, _: verify_pdf(work, pdf)).unchanged
    fields = [each.get_object() for each in PdfFileReader(io.BytesIO(pdf)).root["/AcroForm"]["/Fields"]]
    written = sorted(str(field["/V"]) for field in fields if field["/FT"] == "/Tx")
    assert [text for text in written if not text[0].isdigit()] == ["DI", "DI", "Lyon"]
    assert len(written) == 4  # and the date
    (stamp,) = [field["/AP"]["/N"]["/Resources"] for field in fields if field["/FT"] == "/Sig"]
    assert "/Signature" in stamp["/XObject"]
    record = case.reads(lambda work, dossier: signed_copy_views.evidence(work, dossier, "contract"), "cleo")
    (signer,) = [value["signature"] for value in record["signers"] if value["status"] == "signed"]
    assert (signer["kind"], signer["picture_sha256"], signer["values"]) == ("drawn", picture.sha256, filled)
    assert case.whole()


def lay_out_for_bo(case: Case, text: bytes) -> None:
    """Store a copy with fields for Bo alone, as one is kept once somebody of another party has signed."""
    signing = signings.load_signing(case.platform, {"dossier": case.dossier.id, **RULE})
    assert signing is not None
    (line,) = signing.documents[0].lines
    file = signed_copies.store_file(case.platform, document_to_sign(text, DOCX, [line], "en"), "deal.pdf")

    def keep(work: Any, dossier: Any) -> None:
        signed_copies.add_file(work.session, file, dossier.id, work.now)
        row = work.session.scalars(select(SignedCopy)).one()
        row.file_id, row.fields, row.state = file.id, {str(line.seat): signature_field(line.seat)}, "made"

    case.reads(keep)


def ink() -> bytes:
    """A drawn signature, as the pad posts it."""
    paper = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(paper).line((50, 150, 200, 40, 300, 160, 500, 60), fill=(16, 42, 87, 255), width=6)
    stream = io.BytesIO()
    paper.save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.usefixtures("converter")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_pdf_gets_a_page_of_signatures(make_case: MakeCase) -> None:
    """S4: a document that is a PDF is signed on a page after its own; its bytes stay as they were uploaded.
    Stored once more it is still the whole copy. It names who was asked, and what they typed to sign.
    """
    original = blank_pdf(2)
    case = out_for_signature(make_case, Upload("deal.pdf", "application/pdf", io.BytesIO(original)))
    case("bo", deciding.sign, "Alice A.", True, details=SignatureDetails(confirmed_name="Alice A."))
    signing = signed_copies.add_signatures(case.platform, {"dossier": case.dossier.id, **RULE})
    assert signing is not None
    assert signing.documents[0].copy.signatures
    pdf = content(case, view(case).file.sha256)
    assert pdf.startswith(original)
    signed_copies._store(case.platform, signing, {"contract": pdf})
    verification = case.reads(lambda work, _: verify_pdf(work, pdf))
    assert (verification.unchanged, verification.complete) == (True, True)
    assert [signature.name for signature in verification.signatures] == ["Bo Jansen (typed as “Alice A.”)"]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_failure_is_shown_and_tried_again(make_case: MakeCase) -> None:
    """S4: a file that cannot be signed leaves the signatures as they are; the page says why, and it is tried again."""
    case = out_for_signature(make_case, paper())
    case("bo", deciding.sign, "Bo Jansen", True)
    damage_documents(case.platform, case.dossier.id)
    with pytest.raises(Refused, match="is being made"):
        case("paul", request)
    run_job(case)
    assert (view(case).state, view(case).file) == ("failed", None)
    assert "damaged" in view(case).reason
    assert case.state == "done"
    assert mails(case) == []
    case("paul", request)
    assert view(case).state == "pending"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_time_stamp_server_that_does_not_answer_is_named(make_case: MakeCase) -> None:
    """S4: not the document is to blame, which nobody has to mend; the job is tried again, and makes it once it can."""
    case = out_for_signature(make_case, Upload("deal.pdf", "application/pdf", io.BytesIO(blank_pdf(1))))
    case("bo", deciding.sign, "Bo Jansen", True)
    silent = replace(case.platform.settings, timestamp_url="http://127.0.0.1:9/tsa")
    args = {"dossier": case.dossier.id, **RULE}
    with pytest.raises(TimeStampFailed):
        make_signed_copy(replace(case.platform, settings=silent), args)
    assert (view(case).state, "time stamp server" in view(case).reason) == ("failed", True)
    make_signed_copy(replace(case.platform, settings=silent), args, last_attempt=True)
    assert view(case).state == "failed"
    assert add_signatures(case.platform, args) is not None
    assert view(case).state == "made"


@pytest.mark.usefixtures("converter")
def test_a_copy_that_could_not_be_sent_is_sent_when_it_is_tried_again(make_case: MakeCase) -> None:
    """S4: where the storage fails between the signatures and their certificate, the page says so; nothing is lost."""
    case = out_for_signature(make_case, Upload("contract.docx", DOCX, io.BytesIO(word("A contract."))))
    case("bo", deciding.sign, "Bo Jansen", True)
    args = {"dossier": case.dossier.id, **RULE}
    signed_copies.add_signatures(case.platform, args)
    incoming = Path(case.platform.blobs._incoming)
    away = incoming.rename(incoming.with_name("away"))
    with pytest.raises(StorageUnavailable):
        make_signed_copy(case.platform, args, last_attempt=True)
    away.rename(incoming)
    assert (view(case).state, mails(case)) == ("failed", [])
    case("paul", request)
    run_job(case)
    assert (view(case).state, view(case).has_certificate, len(mails(case))) == ("made", True, 2)


def request(work: Any, reference: str) -> None:
    from formengine.services.case.repository import get_dossier

    signed_copy_views.request_signed_copy(work, get_dossier(work, reference), "contract")


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_job_that_was_overtaken_stores_nothing(make_case: MakeCase) -> None:
    """S4: of two jobs for one document, the second to finish finds that the copy has moved, and leaves it alone."""
    case = out_for_signature(make_case, Upload("deal.pdf", "application/pdf", io.BytesIO(blank_pdf())))
    case("bo", deciding.sign, "Bo Jansen", True)
    args = {"dossier": case.dossier.id, **RULE}
    signing = signed_copies.load_signing(case.platform, args)
    assert signing is not None
    signed_copies._store(case.platform, signing, {"contract": b"%PDF-1.7 first"})
    signed_copies._store(case.platform, signing, {"contract": b"%PDF-1.7 second"})
    row = case.reads(lambda work, _: work.session.scalars(select(SignedCopy)).one())
    assert (row.revision, len(row.signatures)) == (1, 1)
    assert content(case, view(case).file.sha256) == b"%PDF-1.7 first"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_who_may_not_read_the_dossier_reads_no_copy(make_case: MakeCase) -> None:
    """S6: the signed PDF, its certificate and its evidence are for readers of the dossier alone."""
    case = out_for_signature(make_case, paper())
    for read in (signed_copy_views.signed_file, signed_copy_views.certificate_file, signed_copy_views.evidence):
        with pytest.raises(NotFound):
            case.reads(lambda work, dossier, read=read: read(work, dossier, "contract"), "maya")
    with pytest.raises(NotFound):
        case.reads(lambda work, _: signed_copy_views.file_of_link(work, 1, "0" * 64))
