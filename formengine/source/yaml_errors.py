"""YAML syntax errors, explained in plain words at their cause, for authors who do not know YAML."""

from __future__ import annotations

import re
from typing import Final

import yaml

from formengine.source import indentation
from formengine.source.findings import Finding
from formengine.source.flow_errors import Cause, flow_cause

_SPACES: Final = dict.fromkeys("\u00a0\u2007\u202f\u3000", "a space that only looks like one (from a word processor)")
_INVISIBLE: Final = {**_SPACES, **dict.fromkeys("\u200b\u200e\u200f\u2060\ufeff", "an invisible character")}
_JOINED: Final = re.compile(r"(\s*(?:- +)*)([\w-]+):([{\[])")
"""A key whose colon stands right before what it opens."""
_CLOSING: Final = {"{": "}", "[": "]"}
_NO_SPACE_AFTER_COLON: Final = re.compile(r"\s*(?:- +)?[\w-]+:[^\s:/]")
_NO_SPACE_AFTER_DASH: Final = re.compile(r"\s*-[^\s-]")
_KEY_AND_TEXT: Final = re.compile(r"\s*(?:- +)?([\w-]+): +([^\"'#\[{][^\"#]{0,60}?)\s*")
_LABEL: Final = re.compile(r"[\w .-]*\Z")
_BRACKETS: Final = {"[": "]", "{": "}"}
_SUSPICIOUS: Final = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{''.join(_INVISIBLE)}]")
"""What a text that can be read seldom has: only such a text is looked at line by line."""
_WITHOUT_COLON: Final = re.compile(r"\s*(?:- +)?(?P<key>[a-z][\w-]*)(?P<value>(?: +[^:]*)?)\Z")
_BEFORE_BRACKET: Final = re.compile(r"\s*(?:- +)?(?P<key>[a-z][\w-]*) +(?P<value>[\[{].*)\Z")
_CURLY_VALUE: Final = re.compile(r"(?:: +|[\[{,] *|- +)([“„‟«»‘‚‛])")
_WHOLE_VALUE: Final = re.compile(r"\s*(?:- +)?[\w-]+: +[\[{][^\[\]{}]*[\]}]\s*(?:#.*)?\Z")


def unreadable_lines(text: str, file: str) -> list[Finding]:
    """A finding for the first control character, or tab or unusual space in an indentation, if there is one."""
    if not _SUSPICIOUS.search(text):
        return []
    for number, line in enumerate(text.split("\n"), 1):
        problem = _unreadable(line)
        if problem is not None:
            column, code, message = problem
            return [Finding(file, number, column, "error", code, message)]
    return []


def _unreadable(line: str) -> tuple[int, str, str] | None:
    for column, char in enumerate(line if line.strip() else "", 1):
        if char == " " or (char == "-" and line[column : column + 1] in (" ", "\t")):
            continue
        if char == "\t":
            return column, "tab", "a tab is used to indent; write spaces (two for each level)"
        if char in _INVISIBLE:
            return column, "space", f"{_INVISIBLE[char]} is used to indent; delete it and write plain spaces"
        break
    for column, char in enumerate(line, 1):
        if (ord(char) < 32 and char not in "\t\r") or 127 <= ord(char) < 160:
            return column, "control-character", f"a control character (U+{ord(char):04X}) stands here; delete it"
    return None


def explain(error: yaml.MarkedYAMLError, text: str, file: str) -> Finding:
    """A parser's error as a finding, at its most likely cause."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.split("\n")
    problem = error.problem or "it cannot be read"
    if "nesting" in problem:
        return Finding(file, line, column, "error", "too-deep", "nested too deeply")
    line, column, code, why = (
        indentation.typed_bullet(lines, line)
        or _marked(error, lines)
        or indentation.no_break_space(lines, line)
        or _no_space(error, lines)
        or _curly_mark(lines, line, column)
        or _missing_colon(error, lines)
        or _colon(lines, line, column, problem)
        or _unclosed(error, lines)
        or indentation.uneven(lines, line, column, problem)
        or (line, column, *_at_place(_line(lines, line), column, problem))
    )
    return Finding(file, line, column, "error", code, why)


def _marked(error: yaml.MarkedYAMLError, lines: list[str]) -> Cause | None:
    """A text that begins with a character of YAML's own, or an entry without its dash, where the parser stands."""
    mark, context = error.problem_mark, error.context_mark
    if context is not None and "simple key" in (error.context or ""):
        return indentation.missing_dash(lines, context.line + 1)
    char = _line(lines, mark.line + 1)[mark.column : mark.column + 1] if mark else ""
    if mark is not None and "alias" in (error.problem or "") and char == "*":
        return (
            mark.line + 1,
            mark.column + 1,
            "character",
            "a text may not begin with *; put it between quotation marks",
        )
    return None


def _line(lines: list[str], number: int) -> str:
    return lines[number - 1] if 0 < number <= len(lines) else ""


def _colon(lines: list[str], line: int, column: int, problem: str) -> Cause | None:
    """A colon too many on this line, or one that is missing on the line above."""
    if "mapping values are not allowed" not in problem:
        return None
    source = _line(lines, line)
    joined = _JOINED.match(source)
    if joined is not None:
        example = f"{joined[2]}: {joined[3]}...{_CLOSING[joined[3]]}"
        return line, joined.end(1) + 1, "colon", f"write a space after the colon: {example}"
    if not _LABEL.match(source[: column - 1]):
        why = "a second colon followed by a space; put the text between quotation marks"
        return line, column, "colon", f"{why}: {_quoted(source)}"
    above = next((n for n in range(line - 1, 0, -1) if _line(lines, n).strip()), line)
    before = _line(lines, above)
    start = len(before) - len(before.lstrip()) + 1
    if _NO_SPACE_AFTER_DASH.match(before):
        return above, start, "dash", "write a space after the dash: - entry"
    if _NO_SPACE_AFTER_COLON.match(before):
        return above, start, "colon", f"write a space after the colon: {_spaced(before)}"
    if ":" not in before:
        return above, start, "colon", "this line has no colon; write key: value"
    why = "this line is indented further than what it belongs to; begin it below the key before it"
    return line, len(source) - len(source.lstrip()) + 1, "indentation", why


def _quoted(source: str) -> str:
    """A line whose text has a colon, with quotation marks around the text; an example where it is long or has marks."""
    match = _KEY_AND_TEXT.fullmatch(source)
    return f'{match[1]}: "{match[2]}"' if match is not None else 'key: "text: more text"'


def _spaced(source: str) -> str:
    """A line with a space after its first colon, as far as it is short."""
    key, _, text = source.strip().removeprefix("- ").partition(":")
    return f"{key}: {text:.40}"


def _no_space(error: yaml.MarkedYAMLError, lines: list[str]) -> Cause | None:
    """A key between others whose colon has no space behind it: read as a text, it is noticed on the next line."""
    mark = error.context_mark
    if mark is None or "could not find expected ':'" not in (error.problem or ""):
        return None
    source = _line(lines, mark.line + 1)
    if not _NO_SPACE_AFTER_COLON.match(source):
        return None
    start = len(source) - len(source.lstrip()) + 1
    return mark.line + 1, start, "colon", f"write a space after the colon: {_spaced(source)}"


def _missing_colon(error: yaml.MarkedYAMLError, lines: list[str]) -> Cause | None:
    """A key without its colon: what was read as a text ends where the next key begins, or holds brackets with colons
    of their own.
    """
    is_key = "simple key" in (error.context or "") and error.context_mark is not None
    mark = error.context_mark if is_key else error.problem_mark
    if mark is None or not (is_key or "mapping values are not allowed" in (error.problem or "")):
        return None
    source = _line(lines, mark.line + 1)
    match = _WITHOUT_COLON.match(source) if is_key else _BEFORE_BRACKET.match(source)
    if match is None:
        return None
    value = match["value"].strip()
    instead = f"write {match['key']}: {value}" if value else f"write {match['key']}:"
    return mark.line + 1, match.start("key") + 1, "colon", f"a colon is missing after {match['key']}; {instead}"


def _curly_mark(lines: list[str], line: int, column: int) -> Cause | None:
    """A value that begins with a quotation mark of a word processor, before the place where the parser stands."""
    for match in _CURLY_VALUE.finditer(_line(lines, line)[: column + 1]):
        why = f'{match[1]} is a quotation mark of a word processor; write straight ones around the text: "..."'
        return line, match.start(1) + 1, "quotation-mark", why
    return None


def _unclosed(error: yaml.MarkedYAMLError, lines: list[str]) -> Cause | None:
    """A quotation mark or bracket that is not closed, at its opening."""
    context, mark = error.context or "", error.context_mark
    if mark is None:
        return None
    if "quoted scalar" in context:
        return mark.line + 1, mark.column + 1, "quotation-mark", "this quotation mark is not closed"
    bracket = _line(lines, mark.line + 1)[mark.column : mark.column + 1]
    if "flow" in context and bracket in _BRACKETS:
        place = error.problem_mark
        cause = flow_cause(_line(lines, place.line + 1), place.line + 1, place.column + 1) if place else None
        if cause is not None:
            return cause
        comment = re.search(r"\s#.*", _line(lines, mark.line + 1)[mark.column :])
        if comment:
            why = "what follows # is a comment, up to the end of the line; put the text in quotation marks"
            return mark.line + 1, mark.column + comment.start() + 2, "comment", why
        why = f"this {bracket} has no {_BRACKETS[bracket]}, or a comma is missing behind it"
        return mark.line + 1, mark.column + 1, "bracket", why
    return None


def _at_place(source: str, column: int, problem: str) -> tuple[str, str]:
    """Code and sentence for a cause on the line of the error."""
    if re.match(r"\s*(- )?\?", source) or re.search(r"[:,{] *\?", source):
        return "question-mark", "put a text that begins with ? between quotation marks"
    begins = re.match(r"\s*(?:- +)?(?:[\w-]+: +)?([*&\"'\[{])", source)
    if "found character that cannot start any token" in problem:
        char = source[column - 1 : column]
        if char == "\t":
            return "tab", "a tab is used to indent; write spaces (two for each level)"
        return "character", f"a text may not begin with {char}; put it between quotation marks"
    if begins and begins[1] in "*&":
        return "character", f"a text may not begin with {begins[1]}; put it between quotation marks"
    if begins and begins[1] in "\"'":
        why = "the text goes on after its quotation mark closes; put all of it between quotation marks"
        return "quotation-mark", f"{why}, and write those inside it twice or as ’ “ ”"
    if begins and not _WHOLE_VALUE.match(source):
        return "bracket", f"a text may not begin with {begins[1]}; put it between quotation marks"
    if "another document" in problem:
        return "document", "--- begins a second document; a file is one document, so delete this line"
    if "expected" in problem:
        why = "this line does not fit what stands above: a key without its colon, or uneven indentation"
        return "yaml", f"{why}; keys of one map begin in the same column"
    return "yaml", problem
