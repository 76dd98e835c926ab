"""A small PDF with signature fields, a key of our own, and the PDF as two people signed it."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from formengine.documents.pdf_signing import Field, Signature, SigningKey, Stamp, make_key
from formengine.documents.pdf_signing.form_fields import lay_out
from formengine.documents.pdf_signing.signer import add_signature

MOMENT = datetime(2026, 11, 29, 9, 30, tzinfo=UTC)
FIELDS = (
    Field("sign", "first", 0, (72, 600, 292, 658), "Signature of the client"),
    Field("date", "date-first", 0, (320, 600, 430, 618), "Date", owner="first"),
    Field("sign", "second", 0, (72, 500, 292, 558), "Signature of the company"),
)


def blank_pdf(pages: int = 1) -> bytes:
    """A PDF of empty pages."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

    writer = PdfFileWriter(stream_xrefs=False)
    for _page in range(pages):
        stream = writer.add_object(generic.StreamObject(stream_data=b"0 0 m 100 100 l S"))
        writer.insert_page(PageObject(stream, (0, 0, 595, 842)))
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return make_key("Legal portal", "legal.example.com", MOMENT)


@pytest.fixture(scope="session")
def laid_out() -> bytes:
    return lay_out(blank_pdf(), FIELDS)


@pytest.fixture(scope="session")
def signed(laid_out: bytes, key: SigningKey) -> bytes:
    """Signed by somebody with a Greek name and then by somebody with an Arabic one."""
    first = Signature("first", "Ελένη Ørsted", stamp_of("Ελένη Ørsted"), "Signature", "", {"date-first": "29.11.2026"})
    second = Signature("second", "علي بن سالم", stamp_of("علي بن سالم"))
    return add_signature(add_signature(laid_out, first, key), second, key)


def stamp_of(name: str) -> Stamp:
    return Stamp(name, [f"Signed electronically by {name}", "29 November 2026 · CTR-2026-0001 · Иван"])
