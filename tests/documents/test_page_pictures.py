"""Pictures of the pages of a PDF, drawn in the sandbox: the size of each, its text, and the bounds."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from formengine.documents.page_pictures import MAX_HEIGHT, MAX_PAGES, WIDTH, draw_pages, outline
from formengine.errors import DocumentRefused
from tests.documents.pdf_signing.conftest import blank_pdf


def drawn(pdf: bytes, first: int, last: int) -> list[Image.Image]:
    return [Image.open(io.BytesIO(picture)) for picture in draw_pages(pdf, first, last)]


def pdf_of(pages: int, size: tuple[float, float] = (595, 842), text: str = "") -> bytes:
    """A PDF of pages with a text each, written by hand."""
    content = f"BT /F1 24 Tf 60 700 Td ({text}) Tj ET".encode()
    kids = " ".join(f"{4 + number} 0 R" for number in range(pages))
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] /Contents 3 0 R /Resources << /Font "
    page += "<< /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode(),
        b"<< /Length %d >> stream\n%s\nendstream" % (len(content), content),
        *([page.encode()] * pages),
    ]
    file, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + tail


def test_pages_are_drawn_with_what_stands_on_them() -> None:
    """S5: each page as it is printed, with its text and its size in points."""
    pdf = pdf_of(3, text="The term is two years.")
    known = outline(pdf)
    assert known.sizes == ((595.0, 842.0),) * 3
    assert known.texts[2].strip() == "The term is two years."
    pictures = drawn(pdf, 1, 2)
    assert [picture.size for picture in pictures] == [(WIDTH, pytest.approx(1415, abs=2))] * 2
    assert min(pictures[0].convert("L").tobytes()) < 60  # there is ink


def test_pages_that_are_asked_for_alone_are_drawn() -> None:
    """S5: of a long document a block of pages; past its end there is nothing."""
    pdf = blank_pdf(500)
    assert len(outline(pdf).sizes) == 500
    assert len(draw_pages(pdf, 497, 500)) == 4
    assert len(draw_pages(pdf, 499, 504)) == 2


@pytest.mark.parametrize("size", [(14400, 14400), (20, 14400), (14400, 20)])
def test_no_page_has_too_many_pixels(size: tuple[float, float]) -> None:
    """T35: however large a page says that it is."""
    picture = drawn(pdf_of(1, size), 1, 1)[0]
    assert picture.width <= WIDTH
    assert picture.height <= MAX_HEIGHT


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7\nnothing", pdf_of(1)[:300], pdf_of(1, (0, 0))[:-40]],
    ids=["empty", "none", "cut", "cut at its end"],
)
def test_files_that_are_no_pdf_are_refused(content: Any) -> None:
    """T35: in words, and in the sandbox."""
    with pytest.raises(DocumentRefused):
        outline(content) and draw_pages(content[:-50], 1, 1)


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    with pytest.raises(DocumentRefused, match="more than"):
        outline(pdf_of(MAX_PAGES + 1))
