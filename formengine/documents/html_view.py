"""Reading copies: a Word document as plain, accessible HTML, to be read on a page before signing.

Headings, paragraphs, lists and tables with their words, bold, italics and underlining; no pictures, no links, no style
of its own, nor headers, footers and notes. It is a convenience: what is signed is the document itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox
from formengine.documents.template import check_template

_WRAPPERS = frozenset(qn(tag) for tag in ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:customXml", "w:smartTag"))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""The same words once more, for older programs."""


def to_html(docx: bytes, *, bounds: SandboxLimits | None = None) -> str:
    """An HTML fragment, every piece of it escaped, that begins its headings at `h2`.

    Raises DocumentRefused for what is no Word document, is not safe to open, or takes more than `bounds`.
    """
    check_template(docx)
    return run_in_sandbox("formengine.documents.html_view", {}, docx, bounds).decode()


def work_confined(_facts: dict[str, Any], docx: bytes) -> bytes:
    """What `to_html` does, inside the confined process."""
    document = Document(io.BytesIO(docx))
    return "\n".join(_blocks(_content(document.element.body, document))).encode()


def _content(element: Any, parent: Any) -> Iterator[Paragraph | Table]:
    """Paragraphs and tables in their order, also those inside controls, insertions and the like."""
    for child in element:
        if child.tag == qn("w:p"):
            yield Paragraph(child, parent)
        elif child.tag == qn("w:tbl"):
            yield Table(child, parent)
        elif child.tag in _WRAPPERS:
            yield from _content(child, parent)


def _blocks(content: Iterable[Paragraph | Table]) -> Iterator[str]:
    """Blocks in their order; neighbouring list items become one list."""
    for kind, group in groupby(content, key=_kind):
        if kind in ("ul", "ol"):
            items = "".join(f"<li>{_inline(one)}</li>" for one in group if isinstance(one, Paragraph))
            yield f"<{kind}>{items}</{kind}>"
        else:
            yield from (block for one in group if (block := _block(one)))


def _kind(block: Paragraph | Table) -> str:
    if isinstance(block, Table):
        return "table"
    name = _style(block)
    if name.startswith("list number"):
        return "ol"
    properties = block._p.pPr
    numbered = properties is not None and properties.numPr is not None
    return "ul" if name.startswith("list") or (numbered and not name.startswith("heading")) else "block"


def _block(block: Paragraph | Table) -> str:
    if isinstance(block, Table):
        return _table(block)
    text = _inline(block)
    if not text.strip():
        return ""
    found = re.match(r"heading (\d)", _style(block))
    if found:
        level = min(int(found[1]) + 1, 6)
        return f"<h{level}>{text}</h{level}>"
    return f"<h2>{text}</h2>" if _style(block) == "title" else f"<p>{text}</p>"


def _table(table: Table) -> str:
    rows = []
    for row in table.rows:
        cells = "".join(f"<td>{_cell(cell)}</td>" for cell in dict.fromkeys(row.cells))
        rows.append(f"<tr>{cells}</tr>")
    return f"<table>{''.join(rows)}</table>"


def _cell(cell: Any) -> str:
    blocks = list(_content(cell._tc, cell))
    if all(isinstance(block, Paragraph) for block in blocks):
        return "<br>".join(_inline(block) for block in blocks if isinstance(block, Paragraph))
    return "".join(_blocks(blocks))


def _style(paragraph: Paragraph) -> str:
    style = paragraph.style
    return (style.name or "").lower() if style is not None else ""


def _inline(paragraph: Paragraph) -> str:
    runs = paragraph._p.iter(qn("w:r"))
    return "".join(_run(run) for run in runs if next(run.iterancestors(_FALLBACK), None) is None)


def _run(run: Any) -> str:
    """A run of text, also inside links and insertions; what was deleted under review is not there any more."""
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
    found = properties.find(qn(tag)) if properties is not None else None
    return found is not None and found.get(qn("w:val"), "1") not in ("0", "false", "none")
