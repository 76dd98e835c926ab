"""Tracked changes of a Word document: accepted, or made, inside the sandboxed process (ECMA-376 part 1, 17.13.5)."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from formengine.documents.paragraph_text import BREAKS, runs_of

_ADDED: Final = (qn("w:ins"), qn("w:moveTo"))
_GONE: Final = (qn("w:del"), qn("w:moveFrom"))
_NOTES: Final = tuple(
    qn(f"w:{name}")
    for name in (
        "rPrChange", "pPrChange", "tblPrChange", "tblPrExChange", "trPrChange", "tcPrChange", "sectPrChange",
        "tblGridChange", "numberingChange", "cellIns", "cellMerge", "moveFromRangeStart", "moveFromRangeEnd",
        "moveToRangeStart", "moveToRangeEnd", "customXmlInsRangeStart", "customXmlInsRangeEnd",
        "customXmlDelRangeStart", "customXmlDelRangeEnd",
    )
)  # fmt: skip
"""What says how something looked before, or where a move begins: without a meaning once it is accepted."""
_PRESERVE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_AFTER_RUN_PROPERTIES: Final = (qn("w:sectPr"), qn("w:pPrChange"))


def accept_changes(root: Any) -> int:
    """Accept the tracked changes in a part of a document; returns how many elements said one."""
    rows = [row for row in root.iter(qn("w:tr")) if _is_deleted_row(row)]
    cells = [mark.getparent().getparent() for mark in root.iter(qn("w:cellDel"))]
    ended = [mark.getparent() for mark in root.iter(*_GONE) if mark.getparent().tag == qn("w:rPr")]
    paragraphs = [rpr.getparent().getparent() for rpr in ended if rpr.getparent().tag == qn("w:pPr")]
    count = 0
    for row in rows:
        _remove_row(row)
        count += 1
    for cell in cells:
        _remove_cell(cell)
        count += 1
    for mark in list(root.iter(qn("w:cellMerge"))):
        _merge(mark)
    for element in list(root.iter(*_NOTES)):
        _remove(element)
        count += 1
    for element in list(root.iter(*_GONE)):
        _remove(element)
        count += 1
    for element in list(root.iter(*_ADDED)):
        _unwrap(element)
        count += 1
    for paragraph in reversed(paragraphs):
        _join_next(paragraph)
    return count


def _remove(element: Any) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _remove_row(row: Any) -> None:
    """Remove a row of a table; with its last one the table, which has to have one."""
    parent = row.getparent()
    _remove(row)
    if parent.tag == qn("w:tbl") and parent.find(qn("w:tr")) is None and parent.find(f".//{qn('w:tr')}") is None:
        _remove(parent)


def _is_deleted_row(row: Any) -> bool:
    return any(row.find(f"{qn('w:trPr')}/{tag}") is not None for tag in _GONE)


def _remove_cell(cell: Any) -> None:
    """Remove a cell of a table; with the last one of its row the row, which has to have one."""
    row = next(cell.iterancestors(qn("w:tr")), None)
    _remove(cell)
    if row is not None and row.find(f".//{qn('w:tc')}") is None:
        _remove_row(row)


def _merge(mark: Any) -> None:
    """Merge a cell with the one above it, as a tracked merger says (17.13.5.2): "cont" goes on, "rest" begins."""
    value = mark.get(qn("w:vMerge"))
    properties = mark.getparent()
    for merged in properties.findall(qn("w:vMerge")):
        properties.remove(merged)
    if value in ("cont", "rest"):
        merged = OxmlElement("w:vMerge")
        merged.set(qn("w:val"), "restart" if value == "rest" else "continue")
        mark.addprevious(merged)


def _unwrap(element: Any) -> None:
    """Put the content of an element in its place."""
    for child in list(element):
        element.addprevious(child)
    _remove(element)


def _join_next(paragraph: Any) -> None:
    """Join a paragraph whose end was deleted with the next one, which keeps its properties."""
    following = paragraph.getnext()
    if following is None or following.tag != qn("w:p") or paragraph.getparent() is None:
        return
    properties = following.find(qn("w:pPr"))
    index = 0 if properties is None else 1
    content = [child for child in paragraph if child.tag != qn("w:pPr")]
    for offset, child in enumerate(content):
        following.insert(index + offset, child)
    _remove(paragraph)


class Marker:
    """Marks parts of a document as inserted or deleted, by one author at one time."""

    def __init__(self, author: str, at: str) -> None:
        self._author, self._at = author, at
        self._count = 0

    def mark(self, kind: str) -> Any:
        """A new `w:ins` or `w:del`."""
        self._count += 1
        element = OxmlElement(f"w:{kind}")
        element.set(qn("w:id"), str(800_000 + self._count))
        element.set(qn("w:author"), self._author)
        element.set(qn("w:date"), self._at)
        return element

    def insert_runs(self, runs: Iterator[Any] | list[Any]) -> None:
        """Mark runs as inserted, where they stand."""
        for run in list(runs):
            mark = self.mark("ins")
            run.addprevious(mark)
            mark.append(run)

    def insert_block(self, block: Any) -> None:
        """Mark a paragraph or table as inserted."""
        if block.tag == qn("w:tbl"):
            for row in block.iter(qn("w:tr")):
                self.mark_row(row, "ins")
            self.insert_runs(list(runs_of(block)))
        else:
            self.insert_runs(list(runs_of(block)))
            self.mark_end(block, "ins")

    def insert_row(self, row: Any) -> None:
        """Mark a row of a table as inserted."""
        self.mark_row(row, "ins")
        self.insert_runs(list(runs_of(row)))

    def deleted_block(self, block: Any) -> Any:
        """A copy of a paragraph, table or row of another document, marked as deleted; pictures and fields left out."""
        copy = deepcopy(block)
        for paragraph in [copy] if copy.tag == qn("w:p") else list(copy.iter(qn("w:p"))):
            self._delete_paragraph(paragraph)
        for row in [copy] if copy.tag == qn("w:tr") else list(copy.iter(qn("w:tr"))):
            self.mark_row(row, "del")
        if copy.tag == qn("w:p"):
            self.mark_end(copy, "del")
        return copy

    def _delete_paragraph(self, paragraph: Any) -> None:
        deleted = [self.deleted_run(run) for run in runs_of(paragraph)]
        properties = paragraph.find(qn("w:pPr"))
        for child in list(paragraph):
            if child is not properties:
                paragraph.remove(child)
        for name in ("w:sectPr", "w:numPr", "w:rPr"):
            for element in properties.findall(qn(name)) if properties is not None else ():
                properties.remove(element)
        paragraph.extend(mark for mark in deleted if mark is not None)

    def deleted_run(self, run: Any) -> Any | None:
        """A run of another document as a tracked deletion of its text; None for one without text."""
        copy = OxmlElement("w:r")
        properties = run.find(qn("w:rPr"))
        if properties is not None:
            copy.append(deepcopy(properties))
        texts = [child for child in run if child.tag == qn("w:t") or child.tag in BREAKS]
        for child in texts:
            if child.tag == qn("w:t"):
                text = OxmlElement("w:delText")
                text.text = child.text
                text.set(_PRESERVE, "preserve")
                copy.append(text)
            else:
                copy.append(deepcopy(child))
        if not texts:
            return None
        mark = self.mark("del")
        mark.append(copy)
        return mark

    def mark_end(self, paragraph: Any, kind: str) -> None:
        """Mark the end of a paragraph as inserted or deleted: without it, the next one would go on in its place."""
        properties = paragraph.get_or_add_pPr()
        own = properties.find(qn("w:rPr"))
        if own is None:
            own = OxmlElement("w:rPr")
            following = next((child for child in properties if child.tag in _AFTER_RUN_PROPERTIES), None)
            if following is None:
                properties.append(own)
            else:
                following.addprevious(own)
        own.insert(0, self.mark(kind))

    def unmark_end(self, paragraph: Any) -> str | None:
        """Take the mark from the end of a paragraph; returns its kind."""
        for kind in ("ins", "del"):
            mark = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn(f'w:{kind}')}")
            if mark is not None:
                mark.getparent().remove(mark)
                return kind
        return None

    def mark_row(self, row: Any, kind: str) -> None:
        """Mark a row of a table as inserted or deleted."""
        properties = row.find(qn("w:trPr"))
        if properties is None:
            properties = OxmlElement("w:trPr")
            exceptions = row.find(qn("w:tblPrEx"))
            if exceptions is not None:
                exceptions.addnext(properties)
            else:
                row.insert(0, properties)
        properties.append(self.mark(kind))
