"""Whole numbers in words, in English and French, as contracts write amounts: twelve thousand five hundred.

British usage in English (*one hundred and five*); in French *vingt* and *cent* take an s where nothing follows, but not
before *mille* (quatre-vingt mille), and before *million* they do (deux cents millions).
"""

from __future__ import annotations

from typing import Final

LARGEST: Final = 10**15
"""Larger numbers are written in figures."""
_EN_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_FR_SMALL: Final = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize",
    "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
_FR_TENS: Final = (
    "",
    "",
    "vingt",
    "trente",
    "quarante",
    "cinquante",
    "soixante",
    "soixante",
    "quatre-vingt",
    "quatre-vingt",
)
_SCALES: Final = {"en": ("trillion", "billion", "million"), "fr": ("billion", "milliard", "million")}


def number_in_words(number: int, language: str) -> str:
    """A whole number in words; in figures where it is too large, in English in a language without words.

    >>> number_in_words(12_500, "en"), number_in_words(12_500, "fr")
    ('twelve thousand five hundred', 'douze mille cinq cents')
    >>> number_in_words(1_105, "en"), number_in_words(81, "fr"), number_in_words(80_000, "fr")
    ('one thousand one hundred and five', 'quatre-vingt-un', 'quatre-vingt mille')
    >>> number_in_words(200_000_000, "fr"), number_in_words(71, "fr"), number_in_words(-3, "en")
    ('deux cents millions', 'soixante et onze', 'minus three')
    """
    if abs(number) >= LARGEST:
        return str(number)
    if number < 0:
        return f"{'moins' if language == 'fr' else 'minus'} {number_in_words(-number, language)}"
    return _french(number) if language == "fr" else _english(number)


def ends_in_large_scale(number: int) -> bool:
    """Whether the words end in million or more, after which French says *d’euros* and not *euros*.

    >>> ends_in_large_scale(2_000_000), ends_in_large_scale(2_000_100)
    (True, False)
    """
    return number >= 10**6 and number % 10**6 == 0


def _english(number: int) -> str:
    words, rest = [], number
    for power, scale in zip((12, 9, 6), _SCALES["en"], strict=True):
        count, rest = divmod(rest, 10**power)
        if count:
            words.append(f"{_english(count)} {scale}")
    thousands, rest = divmod(rest, 1000)
    if thousands:
        words.append(f"{_english(thousands)} thousand")
    if rest:
        joined = "and " if words and rest < 100 else ""
        words.append(joined + _english_hundreds(rest))
    return " ".join(words) or _EN_SMALL[0]


def _english_hundreds(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    below = "" if not rest else _EN_SMALL[rest] if rest < 20 else _english_tens(rest)
    if not hundreds:
        return below
    return f"{_EN_SMALL[hundreds]} hundred" + (f" and {below}" if below else "")


def _english_tens(number: int) -> str:
    tens, unit = divmod(number, 10)
    return _EN_TENS[tens] + (f"-{_EN_SMALL[unit]}" if unit else "")


def _french(number: int) -> str:
    words, rest = [], number
    for power, scale in zip((12, 9, 6), _SCALES["fr"], strict=True):
        count, rest = divmod(rest, 10**power)
        if count:
            words.append(f"{_french(count)} {scale}{'s' if count > 1 else ''}")
    thousands, rest = divmod(rest, 1000)
    if thousands:
        words.append("mille" if thousands == 1 else f"{_french_hundreds(thousands, ends=False)} mille")
    if rest:
        words.append(_french_hundreds(rest, ends=True))
    return " ".join(words) or _FR_SMALL[0]


def _french_hundreds(number: int, *, ends: bool) -> str:
    """A number under a thousand; `ends`: nothing follows that takes the plural away."""
    hundreds, rest = divmod(number, 100)
    below = _french_tens(rest, ends=ends) if rest else ""
    if not hundreds:
        return below
    hundred = "cent" if hundreds == 1 else f"{_FR_SMALL[hundreds]} cent{'s' if not rest and ends else ''}"
    return f"{hundred} {below}" if below else hundred


def _french_tens(number: int, *, ends: bool) -> str:
    if number < 20:
        return _FR_SMALL[number]
    tens, unit = divmod(number, 10)
    if tens in (7, 9):
        unit += 10
    if not unit:
        return _FR_TENS[tens] + ("s" if tens == 8 and ends else "")
    joint = " et " if unit in (1, 11) and tens < 8 else "-"
    return f"{_FR_TENS[tens]}{joint}{_FR_SMALL[unit]}"
