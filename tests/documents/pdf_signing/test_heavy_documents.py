"""PDFs that are long, or signed by somebody else: signed within bounds, known as signed."""

from __future__ import annotations

import shutil
import subprocess
from typing import Any

import pytest

from formengine.documents.pdf_signing import Field, Signature, SigningKey, is_signed, lay_out, marks_of, sign, verify
from formengine.errors import DocumentRefused
from tests.documents.pdf_signing.conftest import blank_pdf, stamp_of
from tests.support.requirements import missing


def test_the_signature_of_somebody_else_is_known(signed: bytes, laid_out: bytes) -> None:
    """S4: a PDF that is signed already; fields alone are no signature."""
    assert is_signed(signed)
    assert not is_signed(laid_out)
    with pytest.raises(DocumentRefused):
        is_signed(b"%PDF-1.4 /ByteRange")


def test_a_contract_of_500_pages_is_signed(key: SigningKey, tmp_path: Any) -> None:
    """S4: within the bounds of the sandbox; `pdfsig` agrees that the signature is valid and covers the whole file."""
    pdf = blank_pdf(500)
    assert marks_of(pdf)[0] == 500
    laid_out = lay_out(pdf, [Field("sign", "last", 499, (72, 600, 292, 658), "Signature")])
    done = sign(laid_out, Signature("last", "Bo Jansen", stamp_of("Bo Jansen")), key)
    assert verify(done, [key.certificate]).unchanged
    if shutil.which("pdfsig") is None:
        missing("pdfsig")
    (tmp_path / "long.pdf").write_bytes(done)
    told = subprocess.run(["pdfsig", str(tmp_path / "long.pdf")], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told


def test_more_pages_than_may_be_signed_are_refused() -> None:
    """T18: a page tree that says it has a million pages is not walked."""
    pdf = blank_pdf().replace(b"/Count 1", b"/Count 9999999")
    with pytest.raises(DocumentRefused, match="more than 2000 pages"):
        marks_of(pdf)
