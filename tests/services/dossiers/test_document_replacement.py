"""Who may replace a document, until when, and by what (S2, T15, T34)."""

from __future__ import annotations

from io import BytesIO

import pytest

from formengine.errors import NotFound, Refused
from formengine.forms import Upload
from formengine.services.approvals import decisions
from formengine.services.dossiers.documents import new_document_version, replaceable_documents
from tests.services.conftest import Case, MakeCase, paper

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def asked(make_case: MakeCase) -> Case:
    """Cleo has asked, and Paul has put the contract to approval."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    return case


def test_a_client_does_not_replace_what_others_approve(asked: Case) -> None:
    """T15: neither the requester nor another client; the legal team may."""
    before = asked.reads(lambda _work, dossier: dossier.version)
    for name in ("cleo", "maya"):
        with pytest.raises((Refused, NotFound)):
            asked(name, new_document_version, "contract", paper(b"% mine"))
    assert asked.reads(replaceable_documents, "cleo") == set()
    assert asked.reads(lambda _work, dossier: dossier.version) == before
    asked("paul", new_document_version, "contract", paper(b"% ours"))


def test_nothing_is_replaced_after_the_last_signature(asked: Case) -> None:
    """T15: a signed version stays the last one, and so does everything of an ended dossier."""
    for name in ("bo", "di", "ines"):
        asked(name, decisions.decide, "approve")
    asked("bo", decisions.sign, "Bo Jansen", True)
    with pytest.raises(Refused, match="cannot change any more"):
        asked("paul", new_document_version, "contract", paper(b"% late"))
    assert asked.reads(replaceable_documents, "paul") == set()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("fake.pdf", b"<html><script>alert(1)</script></html>"),
        ("evil.exe", b"MZ\x90\x00"),
        ("evil.docx", b"MZ\x90\x00"),
    ],
)
def test_a_document_is_judged_by_its_content(asked: Case, name: str, content: bytes) -> None:
    """T34: a web page named `fake.pdf` is no contract."""
    with pytest.raises(Refused, match="Word file"):
        asked("paul", new_document_version, "contract", Upload(name, "application/pdf", BytesIO(content)))
