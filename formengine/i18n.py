"""What people read, in their language: catalogues of our own sentences, and texts that authors write by language.

Our sentences are English in the code and looked up in `formengine/locale/<language>/*.po`, one file per area of the
product, all merged into one catalogue (babel reads the .po files themselves: nothing to compile, nothing to forget).
An author's text is one string or a map by language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LOCALES: Final = Path(__file__).parent / "locale"
LANGUAGES: Final = ("en", "fr")
Text = str | Mapping[str, str]
"""An author's text: one string for every language, or a map of language code to string."""


@cache
def translations(language: str) -> NullTranslations:
    """The merged catalogue of a language; English, and a language without catalogue, answer the text itself.

    >>> translations("en").gettext("Sign in")
    'Sign in'
    """
    merged: Translations | None = None
    for path in sorted((LOCALES / language).glob("*.po")):
        with path.open("rb") as stream:
            catalog: Catalog = read_po(stream, locale=language, abort_invalid=True)
        compiled = BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        one = Translations(compiled)
        merged = one if merged is None else merged.merge(one)
    return NullTranslations() if merged is None else merged


def say(language: str, message: str, /, **values: object) -> str:
    """One of our sentences in a language, with `{name}` places filled.

    The English sentence is the key: write it as a literal at the call, so that it can be extracted.

    >>> say("en", "Only {roles} may do this.", roles="the requester")
    'Only the requester may do this.'
    """
    text = translations(language).gettext(message)
    return text.format(**values) if values else text


def say_n(language: str, one: str, many: str, n: int, /, **values: object) -> str:
    """A sentence that depends on a number, by the plural rule of the language; `{n}` is filled with the number."""
    return translations(language).ngettext(one, many, n).format(n=n, **values)


def formatting_locale(language: str) -> str:
    """The locale in which dates are written: English ones as most of the world does, *24 November 2026*.

    >>> region_of("en"), region_of("fr")
    ('en-GB', 'fr')
    """
    return {"en": "en-GB"}.get(language, language)


def pick(text: Text | None, language: str, fallbacks: Sequence[str] = LANGUAGES) -> str:
    """An author's text in a language, else in the first of `fallbacks` that has it, else in any.

    >>> pick({"en": "Contract", "fr": "Contrat"}, "fr")
    'Contrat'
    >>> pick("Contract", "fr")
    'Contract'
    """
    if text is None:
        return ""
    if isinstance(text, str):
        return text
    for code in (language, *fallbacks):
        if code in text:
            return text[code]
    return next(iter(text.values()), "")
