"""A version with its changes as tracked ones: accepted they give the newer text, refused the older one (S3)."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx import Document
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from formengine.documents import find_converter
from formengine.documents.html_view import to_html
from formengine.documents.signature_marks import prepare
from formengine.documents.word_versions.clean_copy import clean_copy
from formengine.documents.word_versions.comparison import compare
from formengine.documents.word_versions.redline import redline
from formengine.documents.word_versions.tracked_changes import accept_changes
from formengine.documents.word_versions.word_text import read_word_text, text_roots
from tests.documents.conftest import saved, word
from tests.documents.test_signature_picture import picture
from tests.documents.word_versions.builders import (
    RELATIONS,
    negotiated,
    numbered,
    opened,
    with_box,
    with_header,
    with_notes,
    without_parts,
)

LOGO = picture(size=(8, 8))
BY, AT = "Ana Ruiz", "2026-05-03T10:00:00Z"


def contract(*paragraphs: str, table: tuple[tuple[str, ...], ...] = (), bold: str = "", end: str = "") -> bytes:
    """A contract: paragraphs, one with a bold beginning, and a table before the last one."""
    document: Any = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if bold:
        paragraph = document.add_paragraph()
        paragraph.add_run(bold[:12]).bold = True
        paragraph.add_run(bold[12:])
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, texts in zip(grid.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    if end:
        document.add_paragraph(end)
    return saved(document)


PRICES = (("Service", "Price"), ("Advice", "100 euro"), ("Travel", "20 euro"))
TWO = contract("The price is ten euro.", "The law of France applies.")
OTHER = contract("The price is twenty euro.", "The law of France applies.")
NET, PARIS = (0, "Net of tax."), (1, "Paris.")
NOTED = with_notes(TWO, "footnotes", NET)
CASES = {
    "a header and a footer": (with_header(TWO, "Draft of May", "Page"), with_header(OTHER, "Final", "Page one")),
    "a new header": (TWO, with_header(OTHER, "Final", "Page")),
    "a header that went": (with_header(TWO, "Draft", "Page"), OTHER),
    "a footnote": (NOTED, with_notes(OTHER, "footnotes", (0, "Net of all taxes."))),
    "a new footnote": (NOTED, with_notes(OTHER, "footnotes", NET, PARIS)),
    "a footnote that went": (with_notes(TWO, "footnotes", NET, PARIS), with_notes(OTHER, "footnotes", PARIS)),
    "the first footnote": (TWO, with_notes(OTHER, "footnotes", NET)),
    "the last footnote": (NOTED, OTHER),
    "a footnote that moved": (NOTED, with_notes(OTHER, "footnotes", (1, "Net of tax."))),
    "an endnote": (with_notes(TWO, "endnotes", (1, "Of 2020.")), with_notes(TWO, "endnotes", NET, (1, "Of 2026."))),
    "a text box": (with_box(TWO, 0, "Stamp duty paid."), with_box(OTHER, 0, "Stamp duty owed.", "In two parts.")),
    "a new text box": (TWO, with_box(OTHER, 1, "Stamp here.")),
    "a text box that went": (with_box(TWO, 1, "Stamp here."), OTHER),
    "everything at once": (
        with_notes(with_box(with_header(TWO, "Draft", "Page"), 0, "Box one."), "footnotes", NET, PARIS),
        with_notes(with_box(with_header(OTHER, "Final"), 1, "Box two."), "footnotes", (1, "Paris, France.")),
    ),
    "words": (contract("The term is two years."), contract("The term is three full years.")),
    "runs": (contract(bold="Confidential data is kept."), contract(bold="Confidential data is kept secret.")),
    "added in the middle": (contract("One here.", "Two here."), contract("One here.", "Between them.", "Two here.")),
    "removed at the beginning": (contract("One here.", "Two here.", "Three."), contract("Two here.", "Three.")),
    "added at the end": (contract("One here."), contract("One here.", "Two is new.", "Three is new.")),
    "removed at the end": (contract("One here.", "Two goes.", "Three goes."), contract("One here.")),
    "replaced at the end": (contract("One here.", "Old words."), contract("One here.", "Something else.", "More.")),
    "a cell": (
        contract("Prices:", table=PRICES, end="End."),
        contract("Prices:", table=(PRICES[0], ("Advice", "120 euro"), PRICES[2]), end="End."),
    ),
    "a row": (
        contract("Prices:", table=PRICES, end="End."),
        contract("Prices:", table=(PRICES[0], PRICES[2]), end="End."),
    ),
    "a new row": (contract("Prices:", table=PRICES[:2], end="End."), contract("Prices:", table=PRICES, end="End.")),
    "a new table": (contract("Prices:", end="End."), contract("Prices:", table=PRICES, end="End.")),
    "a table that went": (contract("Prices:", table=PRICES, end="End."), contract("Prices:", end="End.")),
    "negotiated": (word("Services", "The term is two years."), negotiated()),
    "numbered": (numbered("Purpose", "Law"), numbered("Purpose", "Data", "Law")),
}  # fmt: skip


def texts(docx: bytes) -> dict[str, list[str]]:
    """The texts of a document by its parts, notes in any order; what is in a text box stands in its paragraph."""
    found: dict[str, list[str]] = {}
    for paragraph in read_word_text(docx).paragraphs:
        found.setdefault(paragraph.part, []).append(paragraph.text)
    return {part: sorted(words) if part in ("footnote", "endnote") else words for part, words in found.items()}


def body(docx: bytes) -> list[str]:
    return texts(docx)["body"]


def refused(docx: bytes) -> bytes:
    """The document with every tracked change refused: insertions and deletions are each other's reverse."""
    document = opened(docx)
    for _kind, root in text_roots(document):
        for element in root.iter(qn("w:ins"), qn("w:del"), qn("w:delText")):
            element.tag = {"ins": qn("w:del"), "del": qn("w:ins"), "delText": qn("w:t")}[element.tag.rpartition("}")[2]]
        accept_changes(root)
    return without_lost_notes(saved(document))


def accepted(docx: bytes) -> bytes:
    document = opened(docx)
    assert sum(accept_changes(root) for _kind, root in text_roots(document)) > 0
    return without_lost_notes(saved(document))


def without_lost_notes(docx: bytes) -> bytes:
    """The document without the notes to which nothing refers any more, as Word writes it when it is saved."""
    document = opened(docx)
    roots = dict(text_roots(document))
    for kind in ("footnotes", "endnotes"):
        name = f"w:{kind.removesuffix('s')}"
        references = {mark.get(qn("w:id")) for mark in document.element.body.iter(qn(f"{name}Reference"))}
        for note in [note for note in roots.get(kind, ()) if note.get(qn("w:id")) not in references]:
            note.getparent().remove(note)
    return saved(document)


def in_sections(*headers: str | None) -> bytes:
    """A document of sections with these headers of their own; None for one that shows that of the section before."""
    document: Any = Document()
    for number, header in enumerate(headers):
        section = document.add_section() if number else document.sections[0]
        document.add_paragraph(f"Section {number}.")
        if header is not None:
            section.header.is_linked_to_previous = False
            section.header.paragraphs[0].text = header
            section.header.paragraphs[0].add_run().add_picture(io.BytesIO(LOGO))
    return saved(document)


def shown_headers(docx: bytes) -> list[str]:
    return ["\n".join(line.text for line in section.header.paragraphs) for section in opened(docx).sections]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (("Contract A", "Annex"), ("Contract A", None)),
        (("Contract A", None), ("Contract A", "Annex")),
        (("Contract A", None, "Annex"), ("Contract B", "Terms", None)),
        (("Contract A", "Annex", None), (None, None, None)),
        ((None, None), ("Contract A", None)),
    ],
)
def test_each_section_shows_its_header_or_that_of_the_section_before(old: Any, new: Any) -> None:
    """S3: when a section no longer has a header of its own, or has one now, both versions show what they did."""
    marked = redline(in_sections(*old), in_sections(*new), BY, AT)
    assert shown_headers(accepted(marked)) == shown_headers(in_sections(*new))
    assert shown_headers(refused(marked)) == shown_headers(in_sections(*old))
    for section in opened(accepted(marked)).sections:
        for image in section.header.part.element.iter(qn("a:blip")):
            assert section.header.part.related_parts[image.get(qn("r:embed"))].blob == LOGO


@pytest.mark.parametrize("case", CASES)
def test_accepted_it_is_the_newer_and_refused_the_older_text(case: str) -> None:
    """S3: paragraphs, words over runs, cells, rows and tables; at the beginning, in the middle, at the end."""
    old, new = CASES[case]
    marked = redline(old, new, BY, AT)
    assert texts(accepted(marked)) == texts(without_lost_notes(new))
    assert texts(refused(marked)) == texts(without_lost_notes(old))


def test_changes_have_their_author_and_time_and_the_rest_is_left_alone() -> None:
    """S3: only what changed is marked, and what was bold still is."""
    marked = opened(redline(*CASES["runs"], BY, AT))
    marks = list(marked.element.body.iter(qn("w:ins"), qn("w:del")))
    assert {(mark.get(qn("w:author")), mark.get(qn("w:date"))) for mark in marks} == {(BY, AT)}
    assert ["".join(text.text for text in mark.iter(qn("w:t"))) for mark in marks] == [" secret"]
    assert marked.paragraphs[0].runs[0].bold is True


def test_of_a_pdf_there_is_none() -> None:
    """S3: `compare` marks Word documents in the sandbox; without an author it marks nothing."""
    old, new = CASES["words"]
    assert compare(old, new)[1] is None
    marked = compare(old, new, BY, AT)[1]
    assert marked is not None
    assert body(accepted(marked)) == body(new)


MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Resolve(source As String, command As String, target As String)
  Dim none()
  Dim filter(0) As New com.sun.star.beans.PropertyValue
  document = StarDesktop.loadComponentFromURL(source, "_blank", 0, none())
  dispatcher = createUnoService("com.sun.star.frame.DispatchHelper")
  dispatcher.executeDispatch(document.CurrentController.Frame, ".uno:" &amp; command, "", 0, none())
  filter(0).Name = "FilterName"
  filter(0).Value = "MS Word 2007 XML"
  document.storeToURL(target, filter())
  document.close(True)
End Sub
</script:module>
"""


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile of LibreOffice, which it makes itself, with a macro that accepts or refuses all changes."""
    folder = tmp_path_factory.mktemp("office")
    run_libreoffice(folder, "macro:///Standard.Module1.Main()")
    (folder / "user/basic/Standard/Module1.xba").write_text(MACRO)
    return folder


def run_libreoffice(profile: Path, call: str) -> None:
    program = find_converter()
    assert program is not None
    command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", call]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def by_libreoffice(profile: Path, docx: bytes, command: str) -> dict[str, list[str]]:
    source, target = profile / f"{command}.docx", profile / f"{command} done.docx"
    source.write_bytes(docx)
    call = f'macro:///Standard.Module1.Resolve("{source.as_uri()}","{command}","{target.as_uri()}")'
    run_libreoffice(profile, call)
    return texts(target.read_bytes())


@pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")
def test_libreoffice_accepts_and_refuses_all_changes(profile: Path) -> None:
    """S3: another program than ours reads the marks as they are meant."""
    old = contract(
        "Services",
        "",
        "The term is two years.",
        "This clause goes away.",
        "Law of France.",
        table=PRICES,
        end="Signed in Paris.",
    )
    changed = (PRICES[0], ("Advice", "120 euro"), ("Lodging", "70 euro"), PRICES[2])
    new = contract(
        "Services",
        "",
        "The term is three full years.",
        "Law of France.",
        "A clause on data is new.",
        table=changed,
        end="Signed in Lyon.",
    )
    old = with_notes(
        with_box(with_header(old, "Draft of May", "Page"), 1, "Stamp duty paid."), "footnotes", NET, (2, "Paris.")
    )
    new = with_notes(
        with_box(with_header(new, "Final", "Page one"), 1, "Stamp duty owed."), "footnotes", (2, "Net."), (4, "Data.")
    )
    marked = redline(old, new, BY, AT)
    assert by_libreoffice(profile, marked, "AcceptAllTrackedChanges") == texts(new)
    assert by_libreoffice(profile, marked, "RejectAllTrackedChanges") == texts(old)


def test_a_redline_names_nobody_who_wrote_it_and_holds_no_comment() -> None:
    """S3: neither beside formatting, nor in the properties; it goes to both sides, as the version itself need not."""
    newer = Document(io.BytesIO(negotiated()))
    newer.core_properties.author = newer.core_properties.last_modified_by = "Bo Lind"
    formatting = newer.paragraphs[1].add_run("Net.")._r.get_or_add_rPr()
    formatting.append(OxmlElement("w:rPrChange"))
    formatting[-1].set(qn("w:author"), "Bo Lind")
    for version in (newer, older := Document(io.BytesIO(negotiated()))):
        cell = version.tables[0].cell(0, 0)
        version.add_comment(cell.paragraphs[0].add_run(" remarked"), text="Is this net?", author="Bo Lind")
        data = PackURI("/customXml/item7.xml")
        part = XmlPart(data, "application/xml", parse_xml("<x>Bo Lind</x>"), version.part.package)
        version.part.relate_to(part, f"{RELATIONS}/customXml")
        version.settings.element.append(
            parse_xml(f'<w:mailMerge {nsdecls("w")}><w:query w:val="Bo Lind"/></w:mailMerge>')
        )
    older.add_table(1, 1).cell(0, 0).text = "Gone"
    older.add_comment(older.tables[1].cell(0, 0).paragraphs[0].runs[0], text="Is this net?", author="Bo Lind")
    marked = redline(saved(older), saved(newer), "formengine", AT)
    with ZipFile(io.BytesIO(marked)) as parts:
        xml = "".join(parts.read(name).decode(errors="replace") for name in parts.namelist())
    assert [words for words in ("Bo Lind", "Ana Ruiz", "Is this net?", "w:comment") if words in xml] == []
    assert set(re.findall('w:author="([^"]+)"', xml)) == {"formengine"}


def test_a_document_without_styles_is_compared_cleaned_and_read() -> None:
    """S3: other programs leave out the parts for styles, settings and properties; nothing of the text is lost."""
    bare = without_parts(negotiated(), "styles.xml", "settings.xml", "core.xml")
    for old, new in ((bare, word("Services")), (word("Services"), bare)):
        comparison, marked = compare(old, new, "formengine", AT)
        assert comparison.is_marked
        assert opened(marked or b"").paragraphs[0].text == "Services"
    for read in (opened(clean_copy(bare)[0]), opened(prepare(bare, None))):
        assert read.tables[0].cell(1, 1).text == "Cell 2-2"
    assert "The term is three years." in to_html(bare)
