"""PDFs that somebody else has signed are refused when they are uploaded for signature, with what to do instead."""

from __future__ import annotations

import io
from typing import Any

import pytest

from formengine.content_type import PDF
from formengine.documents.document_safety import Findings, look_at
from formengine.documents.pdf_signing import Field, Signature, SigningKey, lay_out, sign
from formengine.errors import Invalid, Refused
from formengine.forms import Upload
from formengine.services.case.guest_links import newest_version
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import documents
from formengine.services.files.uploads import file_value, store_upload
from tests.documents.pdf_signing.conftest import blank_pdf, key, stamp_of
from tests.services.conftest import MakeCase, make_case
from tests.support.pdf import PDF as A_PAGE
from tests.support.people import People
from tests.support.platforms import acting_on

__all__ = ["key", "make_case"]
pytestmark = pytest.mark.site("casework")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def laid_out() -> bytes:
    """A PDF with a field for a signature, which is empty."""
    return lay_out(blank_pdf(), [Field("sign", "theirs", 0, (72, 600, 292, 658), "Theirs")])


def signed_by_joe(key: SigningKey) -> bytes:
    """The same, signed."""
    return sign(laid_out(), Signature("theirs", "Joe", stamp_of("Joe")), key)


def test_a_signed_pdf_is_not_put_to_signature(make_case: MakeCase, key: SigningKey) -> None:
    """S2, S4: signing it here would break the signature of somebody else: that is said before anybody approves it."""
    case = make_case(by="cleo", with_paper=False)

    def upload(content: bytes) -> Any:
        return case("paul", documents.new_document_version, "contract", Upload("a.pdf", PDF, io.BytesIO(content)))

    with pytest.raises(Refused, match="bears a signature already"):
        upload(signed_by_joe(key))
    assert upload(laid_out()).number == 1


def test_what_cannot_be_signed_in_the_end_is_not_taken(make_case: MakeCase) -> None:
    """S2, S4: also a PDF that is drawn, since its table is made anew for that, but that nothing can be added to."""
    case = make_case(by="cleo", with_paper=False)
    without_table = A_PAGE[: A_PAGE.index(b"xref")] + b"trailer << /Root 1 0 R >>\n%%EOF\n"
    assert look_at(without_table, PDF) == Findings()
    for damaged in (without_table, b"%PDF-1.7\nfoo", b"%PDF-1.4 /ByteRange, damaged"):
        upload = Upload("a.pdf", PDF, io.BytesIO(damaged))
        with pytest.raises(Refused, match="This PDF is damaged"):
            case("paul", documents.new_document_version, "contract", upload)


def test_a_signed_pdf_is_not_sent_as_what_is_to_be_signed(
    make_case: MakeCase, platform: Platform, people: People, key: SigningKey
) -> None:
    """S2, S4: nor by an answer of the form from which the document is made."""
    people.all()

    def answer(content: bytes) -> dict[str, Any]:
        with acting_on(platform, people("maya")) as work:
            stored = store_upload(work, Upload("a.pdf", PDF, io.BytesIO(content)))
            work.session.flush()
            return file_value(stored)

    with pytest.raises(Invalid) as refused:
        make_case(paper=answer(signed_by_joe(key)))
    (error,) = refused.value.errors
    assert (error.pointer, "bears a signature already" in error.message) == ("/paper", True)
    assert make_case(paper=answer(laid_out())).reads(lambda work, dossier: newest_version(work, dossier, "contract"))
