"""What changed between two versions of a document, by paragraph and word (S3). Pure functions over `Paragraph`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal

from formengine.documents.word_versions.alignment import align

Kind = Literal["same", "added", "removed", "changed", "moved_away", "moved_here"]
Part = Literal["body", "box", "header", "footer", "footnote", "endnote"]

_WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")
_MOVED: Final = 20
"""The number of characters from which a paragraph that went in one place and came in another counts as moved."""
_WORDS_COMPARED: Final = 4_000_000
"""How many pairs of words of two paragraphs are compared at most; of longer ones, the middle counts as replaced."""


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a document: its text, its number as printed ("4.2", "" for none; of a note, that of the note) and
    the part that it is in. What stands in a text box, chart or diagram of the body is in "box".

    `cell` is the table, row and column of a paragraph in a table, each counted from 1; `level` that of a heading, from
    1, or 0.
    """

    text: str
    number: str = ""
    part: Part = "body"
    cell: tuple[int, int, int] | None = None
    level: int = 0


@dataclass(frozen=True)
class Piece:
    """A run of words: the same in both versions, or in one of them alone."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Change:
    """A paragraph of the two versions.

    `kind` is that of the whole paragraph, `changed` where some of its words are; `paragraph` is the newer one, or the
    older one where it went.
    """

    kind: Kind
    pieces: tuple[Piece, ...]
    paragraph: Paragraph


def differences(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> list[Change]:
    """The paragraphs of two versions in their order. A paragraph whose number alone is another is the same.

    >>> old = [Paragraph("One."), Paragraph("Two years.")]
    >>> [change.kind for change in differences(old, [Paragraph("One."), Paragraph("Three years."), Paragraph("New.")])]
    ['same', 'changed', 'added']
    """
    result: list[Change] = []
    parts = dict.fromkeys(paragraph.part for paragraph in [*old, *new])
    for part in parts:
        result += _of_part([p for p in old if p.part == part], [p for p in new if p.part == part])
    return _with_moves(result)


def _of_part(old: Sequence[Paragraph], new: Sequence[Paragraph]) -> Iterator[Change]:
    texts, new_texts = [p.text for p in old], [p.text for p in new]
    for i, j in align([_key(p) for p in old], [_key(p) for p in new], texts, new_texts):
        if i is None and j is not None:
            yield Change("added", (Piece("added", new[j].text),), new[j])
        elif j is None and i is not None:
            yield Change("removed", (Piece("removed", old[i].text),), old[i])
        elif i is not None and j is not None:
            if _key(old[i]) == _key(new[j]):
                yield Change("same", (Piece("same", new[j].text),), new[j])
            else:
                yield Change("changed", tuple(pieces(old[i].text, new[j].text)), new[j])


def _key(paragraph: Paragraph) -> tuple[str, bool]:
    return paragraph.text, paragraph.cell is not None


def _with_moves(changes: list[Change]) -> list[Change]:
    """The changes, with paragraphs that went in one place and came in another marked as moved."""
    gone = Counter(change.paragraph.text for change in changes if change.kind == "removed")
    come = Counter(change.paragraph.text for change in changes if change.kind == "added")
    moved = {text for text in gone if len(text) >= _MOVED and gone[text] == come[text]}
    kinds: dict[str, Kind] = {"removed": "moved_away", "added": "moved_here"}
    return [
        Change(kinds[change.kind], change.pieces, change.paragraph)
        if change.kind in kinds and change.paragraph.text in moved
        else change
        for change in changes
    ]


@dataclass(frozen=True)
class Fold:
    """A stretch of paragraphs without changes: how many, and those of them that are kept to be read."""

    count: int
    paragraphs: tuple[Change, ...] = ()


def folded(changes: Sequence[Change], around: int = 1, kept: int = 40) -> Iterator[Change | Fold]:
    """The changes with `around` paragraphs before and after each; longer stretches without changes are folded, and of
    those longer than `kept` only the number stays.
    """
    near = {
        index + offset
        for index, change in enumerate(changes)
        if change.kind != "same"
        for offset in range(-around, around + 1)
    }
    for is_near, stretch in groupby(enumerate(changes), key=lambda entry: entry[0] in near):
        paragraphs = tuple(change for _index, change in stretch)
        if is_near or len(paragraphs) == 1:
            yield from paragraphs
        else:
            yield Fold(len(paragraphs), paragraphs if len(paragraphs) <= kept else ())


def pieces(old: str, new: str) -> Iterator[Piece]:
    """The words of a paragraph that stayed, went and came; words that changed one after the other are one change."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    removed, added = "", ""
    opcodes = _opcodes(before, after)
    for index, (tag, start, end, new_start, new_end) in enumerate(opcodes):
        same = "".join(after[new_start:new_end])
        if tag == "equal" and (same.strip() or not (removed or added) or index == len(opcodes) - 1):
            yield from _replaced(removed, added)
            removed, added = "", ""
            yield Piece("same", same)
            continue
        removed += "".join(before[start:end])
        added += same
    yield from _replaced(removed, added)


def _opcodes(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    start, end, new_end = 0, len(before), len(after)
    while start < min(end, new_end) and before[start] == after[start]:
        start += 1
    while min(end, new_end) > start and before[end - 1] == after[new_end - 1]:
        end, new_end = end - 1, new_end - 1
    codes: list[tuple[str, int, int, int, int]] = [("equal", 0, start, 0, start)] if start else []
    if (end - start) * (new_end - start) > _WORDS_COMPARED:
        codes.append(("replace", start, end, start, new_end))
    else:
        matcher = SequenceMatcher(None, before[start:end], after[start:new_end], autojunk=end - start > 1000)
        codes += [(tag, a + start, b + start, c + start, d + start) for tag, a, b, c, d in matcher.get_opcodes()]
    if end < len(before):
        codes.append(("equal", end, len(before), new_end, len(after)))
    return codes


def _replaced(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
