"""The number that was probably meant by a text that YAML does not read as one: `1_000`, `1.000,00`, `010`, `10k`."""

from __future__ import annotations

import re
from typing import Final

_SIGN: Final = r"(?P<sign>[-+\u2212]?)"
_UNIT: Final = r"[ \u00a0\u202f]?(?P<unit>[A-Za-z\u20ac$£%]*)"
_GROUPED: Final = re.compile(
    rf"{_SIGN}(?P<whole>[1-9]\d{{0,2}}(?:(?P<mark>[' \u2019\u00a0\u202f.,])\d{{3}}(?:(?P=mark)\d{{3}})*))"
    rf"(?:[.,](?P<cents>\d+))?{_UNIT}"
)
"""A number with marks of thousands."""
_PLAIN: Final = re.compile(rf"{_SIGN}(?P<whole>\d+)(?:[.,](?P<cents>\d*))?{_UNIT}")
_OF_YAML: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_OTHER_BASE: Final = re.compile(r"0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+")
_UNDERSCORE: Final = re.compile(r"(?<=\d)_(?=\d)")
_NOT_FINITE: Final = re.compile(r"[-+]?\.?(inf|infinity|nan|∞)", re.IGNORECASE)
_THOUSANDS: Final = {"k": "000", "K": "000"}


def number_meant(text: str) -> str | None:
    """The number as YAML reads it; None for what is no number, or has a part of a thousand (`1.5k`).

    It is advice to an author, who knows what was meant: one mark before three digits is taken for that of thousands,
    though `1,250` can be 1.25 as well, and a unit behind the number is left out.

    >>> [number_meant(text) for text in ("1_000", "1.000,00", "010", "0x10", "1,5", "10k", "5 %", "1:30")]
    ['1000', '1000', '10', '16', '1.5', '10000', '5', None]
    >>> [number_meant(text) for text in ("1,250", "5 kg", "1.5k")]
    ['1250', '5', None]
    """
    written = text.strip()
    if _OF_YAML.fullmatch(written):
        return written
    written = _UNDERSCORE.sub("", written)
    if _OTHER_BASE.fullmatch(written):
        return str(int(written, 0))
    match = _GROUPED.fullmatch(written) or _PLAIN.fullmatch(written)
    if match is None:
        return None
    whole = re.sub(r"\D", "", match["whole"]) + _THOUSANDS.get(match["unit"], "")
    cents = (match["cents"] or "").rstrip("0")
    if cents and match["unit"] in _THOUSANDS:
        return None
    sign = "-" if match["sign"] not in ("", "+") else ""
    return f"{sign}{whole.lstrip('0') or '0'}{'.' if cents else ''}{cents}"


def number_advice(value: object) -> str:
    """The end of a sentence that says what to write instead of a value that is no number; "" without advice."""
    if not isinstance(value, str):
        return ""
    if _NOT_FINITE.fullmatch(value.strip()):
        return "; where there is no limit, leave it out"
    meant = number_meant(value)
    if meant is None:
        return ""
    return f"; write {meant}, without quotation marks" if meant == value.strip() else f"; write {meant}"
