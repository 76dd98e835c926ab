"""Detects regular expressions that can backtrack for exponential time (ReDoS), also where an engine of linear time
runs them here: browsers and other readers of a schema backtrack.

Works on the parse tree of Python's `re`. Two shapes are refused: a repetition whose body is itself one repetition, as
in `(a+)+`, and a repetition of alternatives that overlap, as in `(a|a)*`. Both checks rather refuse too much.
"""

from __future__ import annotations

import re
import warnings
from typing import Any, Final

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from re import _constants as sre  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]

_REPEATS: Final = (sre.MAX_REPEAT, sre.MIN_REPEAT)
_ASSERTIONS: Final = (sre.ASSERT, sre.ASSERT_NOT)
_UNBOUNDED_FROM: Final = 16
"""A repetition that may run more often than this counts as unbounded."""


def has_catastrophic_backtracking(pattern: str) -> bool:
    """Whether matching a pattern (Python syntax) by backtracking can take exponential time.

    >>> has_catastrophic_backtracking("^(a+)+$"), has_catastrophic_backtracking("^([a-z]+-)*[a-z]+$")
    (True, False)
    """
    try:
        return _any_nested_repeat(parser.parse(pattern), repeated=False)
    except (re.error, RecursionError):
        return True


def _any_nested_repeat(items: Any, *, repeated: bool) -> bool:
    """Whether a sequence holds a repetition of a repetition; `repeated` says that the sequence itself is repeated."""
    if repeated and _is_one_repetition(items):
        return True
    return any(_is_nested_repeat(op, argument) for op, argument in items)


def _is_nested_repeat(op: Any, argument: Any) -> bool:
    if op in _REPEATS:
        _, most, body = argument
        return _any_nested_repeat(_ungrouped(body), repeated=most > _UNBOUNDED_FROM)
    return any(_any_nested_repeat(items, repeated=False) for items in _children(op, argument))


def _is_one_repetition(items: Any) -> bool:
    """Whether a body, its optional parts left out, is one unbounded repetition or alternatives that overlap."""
    items = _ungrouped(items)
    needed = [(op, argument) for op, argument in items if not _is_optional(op, argument)]
    if not needed:
        return any(_is_unbounded(op, argument) for op, argument in items)
    if len(needed) > 1:
        return False
    op, argument = needed[0]
    if _is_unbounded(op, argument):
        return True
    if op is sre.BRANCH:
        return any(_is_one_repetition(branch) for branch in argument[1]) or _overlap(argument[1])
    return op is sre.SUBPATTERN and _is_one_repetition(argument[3])


def _children(op: Any, argument: Any) -> list[Any]:
    """The sequences inside a group, an alternation or a look-around."""
    if op is sre.SUBPATTERN:
        return [argument[3]]
    if op is sre.BRANCH:
        return list(argument[1])
    return [argument[1]] if op in _ASSERTIONS else []


def _ungrouped(items: Any) -> Any:
    """A sequence without the groups around the whole of it."""
    while len(items) == 1 and items[0][0] is sre.SUBPATTERN:
        items = items[0][1][3]
    return items


def _is_optional(op: Any, argument: Any) -> bool:
    if op is sre.SUBPATTERN:
        return all(_is_optional(*item) for item in argument[3])
    return op is sre.AT or (op in _REPEATS and argument[0] == 0)


def _is_unbounded(op: Any, argument: Any) -> bool:
    if op is sre.SUBPATTERN:
        return len(argument[3]) == 1 and _is_unbounded(*argument[3][0])
    return op in _REPEATS and argument[1] > _UNBOUNDED_FROM


def _overlap(branches: Any) -> bool:
    """Whether two alternatives of one character each can match the same character."""
    seen: set[int] = set()
    for branch in branches:
        if len(branch) == 1:
            characters = _first_characters(branch)
            if characters & seen:
                return True
            seen |= characters
    return False


def _first_characters(items: Any) -> set[int]:
    """The code points that a sequence can begin with; empty where that is not known (`.`, a negation, a group)."""
    op, argument = items[0]
    if op is sre.LITERAL:
        return {argument}
    if op is not sre.IN:
        return set()
    characters: set[int] = set()
    for kind, value in argument:
        if kind is sre.LITERAL:
            characters.add(value)
        elif kind is sre.RANGE:
            characters |= set(range(value[0], min(value[1], value[0] + 300) + 1))
    return characters
