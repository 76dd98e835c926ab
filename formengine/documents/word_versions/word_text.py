"""Reads a Word document as paragraphs with their numbers, tracked changes and comments, inside the sandboxed process.

The text is that of the document as it would read with its tracked changes accepted; hidden text is part of it, so that
nobody hides a change. Bounded are the number of paragraphs, the length of the text and the depth of tables.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from docx import Document
from docx.opc.part import XmlPart
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from formengine.documents.page_parts import PagePart, headers_and_footers, notes, root_of
from formengine.documents.paragraph_text import FALLBACK, GONE, boxes_of, drawn_texts, run_text, runs_of, text_of
from formengine.documents.word_templates.clause_numbers import numbers_of
from formengine.documents.word_versions.differences import Paragraph, Part
from formengine.errors import DocumentRefused

MAX_PARAGRAPHS: Final = 60_000
MAX_CHARACTERS: Final = 8_000_000
"""The longest text that is read: some 2,500 pages."""
MAX_REMARKS: Final = 500
"""How many tracked changes, and comments, are listed."""
_LONGEST: Final = 600
_DEPTH: Final = 12
_PARTS: Final = ("header", "footer", "footnotes", "endnotes")
WRAPPERS: Final = frozenset(
    qn(tag) for tag in ("w:sdt", "w:sdtContent", "w:ins", "w:moveTo", "w:customXml", "w:smartTag")
)
_TRACKED: Final = {"w:ins": "inserted", "w:del": "deleted", "w:moveFrom": "moved_away", "w:moveTo": "moved_here"}
_FORMATS: Final = tuple(qn(tag) for tag in ("w:rPrChange", "w:pPrChange", "w:tblPrChange", "w:sectPrChange"))
_HEADING: Final = re.compile(r"heading (\d)")


@dataclass(frozen=True)
class Remark:
    """A tracked change or a comment in a Word file: who made it and when, as the file says ("" where it does not).

    `kind` is "comment", "inserted", "deleted", "moved_away", "moved_here" or "formatted"; or, by nobody, "hidden",
    "faint" or "changing" (`WordParts.unseen`). `text` is the comment, or the words that it is of; `about` is
    the text that a comment is about, or the beginning of the paragraph.

    Rows of a table that were inserted, deleted or moved are one remark, a line for each.
    """

    kind: str
    by: str
    at: str
    text: str
    about: str


@dataclass(frozen=True)
class WordText:
    """What is read of a document."""

    paragraphs: list[Paragraph]
    remarks: list[Remark]


def read_word_text(docx: bytes) -> WordText:
    """The paragraphs that a document prints, in the order of its parts (body, headers, footers, footnotes, endnotes),
    and its tracked changes and comments. Raises DocumentRefused for one that is too long. Its container was checked
    before.
    """
    document = Document(io.BytesIO(docx))
    paragraphs = list(_bounded(_Body(document).paragraphs(document.element.body)))
    for other in _other_parts(document):
        paragraphs += _bounded(Paragraph(text, other.number, other.kind) for text in _texts(other.element, other.part))
    if sum(len(paragraph.text) for paragraph in paragraphs) > MAX_CHARACTERS:
        raise DocumentRefused("the document is too long")
    tracked = [remark for _kind, root in text_roots(document) for remark in _tracked(root)]
    return WordText(paragraphs, [*tracked[:MAX_REMARKS], *list(_comments(document))[:MAX_REMARKS]])


def _bounded(paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
    for count, paragraph in enumerate(paragraphs):
        if count == MAX_PARAGRAPHS:
            raise DocumentRefused("the document is too long")
        yield paragraph


class _Body:
    """Reads the body of a document, and counts its tables."""

    def __init__(self, document: Any) -> None:
        self._part = document.part
        self._numbers = numbers_of(document)
        self._styles = {style.style_id: (style.name or "").lower() for style in document.styles}
        self._tables = 0

    def paragraphs(
        self, parent: Any, cell: tuple[int, int, int] | None = None, depth: int = 0, part: Part = "body"
    ) -> Iterator[Paragraph]:
        if depth > _DEPTH:
            raise DocumentRefused("the document has tables in tables in tables")
        for child in parent:
            if child.tag == qn("w:p"):
                if text := text_of(child, self._part):
                    yield Paragraph(text, self._numbers.get(child, ""), part, cell, self._level(child))
                for box in boxes_of(child):
                    yield from self.paragraphs(box, None, depth + 1, "box")
                yield from (Paragraph(text, part="box") for text in drawn_texts(child, self._part))
            elif child.tag == qn("w:tbl"):
                yield from self._cells(child, depth, part)
            elif child.tag in WRAPPERS:
                yield from self.paragraphs(child, cell, depth + 1, part)

    def _cells(self, table: Any, depth: int, part: Part) -> Iterator[Paragraph]:
        self._tables += 1
        number = self._tables
        for row, cells in enumerate(rows_of(table), 1):
            for column, cell in enumerate(cells, 1):
                yield from self.paragraphs(cell, (number, row, column), depth + 1, part)

    def _level(self, paragraph: Any) -> int:
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        name = self._styles.get(style.get(qn("w:val")), "") if style is not None else ""
        match = _HEADING.match(name)
        return int(match[1]) if match else int(name in ("title", "annex"))


def rows_of(table: Any) -> Iterator[list[Any]]:
    """The cells of each row of a table, but for those tracked as deleted; content controls around them do not count."""
    for row in _inside(table, qn("w:tr")):
        if not any(row.find(f"{qn('w:trPr')}/{tag}") is not None for tag in GONE):
            yield [cell for cell in _inside(row, qn("w:tc")) if cell.find(f"{qn('w:tcPr')}/{qn('w:cellDel')}") is None]


def _inside(element: Any, tag: str) -> Iterator[Any]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in WRAPPERS:
            yield from _inside(child, tag)


def _texts(root: Any, part: Any = None) -> Iterator[str]:
    """The texts of the paragraphs of a header, footer or note, those of boxes and tables in it too, and of drawings."""
    for paragraph in root.iter(qn("w:p")):
        if not any(parent.tag == FALLBACK or parent.tag in GONE for parent in paragraph.iterancestors()):
            if text := text_of(paragraph, part):
                yield text
            yield from drawn_texts(paragraph, part) if part is not None else ()


def _other_parts(document: Any) -> Iterator[PagePart]:
    """The headers, footers and notes that a document prints; the same text of several sections counts once."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for page_part in headers_and_footers(document):
        content = tuple(_texts(page_part.element, page_part.part))
        if (page_part.kind, content) not in seen:
            seen.add((page_part.kind, content))
            yield page_part
    yield from notes(document).values()


def text_roots(document: Any) -> Iterator[tuple[str, Any]]:
    """The parts of a document that hold text, to be changed: its kind ("body", "header", "footer", "footnotes",
    "endnotes") and its element. One that python-docx left as bytes is parsed, and kept as changed.
    """
    yield "body", document.element.body
    seen: set[Any] = set()
    for relation in document.part.rels.values():
        kind = relation.reltype.rsplit("/", 1)[-1]
        if relation.is_external or kind not in _PARTS:
            continue
        part = editable_part(relation)
        if part not in seen:
            seen.add(part)
            yield kind, part.element


def editable_part(relation: Any) -> Any:
    """The part that a relation leads to; one that python-docx left as bytes is parsed, and kept as changed."""
    part = relation.target_part
    if getattr(part, "element", None) is None:
        part = XmlPart(part.partname, part.content_type, parse_xml(part.blob), part.package)
        relation._target = part
    return part


def _tracked(root: Any) -> Iterator[Remark]:
    """The tracked changes of a part; one after the other by the same person is one."""
    last: Remark | None = None
    for remark in _tracked_pieces(root):
        if last is not None and _same_change(last, remark):
            last = replace(last, text=(last.text + remark.text)[:_LONGEST])
            continue
        if last is not None:
            yield replace(last, text=last.text.rstrip("\n"))
        last = remark
    if last is not None:
        yield replace(last, text=last.text.rstrip("\n"))


def _same_change(first: Remark, other: Remark) -> bool:
    changes = [_change(remark.kind, remark.by, remark.at) for remark in (first, other)]
    return changes[0] == changes[1] and first.about == other.about


def _change(kind: str, by: str, at: str) -> tuple[str, str, str]:
    """What is the same in the pieces of one change: its kind, its author, and the minute of its time."""
    return kind, by, at[:16]


def _tracked_pieces(root: Any) -> Iterator[Remark]:
    kinds = {qn(tag): kind for tag, kind in _TRACKED.items()}
    rows: dict[Any, tuple[str, str, str]] = {}
    for element in root.iter(qn("w:tr"), *kinds, *_FORMATS):
        if element.tag == qn("w:tr"):
            if (row := _tracked_row(element, kinds)) is not None:
                rows[element] = _change(row.kind, row.by, row.at)
                yield row
            continue
        change = _change(kinds.get(element.tag, ""), *_by(element))
        if change in [rows.get(parent) for parent in element.iterancestors(qn("w:tr"))]:
            continue  # told with its row
        parent = element.getparent()
        about = next((text_of(p)[:_LONGEST] for p in element.iterancestors(qn("w:p"))), "")
        if element.tag in _FORMATS:
            yield Remark("formatted", *_by(element), "", about)
            continue
        text = "".join(run_text(run) for run in element.iter(qn("w:r")))
        if text.strip() and parent.tag not in (qn("w:rPr"), qn("w:trPr")):
            yield Remark(kinds[element.tag], *_by(element), text[:_LONGEST], about)


def _tracked_row(row: Any, kinds: Mapping[str, str]) -> Remark | None:
    """The row of a table that was inserted, deleted or moved as a whole, its cells apart; None for any other. What
    somebody else inserted or deleted in it, or at another time, is not among its words: it is told by itself.

    A moved row is marked as deleted or inserted, and what is in it as moved (ECMA-376 part 1, 17.13.5).
    """
    mark = next((mark for tag in kinds if (mark := row.find(f"{qn('w:trPr')}/{tag}")) is not None), None)
    if mark is None:
        return None
    kind = kinds[mark.tag]
    moved = {"inserted": qn("w:moveTo"), "deleted": qn("w:moveFrom")}.get(kind)
    if moved is not None and any(run.getparent().tag == moved for run in row.iter(qn("w:r"))):
        kind = kinds[moved]
    is_there, change = kind in ("inserted", "moved_here"), _change(kind, *_by(mark))
    runs = [runs_of(cell) if is_there else cell.iter(qn("w:r")) for cell in _inside(row, qn("w:tc"))]
    cells = ["".join(run_text(run) for run in of_cell if _is_of_row(run, change, kinds)).strip() for of_cell in runs]
    return Remark(kind, *_by(mark), f"{' | '.join(cells)[:_LONGEST]}\n", "") if any(cells) else None


def _is_of_row(run: Any, change: tuple[str, str, str], kinds: Mapping[str, str]) -> bool:
    """Whether a run in a row that was changed as a whole was in no other change of the same kind."""
    changes = [_change(kinds[mark.tag], *_by(mark)) for mark in run.iterancestors(*kinds)]
    return all(of_run == change or of_run[0] != change[0] for of_run in changes)


def _by(element: Any) -> tuple[str, str]:
    return element.get(qn("w:author"), "")[:200], element.get(qn("w:date"), "")[:32]


def _comments(document: Any) -> Iterator[Remark]:
    relations = document.part.rels.values()
    part = next((r.target_part for r in relations if r.reltype.endswith("/comments") and not r.is_external), None)
    if part is None:
        return
    about = _commented(document.element.body)
    for comment in root_of(part).iter(qn("w:comment")):
        text = " ".join(_texts(comment))
        yield Remark("comment", *_by(comment), text[:_LONGEST], about.get(comment.get(qn("w:id")), ""))


def _commented(body: Any) -> dict[str, str]:
    """The text that each comment is about, by the comment's id."""
    texts: dict[str, str] = {}
    begun: set[str] = set()
    for element in body.iter(qn("w:commentRangeStart"), qn("w:commentRangeEnd"), qn("w:t")):
        if element.tag == qn("w:t"):
            for id_ in begun:
                texts[id_] = (texts[id_] + (element.text or ""))[:_LONGEST]
        elif element.tag == qn("w:commentRangeStart"):
            begun.add(element.get(qn("w:id"), ""))
            texts.setdefault(element.get(qn("w:id"), ""), "")
        else:
            begun.discard(element.get(qn("w:id"), ""))
    return texts
