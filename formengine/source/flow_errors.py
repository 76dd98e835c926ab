"""Explains what goes wrong between `{` and `}` or `[` and `]` on one line: colons, apostrophes and commas in texts."""

from __future__ import annotations

import re
from typing import Final

from formengine.source.lookalikes import CURLY
from formengine.source.number_meant import number_meant

Cause = tuple[int, int, str, str]
"""Line and column from 1, the code of the finding, its sentence."""
_KEY: Final = re.compile(r"(?:[{\[,]|\A)\s*([\w-]+): +(?!.*[{\[,]\s*[\w-]+: )")
_CLOSED: Final = re.compile(r"(?:[\w-]+: +|[\[,] *)(?P<mark>['\"])(?P<text>[^'\"]*)(?P=mark)\Z")
_THOUSANDS: Final = re.compile(r"\d{3}\b")
_WHOLE: Final = re.compile(r"\A-?\d+\Z")
_DECIMALS: Final = re.compile(r"\d{1,2}\Z")


def flow_cause(source: str, line: int, column: int) -> Cause | None:
    """The cause of an error at `column` of a line between brackets; None where it is not a colon or an apostrophe."""
    before, char = source[: column - 1], source[column - 1 : column]
    key = _KEY.search(before)
    if key and char == ":" and source[column : column + 1] in (" ", ""):
        why = "a colon stands in this text: put the text in quotation marks"
        return line, column, "colon", f'{why}: {key[1]}: "{_value(source, key.end())}"'
    if key and char in ("[", "{") and re.search(r"[^\s\[{,:]\Z", before[key.end() :].rstrip()):
        why = f"a {char} stands in this text: put the text in quotation marks"
        return line, column, "bracket", f"{why}: {key[1]}: '...'"
    closed = _CLOSED.search(before.rstrip())
    if closed and char and char not in ",}]":
        mark, column = closed["mark"], len(before.rstrip())
        word = f"{closed['text'].split()[-1] if closed['text'].split() else ''}{mark}{_rest_of_word(source, column)}"
        instead = "’" if mark == "'" else "“ ”"
        why = f"the {mark} in {word} ends the text; write {instead} instead of it"
        also = ", or put the text in double quotation marks" if mark == "'" else ""
        return line, column, "quotation-mark", f"{why}{also}"
    return None


def comma_cause(previous: str, rest: str, source: str) -> str:
    """The sentence for a value that a comma cut in two: `previous` and `rest` are its parts, `source` its line."""
    number = number_meant(f"{previous},{rest}") if "." in previous and f"{previous},{rest}" in source else None
    if number is not None:
        return f"a comma ends a value inside {{ }}: write {number}, without marks of thousands"
    if previous[-1:].isdigit() and _THOUSANDS.match(rest) and f"{previous},{rest}" in source:
        return f"a comma ends a value inside {{ }}: write {previous}{rest}, without marks of thousands"
    if _WHOLE.search(previous) and _DECIMALS.match(rest) and f"{previous},{rest}" in source:
        return f"a comma ends a value inside {{ }}: write {previous}.{rest}, with a point before the decimals"
    whole = f"{previous}, {rest}".strip(CURLY)
    return f'a comma ends a text inside {{ }}: put the text in quotation marks: "{whole}"'


def _value(source: str, start: int) -> str:
    """The text from a position to the comma or bracket that ends it."""
    match = re.match(r"[^,{}\[\]]*", source[start:])
    return match[0].strip().strip("'\"") if match else ""


def _rest_of_word(source: str, column: int) -> str:
    match = re.match(r"\w*", source[column:])
    return match[0] if match else ""
