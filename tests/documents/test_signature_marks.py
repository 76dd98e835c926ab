"""What is made of a Word document before its PDF is signed: nothing in it says who wrote it (S4)."""

from __future__ import annotations

import io

from docx import Document
from pyhanko.pdf_utils.reader import PdfFileReader

from formengine.documents import to_pdf
from formengine.documents.signature_marks import prepare

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


def test_no_author_reaches_the_pdf() -> None:
    """S4: neither its information nor its metadata (XMP) names anybody; the title, which readers hear, stays."""
    reader = PdfFileReader(io.BytesIO(to_pdf(prepare(written(), None), archival=True)))
    information = {str(name): str(value) for name, value in reader.trailer["/Info"].items()}
    metadata = reader.root["/Metadata"].data.decode("utf-8", "replace")
    told = " ".join([*information.values(), metadata])
    assert "Services agreement" in told
    assert [name for name in AUTHORS if name in told] == []
