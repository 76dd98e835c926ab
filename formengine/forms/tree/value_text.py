"""Converts JSON values to the text of a control, and posted text to JSON values."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_LOOSE: Final = re.compile(r"[-+]?\d*[.,]?\d+([eE][-+]?\d+)?", re.ASCII)
_SPACES: Final = re.compile(r"[\s\u00a0\u202f']")
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MAX_DIGITS: Final = 1000


def to_json(value: Any) -> str:
    """The JSON text of a value, not escaped to ASCII."""
    return json.dumps(value, ensure_ascii=False)


def from_json(text: str) -> Any:
    """The value of a JSON text; the text itself where it is not JSON."""
    try:
        return json.loads(text, parse_constant=lambda name: name)
    except (ValueError, RecursionError):
        return text


def to_number(text: str, *, comma: bool) -> int | float | str:
    """The number that a person typed, or the text where it is no number. `comma`: the decimal mark is a comma.

    >>> to_number("12", comma=False), to_number("1e400", comma=False), to_number("12,5", comma=True)
    (12, '1e400', 12.5)
    """
    plain = _SPACES.sub("", text)
    if comma:
        plain = plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain
    plain = plain.replace("\u2212", "-")
    if len(plain) > _MAX_DIGITS or not _LOOSE.fullmatch(plain) or "," in plain:
        return text
    if re.fullmatch(r"[-+]?\d+", plain, re.ASCII):
        return int(plain)
    number = float(plain)
    return text if number in (float("inf"), float("-inf")) else number


def clean(text: str) -> tuple[str, bool]:
    """A posted text with LF line ends, and whether control characters or lone surrogates in it were replaced."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _FORBIDDEN.search(text):
        return text, False
    return _FORBIDDEN.sub("\ufffd", text), True
