"""Explains lines that begin in the wrong column: keys of one map that do not stand below each other, dashes that are
missing, too many, or typed as a bullet."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from formengine.source.flow_errors import Cause
from formengine.source.lookalikes import BULLETS, NO_BREAK_SPACES

_BULLET: Final = re.compile(rf"\s*([{BULLETS}])[ {NO_BREAK_SPACES}]?\s*(\S.*)")
_KEY_LINE: Final = re.compile(
    r"(?P<indent> *)(?P<dashes>(?:- +)*)(?P<key>[^\s#'\"{\[][^#'\"{\[]*?|\"[^\"]*\"|'[^']*') *:(?:\s|\Z)"
)
_SPACE_AFTER_COLON: Final = re.compile(rf"\s*(?:- +)?([\w-]+):([{NO_BREAK_SPACES}])")
_SPACE_BEFORE_COLON: Final = re.compile(rf"\s*(?:- +)?([\w-]+)[{NO_BREAK_SPACES}]+:(?:\s|\Z)")


class _Key(NamedTuple):
    """A key above the line of an error: its line from 1, its column from 0, its name."""

    line: int
    column: int
    name: str


def typed_bullet(lines: list[str], line: int) -> Cause | None:
    """A dash or bullet of a word processor at the beginning of this line, or of one of the three above."""
    for number in range(line, max(line - 4, 0), -1):
        source = _line(lines, number)
        match = _BULLET.match(source)
        if match:
            entry = match[2].strip()
            why = f"a list entry begins with a hyphen, not with {match[1]}; write: - {_shortened(entry)}"
            return number, match.start(1) + 1, "dash", why
    return None


def no_break_space(lines: list[str], line: int) -> Cause | None:
    """A no-break space beside the colon of a key, on this line or the one above."""
    for number in (line, _above(lines, line)):
        source = _line(lines, number)
        if match := _SPACE_AFTER_COLON.match(source):
            why = f"a no-break space stands behind {match[1]}: and looks like a space; write an ordinary one"
            return number, match.start(2) + 1, "space", why
        if match := _SPACE_BEFORE_COLON.match(source):
            return number, match.end(1) + 1, "space", f"a no-break space stands behind {match[1]}; delete it"
    return None


def uneven(lines: list[str], line: int, column: int, problem: str) -> Cause | None:
    """A line that begins in another column than the keys or entries that it belongs to."""
    source = _line(lines, line)
    indent = len(source) - len(source.lstrip(" "))
    entry = source.strip()
    if column != indent + 1:
        return None  # the cause stands further right
    if entry.startswith("-") and entry[1:2] in ("", " ") and "expected key" in problem:
        why = "a dash begins an entry of a list, and keys stand here; delete the dash"
        return line, indent + 1, "dash", f"{why}, or put it before each entry"
    if "'-' indicator" in problem and not entry.startswith("-"):
        return line, indent + 1, "dash", f"begin each entry of this list with a dash: - {_shortened(entry)}"
    if "expected key" not in problem or not _KEY_LINE.match(source):
        return None
    sibling = _sibling(lines, line, indent)
    if sibling is None:
        return None
    apart = abs(indent - sibling.column)
    more = "more" if indent > sibling.column else "less"
    blanks = f"one blank {more}" if apart == 1 else f"{apart} blanks {more}"
    why = f"this line is indented {blanks} than `{sibling.name}:` (line {sibling.line}); begin both in the same column"
    return line, indent + 1, "indentation", why


def missing_dash(lines: list[str], line: int) -> Cause | None:
    """A line that begins with { in the column of a list's dashes."""
    source = _line(lines, line)
    indent = len(source) - len(source.lstrip(" "))
    above = _line(lines, _above(lines, line))
    if source.lstrip().startswith("{") and re.match(rf" {{{indent}}}-(\s|\Z)", above):
        return line, indent + 1, "dash", f"begin each entry of this list with a dash: - {_shortened(source.strip())}"
    return None


def _sibling(lines: list[str], line: int, indent: int) -> _Key | None:
    """The key that a line was probably meant to stand below: of the open maps above, the one whose column is nearest.

    Of two that are equally near, the later one.
    """
    nearest: _Key | None = None
    least = 1_000
    for number in range(line - 1, 0, -1):
        match = _KEY_LINE.match(_line(lines, number))
        if match is None:
            continue
        column = len(match["indent"]) + len(match["dashes"])
        if column >= least:
            continue
        least = column
        key = _Key(number, column, match["key"].strip("'\""))
        if nearest is None or abs(column - indent) < abs(nearest.column - indent):
            nearest = key
        if column <= indent:
            break
    return nearest


def _above(lines: list[str], line: int) -> int:
    return next((number for number in range(line - 1, 0, -1) if _line(lines, number).strip()), line)


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40].rstrip()} …"
