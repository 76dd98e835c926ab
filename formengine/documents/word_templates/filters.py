"""The filters of Word templates, for lawyers: `{{ term_years|years }}`, `{{ price|in_words }}`, `{{ us|party }}`.

The reference page `docs/reference/word-templates.md` documents each; `formengine check` knows their names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final

from jinja2 import Undefined
from jinja2.filters import FILTERS

from formengine.documents.word_templates import country_names, values
from formengine.documents.word_templates.number_words import ends_in_large_scale, number_in_words
from formengine.documents.word_templates.values import member, written
from formengine.i18n import say
from formengine.value_format import currency_decimals, format_date, format_length, format_number

UNITS: Final = ("years", "months", "weeks", "days", "hours", "working_days")
_UNSAFE: Final = ("safe", "attr", "xmlattr", "urlize", "tojson", "pprint", "map", "format")
"""Filters of Jinja that write markup, or read attributes by a text."""
BUILTIN: Final = frozenset(FILTERS) - frozenset(_UNSAFE)


def filters_in(language: str) -> dict[str, Callable[..., Any]]:
    """The filters of a document in a language, by name; those of Jinja that are safe besides."""
    own: dict[str, Callable[..., Any]] = {
        "address": _address,
        "address_lines": _address_lines,
        "capital": _capital,
        "country_in": _country_in,
        "country_of": _country_of,
        "date": _date,
        "date_after": _date_after,
        "in_words": _in_words,
        "list": _list,
        "or_list": _or_list,
        "lower": _text_filter(str.lower),
        "upper": _text_filter(str.upper),
        "title": _text_filter(str.title),
        "trim": _text_filter(str.strip),
        "money": _money,
        "number": _number,
        "party": _party,
        "percent": _percent,
        "plural": _plural,
        "sentence": _sentence,
        "short_date": _short_date,
        "yes_no": _yes_no,
    }
    mine = {name: partial(function, language) for name, function in own.items()}
    lengths = {unit: partial(_length, language, unit) for unit in UNITS}
    return {**{name: FILTERS[name] for name in BUILTIN}, **mine, **lengths}


def _is_empty(value: Any) -> bool:
    return value is None or isinstance(value, Undefined) or value == ""


def _text(language: str, value: Any) -> str:
    return "" if _is_empty(value) else str(written(value, language))


def _text_filter(change: Callable[[str], str]) -> Callable[[str, Any], str]:
    """A filter that changes the text that is written, not the value that is stored."""
    return lambda language, value: change(_text(language, value))


def _date(language: str, value: Any) -> str:
    """A date in full: *9 March 2026*, *1er décembre 2026*."""
    return "" if _is_empty(value) else format_date(_stored(value)[:10], language)


def _short_date(language: str, value: Any) -> str:
    """A date in figures: *09/03/2026*."""
    if _is_empty(value):
        return ""
    try:
        return f"{date.fromisoformat(_stored(value)[:10]):%d/%m/%Y}"
    except ValueError:
        return _text(language, value)


def _date_after(language: str, value: Any, years: int = 0, months: int = 0, days: int = 0) -> str:
    """The date some time after another: `{{ start|date_after(years=term) }}`."""
    if _is_empty(value):
        return ""
    start = date.fromisoformat(_stored(value)[:10])
    month = start.year * 12 + start.month - 1 + int(years) * 12 + int(months)
    year, month = divmod(month, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return format_date(date(year, month + 1, min(start.day, last)) + timedelta(days=int(days)), language)


def _stored(value: Any) -> str:
    """The text of a value as it is stored, where it is written otherwise."""
    return str.__str__(value) if isinstance(value, str) else str(value)


def _number(language: str, value: Any) -> str:
    """A number with marks for thousands: *12,500*, *12 500*."""
    try:
        return "" if _is_empty(value) else format_number(Decimal(str(value)), language)
    except InvalidOperation:
        return _text(language, value)


def _percent(language: str, value: Any) -> str:
    """A percentage: *12.5%*, *12,5 %*."""
    return "" if _is_empty(value) else _number(language, value) + ("\u00a0%" if language == "fr" else "%")


def _money(language: str, value: Any, currency: str = "") -> str:
    """An amount with its currency; `currency` where the value is a bare number."""
    if _is_empty(value):
        return ""
    if member(value, "currency") is None:
        value = {"amount": value, "currency": currency}
    return values.money_text(value, language)


def _in_words(language: str, value: Any) -> str:
    """A number, or an amount of money with the name of its currency, in words."""
    if _is_empty(value):
        return ""
    currency = member(value, "currency") if not isinstance(value, str) else None
    try:
        number = Decimal(str(value if currency is None else member(value, "amount")))
    except InvalidOperation:
        return _text(language, value)
    if currency is not None:
        return _money_in_words(language, number, str(currency))
    whole = number.to_integral_value()
    return number_in_words(int(number), language) if number == whole else format_number(number, language)


_CENTS: Final = {
    "EUR": ("cent", "cents", "centime", "centimes"),
    "USD": ("cent", "cents", "cent", "cents"),
    "GBP": ("penny", "pence", "penny", "pence"),
    "CHF": ("centime", "centimes", "centime", "centimes"),
}


def _money_in_words(language: str, number: Decimal, currency: str) -> str:
    from babel.numbers import get_currency_name

    decimals = currency_decimals(currency)
    whole = int(number)
    cents = int((abs(number) - abs(whole)).scaleb(decimals).to_integral_value())
    if currency in _PLAIN_NAMES:
        name = _plural(language, whole, *_PLAIN_NAMES[currency][language == "fr"])
    else:
        name = get_currency_name(currency, count=whole, locale=language)
    joint = " "
    if language == "fr" and ends_in_large_scale(abs(whole)):
        joint = " d’" if name[0] in "aeiouéè" else " de "
    text = f"{number_in_words(whole, language)}{joint}{name}"
    if not cents:
        return text
    forms = _CENTS.get(currency)
    if forms is None:
        return f"{text} ({values.money_text({'amount': number, 'currency': currency}, language)})"
    cent = forms[(2 if language == "fr" else 0) + (cents > 1)]
    return f"{text} {'et' if language == 'fr' else 'and'} {number_in_words(cents, language)} {cent}"


_PLAIN_NAMES: Final = {
    "EUR": (("euro", "euros"), ("euro", "euros")),
    "USD": (("US dollar", "US dollars"), ("dollar américain", "dollars américains")),
    "GBP": (("pound sterling", "pounds sterling"), ("livre sterling", "livres sterling")),
    "CHF": (("Swiss franc", "Swiss francs"), ("franc suisse", "francs suisses")),
}


def _plural(language: str, number: Any, singular: str, plural: str) -> str:
    """The word that goes with a number: one in English, up to one and a half in French, takes the singular."""
    try:
        amount = abs(Decimal(str(number)))
    except InvalidOperation:
        return plural
    return singular if (amount < 2 if language == "fr" else amount == 1) else plural


def _length(language: str, unit: str, value: Any, in_words: bool = False) -> str:
    """A length of time: *2 years*, *1 an*; `in_words` as in *two (2) years*."""
    if _is_empty(value):
        return ""
    amount = int(Decimal(str(value)))
    text = format_length(amount, unit.replace("_", " "), language)
    if not in_words:
        return text
    figure, space, name = text.partition("\u00a0" if "\u00a0" in text else " ")
    return f"{number_in_words(amount, language)} ({figure}){space}{name}"


def _list(language: str, value: Any) -> str:
    """Values in a sentence: *a, b and c*."""
    return "" if _is_empty(value) else values.list_text(value, language)


def _or_list(language: str, value: Any) -> str:
    return "" if _is_empty(value) else values.list_text(value, language, "or")


def _yes_no(language: str, value: Any) -> str:
    return str(written(bool(value) and not isinstance(value, Undefined), language))


def _capital(language: str, value: Any) -> str:
    """The text with a capital at its beginning."""
    text = _text(language, value)
    return text[:1].upper() + text[1:]


def _sentence(language: str, value: Any) -> str:
    """A text that people typed, as a sentence: without blanks around it, and with a full stop where none ends it."""
    text = re.sub(r"\s+\Z", "", _text(language, value)).lstrip()
    return text if not text or text.endswith((".", "!", "?", "…", ":", ";")) else f"{text}."


def _address(language: str, value: Any) -> str:
    """An address on one line."""
    return "" if _is_empty(value) else ", ".join(values.address_lines(value, language))


def _address_lines(language: str, value: Any) -> str:
    """An address as on an envelope."""
    return "" if _is_empty(value) else "\n".join(values.address_lines(value, language))


def _country_in(language: str, value: Any) -> str:
    return "" if _is_empty(value) else country_names.country_in(_stored(value), language)


def _country_of(language: str, value: Any) -> str:
    return "" if _is_empty(value) else country_names.country_of(_stored(value), language)


def _party(
    language: str,
    value: Any,
    form: Any = None,
    registration: Any = None,
    address: Any = None,
    by: Any = None,
    title: Any = None,
) -> str:
    """Who a party is, in one sentence: company, form, registration, address, represented by whom, in what position.

    What is not given is read from the value (`config/companies.yaml`, a `party`), and left out where it is not there.
    """
    if _is_empty(value):
        return ""
    speaker = member(value, "represented_by")
    facts = {
        "form": form,
        "registration": registration,
        "address": address,
        "by": by if not _is_empty(by) else member(speaker, "name"),
        "title": title if not _is_empty(title) else member(speaker, "title"),
    }
    texts = {
        name: _text(language, fact if not _is_empty(fact) else member(value, name)) for name, fact in facts.items()
    }
    name = _text(language, member(value, "name") or value)
    country = "" if texts["address"] else _stored(member(value, "country") or "")
    return ", ".join(part for part in (name, *_particulars(language, texts, country)) if part)


def _particulars(language: str, texts: Mapping[str, str], country: str) -> list[str]:
    """What follows the name of a party, a phrase for each fact."""
    where = country_names.country_in(country, language) if country else ""
    parts = [texts["form"]]
    if texts["registration"]:
        number = texts["registration"]
        parts.append(
            say(language, "registered {where} under number {number}", where=where, number=number)
            if where
            else say(language, "registered under number {number}", number=number)
        )
    elif where:
        parts.append(say(language, "established {where}", where=where))
    if texts["address"]:
        parts.append(say(language, "whose registered office is at {address}", address=texts["address"]))
    if texts["by"] and texts["title"]:
        parts.append(say(language, "represented by {name}, {title}", name=texts["by"], title=texts["title"]))
    elif texts["by"]:
        parts.append(say(language, "represented by {name}", name=texts["by"]))
    return parts
