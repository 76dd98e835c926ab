"""A clean copy of a document: without tracked changes, comments, hidden text and metadata (S3, S4)."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from formengine.documents.document_safety import count_remarks
from formengine.documents.word_versions.clean_copy import TakenOut, clean_copy
from formengine.documents.word_versions.word_text import read_word_text
from tests.documents.conftest import saved, word
from tests.documents.word_versions.builders import negotiated, opened


def signed_by(docx: bytes) -> bytes:
    """The document with properties that name people and a firm."""
    document = opened(docx)
    document.core_properties.author = "Ana Ruiz"
    document.core_properties.last_modified_by = "Opposing Counsel LLP"
    return saved(document)


def text(docx: bytes) -> bytes:
    """Every part of a document, unpacked."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def test_a_clean_copy_reads_as_the_document_and_says_nothing_of_its_authors() -> None:
    """S3, S4: tracked changes are accepted; comments, hidden text and names are gone, wherever they stood."""
    source = signed_by(negotiated())
    assert count_remarks(source) == 4  # a deletion, an insertion, a comment, a hidden sentence
    cleaned, taken = clean_copy(source)
    assert (taken.tracked, taken.comments, taken.hidden) == (2, 1, 1)
    assert taken.metadata >= 2
    assert count_remarks(cleaned) == 0
    everything = text(cleaned)
    for gone in (b"Ana Ruiz", b"Bo Lind", b"Opposing Counsel", b"Is this net?", b"Hidden sentence", b"two"):
        assert gone not in everything, gone
    assert [paragraph.text for paragraph in read_word_text(cleaned).paragraphs] == [
        paragraph.text for paragraph in read_word_text(source).paragraphs if paragraph.text != "Hidden sentence."
    ]


def test_a_clean_document_stays_as_it_is() -> None:
    """S3: nothing is taken out of a copy that is clean already."""
    once, _taken = clean_copy(word("A contract."))
    assert clean_copy(once)[1] == TakenOut()


def test_what_a_style_hides_and_a_run_shows_is_text() -> None:
    """S3: what readers see stays, and is seen; what only the style of its letters hides goes."""
    document: Any = Document()
    document.styles.add_style("Secret", WD_STYLE_TYPE.CHARACTER).font.hidden = True
    paragraph = document.add_paragraph()
    paragraph.add_run("Shown. ", style="Secret").font.hidden = False
    paragraph.add_run("Hidden.", style="Secret")
    cleaned, taken = clean_copy(saved(document))
    assert taken.hidden == 1
    (run,) = opened(cleaned).paragraphs[0].runs
    assert (run.text, run.font.hidden) == ("Shown. ", False)
    assert count_remarks(cleaned) == 0


def test_a_hidden_end_of_a_paragraph_does_not_stay() -> None:
    """S3: it is counted as hidden, so that a clean copy has none, and its text stays."""
    document: Any = Document()
    properties = document.add_paragraph("Shown.")._p.get_or_add_pPr()
    properties.append(parse_xml(f"<w:rPr {nsdecls('w')}><w:vanish/></w:rPr>"))
    assert count_remarks(saved(document)) == 1
    cleaned, _taken = clean_copy(saved(document))
    assert count_remarks(cleaned) == 0
    assert opened(cleaned).paragraphs[0].text == "Shown."


@pytest.mark.parametrize(
    "name", ["tblPrChange", "tblPrExChange", "trPrChange", "tcPrChange", "tblGridChange", "cellIns"]
)
def test_tracked_changes_of_tables_count(name: str) -> None:
    """S3: what the clean copy takes out of a table is what keeps a document from being signed."""
    document: Any = Document()
    table = document.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "Price"
    table._tbl.tblPr.append(parse_xml(f"<w:{name} {nsdecls('w')} w:id='1' w:author='Ana Ruiz'/>"))
    assert count_remarks(saved(document)) == 1
    cleaned, taken = clean_copy(saved(document))
    assert (taken.tracked, count_remarks(cleaned)) == (1, 0)
    assert b"Ana Ruiz" not in text(cleaned)


def test_a_table_of_which_every_row_was_deleted_goes() -> None:
    """S3: a table has at least one row, or Word calls the file damaged."""
    document: Any = Document()
    document.add_paragraph("Before.")
    for kept in (False, True):
        table = document.add_table(rows=2, cols=1)
        for row in table.rows[kept:]:
            row._tr.get_or_add_trPr().append(parse_xml(f"<w:del {nsdecls('w')} w:id='1' w:author='Ana Ruiz'/>"))
    cleaned, _taken = clean_copy(saved(document))
    assert [len(table.rows) for table in opened(cleaned).tables] == [1]


def test_cells_that_were_deleted_go_and_merged_ones_are_merged() -> None:
    """S3: Word's tracked changes of single cells (cellDel, cellMerge) keep a document from being signed, and are
    accepted; a row whose text was moved away goes with it.
    """
    document: Any = Document()
    table = document.add_table(rows=3, cols=2)
    for row in range(3):
        for column in range(2):
            table.cell(row, column).text = f"Cell {row + 1}-{column + 1}"
    marks = f"{nsdecls('w')} w:id='1' w:author='Ana' w:date='2026-05-03T10:00:00Z'"
    table.cell(0, 1)._tc.get_or_add_tcPr().append(parse_xml(f"<w:cellDel {marks}/>"))
    table.cell(1, 0)._tc.get_or_add_tcPr().append(parse_xml(f"<w:cellMerge {marks} w:vMerge='cont'/>"))
    table.rows[2]._tr.get_or_add_trPr().append(parse_xml(f"<w:moveFrom {marks}/>"))
    docx = saved(document)
    assert count_remarks(docx) == 3
    clean, taken = clean_copy(docx)
    assert taken.tracked == 3
    assert count_remarks(clean) == 0
    texts = [[cell.text for cell in row.cells] for row in opened(clean).tables[0].rows]
    assert "Cell 1-2" not in str(texts)
    assert "Cell 3-1" not in str(texts)
    assert opened(clean).tables[0]._tbl.xpath(".//w:vMerge/@w:val") == ["continue"]
    assert "Cell 1-2" not in [paragraph.text for paragraph in read_word_text(docx).paragraphs]
