"""What is made of a Word document before its PDF is signed: its marks have places, nothing says who wrote it (S4)."""

from __future__ import annotations

import io
import re

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Pt
from pyhanko.pdf_utils.reader import PdfFileReader

from formengine.documents import find_converter, to_pdf
from formengine.documents.pdf_signing import marks_of
from formengine.documents.signature_marks import find_marks, prepare
from tests.documents.conftest import saved

pytestmark = pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")

AUTHORS = ("Agnes Author", "Egbert Editor", "Initech Drafting")


def written() -> bytes:
    """A document whose properties name people and a firm, and give it a title."""
    document = Document()
    document.add_paragraph("The term is two years. [[sign:buyer]]")
    properties = document.core_properties
    properties.author, properties.last_modified_by, properties.comments = AUTHORS
    properties.title = "Services agreement"
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def test_each_mark_has_a_place_in_the_pdf() -> None:
    """S4: in the cells of tables too, where the templates of the packs have them."""
    document = Document()
    cells = document.add_table(1, 4).rows[0].cells
    cells[0].text, cells[1].text = "Date: [[date:buyer]]", "[[initials:buyer]]"
    cells[2].text, cells[3].text = "[[sign:buyer]] on [[date:seller]]", "Signed in [[place:buyer]]"
    docx = saved(document)
    marks = [mark.bookmark for mark in find_marks(docx)]
    _pages, places = marks_of(to_pdf(prepare(docx, None), archival=True))
    assert len(marks) == 5
    assert sorted(places) == marks


def test_a_stamp_stands_below_the_label_of_its_mark() -> None:
    """S4: the room for it is kept under the label; what stands before a mark in the same run stays before it."""
    document = Document()
    document.add_paragraph("1. Seller:\n[[sign:seller]]\nSigned:\t[[place:seller]]\n[[sign:seller]]")
    document.add_paragraph("Buyer: [[sign:buyer]]")
    prepared = Document(io.BytesIO(prepare(saved(document), None)))
    texts = [re.sub("[\N{NO-BREAK SPACE}\N{WORD JOINER}]", "", row.text) for row in prepared.paragraphs]
    rooms = [row.paragraph_format.space_before for row in prepared.paragraphs]
    assert texts == ["1. Seller:", "\nSigned:\t", "", "Buyer: "]
    assert rooms == [None, Pt(70), Pt(70), Pt(70)]
    names = [[tag.get(qn("w:name")) for tag in row._p.iter(qn("w:bookmarkStart"))] for row in prepared.paragraphs]
    assert names == [[], ["feMark0", "feMark1"], ["feMark2"], ["feMark3"]]
    first = prepared.paragraphs[1]._p
    assert [node.tag for node in first.iter(qn("w:bookmarkStart"), qn("w:tab"))][1:] == [
        qn("w:tab"),
        qn("w:bookmarkStart"),
    ]


def test_no_author_reaches_the_pdf() -> None:
    """S4: neither its information nor its metadata (XMP) names anybody; the title, which readers hear, stays."""
    reader = PdfFileReader(io.BytesIO(to_pdf(prepare(written(), None), archival=True)))
    information = {str(name): str(value) for name, value in reader.trailer["/Info"].items()}
    metadata = reader.root["/Metadata"].data.decode("utf-8", "replace")
    told = " ".join([*information.values(), metadata])
    assert "Services agreement" in told
    assert [name for name in AUTHORS if name in told] == []
