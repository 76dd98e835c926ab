"""HTML of the blocks of a Word document, inside the sandboxed process that `html_view` starts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby
from typing import Any, Final

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from lxml.etree import ErrorTypes, XMLSyntaxError  # type: ignore[import-untyped]  # it has no stubs

from formengine.documents import reader_words as words
from formengine.documents.page_parts import PagePart, headers_and_footers, notes
from formengine.documents.paragraph_text import (
    HOLDERS,
    boxes_of,
    drawn_texts,
    has_property,
    is_struck,
    own_runs,
    picture_texts,
)
from formengine.documents.print_copy import as_printed
from formengine.documents.template import check_template
from formengine.documents.word_parts import hidden_styles, is_hidden
from formengine.documents.word_templates.clause_numbers import numbers_of
from formengine.documents.word_versions.word_text import WRAPPERS, rows_of

OUT_OF_MEMORY = (ErrorTypes.ERR_OK, ErrorTypes.ERR_INTERNAL_ERROR, ErrorTypes.ERR_NO_MEMORY)
"""How libxml2 reports that it got no memory."""
_MARK = re.compile(r"\[\[(sign|date|initials|place):([A-Za-z0-9_.:-]{1,100})\]\]")
"""Where a signature is put on the page, or what is filled in with it: it is no text to read, but an empty element that
tells what stands there and of whom (`data-mark`)."""
_TITLES: Final = {
    ("header", "default"): words.HEADER,
    ("header", "first"): words.FIRST_HEADER,
    ("header", "even"): words.EVEN_HEADER,
    ("footer", "default"): words.FOOTER,
    ("footer", "first"): words.FIRST_FOOTER,
    ("footer", "even"): words.EVEN_FOOTER,
    ("footnote", ""): words.FOOTNOTES,
    ("endnote", ""): words.ENDNOTES,
}
_COUNTED: Final = re.compile(r"(\d{1,6})\.?")
"""Numbers that a list of HTML writes as Word does."""
_BREAKS: Final = {
    qn("w:br"): "<br>",
    qn("w:cr"): "<br>",
    qn("w:tab"): "\u2003",
    qn("w:ptab"): "\u2003",
    qn("w:noBreakHyphen"): "\u2011",
}
_REFERENCES: Final = (qn("w:footnoteReference"), qn("w:endnoteReference"))


def sandboxed_task(_facts: dict[str, Any], docx: bytes) -> bytes:
    """The document as an HTML fragment. Raises DocumentRefused unless it is a Word document that is safe to open."""
    check_template(docx)
    try:
        document = Document(io.BytesIO(as_printed(docx)))
        return "\n".join(_whole(document)).encode()
    except XMLSyntaxError as error:
        raise MemoryError if error.code in OUT_OF_MEMORY else error from None


def _whole(document: Any) -> Iterator[str]:
    """The headers, the text, its notes, and the footers; each text that several sections show once."""
    notes_of_document = notes(document)
    blocks = _Blocks(document, notes_of_document)
    around = list(headers_and_footers(document))
    yield from _once(blocks.page_part(part) for part in around if part.kind == "header")
    yield from blocks.html(_content(document.element.body))
    for kind in ("footnote", "endnote"):
        yield from blocks.notes([note for note in notes_of_document.values() if note.kind == kind])
    yield from _once(blocks.page_part(part) for part in around if part.kind == "footer")


def _once(texts: Iterable[str]) -> Iterator[str]:
    yield from (text for text in dict.fromkeys(texts) if text)


def _content(element: Any) -> Iterator[Any]:
    """Paragraphs and tables in document order, those inside content controls and tracked insertions included."""
    for child in element:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag in WRAPPERS:
            yield from _content(child)


class _Blocks:
    """Writes the blocks of a document as HTML, with the numbers of numbered paragraphs.

    Headings begin at `h2`; those of a document with a title, which is one, at `h3`.
    """

    def __init__(self, document: Any, notes_of_document: Mapping[Any, PagePart]) -> None:
        self._part = document.part
        self._notes = notes_of_document
        self._numbers: Mapping[Any, str] = numbers_of(document)
        self._hidden = hidden_styles(document.styles.element)
        of_paragraphs = [style for style in document.styles if style.type == WD_STYLE_TYPE.PARAGRAPH]
        self._styles = {style.style_id: (style.name or "").lower() for style in of_paragraphs}
        default = document.styles.default(WD_STYLE_TYPE.PARAGRAPH)
        self._usual = (default.name or "").lower() if default is not None else ""
        styles = {self._style(paragraph) for paragraph in document.element.body.iterchildren(qn("w:p"))}
        self._highest = 3 if {"title", "heading 1"} <= styles else 2

    def html(self, content: Iterable[Any]) -> Iterator[str]:
        """The HTML of each block; adjacent list items become one list."""
        for kind, group in groupby(content, key=self._kind):
            if kind in ("ul", "ol"):
                yield from self._list(kind, list(group))
            else:
                yield from (html for block in group for html in self._block(block))

    def page_part(self, page_part: PagePart) -> str:
        """A header or footer under its title; nothing of an empty one."""
        texts = list(self._plain(page_part))
        title = _TITLES[page_part.kind, page_part.pages]
        return f"{_beginning(title)}{''.join(texts)}</div>" if texts else ""

    def notes(self, notes_of_kind: list[PagePart]) -> Iterator[str]:
        """The notes of one kind under their title."""
        if not notes_of_kind:
            return
        yield _beginning(_TITLES[notes_of_kind[0].kind, ""])
        for note in notes_of_kind:
            texts = list(self._plain(note))
            number = f"<p><sup>{escape(note.number)}</sup>" if note.number else ""
            if number and texts and texts[0].startswith("<p>"):
                texts[0] = f"{number} {texts[0].removeprefix('<p>')}"
            elif number and texts:
                yield f"{number}</p>"
            yield from texts
        yield "</div>"

    def _plain(self, page_part: PagePart) -> Iterator[str]:
        """The blocks of a header, footer or note, which has no headings."""
        before, self._part = self._part, page_part.part
        for block in _content(page_part.element):
            if block.tag == qn("w:tbl"):
                yield self._table(block)
            else:
                yield from self._paragraph(block, "p")
        self._part = before

    def _kind(self, block: Any) -> str:
        """Lists of Word's own styles and bullets are lists; paragraphs with another number keep it as text."""
        if block.tag == qn("w:tbl"):
            return "table"
        name, number = self._style(block), self._numbers.get(block)
        if name.startswith("list number") and (number is None or _COUNTED.fullmatch(number)):
            return "ol"
        is_bullet = number == "" and not name.startswith("heading")
        return "ul" if (name.startswith("list") and not number) or is_bullet else "block"

    def _list(self, kind: str, paragraphs: list[Any]) -> Iterator[str]:
        """A list whose numbers are those that are printed, and what stands in boxes beside it."""
        items, count = "", 0
        for paragraph in paragraphs:
            match = _COUNTED.fullmatch(self._numbers.get(paragraph) or "")
            count, expected = int(match[1]) if match else count + 1, count + 1
            value = f' value="{count}"' if kind == "ol" and count != expected else ""
            items += f"<li{value}>{self._inline(paragraph)}</li>"
        yield f"<{kind}>{items}</{kind}>"
        for paragraph in paragraphs:
            yield from self._beside(paragraph)

    def _block(self, block: Any) -> Iterator[str]:
        if block.tag == qn("w:tbl"):
            yield self._table(block)
            return
        heading = re.match(r"heading (\d)", self._style(block))
        if heading:
            yield from self._paragraph(block, f"h{min(int(heading[1]) - 1 + self._highest, 6)}")
        else:
            yield from self._paragraph(block, "h2" if self._style(block) in ("title", "annex") else "p")

    def _paragraph(self, paragraph: Any, tag: str) -> Iterator[str]:
        """A paragraph with its number, and what stands in boxes beside it."""
        text, number = self._inline(paragraph), self._numbers.get(paragraph)
        if text.strip():
            yield f"<{tag}>{escape(number)} {text}</{tag}>" if number else f"<{tag}>{text}</{tag}>"
        yield from self._beside(paragraph)

    def _beside(self, paragraph: Any) -> Iterator[str]:
        """The text boxes, charts and diagrams that are anchored in a paragraph."""
        if next(paragraph.iter(*HOLDERS), None) is None:
            return
        for box in boxes_of(paragraph):
            yield from self.html(_content(box))
        yield from (f"<p>{escape(text)}</p>" for text in drawn_texts(paragraph, self._part))

    def _style(self, paragraph: Any) -> str:
        """The name of the style of a paragraph; python-docx goes through all styles for each that names none."""
        return self._styles.get(paragraph.style or "", self._usual)

    def _table(self, table: Any) -> str:
        rows: list[list[_Cell]] = []
        above: dict[int, _Cell] = {}
        for elements in rows_of(table):
            row, column = [], 0
            for element in elements:
                cell = _Cell(element)
                if cell.goes_on and column in above:
                    above[column].rows += 1
                else:
                    above[column] = cell
                    row.append(cell)
                column += cell.columns
            rows.append(row)
        return f"<table>{''.join(f'<tr>{self._cells(row)}</tr>' for row in rows)}</table>"

    def _cells(self, row: list[_Cell]) -> str:
        return "".join(f"<td{cell.spans}>{self._cell(cell.element)}</td>" for cell in row)

    def _cell(self, cell: Any) -> str:
        blocks = list(_content(cell))
        if all(block.tag == qn("w:p") and next(block.iter(*HOLDERS), None) is None for block in blocks):
            numbered = [(self._numbers.get(block), self._inline(block)) for block in blocks]
            return "<br>".join(f"{escape(number)} {text}" if number and text else text for number, text in numbered)
        return "".join(self.html(blocks))

    def _inline(self, paragraph: Any) -> str:
        runs = [(self._run(run), run) for run in own_runs(paragraph)]
        shown = [(text, is_struck(run), self._is_hidden(run)) for text, run in runs if text]
        html = ""
        for (struck, hidden), group in groupby(shown, key=lambda entry: entry[1:]):
            text = "".join(text for text, _struck, _hidden in group)
            text = f"<s>{words.STRUCK}{text}{words.END}</s>" if struck else text
            html += f"{words.HIDDEN}{text}{words.END}" if hidden else text
        return _MARK.sub(r'<span data-mark="\1:\2"></span>', html)

    def _is_hidden(self, run: Any) -> bool:
        has_own = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}") is not None
        return (has_own or bool(self._hidden)) and is_hidden(run, self._hidden)

    def _run(self, run: Any) -> str:
        """A run of text; tracked deletions have their text in another element and are left out."""
        pieces = []
        for child in run:
            if child.tag == qn("w:t"):
                pieces.append(escape(child.text or ""))
            elif child.tag in _BREAKS:
                pieces.append(_BREAKS[child.tag])
            elif child.tag in _REFERENCES and child in self._notes and self._notes[child].number:
                pieces.append(f"<sup>{escape(self._notes[child].number)}</sup>")
            elif child.tag in HOLDERS:
                pieces += picture_texts(child)
        text = "".join(pieces)
        for tag, mark in (("w:b", "strong"), ("w:i", "em"), ("w:u", "u")):
            if text and has_property(run, tag):
                text = f"<{mark}>{text}</{mark}>"
        return text


def _beginning(title: str) -> str:
    """The beginning of what stands beside the text on a page: no part of its sentences, and drawn apart from them."""
    return f'<div class="fe-page-part"><p class="fe-page-part-title">{title}</p>'


class _Cell:
    """A cell of a table: how many columns and rows it takes, and whether it goes on with the one above it."""

    def __init__(self, element: Any) -> None:
        self.element = element
        self.rows = 1
        span = element.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        text = span.get(qn("w:val"), "1") if span is not None else "1"
        self.columns = int(text) if text.isdecimal() and 0 < int(text) < 100 else 1
        merged = element.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        self.goes_on = merged is not None and merged.get(qn("w:val"), "continue") == "continue"

    @property
    def spans(self) -> str:
        """Its attributes in HTML."""
        columns = f' colspan="{self.columns}"' if self.columns > 1 else ""
        return columns + (f' rowspan="{self.rows}"' if self.rows > 1 else "")
