"""Estimates how long a backtracking engine can search a text for a pattern: as a power of the text's length.

Works on the parse tree of Python's `re`, on patterns with look-around or back references, which no engine of linear
time runs. What can be matched in several ways multiplies: of `.*a`, every place where `.*` may end is tried; of
`[a-z]+-`, one is, as no letter is a dash. Numbers are logarithms to the base of the longest text that is searched, so
that `.*` counts 1 and `a{0,5}` about a quarter.
"""

from __future__ import annotations

import math
import re
import warnings
from dataclasses import dataclass
from typing import Any, Final

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

LONGEST_TEXT: Final = 2000
_UNBOUNDED_FROM: Final = 16
"""A group that may be repeated more often than this counts as repeated without limit."""
_LAST: Final = 0x10FFFF
_REPEATS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT)
_ASSERTIONS: Final = (sre.ASSERT, sre.ASSERT_NOT)
_ENDS: Final = (sre.AT_END, sre.AT_END_STRING)
_CHARACTER: Final = (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY)
Ranges = tuple[tuple[int, int], ...]
"""Characters as ranges of code points, in order."""
_EVERY: Final[Ranges] = ((0, _LAST),)


@dataclass(frozen=True)
class _Effort:
    """`ways`: in how many ways something matches from one place; `work`: how many steps trying all of them takes, and
    `once` those of a last part that cannot fail, so that nothing is tried again after it."""

    ways: float = 0.0
    work: float = 0.0
    once: float = 0.0


def search_effort(pattern: str) -> float:
    """The power of a text's length that bounds the steps of a search (Python syntax); infinite where it is exponential.

    >>> [f"{search_effort(pattern):.1f}" for pattern in ("^(?!.*x).*$", "(?=x)(a|aa)+$", "(?!x).*y")]
    ['1.0', 'inf', '2.0']
    """
    try:
        items = parser.parse(pattern)
        return _sequence(items, None).work + (0 if _is_anchored(items) else 1)
    except (re.error, RecursionError):
        return math.inf


def _sequence(items: Any, follow: Ranges | None) -> _Effort:
    """The effort of a sequence; `follow` are the characters that may come after it, None where nothing has to."""
    ways = work = largest = 0.0
    for index, item in enumerate(items):
        effort = _item(item, _first(items[index + 1 :], follow))
        work = max(work, ways + effort.work, effort.once)
        ways += effort.ways
        largest = max(largest, effort.ways)
    if follow is not None and largest < math.inf and not _overlap(_alphabet(items), follow):
        ways -= largest  # its end is where the first other character stands
    return _Effort(ways, work)


def _item(item: Any, follow: Ranges | None) -> _Effort:
    op, argument = item
    if op in _REPEATS:
        least, most, body = argument
        return _repeat(least, most, body, follow)
    if op is sre.SUBPATTERN:
        return _sequence(argument[3], follow)
    if op is sre.ATOMIC_GROUP or op is sre.POSSESSIVE_REPEAT:
        return _Effort(0, math.inf)
    if op is sre.BRANCH:
        efforts = [_sequence(branch, follow) for branch in argument[1]]
        several = 0.0 if _are_distinct(argument[1], follow) else math.log(len(efforts), LONGEST_TEXT)
        return _Effort(max(e.ways for e in efforts) + several, max(e.work for e in efforts) + several)
    if op in _ASSERTIONS:  # it matches in one way: what is inside is not tried again
        return _Effort(0, _sequence(argument[1], None).work)
    if op is sre.GROUPREF_EXISTS:
        return _Effort(0, math.inf)
    return _Effort(0, 1 if op is sre.GROUPREF else 0)


def _repeat(least: int, most: int, body: Any, follow: Ranges | None) -> _Effort:
    """The effort of a repetition: its own ways are the places where it may end and what follows may begin."""
    most = LONGEST_TEXT if most is sre.MAXREPEAT else min(most, LONGEST_TEXT)
    first = _first(body, ())
    may_go_on = first is None or follow is None or _overlap(first, follow)
    ends = math.log(most - least + 1, LONGEST_TEXT) if most > least else 0.0
    ways = ends if may_go_on and follow is not None else 0.0
    times = math.log(max(most, 1), LONGEST_TEXT)
    if _is_character(body):
        return _Effort(ways, times) if follow is not None else _Effort(0, math.log(max(least, 1), LONGEST_TEXT), times)
    again = (first or _EVERY) if most > 1 else ()
    inner = _sequence(body, None if follow is None else (*again, *follow))
    if inner.ways > 0 and most > _UNBOUNDED_FROM:
        return _Effort(math.inf, math.inf)
    return _Effort(ways + inner.ways * most, inner.work + inner.ways * max(most - 1, 0) + times)


def _is_character(body: Any) -> bool:
    while len(body) == 1 and body[0][0] is sre.SUBPATTERN:
        body = body[0][1][3]
    return len(body) == 1 and body[0][0] in _CHARACTER


def _is_anchored(items: Any) -> bool:
    """Whether a sequence can match at the beginning of a text only."""
    for op, argument in items:
        if op is sre.AT and argument in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            return True
        if op is sre.SUBPATTERN:
            return _is_anchored(argument[3])
        if op is sre.BRANCH:
            return all(map(_is_anchored, argument[1]))
        if op not in _ASSERTIONS:
            return False
    return False


def _first(items: Any, follow: Ranges | None) -> Ranges | None:
    """The characters with which a sequence, or what follows it, can go on; None where it may be over at once."""
    ranges: Ranges = ()
    for index, (op, argument) in enumerate(items):
        if op in _ASSERTIONS or (op is sre.AT and argument not in _ENDS):
            return (*ranges, *_first_after(op, argument, items[index + 1 :], follow))
        inner, may_be_empty = _first_of(op, argument)
        ranges = (*ranges, *inner)
        if not may_be_empty:
            return ranges
    return None if follow is None else (*ranges, *follow)


def _first_after(op: Any, argument: Any, rest: Any, follow: Ranges | None) -> Ranges:
    """The characters with which a sequence goes on that begins with an assertion: those of the rest, or fewer."""
    if op is sre.ASSERT and argument[0] > 0:
        return _first(argument[1], ()) or _EVERY
    costs = op is not sre.AT and _sequence(argument[1], None).work > 0
    return _EVERY if costs else _first(rest, follow) or _EVERY


def _first_of(op: Any, argument: Any) -> tuple[Ranges, bool]:
    """The characters with which one item begins, and whether it may match nothing and let the next one decide."""
    if op in _CHARACTER:
        return _characters(op, argument), False
    if op in _REPEATS:
        first = _first(argument[2], None)
        return (_first(argument[2], ()) or (), argument[0] == 0 or first is None)
    if op is sre.SUBPATTERN:
        return _first(argument[3], ()) or (), _first(argument[3], None) is None
    if op is sre.BRANCH:
        firsts = [_first(branch, ()) or () for branch in argument[1]]
        return sum(firsts, ()), any(_first(branch, None) is None for branch in argument[1])
    return ((), False) if op is sre.AT else (_EVERY, False)  # the end of the text, or a back reference


def _alphabet(items: Any) -> Ranges:
    """All characters that a sequence can match; every one where it refers back."""
    ranges: Ranges = ()
    for op, argument in items:
        if op in _CHARACTER:
            ranges = (*ranges, *_characters(op, argument))
        elif op in _REPEATS:
            ranges = (*ranges, *_alphabet(argument[2]))
        elif op is sre.SUBPATTERN:
            ranges = (*ranges, *_alphabet(argument[3]))
        elif op is sre.BRANCH:
            ranges = (*ranges, *(letters for branch in argument[1] for letters in _alphabet(branch)))
        elif op not in _ASSERTIONS and op is not sre.AT:
            return _EVERY
    return ranges


def _are_distinct(branches: Any, follow: Ranges | None) -> bool:
    """Whether of two alternatives, one at most can match at any place."""
    return all(
        _differ(list(first), list(second), follow)
        for index, first in enumerate(branches)
        for second in branches[index + 1 :]
    )


def _differ(first: list[Any], second: list[Any], follow: Ranges | None) -> bool:
    """Whether two sequences cannot both match: within their leading characters, or at what comes after those."""
    while first and second and first[0][0] in _CHARACTER and second[0][0] in _CHARACTER:
        if not _overlap(_characters(*first.pop(0)), _characters(*second.pop(0))):
            return True
    first_characters, others = _first(first, follow), _first(second, follow)
    return first_characters is not None and others is not None and not _overlap(first_characters, others)


def _characters(op: Any, argument: Any) -> Ranges:
    if op is sre.LITERAL:
        return ((argument, argument),)
    if op is sre.NOT_LITERAL:
        return _others(((argument, argument),))
    if op is sre.ANY:
        return _EVERY
    ranges: Ranges = ()
    for kind, value in argument:
        if kind is sre.LITERAL:
            ranges = (*ranges, (value, value))
        elif kind is sre.RANGE:
            ranges = (*ranges, value)
        elif kind is not sre.NEGATE:
            return _EVERY
    return _others(ranges) if argument and argument[0][0] is sre.NEGATE else ranges


def _others(ranges: Ranges) -> Ranges:
    """All characters but these."""
    others: list[tuple[int, int]] = []
    start = 0
    for low, high in sorted(ranges):
        if low > start:
            others.append((start, low - 1))
        start = max(start, high + 1)
    return (*others, (start, _LAST)) if start <= _LAST else tuple(others)


def _overlap(some: Ranges, others: Ranges) -> bool:
    return any(low <= other_high and other_low <= high for low, high in some for other_low, other_high in others)
