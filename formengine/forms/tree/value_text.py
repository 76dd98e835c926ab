"""Converts JSON values to the text of a control, and posted text to JSON values."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from formengine.forms.kinds.typed_numbers import decimal_text
from formengine.json_numbers import NumberNotHeld, held_number

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_LOOSE: Final = re.compile(r"[-+]?\d*\.?\d+([eE][-+]?\d+)?", re.ASCII)
_WHOLE: Final = re.compile(r"[-+]?\d+", re.ASCII)
_FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSAFE: Final = re.compile(r"[\x7f-\x9f\ud800-\udfff\ue001-\ue006]")
"""What a post or a compiled template would change in a text; JSON writes it as an escape just as well."""
_MAX_DIGITS: Final = 1000


_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)
_DECODER: Final = json.JSONDecoder(parse_constant=lambda name: name, parse_float=held_number)


def to_json(value: Any) -> str:
    """The JSON text of a value, not escaped to ASCII."""
    return _ENCODER.encode(value)


def json_of_deep(value: Any) -> str:
    """The JSON text of a value of any depth. Raises TypeError for one that is nested too deep to be written out."""
    try:
        return to_json(value)
    except RecursionError:
        raise TypeError("the data are nested too deeply for a page (about 1,000 levels)") from None


def to_option_value(value: Any) -> str:
    """What the control of an option posts: its JSON, so that it means the same whatever else is on offer by then.

    >>> to_option_value("grass"), to_option_value(None), to_option_value([1, True])
    ('"grass"', 'null', '[1, true]')
    """
    return _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", to_json(value))


def from_json(text: str) -> Any:
    """The value of a JSON text; the text itself where it is not JSON or holds a number that no float holds (1e400)."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return text


def to_number(text: str, locale: str) -> int | float | str | None:
    """The number that a person typed in a language, the text where it is no number, None where it is two.

    >>> to_number("12", "en"), to_number("1e400", "en"), to_number("12,5", "fr"), to_number("1.000", "fr")
    (12, '1e400', 12.5, None)
    >>> to_number("1e-400", "en"), to_number("0.0", "en"), to_number("1e-300", "en"), to_number("1,2,3", "en")
    ('1e-400', 0.0, 1e-300, '1,2,3')
    >>> to_number("12 345.5", "en"), to_number("12 34", "en"), to_number("99999999999999999999.5", "en")
    (12345.5, '12 34', '99999999999999999999.5')
    """
    if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS:
        return int(text)  # as most are typed
    if len(text) > _MAX_DIGITS:
        return text
    plain = decimal_text(text, locale)
    if plain is None or not _LOOSE.fullmatch(plain):
        return plain if plain is None else text
    if _WHOLE.fullmatch(plain):
        return int(plain)
    try:
        return held_number(plain)
    except NumberNotHeld:
        return text


def nearest_number(text: str, locale: str) -> float | None:
    """The number that a float would make of one that was typed with more digits than it holds; None for other texts.

    >>> nearest_number("99999999999999.99", "en"), nearest_number("1.5", "en"), nearest_number("1e400", "en")
    (99999999999999.98, None, None)
    """
    plain = decimal_text(text, locale) if len(text) <= _MAX_DIGITS else None
    if plain is None or not _LOOSE.fullmatch(plain) or _WHOLE.fullmatch(plain):
        return None
    try:
        held_number(plain)
    except NumberNotHeld as error:
        return error.nearest
    return None


def clean(text: str) -> tuple[str, bool]:
    """A posted text with LF line ends, and whether control characters or lone surrogates in it were replaced."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not _FORBIDDEN.search(text):
        return text, False
    return _FORBIDDEN.sub("\ufffd", text), True
