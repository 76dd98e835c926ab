"""Translates ECMA-262 regular expressions, which JSON Schema uses, to RE2 and Python's `re`.

Sources: JSON Schema 2020-12 Core 6.4 and ECMA-262 21.2. `$` does not match before a trailing newline, `\\d` and `\\w`
are ASCII, `\\s` is ECMA's white space. RE2 matches in linear time whatever it supports; Python's `re` runs the rest
(look-around, back references), so patterns that may backtrack catastrophically (ReDoS) are refused.
"""

from __future__ import annotations

import math
import re
import sys
import unicodedata
import warnings
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Final

import re2

from formengine.forms.schema.backtracking import LONGEST_TEXT, search_effort
from formengine.forms.schema.regex_safety import has_catastrophic_backtracking

MAX_BACKTRACKED: Final = LONGEST_TEXT
_MOST_EFFORT: Final = 2.15
"""About ten million steps in a text of MAX_BACKTRACKED characters: a fifth of a second."""
_NESTED: Final = "a repeated part is itself repeated, as in (a+)+"
_END: Final = "\ue000"
_SPACE: Final = "\\t-\\r \\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
_NOT_SPACE: Final = (
    "\\x00-\\x08\\x0e-\\x1f!-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e"
    "\\u2030-\\u205e\\u2060-\\u2fff"
    "\\u3001-\\ufefe\\uff00-\\U0010ffff"
)
_INSIDE: Final = {
    "d": "0-9",
    "D": "\\x00-/:-\\U0010ffff",
    "w": "0-9A-Z_a-z",
    "W": "\\x00-/:-@\\[-\\^`{-\\U0010ffff",
    "s": _SPACE,
    "S": _NOT_SPACE,
}
_CONTROLS: Final = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "0": "\0"}
_SYNTAX: Final = set("^$\\.*+?()[]{}|/-_%:@#&=,;<>!~`'\" ")
"""Characters that may be escaped. Of those, ECMA with the `u` flag allows only its own syntax; without, all of them."""
_QUANTIFIER: Final = re.compile(r"\{\d+(,\d*)?\}")
_BOUNDARY: Final = re.compile(r"\\[bB]")
_BACK_REFERENCE: Final = re.compile(r"\\[1-9k]")
_LOOK_AROUND: Final = re.compile(r"\(\?<?[=!]")
_ESCAPE: Final = re.compile(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})|\\(.)", re.DOTALL)
_SYNTAX_OF_ECMA: Final = set("^$\\.*+?()[]{}|/")
_UNICODE: Final = re.compile(r"u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|c([A-Za-z])")
_PROPERTY: Final = re.compile(r"([pP])\{(?:(?:General_Category|gc)=)?([A-Za-z_]+)\}")
_CATEGORIES: Final = {
    "letter": "L", "uppercase_letter": "Lu", "lowercase_letter": "Ll", "titlecase_letter": "Lt", "mark": "M",
    "number": "N", "decimal_number": "Nd", "digit": "Nd", "punctuation": "P", "punct": "P", "symbol": "S",
    "separator": "Z", "other": "C", "control": "Cc", "cntrl": "Cc",
}  # fmt: skip


class PatternError(ValueError):
    """A pattern that is invalid, cannot be translated, or may backtrack catastrophically; its text is a sentence."""


class _Translator:
    """Translates a pattern in one pass to the syntax that `re` and RE2 share, with `_END` for `$`."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.out = pattern, 0, list[str]()

    def run(self) -> str:
        while self.at < len(self.pattern):
            self._translate_char(self.pattern[self.at])
        return "".join(self.out)

    def _translate_char(self, char: str) -> None:
        self.at += 1
        if char == "\\":
            self.out.append(self._escape(inside=False))
        elif char == "[":
            self._class()
        elif char == "$":
            self.out.append(_END)
        elif char == ".":
            self.out.append("[^\\n\\r\\u2028\\u2029]")
        elif char == "(":
            self._group()
        elif char in "*+?{":
            self._quantifier(char)
        else:
            self.out.append(char if char in "^|)" else re.escape(char))

    def _group(self) -> None:
        rest = self.pattern[self.at :]
        named = re.match(r"\?<([A-Za-z_]\w*)>", rest)
        if named:
            self.out.append(f"(?P<{named[1]}>")
            self.at += named.end()
        elif rest.startswith("?") and not rest.startswith(("?:", "?=", "?!", "?<=", "?<!")):
            if re.match(r"\?[aims]+[:)]", rest):
                raise PatternError("(?i) and other flags are not known to these patterns; write both cases, as in [Aa]")
            raise PatternError("a group may not begin with ( and ? here; write (?: ... )")
        else:
            opening = re.match(r"(\?(:|=|!|<=|<!))?", rest)
            self.out.append("(" + (opening[0] if opening else ""))
            self.at += opening.end() if opening else 0

    def _quantifier(self, char: str) -> None:
        text = char
        if char == "{":
            match = _QUANTIFIER.match(self.pattern, self.at - 1)
            if not match:
                self.out.append("\\{")
                return
            text, self.at = re.sub(r"(?<!\d)0+(?=\d)", "", match[0]), match.end()  # RE2 takes {03} for plain text
        if self.pattern[self.at : self.at + 1] == "?":
            text, self.at = text + "?", self.at + 1
        if self.pattern[self.at : self.at + 1] in ("*", "+"):
            raise PatternError(f"nothing stands before the second quantifier at {self.at + 1}")
        self.out.append(text)

    def _escape(self, *, inside: bool) -> str:
        char = self.pattern[self.at : self.at + 1]
        self.at += 1
        if char in _INSIDE and char:
            return _INSIDE[char] if inside else f"[{_INSIDE[char]}]"
        match = _PROPERTY.match(self.pattern, self.at - 1)
        if match:
            self.at = match.end()
            ranges = _category(match[2], match[1] == "P")
            return ranges if inside else f"[{ranges}]"
        match = _UNICODE.match(self.pattern, self.at - 1)
        if match:
            return self._code(match)
        if char in _CONTROLS:
            return re.escape(_CONTROLS[char])
        if not inside and char in ("b", "B"):
            return "\\" + char
        if inside and char == "b":
            return "\\x08"
        if char in _SYNTAX and char:
            return re.escape(char)
        if not inside and char.isdigit():
            return f"(?:\\{char})"
        if not inside and char == "k":
            return self._named_reference()
        raise PatternError(f"\\{char} means nothing in a JSON Schema pattern")

    def _named_reference(self) -> str:
        match = re.compile(r"<([A-Za-z_]\w*)>").match(self.pattern, self.at)
        if not match:
            raise PatternError("\\k must be followed by the <name> of a group")
        self.at = match.end()
        return f"(?P={match[1]})"

    def _code(self, match: re.Match[str]) -> str:
        self.at = match.end()
        if match[4]:
            return re.escape(chr(ord(match[4].upper()) - 64))
        code = int(match[1] or match[2] or match[3], 16)
        low = re.compile(r"\\u([dD][c-fC-F][0-9A-Fa-f]{2})").match(self.pattern, self.at)
        if 0xD800 <= code < 0xDC00 and low:
            code, self.at = 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00, low.end()
        if code > 0x10FFFF:
            raise PatternError("there is no such character")
        return re.escape(chr(code))

    def _class(self) -> None:
        negated = self.pattern[self.at : self.at + 1] == "^"
        self.at += negated
        parts: list[str] = []
        while self.pattern[self.at : self.at + 1] != "]":
            if self.at >= len(self.pattern):
                raise PatternError("a [ is never closed")
            char = self.pattern[self.at]
            self.at += 1
            if char == "\\":
                parts.append(self._escape(inside=True))
            else:
                parts.append("-" if char == "-" else re.escape(char))
        self.at += 1
        body = "".join(parts)
        if body.startswith("-"):
            body = "\\" + body
        if body.endswith("-") and not body.endswith("\\-"):
            body = body[:-1] + "\\-"
        if not body:
            self.out.append("[\\s\\S]" if negated else "[^\\s\\S]")
        else:
            self.out.append(f"[{'^' if negated else ''}{body}]")


@cache
def _category(name: str, negated: bool) -> str:
    """The characters of a Unicode general category (or all others) as ranges of a character class."""
    category = _CATEGORIES.get(name.lower(), name)
    if not re.fullmatch(r"[LMNPSZC][a-z]?", category):
        raise PatternError(f"\\p{{{name}}} is not known; write a general category such as \\p{{L}}")
    parts: list[str] = []
    start: int | None = None
    for code in range(sys.maxunicode + 2):
        member = code <= sys.maxunicode and unicodedata.category(chr(code)).startswith(category) != negated
        if member and start is None:
            start = code
        elif not member and start is not None:
            parts.append(f"\\U{start:08x}-\\U{code - 1:08x}")
            start = None
    return "".join(parts)


@lru_cache(maxsize=4096)
def translate(pattern: str) -> str:
    """An ECMA pattern in the syntax of Python's `re`. Raises PatternError."""
    text = "(?a)" + _Translator(pattern).run().replace(_END, "\\Z")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(text)
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise PatternError(f"the pattern cannot be read: {error}") from None
    return text


def check_pattern(pattern: str) -> None:
    """Raise PatternError for a pattern that is invalid, cannot be translated, or may backtrack catastrophically."""
    if len(pattern) > 5000:
        raise PatternError("the pattern is longer than 5,000 characters")
    python = translate(pattern)
    if _compile_re2(pattern):
        if has_catastrophic_backtracking(python):
            raise PatternError(f"{_NESTED}, which can take for ever; write it once")
        return
    effort = search_effort(python)
    if effort == math.inf:
        raise PatternError(f"{_NESTED}, or matches in several ways, which can take for ever; write it once")
    if effort > _MOST_EFFORT:
        why = "several parts can match the same text, such as .* and .*, and look-around makes each be tried with each"
        raise PatternError(f"{why}, which can take for ever; begin it with ^, or write fewer of them")


def is_too_long(pattern: str, text: str) -> bool:
    """Whether a text is longer than those that a pattern with look-around or a back reference is tried on."""
    return len(text) > MAX_BACKTRACKED and _compile_re2(pattern) is None


@lru_cache(maxsize=4096)
def _compile_re2(pattern: str) -> Any:
    """The pattern compiled by RE2, which matches in linear time; None where RE2 does not support it."""
    text = _code_points(_Translator(pattern).run().replace(_END, "\\z"))
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(text, options)
    except (re2.error, UnicodeError):
        return None


def linear_pattern(pattern: str) -> str | None:
    """An ECMA pattern written so that Rust's `regex`, in linear time, and ECMA read it alike.

    None where RE2 does not support it, and for word boundaries, which are Unicode's there (see `boundary_pattern`).
    """
    return None if _compile_re2(pattern) is None or _BOUNDARY.search(pattern) else _rust_pattern(pattern)


def boundary_pattern(pattern: str) -> str | None:
    """A pattern with word boundaries, written so that Rust's `regex` and ECMA read it alike on ASCII; else None."""
    return _rust_pattern(pattern) if _compile_re2(pattern) is not None and _BOUNDARY.search(pattern) else None


def look_around_pattern(pattern: str) -> str | None:
    """A pattern with look-around written so that Rust's `fancy-regex` and ECMA read it alike; None for any other.

    It is to be tried on texts of at most MAX_BACKTRACKED characters.
    """
    if _compile_re2(pattern) is not None or _BOUNDARY.search(pattern) or _BACK_REFERENCE.search(pattern):
        return None
    return _rust_pattern(pattern) if _LOOK_AROUND.search(pattern) else None


def _rust_pattern(pattern: str) -> str:
    text = _Translator(pattern).run().replace(_END, "$").replace("(?P<", "(?<")
    return _ESCAPE.sub(_rust_escape, text)


def _rust_escape(match: re.Match[str]) -> str:
    char = chr(int(match[1] or match[2], 16)) if match[3] is None else match[3]
    if char in _SYNTAX_OF_ECMA or (match[3] and char.isalnum()):
        return "\\" + char
    return f"\\x{ord(char):02x}" if ord(char) < 256 else char


def _code_points(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})|\\U([0-9a-f]{8})", lambda m: f"\\x{{{m[1] or m[2]}}}", text)


@lru_cache(maxsize=4096)
def compile_search(pattern: str) -> Callable[[str], Any]:
    """A function that searches a text for an ECMA pattern: something truthy for a match, else None.

    A pattern that RE2 does not support never matches a text of more than 2,000 characters.
    """
    python = re.compile(translate(pattern))
    compiled = _compile_re2(pattern)

    def backtrack(text: str) -> Any:
        return python.search(text) if len(text) <= MAX_BACKTRACKED else None

    def search(text: str) -> Any:
        try:
            return compiled.search(text)
        except UnicodeError:
            return backtrack(text)

    return search if compiled else backtrack
