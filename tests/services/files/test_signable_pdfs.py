"""PDFs that somebody else has signed are refused when they are uploaded for signature, with what to do instead."""

from __future__ import annotations

import io
from typing import Any

import pytest

from formengine.content_type import PDF
from formengine.documents.pdf_signing import Field, Signature, SigningKey, lay_out, sign
from formengine.errors import Refused
from formengine.forms import Upload
from formengine.services.dossiers import documents
from tests.documents.pdf_signing.conftest import blank_pdf, key, stamp_of
from tests.services.conftest import MakeCase, make_case

__all__ = ["key", "make_case"]
pytestmark = pytest.mark.site("casework")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_a_signed_pdf_is_not_put_to_signature(make_case: MakeCase, key: SigningKey) -> None:
    """S2, S4: signing it here would break the signature of somebody else: that is said before anybody approves it."""
    case = make_case(by="cleo", with_paper=False)

    def upload(content: bytes) -> Any:
        return case("paul", documents.new_document_version, "contract", Upload("a.pdf", PDF, io.BytesIO(content)))

    laid_out = lay_out(blank_pdf(), [Field("sign", "theirs", 0, (72, 600, 292, 658), "Theirs")])
    with pytest.raises(Refused, match="bears a signature already"):
        upload(sign(laid_out, Signature("theirs", "Joe", stamp_of("Joe")), key))
    assert upload(laid_out).number == 1
    assert upload(b"%PDF-1.4 /ByteRange, damaged").number == 2
