"""Two versions of a document compared in the sandbox: Word files and PDFs, honest and hostile (S3)."""

from __future__ import annotations

import io
import zipfile
from shutil import which
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from formengine.documents import SandboxLimits
from formengine.documents.word_versions.comparison import compare, comparison_from
from formengine.documents.word_versions.differences import Change, Paragraph
from formengine.documents.word_versions.word_text import read_word_text
from formengine.errors import DocumentRefused, DocumentTooHeavy, DocumentWithoutText
from tests.documents.conftest import word
from tests.documents.word_versions.builders import negotiated, numbered, opened, saved, tracked
from tests.support.pdf import PDF


def changed_blocks(old: bytes, new: bytes) -> list[Change]:
    return [block for block in compare(old, new)[0].blocks if isinstance(block, Change) and block.kind != "same"]


def test_tracked_changes_comments_and_every_part_are_read() -> None:
    """S3: who changed or remarked what, and when; cells, headers, footers and footnotes are compared too."""
    result, _marked = compare(word("Services"), negotiated())
    added = [block.paragraph for block in result.blocks if isinstance(block, Change) and block.kind == "added"]
    assert added == [
        Paragraph("The term is three years."),
        Paragraph("The price is ten euro."),
        Paragraph("Hidden sentence."),
        *(Paragraph(f"Cell {row}-{column}", cell=(1, row, column)) for row in (1, 2) for column in (1, 2)),
        Paragraph("Draft of 3 May", part="header"),
        Paragraph("Page", part="footer"),
        Paragraph("Net of tax.", "1", part="footnote"),
    ]
    remarks = [(remark["kind"], remark["by"], remark["text"]) for remark in result.remarks]
    assert remarks == [
        ("deleted", "Ana Ruiz", "two"),
        ("inserted", "Ana Ruiz", "three"),
        ("comment", "Bo Lind", "Is this net?"),
        ("hidden", "", "Hidden sentence."),
    ]
    assert result.remarks[0]["at"] == "2026-05-03T10:00:00Z"
    assert result.remarks[0]["about"] == "The term is three years."
    assert result.remarks[2]["about"] == "The price is ten euro."


def test_numbered_clauses_keep_their_numbers() -> None:
    """S3: the number that Word prints; a clause that only moved down is no change."""
    (block,) = changed_blocks(
        numbered("Purpose", "Governing law"), numbered("Purpose", "Personal data", "Governing law")
    )
    assert (block.kind, block.paragraph.number, block.paragraph.text) == ("added", "2.", "Personal data")


def test_a_cell_that_changed_says_where_it_is() -> None:
    """S3."""
    document = opened(negotiated())
    document.tables[0].cell(1, 0).text = "Cell 2-1 is new"
    (block,) = changed_blocks(negotiated(), saved(document))
    assert (block.kind, block.paragraph.cell) == ("changed", (1, 2, 1))


def test_a_comparison_is_stored_as_json() -> None:
    result, _marked = compare(word("One.", "The term is two years."), negotiated())
    assert comparison_from(result.to_json()) == result


@pytest.mark.skipif(which("pdftotext") is None, reason="poppler-utils is not installed")
def test_the_text_of_a_pdf_is_compared_as_plain_paragraphs() -> None:
    """S3: a version that is a PDF; one without text (a scan) is refused."""
    from formengine.documents import find_converter, to_pdf

    if find_converter() is None:
        pytest.skip("LibreOffice is not installed")
    (block,) = changed_blocks(word("The term is two years."), to_pdf(word("The term is three years.")))
    assert [piece.text for piece in block.pieces if piece.kind != "same"] == ["two", "three"]
    with pytest.raises(DocumentWithoutText):
        compare(word("A."), PDF)


def test_hostile_files_are_refused_and_heavy_ones_ended() -> None:
    """S3, T35: damaged, with a document type, or more than the limits allow."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word("A."))) as source, zipfile.ZipFile(bomb, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "word/document.xml":
                content = content.replace(b"<w:document", b'<!DOCTYPE x [<!ENTITY a "aa">]><w:document', 1)
            target.writestr(name, content)
    for hostile in (b"PK\x03\x04 damaged", bomb.getvalue(), b"%PDF-1.7 damaged", b"plain text"):
        with pytest.raises(DocumentRefused):
            compare(word("A."), hostile)
    many = word(*(f"Paragraph {number}" for number in range(400)))
    for megabytes in (45, 52, 56, 60):  # of some, a parser says that the file is damaged, for want of memory
        with pytest.raises(DocumentTooHeavy):
            compare(many, many, limits=SandboxLimits(seconds=20, megabytes=megabytes))


def test_rows_that_were_moved_are_one_remark_each_way() -> None:
    """S3: two rows moved in Word's tracked changes, with their cells apart, and one inserted; what else was tracked in
    a row stays a remark of its own.
    """
    document: Any = Document()
    table = document.add_table(rows=4, cols=2)
    marks = f"{nsdecls('w')} w:id='1' w:author='Ana Ruiz' w:date='2026-05-03T10:00:00Z'"
    for number, (row, change) in enumerate(
        (("del", "moveFrom"), ("del", "moveFrom"), ("ins", "moveTo"), ("ins", "ins"))
    ):
        table.rows[number]._tr.get_or_add_trPr().append(parse_xml(f"<w:{row} {marks}/>"))
        for column in range(2):
            tracked(table.cell(number, column).paragraphs[0], change, f"Cell {number + 1}-{column + 1}")
    tracked(table.cell(3, 1).paragraphs[0], "del", "Old")
    remarks = read_word_text(saved(document)).remarks
    assert [(remark.kind, remark.text) for remark in remarks] == [
        ("moved_away", "Cell 1-1 | Cell 1-2\nCell 2-1 | Cell 2-2"),
        ("moved_here", "Cell 3-1 | Cell 3-2"),
        ("inserted", "Cell 4-1 | Cell 4-2"),
        ("deleted", "Old"),
    ]
    assert {remark.by for remark in remarks} == {"Ana Ruiz"}


@pytest.mark.parametrize(("kind", "tag"), [("inserted", "ins"), ("deleted", "del")])
def test_words_in_a_changed_row_are_of_whoever_changed_them(kind: str, tag: str) -> None:
    """S3: a row of one side's, in which the other side changed a word a month later, is two remarks."""
    document: Any = Document()
    table = document.add_table(rows=1, cols=2)
    theirs = f"{nsdecls('w')} w:id='1' w:author='Ana Ruiz' w:date='2026-05-03T10:00:00Z'"
    table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:{tag} {theirs}/>"))
    tracked(table.cell(0, 0).paragraphs[0], tag, "Cap")
    tracked(table.cell(0, 1).paragraphs[0], tag, "10")
    tracked(table.cell(0, 1).paragraphs[0], tag, " million", by="Bo Lind", at="2026-06-03T10:00:00Z")
    remarks = read_word_text(saved(document)).remarks
    assert [(remark.kind, remark.by, remark.text) for remark in remarks] == [
        (kind, "Ana Ruiz", "Cap | 10"),
        (kind, "Bo Lind", " million"),
    ]
