"""Which paragraphs of two versions belong together: the same ones, and those that are alike.

The time is bounded for any input: paragraphs that stand once in both versions anchor the rest, so that only what lies
between two anchors is compared, and where that is much, each paragraph is compared with a few near it alone.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

Pair = tuple[int | None, int | None]
"""The index of a paragraph in the older and in the newer version; None where it is in one of them alone."""

ALIKE: Final = 0.5
"""The share of common words from which two paragraphs count as one that was changed."""
_COMPARED: Final = 40_000
"""How many pairs between two anchors are compared with each other; of more, only those near each other."""
_NEAR: Final = 20
"""How many paragraphs further one is looked for then: who edits a contract moves few of them far, and the time grows
with the length of the stretch, not with its square.
"""
_SURE: Final = 0.75
"""From this likeness on, no other paragraph near is looked at."""
_WORD: Final = re.compile(r"\w+")


def align(
    old: Sequence[Hashable], new: Sequence[Hashable], old_texts: Sequence[str], new_texts: Sequence[str]
) -> list[Pair]:
    """Pair the paragraphs of two versions, in the order of the newer one; those that went stand where they were.

    `old` and `new` are the keys of the paragraphs, equal for those that did not change; the texts say which others are
    alike.

    >>> align("abc", "axc", ["a", "two long years", "c"], ["a", "three long years", "c"])
    [(0, 0), (1, 1), (2, 2)]
    """
    words = ([Counter(_WORD.findall(text)) for text in old_texts], [Counter(_WORD.findall(text)) for text in new_texts])
    pairs: list[Pair] = []
    before, after = 0, 0
    for i, j in [*_equal(old, new), (len(old), len(new))]:
        pairs += _alike(range(before, i), range(after, j), *words)
        if i < len(old):
            pairs.append((i, j))
        before, after = i + 1, j + 1
    return pairs


def _equal(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The paragraphs that did not change, as increasing pairs of indices."""
    result: list[tuple[int, int]] = []
    stack = [(0, len(old), 0, len(new))]
    while stack:
        start, end, new_start, new_end = stack.pop()
        while start < end and new_start < new_end and old[start] == new[new_start]:
            result.append((start, new_start))
            start, new_start = start + 1, new_start + 1
        while start < end and new_start < new_end and old[end - 1] == new[new_end - 1]:
            end, new_end = end - 1, new_end - 1
            result.append((end, new_end))
        if start == end or new_start == new_end:
            continue
        anchors = _anchors(old, new, start, end, new_start, new_end)
        if not anchors:
            result += _repeated(old, new, start, end, new_start, new_end)
            continue
        result += anchors
        for i, j in [*anchors, (end, new_end)]:
            stack.append((start, i, new_start, j))
            start, new_start = i + 1, j + 1
    return sorted(result)


def _anchors(
    old: Sequence[Hashable], new: Sequence[Hashable], start: int, end: int, new_start: int, new_end: int
) -> list[tuple[int, int]]:
    """Paragraphs that stand once in both stretches, the longest increasing sequence of them (patience diff)."""
    counts, new_counts = Counter(old[start:end]), Counter(new[new_start:new_end])
    where = {new[j]: j for j in range(new_start, new_end)}
    unique = [(i, where[old[i]]) for i in range(start, end) if counts[old[i]] == 1 and new_counts.get(old[i]) == 1]
    ends: list[int] = []
    chains: list[int] = []
    previous: list[int | None] = []
    for index, (_i, j) in enumerate(unique):
        position = bisect_left(ends, j)
        previous.append(chains[position - 1] if position else None)
        if position == len(ends):
            ends.append(j)
            chains.append(index)
        else:
            ends[position], chains[position] = j, index
    result: list[tuple[int, int]] = []
    at = chains[-1] if chains else None
    while at is not None:
        result.append(unique[at])
        at = previous[at]
    return result[::-1]


def _repeated(
    old: Sequence[Hashable], new: Sequence[Hashable], start: int, end: int, new_start: int, new_end: int
) -> list[tuple[int, int]]:
    """The same paragraphs of a stretch in which each that is in both stands several times, such as empty lines: none
    tells where it belongs by itself, so that the longest runs of them are paired. None in a stretch for which that
    would take long: its paragraphs are paired by their likeness, as those that were changed.
    """
    if (end - start) * (new_end - new_start) > _COMPARED:
        return []
    matcher = SequenceMatcher(None, old[start:end], new[new_start:new_end], autojunk=False)
    return [
        (start + i + offset, new_start + j + offset)
        for i, j, size in matcher.get_matching_blocks()
        for offset in range(size)
    ]


def _alike(
    old: range, new: range, old_words: Sequence[Counter[str]], new_words: Sequence[Counter[str]]
) -> Iterator[Pair]:
    """The pairs of two stretches without equal paragraphs: those that are alike, and those that went or came."""
    if len(old) * len(new) <= _COMPARED:
        matches = _best(old, new, old_words, new_words)
    else:
        matches = _nearest(old, new, old_words, new_words)
    before, after = old.start, new.start
    for i, j in [*matches, (old.stop, new.stop)]:
        yield from ((index, None) for index in range(before, i))
        yield from ((None, index) for index in range(after, j))
        if i < old.stop:
            yield i, j
        before, after = i + 1, j + 1


def _best(
    old: range, new: range, old_words: Sequence[Counter[str]], new_words: Sequence[Counter[str]]
) -> list[tuple[int, int]]:
    """The increasing pairs of alike paragraphs whose likeness is greatest together (dynamic programming)."""
    rows: list[list[float]] = [[0.0] * (len(new) + 1)]
    for i in old:
        score = [likeness(old_words[i], new_words[j]) for j in new]
        row = [0.0]
        for k, value in enumerate(score):
            row.append(max(row[k], rows[-1][k + 1], rows[-1][k] + value if value >= ALIKE else 0.0))
        rows.append(row)
    pairs: list[tuple[int, int]] = []
    i, k = len(old), len(new)
    while i and k:
        if rows[i][k] == rows[i][k - 1]:
            k -= 1
        elif rows[i][k] == rows[i - 1][k]:
            i -= 1
        else:  # the two are alike: there is no other way to this sum
            pairs.append((old[i - 1], new[k - 1]))
            i, k = i - 1, k - 1
    return pairs[::-1]


def _nearest(
    old: range, new: range, old_words: Sequence[Counter[str]], new_words: Sequence[Counter[str]]
) -> list[tuple[int, int]]:
    """Each paragraph with the most alike of the few that come next."""
    pairs: list[tuple[int, int]] = []
    at = old.start
    for j in new:
        near = range(at, min(at + _NEAR, old.stop))
        best, nearest = 0.0, at
        for i in near:
            score = likeness(old_words[i], new_words[j])
            if score > best:
                best, nearest = score, i
            if best >= _SURE:
                break
        if best >= ALIKE:
            pairs.append((nearest, j))
            at = nearest + 1
    return pairs


def likeness(old: Counter[str], new: Counter[str]) -> float:
    """The share of words that two texts have in common, between 0 and 1."""
    size, new_size = old.total(), new.total()
    if not size or not new_size or 2 * min(size, new_size) < ALIKE * (size + new_size):
        return 0.0
    common = sum(min(count, new[word]) for word, count in old.items() if word in new)
    return 2 * common / (size + new_size)
