"""Makes the certificate of signatures as a Word document, for conversion to PDF: one page where it fits.

Its content is text of ours and of people, never a document from outside; python-docx writes it as text.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from formengine.documents.word_properties import describe

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import _Cell

Row = tuple[str, str]
_CONTROL: Final = {code: None for code in range(32) if chr(code) not in "\t\n"}
_ACCENT: Final = "1C5273"
_WASH: Final = "F1F5F8"
_SOFT: Final = "55606A"
_WIDTH: Final = 17.6
"""Centimetres between the margins of the page."""


@dataclass(frozen=True)
class SignerBlock:
    """Somebody who signed: the name, (title, text) rows, and the picture of the signature where there is one (PNG)."""

    name: str
    rows: Sequence[Row]
    picture: bytes | None = None


@dataclass(frozen=True)
class Certificate:
    """The content of a certificate, in the language of its reader.

    `about` and `events` are (title, text) rows; `notes` are a heading and a text each; `verify` says in words what the
    `code` (PNG) leads to. `titles` are the headings of the signers and of the events.
    """

    title: str
    subtitle: str
    about: Sequence[Row]
    signers: Sequence[SignerBlock]
    events: Sequence[Row]
    notes: Sequence[Row]
    code: bytes
    verify: str
    titles: tuple[str, str]
    language: str


def certificate_docx(certificate: Certificate) -> bytes:
    """The certificate as `.docx`."""
    from docx import Document

    document = Document()
    _prepare(document, certificate)
    _add_head(document, certificate)
    _add_rows(document, certificate.about, size=8, widths=(6.2, _WIDTH - 6.2))
    _add_heading(document, certificate.titles[0])
    for signer in certificate.signers:
        _add_signer(document, signer)
    _add_heading(document, certificate.titles[1])
    _add_rows(document, certificate.events, size=7, widths=(9.2, _WIDTH - 9.2))
    for heading, text in certificate.notes:
        _add_heading(document, heading)
        _add_text(document.add_paragraph(), text, size=8)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _prepare(document: WordDocument, certificate: Certificate) -> None:
    """Page size, margins, the font and the language, and what stands at the foot of each page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    describe(document, _text(certificate.title), certificate.language)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(1.7)
    section.top_margin, section.bottom_margin = Cm(1.4), Cm(1.5)
    section.header_distance = section.footer_distance = Cm(0.7)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Sans", Pt(8.5)
    normal.paragraph_format.space_after = Pt(0)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), certificate.language)
    normal.element.get_or_add_rPr().append(language)
    foot = section.footer.paragraphs[0]
    _add_text(foot, f"{certificate.subtitle}  ·  ", size=7, colour=_SOFT)
    _add_page_number(foot)


def _add_page_number(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for number, instruction in enumerate((" PAGE ", " NUMPAGES ")):
        if number:
            _add_text(paragraph, " / ", size=7, colour=_SOFT)
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), instruction)
        run = paragraph.add_run("1")
        _shape(run, size=7, colour=_SOFT)
        field.append(run._r)
        paragraph._p.append(field)


def _add_head(document: WordDocument, certificate: Certificate) -> None:
    """The title, and beside it the code with what it is for."""
    from docx.shared import Cm, Pt

    left, right = _table(document, (_WIDTH - 3.2, 3.2)).add_row().cells
    heading = left.paragraphs[0]
    heading.style = document.styles["Heading 1"]
    heading.paragraph_format.space_before = Pt(0)
    _shape(heading.add_run(_text(certificate.title)), size=20, colour=_ACCENT)
    _add_text(left.add_paragraph(), certificate.verify, size=8, colour=_SOFT)
    shape = right.paragraphs[0].add_run().add_picture(io.BytesIO(certificate.code), width=Cm(2.7))
    shape._inline.docPr.set("descr", _text(certificate.verify))


def _add_heading(document: WordDocument, text: str) -> None:
    from docx.shared import Pt

    heading = document.add_heading(level=2)
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Pt(8), Pt(2)
    _shape(heading.add_run(_text(text)), size=10.5, colour=_ACCENT)


def _add_signer(document: WordDocument, signer: SignerBlock) -> None:
    """A block with a bar at its left: the name, the rows, and at the right the picture."""
    from docx.shared import Cm, Pt

    widths = (_WIDTH - 5.2, 5.2) if signer.picture is not None else (_WIDTH,)
    table = _table(document, widths)
    cells = table.add_row().cells
    _shade(cells[0], bar=True)
    name = cells[0].paragraphs[0]
    name.paragraph_format.keep_with_next = True
    _shape(name.add_run(_text(signer.name)), size=11, bold=True)
    for title, text in signer.rows:
        row = cells[0].add_paragraph()
        _add_text(row, f"{title}\N{NO-BREAK SPACE} ", size=7.5, colour=_SOFT)
        _add_text(row, text, size=8)
    if signer.picture is not None:
        _shade(cells[1], bar=False)
        shape = cells[1].paragraphs[0].add_run().add_picture(io.BytesIO(signer.picture))
        factor = min(Cm(4.8) / shape.width, Cm(1.8) / shape.height)
        shape.width, shape.height = int(shape.width * factor), int(shape.height * factor)
        shape._inline.docPr.set("descr", _text(signer.name))
    _keep_whole(table)
    gap = document.add_paragraph()
    gap.paragraph_format.line_spacing = Pt(4)


def _add_rows(document: WordDocument, rows: Sequence[Row], *, size: float, widths: tuple[float, float]) -> None:
    table = _table(document, widths)
    for title, text in rows:
        cells = table.add_row().cells
        _add_text(cells[0].paragraphs[0], title, size=size, colour=_SOFT)
        _add_text(cells[1].paragraphs[0], text, size=size)
    _keep_whole(table)


def _table(document: WordDocument, widths: Sequence[float]) -> Any:
    """A table without lines; it gets its rows later. Widths in centimetres."""
    from docx.shared import Cm

    table = document.add_table(rows=0, cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    return table


def _keep_whole(table: Any) -> None:
    """Keep each row on one page, and every cell as wide as its column."""
    from docx.oxml import OxmlElement

    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, column in zip(row.cells, table.columns, strict=True):
            cell.width = column.width


def _shade(cell: _Cell, *, bar: bool) -> None:
    """A background, and a bar at the left."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    properties = cell._tc.get_or_add_tcPr()
    if bar:
        line = f'<w:left w:val="single" w:sz="24" w:space="0" w:color="{_ACCENT}"/>'
        properties.append(parse_xml(f"<w:tcBorders {nsdecls('w')}>{line}</w:tcBorders>"))
    properties.append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{_WASH}"/>'))


def _add_text(paragraph: Any, text: str, *, size: float, colour: str = "") -> None:
    _shape(paragraph.add_run(_text(text)), size=size, colour=colour)


def _shape(run: Any, *, size: float, colour: str = "", bold: bool | None = None) -> None:
    """Size, colour and font of a run, also of its letters from scripts that Word sets apart."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    run.font.name, run.font.size = "Noto Sans", Pt(size)
    if bold is not None:
        run.bold = bold
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    other = OxmlElement("w:szCs")
    other.set(qn("w:val"), str(round(size * 2)))
    run._r.get_or_add_rPr().append(other)


def _text(text: str) -> str:
    """A text without characters that XML 1.0 does not allow."""
    return text.translate(_CONTROL)
