"""Makes a Word document of titles, texts and Markdown, for conversion to PDF: answers to keep and to pass on.

Its content is text of ours and of people, never a document from outside; python-docx writes it as text.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from formengine.documents.word_properties import describe
from formengine.markdown import parser

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

_CONTROL: Final = {code: None for code in range(32) if chr(code) not in "\t\n"}
_LIST_STYLES: Final = {"bullet_list_open": "List Bullet", "ordered_list_open": "List Number"}


@dataclass(frozen=True)
class Part:
    """A part of the document: a heading, then (title, text) rows, then a text in Markdown, each where there is one."""

    heading: str
    rows: Sequence[tuple[str, str]] = ()
    markdown: str = ""
    note: str = ""
    picture: bytes | None = None
    """A PNG that stands at the end of the part; `note` says in words what it shows."""


def answer_document(title: str, subtitle: str, parts: Iterable[Part], *, language: str) -> bytes:
    """A `.docx` of the parts, with its title and language in its properties."""
    from docx import Document
    from docx.shared import Pt

    document = Document()
    describe(document, _text(title), language)
    document.styles["Normal"].font.size = Pt(11)
    document.add_heading(_text(title), level=1)
    document.add_paragraph(_text(subtitle))
    for part in parts:
        document.add_heading(_text(part.heading), level=2)
        _add_rows(document, part.rows)
        if part.markdown:
            _add_markdown(document, part.markdown)
        if part.picture is not None:
            _add_picture(document, part.picture, part.note)
        if part.note:
            document.add_paragraph().add_run(_text(part.note)).italic = True
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _add_rows(document: WordDocument, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for title, text in rows:
        cells = table.add_row().cells
        cells[0].paragraphs[0].add_run(_text(title)).bold = True
        cells[1].text = _text(text)


def _add_picture(document: WordDocument, picture: bytes, description: str) -> None:
    from docx.shared import Cm

    shape = document.add_picture(io.BytesIO(picture), width=Cm(3))
    shape._inline.docPr.set("descr", _text(description))


def _add_markdown(document: WordDocument, markdown: str) -> None:
    """Paragraphs, headings, lists and quotes, with bold and italic words; links as their text and address."""
    lists: list[str] = []
    style: str | None = None
    for token in parser().parse(markdown):
        if token.type in _LIST_STYLES:
            lists.append(_LIST_STYLES[token.type])
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "heading_open":
            style = f"Heading {min(int(token.tag[1:]) + 2, 5)}"
        elif token.type == "inline":
            paragraph = document.add_paragraph(style=style or (lists[-1] if lists else None))
            _add_words(paragraph, token.children or ())
            style = None
        elif token.type in ("code_block", "fence"):
            document.add_paragraph(_text(token.content), style="Quote")


def _add_words(paragraph: Any, tokens: Iterable[Any]) -> None:
    bold = italic = False
    address = ""
    for token in tokens:
        if token.type in ("strong_open", "strong_close"):
            bold = token.type == "strong_open"
        elif token.type in ("em_open", "em_close"):
            italic = token.type == "em_open"
        elif token.type in ("softbreak", "hardbreak"):
            paragraph.add_run().add_break()
        elif token.type == "link_open":
            address = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            paragraph.add_run(f" ({_text(address)})")
        elif token.content:
            run = paragraph.add_run(_text(token.content))
            run.bold, run.italic = bold or None, italic or None


def _text(text: str) -> str:
    """A text without characters that XML 1.0 does not allow."""
    return text.translate(_CONTROL)
