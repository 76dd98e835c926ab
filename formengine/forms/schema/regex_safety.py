"""Does a pattern explode? A repeated group whose body is itself one repetition, or whose choices overlap."""

from __future__ import annotations

import re
import warnings
from typing import Any, Final

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

_REPEATS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT)
_SINGLE: Final = (sre.LITERAL, sre.NOT_LITERAL, sre.IN, sre.ANY)
_MANY: Final = 16
_MOST_LOOSE: Final = 1


def explodes(pattern: str) -> bool:
    """Whether backtracking over a (Python) pattern can take exponential time; errs on the side of yes.

    >>> explodes("^(a+)+$"), explodes("^([a-z]+-)*[a-z]+$")
    (True, False)
    """
    try:
        return _walk(parser.parse(pattern), repeated=False)
    except (re.error, RecursionError):
        return True


def crawls(pattern: str) -> bool:
    """The same for a pattern that only backtracking can run: a repeated body may hold a repetition, or choices, only
    where what follows can never be taken for more of it.

    >>> crawls("(?=x)(a|aa)+$"), crawls("^(?!-)([a-z]+-)*[a-z]+$"), crawls("(?=x)(.*a){20}")
    (True, False, True)
    """
    try:
        return explodes(pattern) or _ambiguous(parser.parse(pattern))
    except (re.error, RecursionError):
        return True


def _ambiguous(items: Any) -> bool:
    return _loose(items) > _MOST_LOOSE or any(_ambiguous_one(op, argument) for op, argument in items)


def _ambiguous_one(op: Any, argument: Any) -> bool:
    if op in _REPEATS:
        body = _unwrapped(argument[2])
        return (argument[1] > 1 and not _clear(body)) or _ambiguous(body)
    if op is sre.BRANCH:
        return any(_ambiguous(branch) for branch in argument[1])
    if op is sre.SUBPATTERN:
        return _ambiguous(argument[3])
    return op in (sre.ASSERT, sre.ASSERT_NOT) and _ambiguous(argument[1])


def _loose(items: Any) -> int:
    """How many repetitions of a sequence may give up text to what follows them."""
    found = 0
    for number, (op, argument) in enumerate(items):
        if op in _REPEATS and argument[1] > _MANY and _unwrapped(argument[2])[0][0] in _SINGLE:
            found += number + 1 == len(items) or not _parted(argument, items[number + 1])
    return found


def _parted(repeat: Any, after: Any) -> bool:
    """Whether what follows a repetition can never be taken for more of it."""
    here = _characters(repeat[2]) if len(repeat[2]) == 1 else set()
    there = _characters([after])
    return bool(here and there) and not here & there


def _clear(body: Any) -> bool:
    """Whether a repeated body can be read in one way only: each repetition in it ends where the next thing begins."""
    for number, (op, argument) in enumerate(body):
        if op is sre.BRANCH:
            firsts = [_characters(branch) if len(branch) else set() for branch in argument[1]]
            if any(not one for one in firsts) or sum(map(len, firsts)) != len(set().union(*firsts)):
                return False
        elif op is sre.SUBPATTERN:
            if not _clear(argument[3]) or any(one in (*_REPEATS, sre.BRANCH) for one, _ in argument[3]):
                return False
        elif (
            op in _REPEATS
            and argument[0] != argument[1]
            and (len(body) == 1 or not _parted(argument, body[(number + 1) % len(body)]))
        ):
            return False
    return True


def _walk(items: Any, *, repeated: bool) -> bool:
    if repeated and _one_repetition(items):
        return True
    return any(_item(op, argument) for op, argument in items)


def _item(op: Any, argument: Any) -> bool:
    if op in _REPEATS:
        _, most, body = argument
        return _walk(_unwrapped(body), repeated=most > _MANY)
    if op is sre.SUBPATTERN:
        return _walk(argument[3], repeated=False)
    if op is sre.BRANCH:
        return any(_walk(branch, repeated=False) for branch in argument[1])
    if op in (sre.ASSERT, sre.ASSERT_NOT):
        return _walk(argument[1], repeated=False)
    return False


def _unwrapped(items: Any) -> Any:
    while len(items) == 1 and items[0][0] is sre.SUBPATTERN:
        items = items[0][1][3]
    return items


def _one_repetition(items: Any) -> bool:
    """Whether a body, its optional parts left out, is one unbounded repetition, or a choice that overlaps."""
    items = _unwrapped(items)
    needed = [(op, argument) for op, argument in items if not _optional(op, argument)]
    if not needed:
        return any(_unbounded(op, argument) for op, argument in items)
    if len(needed) > 1:
        return False
    op, argument = needed[0]
    if _unbounded(op, argument):
        return True
    if op is sre.BRANCH:
        return any(_one_repetition(branch) for branch in argument[1]) or _overlap(argument[1])
    return op is sre.SUBPATTERN and _one_repetition(argument[3])


def _optional(op: Any, argument: Any) -> bool:
    if op is sre.SUBPATTERN:
        return all(_optional(*one) for one in argument[3])
    return op is sre.AT or (op in _REPEATS and argument[0] == 0)


def _unbounded(op: Any, argument: Any) -> bool:
    if op is sre.SUBPATTERN:
        return len(argument[3]) == 1 and _unbounded(*argument[3][0])
    return op in _REPEATS and argument[1] > _MANY


def _overlap(branches: Any) -> bool:
    """Whether two choices are the same text, or can both begin with one character and end there."""
    singles = [_characters(branch) for branch in branches if len(branch) == 1]
    seen: set[int] = set()
    for characters in singles:
        if characters & seen:
            return True
        seen |= characters
    return False


def _characters(branch: Any) -> set[int]:
    op, argument = branch[0]
    if op is sre.LITERAL:
        return {argument}
    if op is not sre.IN:
        return set()
    found: set[int] = set()
    for kind, value in argument:
        if kind is sre.LITERAL:
            found.add(value)
        elif kind is sre.RANGE:
            found |= set(range(value[0], min(value[1], value[0] + 300) + 1))
    return found
