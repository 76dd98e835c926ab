"""What changed between two versions of a document, by paragraph and word, from their reading copies (S3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import unescape
from typing import Final, Literal

_BLOCK: Final = re.compile(r"<(h\d|p|li|td)>(.*?)</\1>", re.DOTALL)
_WORD: Final = re.compile(r"\s+|\w+|[^\w\s]")
_NUMBER: Final = re.compile(r"(?:Annexe? )?(?:\d+(?:\.\d+)*\.?|\([a-z]+\))\s+")
_ALIKE: Final = 0.5
"""How alike two paragraphs are that count as one that was changed."""
MAX_BLOCKS: Final = 3000
"""Longer documents are compared by paragraph only."""


@dataclass(frozen=True)
class Piece:
    """A run of words: the same in both versions, or in one of them alone."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True)
class Change:
    """A paragraph of the two versions; `kind` is that of the whole paragraph, `changed` where some of its words are."""

    kind: Literal["same", "added", "removed", "changed"]
    pieces: tuple[Piece, ...]


def changes(before: str, after: str) -> list[Change]:
    """The paragraphs of two reading copies (HTML of `to_html`) side by side, in their order.

    >>> [change.kind for change in changes("<p>One.</p><p>Two years.</p>", "<p>One.</p><p>Three years.</p><p>New.</p>")]
    ['same', 'changed', 'added']
    """
    old, new = _paragraphs(before), _paragraphs(after)
    matcher = SequenceMatcher(None, [_key(text) for text in old], [_key(text) for text in new], autojunk=False)
    result: list[Change] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            result += [Change("same", (Piece("same", text),)) for text in new[new_start:new_end]]
        else:
            result += _replaced(old[start:end], new[new_start:new_end])
    return result


def shown_changes(all_changes: Sequence[Change], around: int = 1) -> Iterator[Change | int]:
    """The changes with `around` paragraphs before and after each; a number stands for that many that are left out."""
    kept = {
        near
        for index, change in enumerate(all_changes)
        if change.kind != "same"
        for near in range(index - around, index + around + 1)
    }
    hidden = 0
    for index, change in enumerate(all_changes):
        if index not in kept:
            hidden += 1
            continue
        if hidden:
            yield hidden
            hidden = 0
        yield change
    if hidden:
        yield hidden


def _paragraphs(html: str) -> list[str]:
    texts = (unescape(re.sub(r"<[^>]*>", " ", inner.replace("<br>", "\n"))) for _, inner in _BLOCK.findall(html))
    return [text for text in (re.sub(r"[ \n]+", " ", text).strip() for text in texts) if text]


def _key(text: str) -> str:
    """A paragraph without its number: one that only moved down is no change."""
    return _NUMBER.sub("", text, count=1) if _NUMBER.match(text) else text


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Paragraphs in the place of others: those that are alike are compared by words."""
    rest = list(old)
    if len(old) * len(new) > MAX_BLOCKS:
        rest, new_texts = [], new
        yield from (Change("removed", (Piece("removed", text),)) for text in old)
        yield from (Change("added", (Piece("added", text),)) for text in new_texts)
        return
    for text in new:
        index = next((i for i, other in enumerate(rest) if _are_alike(other, text)), None)
        if index is None:
            yield Change("added", (Piece("added", text),))
            continue
        yield from (Change("removed", (Piece("removed", other),)) for other in rest[:index])
        yield Change("changed", tuple(_pieces(rest[index], text)))
        rest = rest[index + 1 :]
    yield from (Change("removed", (Piece("removed", text),)) for text in rest)


def _are_alike(old: str, new: str) -> bool:
    matcher = SequenceMatcher(None, _WORD.findall(old), _WORD.findall(new), autojunk=False)
    return matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _pieces(old: str, new: str) -> Iterator[Piece]:
    """The words that stayed, went and came; words that changed one after the other are one change."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    removed, added = "", ""
    opcodes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for index, (tag, start, end, new_start, new_end) in enumerate(opcodes):
        same = "".join(after[new_start:new_end])
        if tag == "equal" and (same.strip() or not (removed or added) or index == len(opcodes) - 1):
            yield from _changed(removed, added)
            removed, added = "", ""
            yield Piece("same", same)
            continue
        removed += "".join(before[start:end])
        added += same
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)
