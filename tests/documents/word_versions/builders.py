"""Word documents with what negotiations leave in them: tracked changes, comments, notes, hidden text."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from docx import Document
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from tests.documents.conftest import changed, saved

FOOTNOTES = (
    f"<w:footnotes {nsdecls('w')}><w:footnote w:id='2'><w:p><w:r><w:t>Net of tax.</w:t></w:r></w:p></w:footnote>"
    "</w:footnotes>"
)


def tracked(paragraph: Paragraph, kind: str, text: str, by: str = "Ana Ruiz", at: str = "2026-05-03T10:00:00Z") -> None:
    """Add a tracked insertion (`ins`) or deletion (`del`) to a paragraph."""
    element, run, words = (
        OxmlElement(f"w:{kind}"),
        OxmlElement("w:r"),
        OxmlElement("w:delText" if kind == "del" else "w:t"),
    )
    words.text = text
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for name, value in (("w:id", str(len(list(paragraph._p.iter())))), ("w:author", by), ("w:date", at)):
        element.set(qn(name), value)
    run.append(words)
    element.append(run)
    paragraph._p.append(element)


def negotiated() -> bytes:
    """A contract with tracked changes, a comment, a header, a footer, a footnote, hidden text and a table."""
    document: Any = Document()
    document.add_heading("Services", level=1)
    term = document.add_paragraph("The term is ")
    tracked(term, "del", "two")
    tracked(term, "ins", "three")
    term.add_run(" years.")
    price = document.add_paragraph()
    run = price.add_run("The price is ten euro.")
    document.add_comment(run, text="Is this net?", author="Bo Lind", initials="BL")
    hidden = document.add_paragraph("Hidden sentence.").runs[0]
    hidden.font.hidden = True
    table = document.add_table(rows=2, cols=2)
    for row in range(2):
        for column in range(2):
            table.cell(row, column).text = f"Cell {row + 1}-{column + 1}"
    document.sections[0].header.paragraphs[0].text = "Draft of 3 May"
    document.sections[0].footer.paragraphs[0].text = "Page"
    return with_footnote(saved(document))


def with_footnote(docx: bytes) -> bytes:
    """The document with a footnote to its price."""
    reference = b'</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
    type_ = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    override = f'<Override PartName="/word/footnotes.xml" ContentType="{type_}"/></Types>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    relation = f'<Relationship Id="rIdNotes" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    return changed(
        docx,
        {
            "word/footnotes.xml": FOOTNOTES.encode(),
            "word/document.xml": lambda old: re.sub(b"(?<=ten euro.)</w:t></w:r>", reference, old),
            "[Content_Types].xml": lambda old: old.replace(b"</Types>", override.encode()),
            "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", relation.encode()),
        },
    )


NOTE_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}+xml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOX = """<w:r {namespaces} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml">
<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0"
simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1">
<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH>
<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV>
<wp:extent cx="2000000" cy="600000"/><wp:wrapNone/><wp:docPr id="7" name="Box"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp>
<wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="2000000" cy="600000"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx><w:txbxContent>{paragraphs}</w:txbxContent>
</wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback>
<w:pict><v:shape style="width:150pt;height:50pt"><v:textbox><w:txbxContent>{paragraphs}</w:txbxContent></v:textbox>
</v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r>"""


def with_notes(docx: bytes, kind: str, *notes: tuple[int, str]) -> bytes:
    """The document with footnotes or endnotes (`kind`), each at the end of the paragraph with a number, from 0."""
    document, name = opened(docx), kind.removesuffix("s")
    texts = "".join(
        f"<w:{name} w:id='{id_}'><w:p><w:r><w:{name}Ref/></w:r><w:r><w:t>{text}</w:t></w:r></w:p></w:{name}>"
        for id_, (_paragraph, text) in enumerate(notes, 2)
    )
    for id_, (paragraph, _text) in enumerate(notes, 2):
        run = document.paragraphs[paragraph].add_run()
        run._r.append(parse_xml(f"<w:{name}Reference {nsdecls('w')} w:id='{id_}'/>"))
    lines = "".join(
        f"<w:{name} w:type='{line}' w:id='{id_}'><w:p><w:r><w:{line}/></w:r></w:p></w:{name}>"
        for id_, line in ((0, "separator"), (1, "continuationSeparator"))
    )
    root = parse_xml(f"<w:{kind} {nsdecls('w')}>{lines}{texts}</w:{kind}>")
    part = XmlPart(PackURI(f"/word/{kind}.xml"), NOTE_TYPE.format(kind), root, document.part.package)
    document.part.relate_to(part, f"{RELATIONS}/{kind}")
    return saved(document)


def with_box(docx: bytes, paragraph: int, *texts: str) -> bytes:
    """The document with a text box, in both markups, at the end of a paragraph."""
    document = opened(docx)
    paragraphs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in texts)
    document.paragraphs[paragraph]._p.append(parse_xml(BOX.format(namespaces=nsdecls("w"), paragraphs=paragraphs)))
    return saved(document)


def with_header(docx: bytes, header: str, footer: str = "") -> bytes:
    """The document with a header and a footer."""
    document = opened(docx)
    section = document.sections[0]
    for part, text in ((section.header, header), (section.footer, footer)):
        if text:
            part.paragraphs[0].text = text
    return saved(document)


def numbered(*clauses: str) -> bytes:
    """A document of numbered headings, each with its number from the list of its style."""
    document: Any = Document()
    numbering = document.part.numbering_part.element
    abstract = parse_xml(
        f"<w:abstractNum {nsdecls('w')} w:abstractNumId='77'><w:lvl w:ilvl='0'><w:start w:val='1'/>"
        "<w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl></w:abstractNum>"
    )
    numbering.insert(0, abstract)
    numbering.append(parse_xml(f"<w:num {nsdecls('w')} w:numId='77'><w:abstractNumId w:val='77'/></w:num>"))
    for clause in clauses:
        properties = document.add_paragraph(clause)._p.get_or_add_pPr()
        properties.append(parse_xml(f"<w:numPr {nsdecls('w')}><w:ilvl w:val='0'/><w:numId w:val='77'/></w:numPr>"))
    return saved(document)


def opened(docx: bytes) -> Any:
    """python-docx's document of the bytes."""
    return Document(io.BytesIO(docx))


def without_parts(docx: bytes, *names: str) -> bytes:
    """The document without parts such as `styles.xml`, and without the relations that lead to them, as a generator of
    documents may leave them out.
    """
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(result, "w") as new:
        for part in [part for part in old.namelist() if not part.endswith(names)]:
            content = old.read(part).decode("utf-8", "surrogateescape")
            for name in names:
                content = re.sub(rf'<(Relationship|Override) [^>]*{re.escape(name)}"[^>]*/>', "", content)
            new.writestr(part, content.encode("utf-8", "surrogateescape"))
    return result.getvalue()
