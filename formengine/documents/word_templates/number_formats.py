"""Numbers of lists and notes as they are printed, by the formats of ECMA-376 part 1, 17.18.59 (`w:numFmt`).

Words and ordinals are written in English and French. A format that is not here is printed in figures: `print_copy`
has LibreOffice print it so, too.
"""

from __future__ import annotations

from typing import Any, Final

from formengine.documents.word_markup import child_of, names, value
from formengine.documents.word_templates.number_words import number_in_words

_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_ALPHABETS: Final = {
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوى",
    "arabicAbjad": "ابجدهوزحطيكلمنسعفصقرشتثخذضظغ",
}
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщыэюя"
_NOTE_SIGNS: Final = "*†‡§"
_MOST_LETTERS: Final = 50
"""How often a letter or sign is repeated at most: what counts further is no contract."""
_LANGUAGES: Final = ("en", "fr")
WORDS: Final = frozenset(("ordinal", "cardinalText", "ordinalText"))
"""Formats that depend on the language."""
_ENGLISH_ORDINALS: Final = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
KNOWN: Final = WORDS | {
    "decimal", "decimalZero", "upperRoman", "lowerRoman", "upperLetter", "lowerLetter", "decimalEnclosedCircle",
    "chicago", "russianLower", "russianUpper", "arabicAlpha", "arabicAbjad", "bullet", "none",
}  # fmt: skip


def language_of(sheet: Any) -> str:
    """The language of the text of a document by its style sheet, of "en", "fr"; "" for any other."""
    language = (text_language(sheet) or "en").partition("-")[0].lower()
    return language if language in _LANGUAGES else ""


def text_language(sheet: Any) -> str:
    """The language (BCP 47) of text whose style says none: that of the default style, else of the whole sheet."""
    default = next((s for s in sheet.iter(*names("style")) if _is_default(s)), None)
    everywhere = child_of(sheet, "docDefaults", "rPrDefault", "rPr", "lang")
    langs = (child_of(default, "rPr", "lang"), everywhere)
    return next((text for lang in langs if lang is not None and (text := value(lang, "val"))), "")


def _is_default(style: Any) -> bool:
    return value(style, "type") == "paragraph" and value(style, "default") in ("1", "true", "on")


def formatted(number: int, format_: str, language: str = "en") -> str:
    """A number as a list writes it.

    >>> formatted(3, "decimal"), formatted(28, "lowerLetter"), formatted(4, "upperRoman"), formatted(7, "decimalZero")
    ('3', 'bb', 'IV', '07')
    >>> formatted(22, "ordinal"), formatted(1, "ordinal", "fr"), formatted(30, "russianLower")
    ('22nd', '1ᵉʳ', 'аа')
    """
    if number < 1 or (format_ in WORDS and language not in _LANGUAGES):
        return str(number)
    if format_ in ("lowerLetter", "upperLetter"):
        text = _lettered(number, "abcdefghijklmnopqrstuvwxyz")
    elif format_ in ("lowerRoman", "upperRoman"):
        text = _roman(number)
    elif format_ in ("russianLower", "russianUpper"):
        text = _lettered(number, _RUSSIAN)
        return text.capitalize() if format_ == "russianUpper" else text
    elif format_ in _ALPHABETS:
        return _lettered(number, _ALPHABETS[format_])
    elif format_ in WORDS:
        return _in_words(number, format_, language)
    else:
        return _figures(number, format_)
    return text.upper() if format_.startswith("upper") else text


def _figures(number: int, format_: str) -> str:
    if format_ == "decimalZero":
        return f"{number:02}"
    if format_ == "decimalEnclosedCircle" and number <= 35:
        return chr(0x2460 + number - 1) if number <= 20 else chr(0x3251 + number - 21)
    if format_ == "chicago":
        times, sign = divmod(number - 1, len(_NOTE_SIGNS))
        return _NOTE_SIGNS[sign] * min(times + 1, _MOST_LETTERS)
    return str(number)


def _lettered(number: int, alphabet: str) -> str:
    times, letter = divmod(number - 1, len(alphabet))
    if not times or alphabet.isascii():
        return alphabet[letter] * min(times + 1, _MOST_LETTERS)
    return _lettered(times, alphabet) + alphabet[letter]


def _roman(number: int) -> str:
    text, rest = "", number
    for worth, letters in _ROMAN:
        count, rest = divmod(rest, worth)
        text += letters * min(count, _MOST_LETTERS)
    return text


def _in_words(number: int, format_: str, language: str) -> str:
    if format_ == "ordinal" and language == "fr":
        return "1ᵉʳ" if number == 1 else f"{number}ᵉ"
    if format_ == "ordinal":
        last = 0 if number % 100 in (11, 12, 13) else number % 10
        return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
    words = number_in_words(number, language)
    if format_ == "ordinalText":
        words = _french_ordinal(words) if language == "fr" else _english_ordinal(words)
    return words[:1].upper() + words[1:]


def _english_ordinal(words: str) -> str:
    start = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[start:]
    if last in _ENGLISH_ORDINALS:
        return words[:start] + _ENGLISH_ORDINALS[last]
    return words[:start] + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def _french_ordinal(words: str) -> str:
    if words == "un":
        return "premier"
    changed = {"q": "qu", "f": "v"}
    stem = words.rstrip("s") if words.endswith(("vingts", "cents")) else words.removesuffix("e")
    return f"{stem[:-1]}{changed.get(stem[-1], stem[-1])}ième"
