"""Signs that people type beside a number: *7,5 %* in a percentage, *300 EUR* or *€5* in an amount of money.

A sign that is the field's own is left out. Any other is told: nothing is ever converted.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_currency_symbol

from formengine.forms.kinds.builtin import KINDS
from formengine.forms.kinds.typed_numbers import ENGLISH

_NUMBER: Final = r"[-+\u2212]?\s?[.,]?\d(?:[\d\s.,'’]*\d)?"
_SIGN: Final = r"[^\W\d_](?:[^\d\n]{0,28}[^\W\d_.]\.?)?|[^\w\s.,'’+\u2212-]{1,3}|[A-Za-z]{0,3}\$"
_BEHIND: Final = re.compile(rf"\s*({_NUMBER})\s*({_SIGN})\s*")
_BEFORE: Final = re.compile(rf"\s*([-\u2212]?)\s*({_SIGN})\s*({_NUMBER})\s*")
_PER_CENT: Final = frozenset({"%", "٪", "％", "percent", "per cent", "pour cent", "pct"})
_SHORT_SIGNS: Final = {
    "$": ("SGD",), "kr": ("SEK", "NOK", "DKK", "ISK"), "fr": ("CHF",), "zł": ("PLN",), "kč": ("CZK",), "ft": ("HUF",),
    "lei": ("RON",), "us$": ("USD",),
}  # fmt: skip
"""Signs of currencies, in small letters, that are none in the languages of ours."""


class SignedNumber(NamedTuple):
    """A typed text as its number, not yet read, and the sign before or behind it."""

    number: str
    sign: str


def signed_number(text: str) -> SignedNumber | None:
    """The number and the sign of a text; None where it is not one number with one sign.

    >>> signed_number("7,5 %"), signed_number("-€5"), signed_number("12 34")
    (SignedNumber(number='7,5', sign='%'), SignedNumber(number='-5', sign='€'), None)
    """
    if len(text) > 100:
        return None
    behind = _BEHIND.fullmatch(text)
    if behind:
        return SignedNumber(behind[1], behind[2])
    before = _BEFORE.fullmatch(text)
    if not before or (before[1] and before[3][0] in "-+") or (len(before[2]) == 1 and before[2].isalpha()):
        return None  # x12 is no number of x
    return SignedNumber(before[1] + before[3], before[2])


def is_per_cent(sign: str) -> bool:
    """Whether a sign is that of a percentage."""
    return sign.casefold() in _PER_CENT


def names_currency(sign: str, currency: str, locale: str) -> bool:
    """Whether a sign can stand for a currency (ISO 4217): its code, its symbol or its name in a language.

    >>> [names_currency(sign, "EUR", "fr") for sign in ("eur", "€", "euros", "$")]
    [True, True, True, False]
    >>> names_currency("$", "CAD", "en"), names_currency("US$", "CAD", "en")
    (True, False)
    """
    typed = sign.casefold().removesuffix(".")
    symbol = _symbol(currency, ENGLISH)
    return (
        typed in _names(currency, locale)
        or currency in _SHORT_SIGNS.get(typed, ())
        or (not typed.isalpha() and len(typed) == 1 and symbol.endswith(typed))
    )


@lru_cache(maxsize=256)
def is_of_a_currency(sign: str, locale: str) -> bool:
    """Whether a sign can stand for any currency."""
    return any(names_currency(sign, currency, locale) for currency in KINDS["formengine:currency"]["enum"])


def _symbol(currency: str, locale: str) -> str:
    return str(get_currency_symbol(currency, Locale.parse(locale, sep="-"))).casefold()


@lru_cache(maxsize=1024)
def _names(currency: str, locale: str) -> frozenset[str]:
    names = {currency.casefold()}
    for language in (ENGLISH, locale):
        try:
            parsed = Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
        names |= {get_currency_name(currency, count, parsed).casefold() for count in (1, 2)}
        names.add(_symbol(currency, language))
    return frozenset(names)
