"""What is made of a Word document before its PDF is signed: its marks have places, nothing says who wrote it (S4)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from formengine.documents import find_converter, to_pdf
from formengine.documents.pdf_signing import marks_of
from formengine.documents.signature_marks import BOX, SignatureLine, SignaturePage, find_marks, prepare, signature_page
from tests.documents.conftest import saved

pytestmark = pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")


def picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (20, 20), "navy").save(content, "PNG")
    return content.getvalue()


PICTURE = picture()
AUTHORS = ("Agnes Author", "Egbert Editor", "Initech Drafting")


def written() -> bytes:
    """A document whose properties name people and a firm, and give it a title."""
    document = Document()
    document.add_paragraph("The term is two years. [[sign:buyer]]")
    document.styles["Normal"].element.get_or_add_rPr().append(parse_xml(f'<w:lang {nsdecls("w")} w:val="fr-FR"/>'))
    picture = document.add_paragraph().add_run().add_picture(io.BytesIO(PICTURE))
    picture._inline.docPr.set("descr", r"C:\Users\Agnes\Desktop\logo.png")
    link = document.part.relate_to("file:///C:/Users/Agnes/notes.docx", RT.HYPERLINK, is_external=True)
    document.add_paragraph()._p.append(
        parse_xml(f'<w:hyperlink {nsdecls("w", "r")} r:id="{link}"><w:r><w:t>notes</w:t></w:r></w:hyperlink>')
    )
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
    """S4: neither its information nor its metadata (XMP) names anybody, or the author's machine; the title, which
    readers hear, is the portal's, and the language that of the text.
    """
    pdf = to_pdf(prepare(written(), None, "Agreement · CTR-2026-0001"), archival=True)
    reader = PdfFileReader(io.BytesIO(pdf))
    information = {str(name): str(value) for name, value in reader.trailer["/Info"].items()}
    metadata = reader.root["/Metadata"].data.decode("utf-8", "replace")
    told = " ".join([*information.values(), metadata])
    assert "Agreement · CTR-2026-0001" in told
    assert [name for name in (*AUTHORS, "Services agreement") if name in told] == []
    assert "/Author" not in information
    assert reader.root["/Lang"] == "fr-FR"
    assert b"Agnes" not in b"".join(streams_of(reader))


def streams_of(reader: PdfFileReader) -> Iterator[bytes]:
    """The objects of a PDF as text."""
    for reference in reader.xrefs.explicit_refs_in_revision(0):
        yield repr(reader.get_object(reference)).encode()


def test_each_stamp_of_a_page_of_signatures_has_its_room_on_one_page() -> None:
    """S4: twelve signers with long names; no stamp reaches over the foot of the page."""
    lines = [
        SignatureLine(f"feLine{number}", "Anne-Marie de la Rochefoucauld " * 3, "Director") for number in range(12)
    ]
    pages, places = marks_of(to_pdf(signature_page(SignaturePage("Signatures", "Below.", lines), "en"), archival=True))
    assert (len(places), pages) == (12, 3)
    assert [place for place in places.values() if place[2] - BOX[1] < 50] == []
