"""HTML of the blocks of a Word document, inside the sandboxed process that `html_view` starts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml.etree import ErrorTypes, XMLSyntaxError  # type: ignore[import-untyped]  # it has no stubs

from formengine.documents.print_copy import as_printed
from formengine.documents.template import check_template
from formengine.documents.word_templates.clause_numbers import numbers_of

_WRAPPERS = frozenset(qn(tag) for tag in ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:customXml", "w:smartTag"))
OUT_OF_MEMORY = (ErrorTypes.ERR_OK, ErrorTypes.ERR_INTERNAL_ERROR, ErrorTypes.ERR_NO_MEMORY)
"""How libxml2 reports that it got no memory."""
_MARK = re.compile(r"\[\[(sign|date|initials|place):([A-Za-z0-9_.:-]{1,100})\]\]")
"""Where a signature is put on the page, or what is filled in with it: it is no text to read, but an empty element that
tells what stands there and of whom (`data-mark`)."""
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""Holds the same text again, for programs that do not know the newer markup."""


def sandboxed_task(_facts: dict[str, Any], docx: bytes) -> bytes:
    """The document as an HTML fragment. Raises DocumentRefused unless it is a Word document that is safe to open."""
    check_template(docx)
    try:
        document = Document(io.BytesIO(as_printed(docx)))
        return "\n".join(_Blocks(document).html(_content(document.element.body, document))).encode()
    except XMLSyntaxError as error:
        raise MemoryError if error.code in OUT_OF_MEMORY else error from None


def _content(element: Any, parent: Any) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in document order, those inside content controls and tracked insertions included."""
    for child in element:
        if child.tag == qn("w:p"):
            yield Paragraph(child, parent)
        elif child.tag == qn("w:tbl"):
            yield Table(child, parent)
        elif child.tag in _WRAPPERS:
            yield from _content(child, parent)


class _Blocks:
    """Writes the blocks of a document as HTML, with the numbers of numbered paragraphs.

    Headings begin at `h2`; those of a document with a title, which is one, at `h3`.
    """

    def __init__(self, document: Any) -> None:
        self._numbers: Mapping[Any, str] = numbers_of(document)
        of_paragraphs = [style for style in document.styles if style.type == WD_STYLE_TYPE.PARAGRAPH]
        self._styles = {style.style_id: (style.name or "").lower() for style in of_paragraphs}
        default = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
        self._usual = (default.name or "").lower() if default is not None else ""
        styles = {self._style(paragraph) for paragraph in document.paragraphs}
        self._highest = 3 if {"title", "heading 1"} <= styles else 2

    def html(self, content: Iterable[Paragraph | Table]) -> Iterator[str]:
        """The HTML of each block; adjacent list items become one list."""
        for kind, group in groupby(content, key=self._kind):
            if kind in ("ul", "ol"):
                items = "".join(f"<li>{_inline(item)}</li>" for item in group if isinstance(item, Paragraph))
                yield f"<{kind}>{items}</{kind}>"
            else:
                yield from (html for block in group if (html := self._block(block)))

    def _kind(self, block: Paragraph | Table) -> str:
        """Lists of Word's own styles and bullets are lists; paragraphs with another number keep it as text."""
        if isinstance(block, Table):
            return "table"
        name = self._style(block)
        if name.startswith("list number"):
            return "ol"
        is_bullet = self._numbers.get(block._p) == "" and not name.startswith("heading")
        return "ul" if name.startswith("list") or is_bullet else "block"

    def _block(self, block: Paragraph | Table) -> str:
        if isinstance(block, Table):
            return self._table(block)
        text = _inline(block)
        if not text.strip():
            return ""
        number = self._numbers.get(block._p)
        text = f"{escape(number)} {text}" if number else text
        heading = re.match(r"heading (\d)", self._style(block))
        if heading:
            level = min(int(heading[1]) - 1 + self._highest, 6)
            return f"<h{level}>{text}</h{level}>"
        return f"<h2>{text}</h2>" if self._style(block) in ("title", "annex") else f"<p>{text}</p>"

    def _style(self, paragraph: Paragraph) -> str:
        """The name of the style of a paragraph; python-docx goes through all styles for each that names none."""
        return self._styles.get(paragraph._p.style or "", self._usual)

    def _table(self, table: Table) -> str:
        rows = []
        for row in table.rows:
            cells = "".join(f"<td>{self._cell(cell)}</td>" for cell in dict.fromkeys(row.cells))
            rows.append(f"<tr>{cells}</tr>")
        return f"<table>{''.join(rows)}</table>"

    def _cell(self, cell: Any) -> str:
        blocks = list(_content(cell._tc, cell))
        if all(isinstance(block, Paragraph) for block in blocks):
            return "<br>".join(_inline(block) for block in blocks if isinstance(block, Paragraph))
        return "".join(self.html(blocks))


def _inline(paragraph: Paragraph) -> str:
    runs = paragraph._p.iter(qn("w:r"))
    text = "".join(_run(run) for run in runs if next(run.iterancestors(_FALLBACK), None) is None)
    return _MARK.sub(r'<span data-mark="\1:\2"></span>', text)


def _run(run: Any) -> str:
    """A run of text; tracked deletions have their text in another element and are left out."""
    pieces = []
    for child in run:
        if child.tag == qn("w:t"):
            pieces.append(escape(child.text or ""))
        elif child.tag in (qn("w:br"), qn("w:cr")):
            pieces.append("<br>")
        elif child.tag == qn("w:tab"):
            pieces.append("\u2003")
        elif child.tag == qn("w:noBreakHyphen"):
            pieces.append("\u2011")
    text = "".join(pieces)
    for tag, mark in (("w:b", "strong"), ("w:i", "em"), ("w:u", "u")):
        if text and _has(run, tag):
            text = f"<{mark}>{text}</{mark}>"
    return text


def _has(run: Any, tag: str) -> bool:
    properties = run.find(qn("w:rPr"))
    toggle = properties.find(qn(tag)) if properties is not None else None
    return toggle is not None and toggle.get(qn("w:val"), "1") not in ("0", "false", "none")
