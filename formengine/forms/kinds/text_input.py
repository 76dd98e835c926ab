"""Amounts, account numbers and telephone numbers as people type them, and as they are kept and shown.

A text that cannot be read for certain is left as it was typed: the judge, or the person, then says what is meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

AMOUNT: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,4})?", re.ASCII)
IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
PHONE: Final = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)
_BLANKS: Final = re.compile(r"[\s\u00a0\u2009\u202f\u2060'’]")
_WESTERN: Final = (".", ",")


def parse_input(kind: str, text: str, locale: str) -> str:
    """What a text of a kind means, where that is certain; else the text itself.

    >>> tidied("amount", "1 234,50", "fr"), tidied("amount", "1,234.50", "en"), tidied("iban", "fr76 3000", "en")
    ('1234.50', '1234.50', 'fr76 3000')
    """
    reader = _READERS.get(kind)
    return reader(text, locale) if reader else text


def format_input(kind: str, value: str, locale: str) -> str:
    """A kept value as its control shows it.

    >>> written("amount", "1234.50", "en"), written("iban", "FR7630006000011234567890189", "fr")
    ('1,234.50', 'FR76 3000 6000 0112 3456 7890 189')
    """
    if kind == "amount" and AMOUNT.fullmatch(value):
        return _format_amount(value, locale)
    if kind == "iban" and IBAN.fullmatch(value):
        return " ".join(value[n : n + 4] for n in range(0, len(value), 4))
    return value


def is_ambiguous(kind: str, text: str, locale: str) -> bool:
    """Whether an amount may be read in two ways, such as 1.234 where the comma makes decimals."""
    return kind == "amount" and _parse_amount(text, locale) is None


def number_separators(locale: str) -> tuple[str, str]:
    """What parts the decimals, and what groups thousands, in a language."""
    try:
        found = Locale.parse(locale, sep="-")
        decimal, group = str(get_decimal_symbol(found)), str(get_group_symbol(found))
    except (UnknownLocaleError, ValueError):
        return ".", ","
    return decimal if decimal in _WESTERN else ".", group


def _format_amount(value: str, locale: str) -> str:
    decimal, group = number_separators(locale)
    whole, _, part = value.lstrip("-").partition(".")
    groups = []
    while len(whole) > 3:
        groups.append(whole[-3:])
        whole = whole[:-3]
    text = group.join([whole, *reversed(groups)])
    return ("-" if value.startswith("-") else "") + text + (decimal + part if part else "")


def _ascii(text: str) -> str:
    """Digits of any script as 0-9, and Arabic separators as ours."""
    plain = text.replace("\u066b", ".").replace("\u066c", "").replace("\u2212", "-")
    return "".join(str(unicodedata.digit(one)) if one.isdecimal() else one for one in plain)


def _parse_amount(text: str, locale: str) -> str | None:
    """The amount in a text; the text where there is none, None where two amounts could be meant."""
    plain = _BLANKS.sub("", _ascii(text))
    decimal, group = number_separators(locale)
    other = "," if decimal == "." else "."
    if plain.count(decimal) <= 1 and other in plain:
        whole, _, part = plain.partition(decimal)
        if re.fullmatch(rf"-?[0-9]{{1,3}}(\{other}[0-9]{{3}})+", whole, re.ASCII):
            if decimal in plain or decimal == "." or whole.count(other) > 1 or group == other:
                plain = whole.replace(other, "") + ("." + part if part else "")
            else:
                return None
        elif plain.count(other) == 1 and decimal not in plain and re.search(rf"\{other}[0-9]{{1,2}}$", plain, re.ASCII):
            plain = plain.replace(other, ".")
    else:
        plain = plain.replace(decimal, ".", 1)
    return plain if AMOUNT.fullmatch(plain) else text


def _read_amount(text: str, locale: str) -> str:
    found = _parse_amount(text, locale)
    return text if found is None else found


def _read_iban(text: str, locale: str) -> str:
    plain = re.sub(r"[\s\u00a0\u202f.\-]", "", text).upper()
    return plain if IBAN.fullmatch(plain) else text


def _read_phone(text: str, locale: str) -> str:
    plain = re.sub(r"[\s\u00a0\u202f\u2011./\-]", "", _ascii(text))
    plain = re.sub(r"^00", "+", re.sub(r"^(\+|00)([0-9]+)\(0\)", r"+\2", plain))
    plain = re.sub(r"[()]", "", plain)
    return plain if PHONE.fullmatch(plain) else text


_READERS: Final[dict[str, Callable[[str, str], str]]] = {
    "amount": _read_amount,
    "iban": _read_iban,
    "phone": _read_phone,
}
PARSED_KINDS: Final = frozenset(_READERS)
"""The kinds that are read and shown so."""


def text_kind(notes: dict[str, Any]) -> str:
    """The kind of a text field that is read so; else nothing."""
    found = notes.get("$kind")
    return found if isinstance(found, str) and found in PARSED_KINDS else ""


def is_iban(text: str) -> bool:
    """Whether an account number has its country's length and its check digits right (ISO 13616, ISO 7064 mod 97-10).

    >>> is_iban("FR7630006000011234567890189"), is_iban("FR7630006000011234567890188")
    (True, False)
    """
    if not IBAN.fullmatch(text) or len(text) != _LENGTHS.get(text[:2], len(text)):
        return False
    turned = text[4:] + text[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1


_LENGTHS: Final = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "CH": 21,
    "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18,
    "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23,
    "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LI": 21, "LT": 20, "LU": 20, "LV": 21,
    "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28,
    "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24,
    "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip
"""Characters of an account number by country; others are judged by the check digits alone."""
