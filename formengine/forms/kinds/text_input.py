"""Parses amounts, IBANs and telephone numbers as people type them, and formats stored ones for their controls.

Text that cannot be parsed for certain is kept as it was typed: validation then refuses it, or the person is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from formengine.forms.kinds.builtin import AMOUNT_PATTERN, PHONE_PATTERN
from formengine.forms.kinds.typed_numbers import ascii_digits, decimal_text, number_separators

_AMOUNT: Final = re.compile(AMOUNT_PATTERN)
_TYPED_AMOUNT: Final = re.compile(r"([-+]?)0*(\d[\d.]*)", re.ASCII)
_IBAN: Final = re.compile("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_PHONE: Final = re.compile(PHONE_PATTERN)


def parse_input(kind: str, text: str, locale: str) -> str:
    """The stored form of typed text, for the kinds "amount", "iban" and "phone"; the text itself where it is not clear.

    >>> parse_input("amount", "1 234,50", "fr"), parse_input("iban", "fr76 3000", "en")
    ('1234.50', 'fr76 3000')
    """
    parser = _PARSERS.get(kind)
    return parser(text, locale) if parser else text


def format_input(kind: str, value: str, locale: str) -> str:
    """A stored value as its control shows it: amounts grouped by thousands, IBANs in groups of four.

    >>> format_input("amount", "1234.50", "en"), format_input("iban", "FR7630006000011234567890189", "fr")
    ('1,234.50', 'FR76 3000 6000 0112 3456 7890 189')
    """
    if kind == "amount" and _AMOUNT.fullmatch(value):
        return _format_amount(value, locale)
    if kind == "iban" and _IBAN.fullmatch(value):
        return " ".join(value[n : n + 4] for n in range(0, len(value), 4))
    return value


def is_ambiguous(kind: str, text: str, locale: str) -> bool:
    """Whether a text is two possible amounts, such as 1.234 in a language whose decimal mark is the comma."""
    return kind == "amount" and _parse_amount(text, locale) is None


def _format_amount(value: str, locale: str) -> str:
    decimal, group = number_separators(locale)
    whole, _, part = value.lstrip("-").partition(".")
    groups = []
    while len(whole) > 3:
        groups.append(whole[-3:])
        whole = whole[:-3]
    text = group.join([whole, *reversed(groups)])
    return ("-" if value.startswith("-") else "") + text + (decimal + part if part else "")


def _parse_amount(text: str, locale: str) -> str | None:
    """The amount as decimal text; the text itself where it is no amount, None where it could be two."""
    plain = decimal_text(text, locale)
    if plain is None:
        return None
    amount = plain_amount(plain)
    return amount if _AMOUNT.fullmatch(amount) else text


def plain_amount(text: str) -> str:
    """Decimal text without a plus sign, zeros that say nothing, and the minus sign of zero; any other text as it is.

    >>> plain_amount("+5"), plain_amount("-007.50"), plain_amount("-0"), plain_amount("1+1")
    ('5', '-7.50', '0', '1+1')
    """
    typed = _TYPED_AMOUNT.fullmatch(text)
    if not typed:
        return text
    return f"-{typed[2]}" if typed[1] == "-" and typed[2].strip("0.") else typed[2]


def _amount(text: str, locale: str) -> str:
    amount = _parse_amount(text, locale)
    return text if amount is None else amount


def _iban(text: str, locale: str) -> str:
    plain = re.sub(r"[\s\u00a0\u202f.\-]", "", text).upper()
    return plain if _IBAN.fullmatch(plain) else text


def _phone(text: str, locale: str) -> str:
    plain = re.sub(r"[\s\u00a0\u202f\u2011./\-]", "", ascii_digits(text))
    plain = re.sub(r"^00", "+", re.sub(r"^(\+|00)([0-9]+)\(0\)", r"+\2", plain))
    plain = re.sub(r"[()]", "", plain)
    return plain if _PHONE.fullmatch(plain) else text


_PARSERS: Final[dict[str, Callable[[str, str], str]]] = {
    "amount": _amount,
    "iban": _iban,
    "phone": _phone,
}
PARSED_KINDS: Final = frozenset(_PARSERS)
"""The kinds of text that are parsed and formatted here."""


def text_kind(keywords: dict[str, Any]) -> str:
    """The kind of a text field among `PARSED_KINDS`, else ""; `keywords` are those of its Shape."""
    kind = keywords.get("$kind")
    return kind if isinstance(kind, str) and kind in PARSED_KINDS else ""


def is_iban(text: str) -> bool:
    """Whether an IBAN has its country's length and correct check digits (ISO 13616, ISO 7064 mod 97-10).

    >>> is_iban("FR7630006000011234567890189"), is_iban("FR7630006000011234567890188")
    (True, False)
    """
    if not _IBAN.fullmatch(text) or len(text) != _IBAN_LENGTHS.get(text[:2], len(text)):
        return False
    rearranged = text[4:] + text[:4]
    return int("".join(str(int(char, 36)) for char in rearranged)) % 97 == 1


_IBAN_LENGTHS: Final = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18,
    "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23,
    "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21,
    "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28,
    "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24,
    "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
"""Characters of an IBAN by country; those of other countries are checked by their check digits alone."""
