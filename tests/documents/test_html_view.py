import re

import pytest
from docx import Document

from formengine.documents import SandboxLimits, to_html
from formengine.errors import DocumentRefused
from tests.documents.conftest import changed, saved, word
from tests.documents.word_versions.builders import with_notes


@pytest.fixture(scope="module")
def html():
    document = Document()
    document.add_heading("Agreement", 0)
    document.add_heading("Parties", 1)
    paragraph = document.add_paragraph("Between <Brel> & ")
    paragraph.add_run("Fils").bold = True
    paragraph.add_run(" of ").italic = True
    paragraph.add_run("no").bold = False
    for item in ("one", "two"):
        document.add_paragraph(item, style="List Bullet")
    document.add_paragraph("first", style="List Number")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Fee", "12 €"
    document.add_paragraph("After.")
    return to_html(saved(document))


def test_headings_begin_at_level_two(html):
    assert html.startswith("<h2>Agreement</h2>\n<h3>Parties</h3>")


def test_text_is_escaped_and_keeps_bold_and_italics(html):
    assert "<p>Between &lt;Brel&gt; &amp; <strong>Fils</strong><em> of </em>no</p>" in html


def test_lists_are_lists(html):
    assert "<ul><li>one</li><li>two</li></ul>\n<ol><li>first</li></ol>" in html


def test_tables_keep_their_position(html):
    assert re.search(r"</ol>\n<table><tr><td>Fee</td><td>12 €</td></tr></table>\n<p>After.</p>$", html)


def test_content_controls_and_tracked_insertions_are_included_and_deletions_are_not():
    control = (
        b"<w:sdt><w:sdtContent><w:p><w:r><w:t>chosen</w:t></w:r>"
        b"<w:ins w:id='1' w:author='Joe'><w:r><w:t>, added</w:t></w:r></w:ins>"
        b"<w:del w:id='2' w:author='Joe'><w:r><w:delText>, gone</w:delText></w:r></w:del>"
        b"</w:p></w:sdtContent></w:sdt>"
    )
    docx = changed(word("before"), {"word/document.xml": lambda old: old.replace(b"<w:sectPr", control + b"<w:sectPr")})
    assert to_html(docx) == "<p>before</p>\n<p>chosen, added</p>"


def test_a_note_that_begins_with_a_table_keeps_its_number():
    """T35: its number stands before the table."""
    table = b"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Fee</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    noted = with_notes(word("before"), "footnotes", (0, "after"))
    docx = changed(noted, {"word/footnotes.xml": lambda old: re.sub(rb"(<w:footnote w:id=.2.>)", rb"\1" + table, old)})
    assert "<p><sup>1</sup></p><table><tr><td>Fee</td></tr></table><p>" in "".join(to_html(docx).split("\n"))


def test_nested_tables():
    document = Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.add_table(1, 1).cell(0, 0).text = "inner"
    assert "<td><table><tr><td>inner</td></tr></table></td>" in to_html(saved(document))


def test_no_styles_scripts_images_or_links(html):
    assert not re.search(r"style=|class=|<script|<img|href", html)


def test_markup_in_text_is_escaped():
    """T9."""
    assert to_html(word("<script>alert(1)</script>")) == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


def test_other_files_are_refused():
    with pytest.raises(DocumentRefused):
        to_html(b"%PDF-1.7")


def test_clauses_stand_under_the_title_of_the_document():
    """O8: levels of headings follow each other; numbers of clauses are read, marks of signatures are not."""
    document = Document()
    document.add_heading("Agreement", 0)
    document.add_heading("Purpose", 1)
    document.add_paragraph("Signed: [[sign:signatory]]")
    assert (
        to_html(saved(document))
        == '<h2>Agreement</h2>\n<h3>Purpose</h3>\n<p>Signed: <span data-mark="sign:signatory"></span></p>'
    )


def test_five_hundred_pages_are_read_in_the_time_of_a_reading_copy():
    """S5: 3,500 paragraphs, most of them without a style of their own, within the CPU time that a copy has."""
    clause = f"<w:p><w:r><w:t>{'The supplier delivers what the customer has ordered. ' * 9}</w:t></w:r></w:p>".encode()
    long = changed(
        word("A"), {"word/document.xml": lambda old: old.replace(b"<w:sectPr", clause * 3500 + b"<w:sectPr")}
    )
    assert to_html(long, limits=SandboxLimits(seconds=5)).count("<p>") == 3501
