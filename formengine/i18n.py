"""Translation: gettext catalogues for the product's own sentences, and authors' texts by language.

The product's sentences are English in the code; translations are in `formengine/locale/<language>/*.po`, one file per
area of the product, merged into one catalogue. The .po files are read directly: there is no compile step. An author's
text is one string, or a map by language.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations

LOCALES: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = ("en", "fr")
Text = str | Mapping[str, str]
"""An author's text: one string for all languages, or a map of language code to string."""
_DE_BEFORE_VALUE: Final = re.compile(r"\b([dD])e \{(\w+)\}")
_VOWEL_FIRST: Final = re.compile(
    r"[aeiouœæ]|y[^aeiou]|(?:helene|henri|henriette|hermine|herve|hippolyte|honore|honorine|hortense|hubert)\b"
)
"""How a name begins, folded, before which *de* loses its vowel: of those with a mute h the common French ones."""
_OPENING, _CLOSING = "\u2066\u2067\u2068", "\u2069"
_DIRECTED: Final = re.compile(
    "[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters of scripts that run from right to left, and the marks that change directions (UAX 9)."""


@cache
def translations(language: str) -> NullTranslations:
    """The merged catalogue of a language, whatever the region; of English, and of a language without files, one that
    changes nothing.

    >>> translations("en").gettext("Sign in"), translations("fr-CA").gettext("Sign in")
    ('Sign in', 'Se connecter')
    """
    if language != (spoken := language_of(language)):
        return translations(spoken)
    merged: Translations | None = None
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as stream:
            catalog: Catalog = read_po(stream, locale=language, abort_invalid=True)
        compiled = BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        area = Translations(compiled)
        merged = area if merged is None else merged.merge(area)
    return NullTranslations() if merged is None else merged


def language_of(locale: str) -> str:
    """The language of a locale, in which its sentences are.

    >>> language_of("fr-CA"), language_of("en")
    ('fr', 'en')
    """
    return locale.partition("-")[0].lower()


def language_name(language: str, reader: str) -> str:
    """What a language is called in that of a reader; an unknown code as it is.

    >>> language_name("fr", "en"), language_name("xx", "en")
    ('French', 'xx')
    """
    return str(Locale(language_of(reader)).languages.get(language, language))


def say(language: str, message: str, /, **values: object) -> str:
    """Translate a sentence and fill its `{name}` placeholders.

    The English sentence is the msgid: write it as a literal at the call, so that it can be extracted.

    >>> say("en", "Only {roles} may do this.", roles="the requester")
    'Only the requester may do this.'
    >>> say("fr", "The account of {name} is open already.", name="Ana")
    'Le compte d’Ana est déjà ouvert.'
    """
    text = _with_elisions(language, translations(language).gettext(message), values)
    return text.format(**_isolated_values(values)) if values else text


def after_de(name: str) -> str:
    """A name behind the French *de*, which loses its vowel before another one.

    >>> after_de("Maya"), after_de("Élodie"), after_de("Yves"), after_de("Yann")
    ('de Maya', 'd’Élodie', 'd’Yves', 'de Yann')
    >>> after_de("Hélène Roy"), after_de("Henrik Berg")
    ('d’Hélène Roy', 'de Henrik Berg')
    """
    return f"d’{name}" if _begins_with_vowel(name) else f"de {name}"


def _with_elisions(language: str, text: str, values: Mapping[str, object]) -> str:
    """A sentence with its placeholders, in French without the vowel of each *de* before a value that needs none."""

    def elided(match: re.Match[str]) -> str:
        letter, name = match.groups()
        return f"{letter}’{{{name}}}" if _begins_with_vowel(str(values.get(name, ""))) else match[0]

    return _DE_BEFORE_VALUE.sub(elided, text) if language_of(language) == "fr" else text


def _begins_with_vowel(name: str) -> bool:
    return _VOWEL_FIRST.match(fold(name)) is not None


def isolated(text: str) -> str:
    """A text that somebody wrote, to stand in a sentence: where it has letters that run from right to left, or marks
    of direction, it is isolated from the words around it (FSI and PDI, UAX 9), and what it leaves open is closed.

    >>> isolated("Maya"), ascii(isolated("\u05d0"))
    ('Maya', "'\\\\u2068\\\\u05d0\\\\u2069'")
    >>> ascii(isolated("a\u2069b\u2067c"))
    "'\\\\u2068ab\\\\u2067c\\\\u2069\\\\u2069'"
    """
    if text.isascii() or not _DIRECTED.search(text):
        return text
    return type(text)("\u2068" + with_closed_isolates(text) + _CLOSING)


def with_closed_isolates(text: str) -> str:
    """A text that closes the isolates of directions that it opens, and no other (UAX 9).

    >>> ascii(with_closed_isolates("a\u2069b\u2067c"))
    "'ab\\\\u2067c\\\\u2069'"
    """
    kept: list[str] = []
    open_ = 0
    for char in text:
        if char == _CLOSING and not open_:
            continue
        open_ += (char in _OPENING) - (char == _CLOSING)
        kept.append(char)
    return "".join(kept) + _CLOSING * open_


def _isolated_values(values: Mapping[str, object]) -> dict[str, object]:
    return {name: isolated(value) if isinstance(value, str) else value for name, value in values.items()}


def say_n(language: str, singular: str, plural: str, n: int, /, **values: object) -> str:
    """Translate a sentence that depends on a number, by the plural rule of the language; `{n}` is the number, its
    thousands apart.
    """
    text = _with_elisions(language, translations(language).ngettext(singular, plural, n), values)
    return text.format(n=count_text(language, n), **_isolated_values(values))


def count_text(language: str, n: int) -> str:
    """A number of things, its thousands apart as the language writes them.

    >>> count_text("en", 12500), count_text("fr", 12500), count_text("fr", 999)
    ('12,500', '12\\u202f500', '999')
    """
    return str(n) if abs(n) < 1000 else str(format_decimal(n, locale=formatting_locale(language).replace("-", "_")))


def fold(text: str) -> str:
    """A text without accents and capitals, in which words are looked for.

    >>> fold("Élodie Müller")
    'elodie muller'
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in apart if not unicodedata.combining(char))


@cache
def require_locale(locale: str) -> str:
    """The locale as a language tag; ValueError for one that is none, or of no language that Babel knows.

    >>> require_locale("fr-CA"), require_locale("fr_CA")
    ('fr-CA', 'fr-CA')
    """
    try:
        return str(Locale.parse(locale.replace("_", "-"), sep="-")).replace("_", "-")
    except (UnknownLocaleError, ValueError, TypeError, AttributeError):
        raise ValueError(f"the locale {locale!r} is not known; write one such as en, fr or fr-CA") from None


def formatting_locale(language: str) -> str:
    """The locale for formatting dates: British for English, so *24 November 2026*.

    >>> formatting_locale("en"), formatting_locale("fr")
    ('en-GB', 'fr')
    """
    return {"en": "en-GB"}.get(language, language)


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Babel's locale of a language; British English for one that Babel does not know."""
    try:
        return Locale.parse(formatting_locale(language), sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def pick(text: Text | None, language: str, fallbacks: Sequence[str] = LANGUAGES) -> str:
    """An author's text in a language, else in the first of `fallbacks` that has it, else in any.

    >>> pick({"en": "Contract", "fr": "Contrat"}, "fr"), pick({"en": "Contract", "fr": "Contrat"}, "fr-CA")
    ('Contrat', 'Contrat')
    >>> pick("Contract", "fr")
    'Contract'
    """
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    for code in (language, language_of(language), *fallbacks):
        if code in text:
            return text[code]
    return next(iter(text.values()), "")
