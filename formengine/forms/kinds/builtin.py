"""The built-in field kinds: the JSON Schemas behind `$ref: "formengine:<kind>"`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any, Final

from babel import Locale
from babel.numbers import get_territory_currencies

from formengine.i18n import say
from formengine.value_format import currency_decimals


def _text(title: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "minLength": 1, **more}


AMOUNT_PATTERN: Final = "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$"
"""Amounts are decimal text, never floating point."""
AMOUNT_PATTERNS_BY_DECIMALS: Final = {0: "^[^.]*$"} | {most: f"^[^.]*(\\.[0-9]{{0,{most}}})?$" for most in (2, 3, 4)}
"""Patterns for the number of decimals of an amount, by the minor unit of its currency."""
PHONE_PATTERN: Final = "^\\+[1-9][0-9]{4,14}$"
"""Telephone numbers in E.164 format."""
_NOT_COUNTRIES: Final = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


@cache
def _legal_tender() -> tuple[str, ...]:
    """The currencies that are legal tender somewhere today, by code."""
    return tuple(sorted({code for country in _countries_of("en") for code in get_territory_currencies(country)}))


def _decimals_by_currency() -> list[dict[str, Any]]:
    """Conditional schemas that bound the decimals of an amount by its currency."""
    by_unit: dict[int, list[str]] = {}
    for code in _legal_tender():
        by_unit.setdefault(currency_decimals(code), []).append(code)
    return [
        {
            "if": {"properties": {"currency": {"enum": codes}}, "required": ["currency"]},
            "then": {"properties": {"amount": {"pattern": AMOUNT_PATTERNS_BY_DECIMALS[unit]}}},
        }
        for unit, codes in sorted(by_unit.items())
    ]


@cache
def _countries_of(locale: str) -> dict[str, str]:
    names = {str(code): str(name) for code, name in Locale.parse(locale, sep="-").territories.items()}
    countries = [code for code in names if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES]
    return {code: names[code] for code in countries}


_COUNTRY: Final = {"type": "string", "enum": sorted(_countries_of("en"))}
"""ISO 3166-1 alpha-2."""
_CURRENCY: Final = {"type": "string", "enum": list(_legal_tender())}
"""ISO 4217."""
_FILE: Final = {
    "type": "object",
    "format": "file",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "size": {"type": "integer", "minimum": 0},
        "type": {"type": "string"},
        "sha256": {"type": "string"},
    },
}
KINDS: Final[dict[str, Any]] = {
    "formengine:money": {
        "type": "object",
        "required": ["amount", "currency"],
        "properties": {
            "amount": {"title": "Amount", "$ref": "formengine:amount"},
            "currency": {"title": "Currency", "$ref": "formengine:currency"},
        },
        "allOf": _decimals_by_currency(),
    },
    "formengine:party": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"title": "Name", "$ref": "formengine:party-name"},
            "registration": _text("Registration number", maxLength=100),
            "country": {"title": "Country", "$ref": "formengine:country"},
            "id": {"$ref": "formengine:id"},
        },
    },
    "formengine:party-name": {"type": "string", "minLength": 1, "maxLength": 300},
    "formengine:id": {"type": "string"},
    "formengine:contact": {
        "type": "object",
        "required": ["name", "email"],
        "properties": {
            "name": _text("Name", maxLength=300),
            "email": _text("E-mail address", format="email", maxLength=254),
        },
    },
    "formengine:amount": {"type": "string", "pattern": AMOUNT_PATTERN},
    "formengine:percentage": {"type": "number", "minimum": 0, "maximum": 100},
    "formengine:person": {"type": "string", "minLength": 1},
    "formengine:people": {"type": "array", "uniqueItems": True, "items": {"type": "string", "minLength": 1}},
    "formengine:country": _COUNTRY,
    "formengine:currency": _CURRENCY,
    "formengine:lines": {"type": "array", "items": {"type": "string"}},
    "formengine:address": {
        "type": "object",
        "required": ["lines", "city", "country"],
        "properties": {
            "lines": {"title": "Address", "$ref": "formengine:lines", "minItems": 1, "maxItems": 6},
            "postcode": _text("Postcode", maxLength=20),
            "city": _text("City", maxLength=200),
            "country": {"title": "Country", "$ref": "formengine:country"},
        },
    },
    "formengine:file": _FILE,
    "formengine:files": {"type": "array", "items": _FILE},
    "formengine:text": {"type": "string"},
    "formengine:markdown": {"type": "string"},
    "formengine:dossier": {"type": "string", "minLength": 1, "maxLength": 60},
    "formengine:iban": {"type": "string", "format": "iban"},
    "formengine:phone": {"type": "string", "pattern": PHONE_PATTERN},
}
"""Schemas by URI. A caller passes `{**KINDS, ...}` to add or replace kinds: see `formengine.forms`."""

_COMMON_CURRENCIES: Final = (
    "EUR", "USD", "GBP", "CHF", "AED", "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "HKD", "HUF", "INR", "JPY", "KRW",
    "LBP", "MAD", "MXN", "NOK", "NZD", "PLN", "RON", "SAR", "SEK", "SGD", "TND", "TRY", "XAF", "XOF", "ZAR",
)  # fmt: skip


def kinds_for_display(kinds: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """The kinds as a form shows them: titles in the language, countries and currencies as lists of choices.

    For rendering only; data are validated against the kinds as they were. A kind that the caller replaced is left
    alone; of country and currency, values in `default` or `examples` come first in the list.
    """
    shown: dict[str, Any] = {}
    for uri, schema in kinds.items():
        is_builtin = KINDS.get(uri) is schema
        shown[uri] = _translate_titles(schema, locale) if is_builtin else schema
    for uri, options in (("formengine:country", _countries), ("formengine:currency", _currencies)):
        kind = kinds.get(uri)
        if isinstance(kind, Mapping) and _without_preferences(kind) == KINDS[uri]:
            preferred = [kind["default"]] if "default" in kind else list(kind.get("examples", ()))
            rank = {code: position for position, code in enumerate(preferred)}
            choices = sorted(options(locale), key=lambda choice: rank.get(choice["const"], len(rank)))
            keywords = {key: value for key, value in kind.items() if key not in ("enum", "examples")}
            shown[uri] = {**keywords, "oneOf": choices}
    return shown


def _without_preferences(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in ("default", "examples")}


def _translate_titles(schema: Any, locale: str) -> Any:
    copy = deepcopy(schema)
    copy.pop("allOf", None)  # the decimals of money: no control depends on them
    for subschema in copy.get("properties", {}).values():
        if "title" in subschema:
            subschema["title"] = say(locale, subschema["title"])
    return copy


def _countries(locale: str) -> list[dict[str, str]]:
    countries = sorted(_countries_of(locale).items(), key=lambda country: _sort_key(country[1]))
    return [{"const": code, "title": name} for code, name in countries]


def _sort_key(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text).casefold() if not unicodedata.combining(char))


def _currencies(locale: str) -> list[dict[str, str]]:
    names = Locale.parse(locale, sep="-").currencies
    rest = [code for code in _legal_tender() if code not in _COMMON_CURRENCIES]
    return [{"const": code, "title": f"{code} – {names.get(code, code)}"} for code in (*_COMMON_CURRENCIES, *rest)]
