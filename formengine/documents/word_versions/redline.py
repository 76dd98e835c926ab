"""A Word document with what changed since another version as tracked changes, inside the sandboxed process (S3).

It is the newer version: to accept every change gives its text, to refuse every change the text of the older one, also
in headers, footers, notes and text boxes. Tracked changes of the two files themselves are accepted before. It is made
of copies as `print_copy` makes them, as the comparison is: so both show the same changes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import partial
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from formengine.documents.paragraph_text import BREAKS, run_text, runs_of
from formengine.documents.reader_words import PAGE, PAGES
from formengine.documents.word_versions.alignment import Pair, align
from formengine.documents.word_versions.anchored_content import (
    Anchored,
    Notes,
    anchored_in,
    copied_box,
    pair,
    put_back,
    put_characters,
    repeat_for_older_programs,
)
from formengine.documents.word_versions.author_names import take_names_out
from formengine.documents.word_versions.clean_copy import take_comments_out
from formengine.documents.word_versions.differences import pieces
from formengine.documents.word_versions.header_pairs import empty, header_pairs
from formengine.documents.word_versions.tracked_changes import Marker, accept_changes
from formengine.documents.word_versions.word_text import WRAPPERS, rows_of, text_roots

_NUMBERS = (qn("w:footnoteRef"), qn("w:endnoteRef"))
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def redline(old: bytes, new: bytes, author: str, at: str) -> bytes:
    """The newer document with the changes since the older one, tracked under a name and a time (ISO 8601, UTC); without
    its comments, and the names of those who wrote it.
    """
    before, after = Document(io.BytesIO(old)), Document(io.BytesIO(new))
    for document in (before, after):
        roots = [root for _kind, root in text_roots(document)]
        for root in roots:
            accept_changes(root)
        take_comments_out(document, roots)
        take_names_out(document, roots)
    notes = Notes(after)
    marking = _Redline(Marker(author, at), Notes(before), notes)
    for old_root, new_root in [(before.element.body, after.element.body), *header_pairs(before, after)]:
        marking.text(old_root, new_root)
    notes.put_in_order(after.element.body)
    for _kind, root in text_roots(after):
        _number_pages(root)
    result = io.BytesIO()
    after.save(result)
    return result.getvalue()


def _number_pages(root: Any) -> None:
    """Put a number where a character stands for one that Word calculates: it does so in headers when it opens a file,
    elsewhere when it prints.
    """
    for text in root.iter(qn("w:t"), qn("w:delText")):
        text.text = re.sub(f"[{PAGE}{PAGES}]", "1", text.text or "")


class _Redline:
    def __init__(self, marker: Marker, old_notes: Notes, new_notes: Notes) -> None:
        self._marker, self._old_notes, self._new_notes = marker, old_notes, new_notes

    def text(self, old_root: Any, new_root: Any) -> None:
        """Mark what changed in a body, header, note or text box, and in the notes and boxes that are anchored in it."""
        old, new = anchored_in(old_root, self._old_notes), anchored_in(new_root, self._new_notes)
        characters, new_characters = pair(old, new)
        put_characters(old, characters)
        put_characters(new, new_characters)
        self.blocks(old_root, new_root)
        before = dict(zip(characters, old, strict=True))
        here = {mark: partial(_element_of, entry) for mark, entry in zip(new_characters, new, strict=True)}
        moved = put_back(new_root, here, {mark: partial(self._removed, entry) for mark, entry in before.items()})
        for mark, entry in zip(new_characters, new, strict=True):
            is_same = mark in before and mark not in moved
            self.text(before[mark].content if is_same else empty(entry.content.tag), entry.content)
            repeat_for_older_programs(entry.element)

    def _removed(self, entry: Anchored) -> Any | None:
        """What stands in the newer version for a note or box that went, its text marked as deleted."""
        if entry.kind == "box":
            copy = copied_box(entry)
            if copy is None:
                return None
            self.text(entry.content, _emptied(copy.content))
            repeat_for_older_programs(copy.element)
            return copy.element
        note = _emptied(deepcopy(entry.content))
        reference = deepcopy(entry.element)
        reference.set(qn("w:id"), self._new_notes.add(entry.kind, note))
        self.text(entry.content, note)
        return reference

    def blocks(self, old_parent: Any, new_parent: Any) -> None:
        """Mark what changed in the paragraphs and tables of a body or cell."""
        old, new = list(_blocks(old_parent)), list(_blocks(new_parent))
        pairs = _with_last(_of_one_kind(_pairs(old, new), old, new), old, new)
        last: Any = None
        for i, j in pairs:
            if j is None and i is not None:
                copy = self._marker.deleted_block(old[i])
                self._put(copy, last, new_parent)
                last = copy
            elif j is not None:
                if i is None:
                    self._marker.insert_block(new[j])
                elif _text(old[i]) != _text(new[j]):
                    self._changed(old[i], new[j])
                last = new[j]
        self._end(pairs, new_parent)

    def _changed(self, old: Any, new: Any) -> None:
        if new.tag == qn("w:tbl"):
            self._table(old, new)
        else:
            self._paragraph(old, new)

    @staticmethod
    def _put(copy: Any, last: Any, parent: Any) -> None:
        if last is not None:
            last.addnext(copy)
            return
        first = next((child for child in parent if child.tag not in (qn("w:tcPr"),)), None)
        if first is None:
            parent.append(copy)
        else:
            first.addprevious(copy)

    def _end(self, pairs: list[Pair], parent: Any) -> None:
        """The last paragraph of a body or cell cannot lose its end: that of the one before goes in its stead."""
        blocks = list(_blocks(parent))
        if not pairs or None not in pairs[-1] or not blocks or blocks[-1].tag != qn("w:p"):
            return
        kind = self._marker.unmark_end(blocks[-1])
        if kind is None:
            return
        for block in reversed(blocks[:-1]):
            if block.tag != qn("w:p"):
                return
            if block.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn(f'w:{kind}')}") is None:
                self._marker.mark_end(block, kind)
                return

    def _table(self, old: Any, new: Any) -> None:
        old_rows, new_rows = list(_rows(old)), list(_rows(new))
        last: Any = None
        for i, j in _pairs(old_rows, new_rows):
            old_cells = list(_cells(old_rows[i])) if i is not None else []
            new_cells = list(_cells(new_rows[j])) if j is not None else []
            if i is not None and j is not None and len(old_cells) == len(new_cells):
                for old_cell, new_cell in zip(old_cells, new_cells, strict=True):
                    if _text(old_cell) != _text(new_cell):
                        self.blocks(old_cell, new_cell)
                last = new_rows[j]
                continue
            if i is not None:
                copy = self._marker.deleted_block(old_rows[i])
                if last is None:
                    new_rows[0].addprevious(copy)
                else:
                    last.addnext(copy)
                last = copy
            if j is not None:
                self._marker.insert_row(new_rows[j])
                last = new_rows[j]

    def _paragraph(self, old: Any, new: Any) -> None:
        """Mark the words of a paragraph that went and came."""
        changed = list(pieces(_text(old), _text(new)))
        cuts = ([0], [0])
        for piece in changed:
            if piece.kind != "added":
                cuts[0].append(cuts[0][-1] + len(piece.text))
            if piece.kind != "removed":
                cuts[1].append(cuts[1][-1] + len(piece.text))
        gone, here = _cut(old, set(cuts[0])), _cut(new, set(cuts[1]))
        before = after = 0
        for piece in changed:
            if piece.kind == "removed":
                runs = [run for run, start, end in gone if before <= start and end <= before + len(piece.text)]
                self._delete(runs, new, here, after)
            elif piece.kind == "added":
                stop = after + len(piece.text)
                self._marker.insert_runs([run for run, start, end in here if after <= start < end <= stop])
            before += len(piece.text) if piece.kind != "added" else 0
            after += len(piece.text) if piece.kind != "removed" else 0

    def _delete(self, runs: list[Any], paragraph: Any, here: list[tuple[Any, int, int]], at: int) -> None:
        """Put runs of the older paragraph into the newer one, as deleted, before the text at an offset."""
        anchor = next((run for run, start, end in here if start >= at and end > start), None)
        for run in runs:
            mark = self._marker.deleted_run(run)
            if mark is None:
                continue
            if anchor is None:
                paragraph.append(mark)
            else:
                anchor.addprevious(mark)


def _element_of(entry: Anchored) -> Any:
    return entry.element


def _emptied(content: Any) -> Any:
    """A note or box with its last paragraph alone, without text: its properties and the number of a note stay."""
    paragraphs = content.findall(qn("w:p"))
    last = paragraphs[-1] if paragraphs else OxmlElement("w:p")
    number = next((run for run in content.iter(qn("w:r")) if any(mark.tag in _NUMBERS for mark in run)), None)
    for child in list(content):
        content.remove(child)
    for child in list(last):
        if child.tag != qn("w:pPr"):
            last.remove(child)
    if number is not None:
        last.append(number)
    content.append(last)
    return content


def _pairs(old: list[Any], new: list[Any]) -> list[Pair]:
    texts, new_texts = [_text(element) for element in old], [_text(element) for element in new]
    keys = [(element.tag, text) for element, text in zip(old, texts, strict=True)]
    new_keys = [(element.tag, text) for element, text in zip(new, new_texts, strict=True)]
    return align(keys, new_keys, texts, new_texts)


def _of_one_kind(pairs: list[Pair], old: list[Any], new: list[Any]) -> list[Pair]:
    """The pairs, with a paragraph never paired with a table."""
    result: list[Pair] = []
    for i, j in pairs:
        if i is not None and j is not None and old[i].tag != new[j].tag:
            result += [(i, None), (None, j)]
        else:
            result.append((i, j))
    return result


def _with_last(pairs: list[Pair], old: list[Any], new: list[Any]) -> list[Pair]:
    """The pairs, with the last paragraphs of both paired where others went and came at the end."""
    end = len(pairs)
    while end and None in pairs[end - 1]:
        end -= 1
    gone = [i for i, j in pairs[end:] if j is None and i is not None]
    come = [j for i, j in pairs[end:] if i is None and j is not None]
    if not gone or not come or old[gone[-1]].tag != qn("w:p") or new[come[-1]].tag != qn("w:p"):
        return pairs
    rest: list[Pair] = [(i, None) for i in gone[:-1]]
    return [*pairs[:end], *rest, *((None, j) for j in come[:-1]), (gone[-1], come[-1])]


def _blocks(parent: Any) -> Iterator[Any]:
    for child in parent:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag in WRAPPERS:
            yield from _blocks(child)


def _rows(table: Any) -> Iterator[Any]:
    for cells in rows_of(table):
        if cells:
            yield next(cells[0].iterancestors(qn("w:tr")))


def _cells(row: Any) -> Iterator[Any]:
    return (cell for cell in row.iter(qn("w:tc")) if next(cell.iterancestors(qn("w:tr"))) is row)


def _text(element: Any) -> str:
    """The text of a paragraph, as its runs have it; of a table, row or cell, that of its paragraphs."""
    if element.tag == qn("w:p"):
        return "".join(run_text(run) for run in runs_of(element))
    return "\n".join(_text(paragraph) for paragraph in element.iter(qn("w:p")))


def _cut(paragraph: Any, cuts: set[int]) -> list[tuple[Any, int, int]]:
    """The runs of a paragraph with where their texts begin and end, cut so that none reaches over a cut."""
    result: list[tuple[Any, int, int]] = []
    position = 0
    for run in list(runs_of(paragraph)):
        for part in _parts(run, position, cuts):
            length = len(run_text(part))
            result.append((part, position, position + length))
            position += length
    return result


def _parts(run: Any, position: int, cuts: set[int]) -> list[Any]:
    """A run cut at offsets of its paragraph's text: the first part is the run itself."""
    inner = sorted(cut - position for cut in cuts if position < cut < position + len(run_text(run)))
    parts = [run]
    for cut in reversed(inner):
        rest = OxmlElement("w:r")
        properties = run.find(qn("w:rPr"))
        if properties is not None:
            rest.append(deepcopy(properties))
        _move_text(run, rest, cut)
        run.addnext(rest)
        parts.insert(1, rest)
    return parts


def _move_text(run: Any, rest: Any, cut: int) -> None:
    """Move what stands behind an offset of a run's text into another run."""
    position = 0
    for child in [child for child in run if child.tag != qn("w:rPr")]:
        length = len(child.text or "") if child.tag == qn("w:t") else int(child.tag in BREAKS)
        if position >= cut:
            rest.append(child)
        elif position + length > cut:
            text = child.text or ""
            tail = OxmlElement("w:t")
            tail.text, child.text = text[cut - position :], text[: cut - position]
            for element in (tail, child):
                element.set(_SPACE, "preserve")
            rest.append(tail)
        position += length
