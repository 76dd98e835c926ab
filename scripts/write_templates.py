"""Writes the Word templates of the packs from `scripts/templates/<pack>/<name>.<language>.md`.

Run it after a change of these texts: `.venv/bin/python scripts/write_templates.py`. A line is a paragraph:

    # Title                         the title of the document
    ## Purpose {#purpose}           a numbered clause (1.), with a name for references
    + text                          a numbered paragraph of a clause (1.1)
    - text                          an item of the paragraph before it ((a))
    ### Annex title {#annex}        a numbered annex, on a page of its own
    * text                          an item with a bullet
    {% if personal_data %}          a tag alone on its line stands for its paragraph
    | a | b |                       a row of a table; the first row is its head
    || a | b |                      a row of a table without lines: signatures
    text                            a paragraph without a number

Within a line: **bold**, [#purpose] for the number of that clause, [[sign:role]] for a place to sign, \\\\ for a line
break.
"""

from __future__ import annotations

import io
import re
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "scripts" / "templates"
MOMENT = datetime(2026, 1, 1)  # noqa: DTZ001  # the property has no zone
_INLINE = re.compile(r"(\*\*.+?\*\*|\[#\w+\]|\[\[\w+:\w+\]\]|\\\\)")
_NAME = re.compile(r"\s*\{#(\w+)\}\s*$")
_LEVELS = (
    ("Heading 1", "decimal", "%1.", 0, 567),
    ("Clause", "decimal", "%1.%2", 567, 567),
    ("Clause Item", "lowerLetter", "(%3)", 1134, 567),
)
_PAGE = {"en": ("Page ", " of "), "fr": ("Page ", " sur ")}
_ANNEX = {"en": "Annex %1", "fr": "Annexe %1"}


def main() -> int:
    for source in sorted(SOURCES.glob("*/*.md")):
        target = target_of(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(written(source.read_text(encoding="utf-8"), source.stem.rsplit(".", 1)[1]))
    return 0


def target_of(source: Path) -> Path:
    """The template that a source is written to."""
    return ROOT / "workflows" / source.parent.name / "documents" / f"{source.stem}.docx"


def written(source: str, language: str) -> bytes:
    """The template of a source, as bytes that depend on the source alone."""
    writer = _Writer(language)
    lines = [line for line in source.splitlines() if line.strip() and not line.startswith("<!--")]
    for line in lines:
        writer.add(line.strip())
    return _with_fixed_dates(writer.saved())


class _Writer:
    def __init__(self, language: str) -> None:
        self.language = language
        self.document = Document()
        self.bookmarks = 0
        self.table: Any = None
        self._page()
        self._styles()
        self._numbering()

    def add(self, line: str) -> None:
        if line.startswith("|"):
            self._row(line)
            return
        self.table = None
        if line.startswith("{%") and line.endswith("%}") and line.count("{%") == 1:
            self.document.add_paragraph("{%p " + line[2:].strip(), style="Normal")
        elif line.startswith("### "):
            self._words(self.document.add_paragraph(style="Annex"), f"– {line[4:]}")
        elif line.startswith("## "):
            self._words(self.document.add_paragraph(style="Heading 1"), line[3:])
        elif line.startswith("# "):
            self._words(self.document.add_paragraph(style="Title"), line[2:])
        elif line.startswith("+ "):
            self._words(self.document.add_paragraph(style="Clause"), line[2:])
        elif line.startswith("* "):
            self._words(self.document.add_paragraph(style="List Bullet"), line[2:])
        elif line.startswith("- "):
            self._words(self.document.add_paragraph(style="Clause Item"), line[2:])
        else:
            paragraph = self.document.add_paragraph(style="Body Text")
            paragraph.paragraph_format.keep_with_next = line.endswith(":")
            self._words(paragraph, line)

    def saved(self) -> bytes:
        stream = io.BytesIO()
        self.document.save(stream)
        return stream.getvalue()

    def _row(self, line: str) -> None:
        plain = line.startswith("||")
        cells = [cell.strip() for cell in re.split(r"(?<=\s)\|(?=\s|$)", line.lstrip("|"))][:-1]
        if self.table is None:
            style = None if plain else "Table Grid"
            self.table = self.document.add_table(rows=0, cols=len(cells), style=style)
            self.table.autofit = True
        row = self.table.add_row()
        is_head = not plain and len(self.table.rows) == 1
        if is_head:
            row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {nsdecls('w')}/>"))
        for cell, text in zip(row.cells, cells, strict=False):
            paragraph = cell.paragraphs[0]
            paragraph.style = self.document.styles["Table Text"]
            paragraph.paragraph_format.keep_with_next = plain or is_head
            self._words(paragraph, f"**{text}**" if is_head else text)

    def _words(self, paragraph: Any, text: str) -> None:
        if name := _NAME.search(text):
            text = text[: name.start()]
            self.bookmarks += 1
            start = f'<w:bookmarkStart {nsdecls("w")} w:id="{self.bookmarks}" w:name="_{name[1]}"/>'
            paragraph._p.append(parse_xml(start))
        for piece in _INLINE.split(text):
            self._piece(paragraph, piece)
        if name:
            paragraph._p.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{self.bookmarks}"/>'))

    def _piece(self, paragraph: Any, piece: str) -> None:
        if piece.startswith("**"):
            paragraph.add_run(piece[2:-2]).bold = True
        elif piece.startswith("[#"):
            paragraph._p.append(_field(f"REF _{piece[2:-1]} \\r \\h", "0"))
        elif piece.startswith("[["):
            anchor = paragraph.add_run(piece)
            anchor.font.size, anchor.font.color.rgb = Pt(6), RGBColor(255, 255, 255)
        elif piece == "\\\\":
            paragraph.add_run().add_break()
        elif piece:
            paragraph.add_run(piece)

    def _page(self) -> None:
        section, properties = self.document.sections[0], self.document.core_properties
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
        section.top_margin = section.bottom_margin = Cm(2.3)
        header = section.header.paragraphs[0]
        header.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        header.add_run("{{ reference }}").font.size = Pt(8.5)
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for text, field in zip(_PAGE[self.language], ("PAGE", "NUMPAGES"), strict=True):
            footer.add_run(text).font.size = Pt(8.5)
            footer._p.append(_field(field, "1", '<w:rPr><w:sz w:val="17"/></w:rPr>'))
        properties.author = properties.last_modified_by = properties.comments = properties.title = ""
        properties.language, properties.created, properties.modified = self.language, MOMENT, MOMENT

    def _styles(self) -> None:
        styles = self.document.styles
        normal = styles["Normal"]
        normal.font.name, normal.font.size = "Arial", Pt(10)
        normal.element.get_or_add_rPr().append(
            parse_xml(f'<w:lang {nsdecls("w")} w:val="{ {"en": "en-GB", "fr": "fr-FR"}[self.language] }"/>')
        )
        for name in ("Clause", "Clause Item", "Annex", "Table Text"):
            styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = normal
        for name in ("Body Text", "Clause", "Clause Item"):
            style = styles[name].paragraph_format
            style.space_after, style.line_spacing, style.alignment = Pt(6), 1.15, WD_ALIGN_PARAGRAPH.JUSTIFY
        styles["Table Text"].paragraph_format.space_after = Pt(3)
        for name, size in (("Title", 16), ("Heading 1", 11), ("Annex", 13)):
            style = styles[name]
            style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), True
            style.font.color.rgb = RGBColor(0x1F, 0x2A, 0x44)
            if (fonts := style.element.rPr.find(qn("w:rFonts"))) is not None:
                for key in [key for key in fonts if "Theme" in key]:
                    del fonts.attrib[key]
            style.paragraph_format.keep_with_next = True
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(14), Pt(6)
        styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
        styles["Title"].paragraph_format.space_after = Pt(16)
        if (borders := styles["Title"].element.pPr.find(qn("w:pBdr"))) is not None:
            styles["Title"].element.pPr.remove(borders)
        styles["Annex"].paragraph_format.page_break_before = True
        styles["Annex"].element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="0"/>'))

    def _numbering(self) -> None:
        root = self.document.part.numbering_part.element
        levels = "".join(
            f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{format_}"/>'
            f'<w:pStyle w:val="{self.document.styles[style].style_id}"/><w:suff w:val="tab"/>'
            f'<w:lvlText w:val="{text}"/>'
            f'<w:pPr><w:ind w:left="{left + hanging}" w:hanging="{hanging}"/></w:pPr></w:lvl>'
            for number, (style, format_, text, left, hanging) in enumerate(
                (name, format_, text, max(0, left - 567), hanging) for name, format_, text, left, hanging in _LEVELS
            )
        )
        annex = (
            f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Annex"/>'
            f'<w:suff w:val="space"/><w:lvlText w:val="{_ANNEX[self.language]}"/></w:lvl>'
        )
        for number, content in ((90, levels), (91, annex)):
            levels_xml = f'<w:multiLevelType w:val="multilevel"/>{content}</w:abstractNum>'
            xml = f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{number}">{levels_xml}'
            root.insert(0, parse_xml(xml))
            root.append(
                parse_xml(f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="{number}"/></w:num>')
            )
        for level, (name, *_) in enumerate(_LEVELS):
            self._number_style(name, 90, level)
        self._number_style("Annex", 91, 0)

    def _number_style(self, name: str, number: int, level: int) -> None:
        properties = self.document.styles[name].element.get_or_add_pPr()
        xml = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        properties.insert_element_before(
            parse_xml(xml), "w:suppressLineNumbers", "w:pBdr", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
        )


def _field(instruction: str, shown: str, properties: str = "") -> Any:
    run = f"<w:r>{properties}<w:t>{shown}</w:t></w:r>"
    return parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr=" {instruction} ">{run}</w:fldSimple>')


def _with_fixed_dates(docx: bytes) -> bytes:
    copy = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            if name == "docProps/thumbnail.jpeg":
                continue
            content = source.read(name)
            if name == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return copy.getvalue()


if __name__ == "__main__":
    sys.exit(main())
