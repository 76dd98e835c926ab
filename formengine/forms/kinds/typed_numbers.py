"""Reads numbers and amounts as people type them in their language, and shows stored ones so that they are read back.

In German 1.000 is a thousand, in English one; in French, which groups by spaces, nobody can tell, and the person is
asked.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

_SPACE: Final = r"[\s\u00a0\u2009\u202f\u2060'’]"
_SPACES: Final = re.compile(_SPACE)
_SPACED: Final = re.compile(rf"(?:[-+]{_SPACE}?)?(?:\d{{1,3}}(?:{_SPACE}\d{{3}})+|[\d.,]*)(?:[.,][^\s'’]*)?", re.ASCII)
"""A number in which spaces stand, if at all, after its sign and between groups of three digits."""
_DECIMAL_MARKS: Final = (".", ",")
_BARE: Final = re.compile(r"\A([-+]?)\.(?=\d)", re.ASCII)
_GROUPED: Final = {
    mark: re.compile(rf"[-+]?[1-9](?:\d{{0,2}}(\{mark}\d{{3}})+|\d?(\{mark}\d{{2}})+\{mark}\d{{3}})", re.ASCII)
    for mark in _DECIMAL_MARKS
}
"""Groups of three digits, and those of India: 12,34,567."""
_SHORT: Final = re.compile(r"[-+]?\d*,\d{1,2}", re.ASCII)
"""A comma that can only be a decimal mark where the point is one."""
ENGLISH: Final = "en"
"""The language whose decimal mark is that of browsers' own controls for numbers, and of JSON."""
LANGUAGES: Final = (ENGLISH, "fr", "de")
"""A language of each way to read numbers: by a decimal point, or by a comma with points that group or do not."""


@lru_cache(maxsize=256)
def number_separators(locale: str) -> tuple[str, str]:
    """The decimal mark and the thousands separator of a language."""
    try:
        parsed = Locale.parse(locale, sep="-")
        decimal, group = str(get_decimal_symbol(parsed)), str(get_group_symbol(parsed))
    except (UnknownLocaleError, ValueError):
        return ".", ","
    return decimal if decimal in _DECIMAL_MARKS else ".", group


def read_like(locale: str) -> str:
    """Which of `LANGUAGES` reads every number as this one does.

    >>> read_like("fr-CA"), read_like("pt-BR"), read_like("de-CH")
    ('fr', 'de', 'en')
    """
    decimal, group = number_separators(locale)
    return ENGLISH if decimal == "." else "de" if group == "." else "fr"


def decimal_text(text: str, locale: str) -> str | None:
    """What was typed, with a decimal point and without grouping, where it is a number; None where it could be two. A
    text that is no number comes back as it is, or with such marks: who calls looks at it.

    >>> decimal_text("1.000", "de"), decimal_text("1.000", "en"), decimal_text("1.000", "fr")
    ('1000', '1.000', None)
    >>> decimal_text("1 234,5", "fr"), decimal_text("1,250", "en"), decimal_text(",5", "fr"), decimal_text("1,25", "en")
    ('1234.5', '1250', '0.5', '1.25')
    >>> decimal_text("12,50,000.5", "en-IN"), decimal_text("1,25,000", "en"), decimal_text("1,25,00", "en")
    ('1250000.5', '125000', '1,25,00')
    >>> decimal_text("1,250,5", "en"), decimal_text("12 34", "en"), decimal_text("x12,5", "fr")
    ('1,250,5', '12 34', 'x12.5')
    """
    decimal, group = number_separators(locale)
    typed = ascii_digits(text.replace("\u066b", decimal)).strip()  # the Arabic decimal mark is one in every language
    plain = _SPACES.sub("", typed)
    if plain != typed and not _SPACED.fullmatch(typed):
        return text  # two numbers, or a digit too few
    other = "," if decimal == "." else "."
    whole, mark, part = plain.partition(decimal)
    if other not in plain:
        read = plain.replace(decimal, ".", 1)
    elif _GROUPED[other].fullmatch(whole):
        if not mark and decimal == "," and whole.count(other) == 1 and group != other:
            return None
        read = whole.replace(other, "") + ("." + part if mark else "")
    elif plain.count(other) == 1 and not mark and (decimal == "," or _SHORT.fullmatch(plain)):
        read = plain.replace(other, ".")
    else:
        return text
    return _BARE.sub(r"\g<1>0.", read)


def two_readings(text: str, locale: str) -> tuple[str, str]:
    """How to write either meaning of a text that is two numbers, without doubt.

    >>> two_readings("1.234", "fr")
    ('1234', '1,234')
    """
    plain = _SPACES.sub("", ascii_digits(text))
    return plain.replace(".", ""), plain.replace(".", number_separators(locale)[0])


def depends_on_language(text: str) -> bool:
    """Whether a typed number is another one, or none, in another language."""
    return not text.isdecimal() and len({decimal_text(text, locale) for locale in LANGUAGES}) > 1


def number_as_typed(value: float, locale: str) -> str:
    """A number as a person would type it, ungrouped, so that it is read as itself.

    >>> number_as_typed(1.5, "fr"), number_as_typed(1234, "en")
    ('1,5', '1234')
    """
    return repr(value).replace(".", number_separators(locale)[0])


def ascii_digits(text: str) -> str:
    """Digits of any script as 0-9, the Arabic decimal mark as a point, the minus sign as a hyphen, and the Arabic
    thousands separator as a thin space, which groups in every language."""
    if text.isascii():
        return text
    plain = text.replace("\u066b", ".").replace("\u066c", "\u2009").replace("\u2212", "-")
    return "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in plain)
