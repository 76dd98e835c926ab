"""What to write instead of a duration that cannot be read: `48h`, `two days`, `5 business days`, `P2D`."""

from __future__ import annotations

import re
from typing import Final

_NUMBERS: Final = {
    word: number
    for number, words in enumerate(
        (
            ("zero",),
            ("one", "a", "an", "un", "une"),
            ("two", "deux"),
            ("three", "trois"),
            ("four", "quatre"),
            ("five", "cinq"),
            ("six",),
            ("seven", "sept"),
            ("eight", "huit"),
            ("nine", "neuf"),
            ("ten", "dix"),
        )
    )
    for word in words
} | {"twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "half": 0}
_UNITS: Final = {
    "minute": ("m", "min", "mins", "minute", "minutes"),
    "hour": ("h", "hr", "hrs", "hour", "hours", "heure", "heures"),
    "day": ("d", "day", "days", "j", "jour", "jours", "calendar days", "calendar day"),
    "week": ("w", "wk", "wks", "week", "weeks", "semaine", "semaines"),
    "month": ("mo", "mos", "month", "months", "mois"),
    "year": ("y", "yr", "yrs", "year", "years", "an", "ans", "année", "années"),
    "working day": (
        "working day", "working days", "workingday", "workingdays", "work day", "work days", "workday", "workdays",
        "business day", "business days", "bank day", "bank days", "weekday", "weekdays", "bd",
        "jour ouvré", "jours ouvrés",
    ),
    "working hour": ("business hour", "business hours", "working hour", "working hours", "office hours"),
}  # fmt: skip
_BY_WORD: Final = {word: unit for unit, words in _UNITS.items() for word in words}
_EACH: Final = re.compile(r"(?:every|each|tous les|toutes les|chaque)\s+(other\s+|second\s+)?([^\W\d_][^\d]*)\Z")
_WRITTEN: Final = re.compile(
    r"(?:(?P<again>every|each|tous les|toutes les|chaque)\s+|within\s+|in\s+|after\s+)?"
    r"(?P<amount>\d{1,5}|[a-z]+)[\s-]*(?P<unit>[^\W\d_][^\d]*?)\.?\Z"
)
_SUMMED: Final = re.compile(r"\s*(?:,|\+|&|\band\b|\bet\b)\s*(?=\d|[a-z]+\s)|(?<=[^\W\d])\s+(?=\d)")
_IN_SMALLER: Final = {
    ("year", "month"): 12, ("week", "day"): 7, ("week", "hour"): 168, ("day", "hour"): 24, ("hour", "minute"): 60,
    ("day", "minute"): 1440,
}  # fmt: skip
"""How many of a smaller unit a larger one has, where that is always the same number."""
_ISO: Final = re.compile(r"P(?:(\d{1,5})([YMWD])|T(\d{1,5})([HM]))\Z")
_ISO_UNITS: Final = {"Y": "year", "M": "month", "W": "week", "D": "day"}


def duration_meant(text: str) -> str | None:
    """The duration that was probably meant, as it is written; None where nobody can tell.

    >>> [duration_meant(text) for text in ("48h", "every two days", "5 business days", "P2D", "1.5 days", "soon")]
    ['48 hours', 'every 2 days', '5 working days', '2 days', None, None]
    """
    iso = _ISO.match(text.strip())
    if iso:
        of_iso = _ISO_UNITS[iso[2]] if iso[2] else {"H": "hour", "M": "minute"}[iso[4]]
        return _written(int(iso[1] or iso[3]), of_iso)
    match = _EACH.match(text.strip().lower())
    if match is not None and (unit := _BY_WORD.get(" ".join(match[2].split()))) is not None:
        return f"every {_written(2 if match[1] else 1, unit)}"
    if (in_one_unit := _sum_meant(text)) is not None:
        return in_one_unit
    match = _WRITTEN.match(text.strip().lower())
    unit = _BY_WORD.get(" ".join(match["unit"].split())) if match else None
    if match is None or unit is None:
        return None
    amount = _amount(match["amount"])
    again = "every " if match["again"] else ""
    return f"{again}{_written(amount, unit)}" if amount else None


def _sum_meant(text: str) -> str | None:
    """The one number and unit of a duration written in several: `1 week 2 days`, `1 year and 6 months`.

    >>> [_sum_meant(text) for text in ("1 week 2 days", "2 days and 3 hours", "1 year, 6 months", "1 month 2 days")]
    ['9 days', '51 hours', '18 months', None]
    """
    parts = [part.strip() for part in _SUMMED.split(text.strip().lower())]
    matches = [_WRITTEN.match(part) for part in parts]
    units = [_BY_WORD.get(" ".join(match["unit"].split()), "") if match else "" for match in matches]
    if len(parts) < 2 or not all(units):
        return None
    smallest = units[-1]
    factors = [_IN_SMALLER.get((unit, smallest), 0) if unit != smallest else 1 for unit in units]
    amounts = [_amount(match["amount"]) for match in matches if match]
    if not all(factors) or not all(amounts):
        return None
    return _written(sum(amount * factor for amount, factor in zip(amounts, factors, strict=True)), smallest)


def _amount(written: str) -> int:
    """A number in digits or as a word; 0 for another word."""
    return int(written) if written.isdecimal() else _NUMBERS.get(written, 0)


def _written(amount: int, unit: str) -> str:
    return f"{amount} {unit}{'' if amount == 1 else 's'}"
