"""Versions of a document: who may add one, and what approvals and signatures they end (T16, S3)."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from formengine.errors import DocumentRefused, Invalid, Refused, Stale
from formengine.forms import Upload
from formengine.services.approvals import decisions, round_views
from formengine.services.approvals.shown_documents import NoHash
from formengine.services.dossiers import documents
from formengine.storage.models.mails import Mail
from tests.services.conftest import MakeCase, paper

pytestmark = pytest.mark.site("casework")


def test_a_client_does_not_replace_the_contract(make_case: MakeCase) -> None:
    """T16: a plain client who asked for it may not add a version of what others approve."""
    case = make_case(by="cleo")
    with pytest.raises(Refused, match="whoever is in charge"):
        case("cleo", documents.new_document_version, "contract", paper(b"% other"))


def test_an_approved_document_is_not_replaced_while_it_is_signed(make_case: MakeCase) -> None:
    """T16: neither by counsel in charge, and nothing changes."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    for name in ("bo", "di", "ines"):
        case(name, decisions.decide, "approve")
    assert case.state == "signing"
    with pytest.raises(Refused, match="out for signature"):
        case("paul", documents.new_document_version, "contract", paper(b"% other"))
    case("bo", decisions.sign, "Bo Jansen", True)
    with pytest.raises(Refused, match=r"signed|ended"):
        case("paul", documents.new_document_version, "contract", paper(b"% other"))
    assert case.whole()


def test_a_vote_and_its_round_hold_the_hash(make_case: MakeCase) -> None:
    """S3: the version, its hash and its date stand on the round, the hash in the entry of the vote."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    case("bo", decisions.decide, "approve")
    entry = next(entry for entry in case.history() if entry.kind == "decided")
    (view,) = case.reads(lambda work, dossier: round_views.rounds(work, dossier)[0].documents)
    assert entry.payload["data"]["document_sha256"] == view.sha256
    assert view.sha256
    assert view.version == 1
    assert view.version_at is not None


def test_a_vote_on_a_version_that_is_no_longer_the_newest_is_stale(make_case: MakeCase) -> None:
    """S3: a vote says which version was read; nothing changes where another one is there by now."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    read = case.reads(lambda work, dossier: round_views.rounds(work, dossier)[0].documents[0].sha256)
    case("paul", documents.new_document_version, "contract", paper(b"% newer"))
    newest = case.reads(lambda work, dossier: round_views.rounds(work, dossier)[0].documents[0].sha256)
    assert newest != read
    before = case.kinds()
    for wrong in (read, {"other": newest}):
        with pytest.raises(Stale):
            case("bo", decisions.decide, "approve", shown=wrong)
    with pytest.raises(Invalid):
        case("bo", decisions.decide, "approve", shown=NoHash.MISSING)
    assert case.kinds() == before
    case("bo", decisions.decide, "approve", shown={"contract": newest})
    assert case.seats["bo"] == "approved"


def test_voters_are_notified_of_a_new_version(make_case: MakeCase) -> None:
    """S2, N1: by mail, and the page says what became of the approval."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    case("bo", decisions.decide, "approve")
    case("paul", documents.new_document_version, "contract", paper(b"% newer"))
    assert case.rounds == [("internal", 1, "superseded"), ("internal", 2, "open")]
    mails = case.reads(lambda work, _dossier: work.session.execute(select(Mail.kind, Mail.to)).all())
    assert ("version", case.people("bo").email) in [tuple(row) for row in mails]
    assert case.whole()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("fake.pdf", b"<html><script>1</script>"),
        ("evil.exe", b"MZ\x90\0"),
        ("evil.pdf", b"MZ\x90\0"),
        ("x.docx", b"%PDF-1"),
    ],
)
def test_a_contract_is_judged_by_its_content(make_case: MakeCase, name: str, content: bytes) -> None:
    """T34: a document is Word or PDF by its bytes and by its name."""
    case = make_case(by="cleo")
    with pytest.raises((Refused, DocumentRefused), match=r"Word file|is not taken here|end in .pdf"):
        case("paul", documents.new_document_version, "contract", Upload(name, "application/pdf", io.BytesIO(content)))
