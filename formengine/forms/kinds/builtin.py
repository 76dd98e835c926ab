"""The field kinds that come with the engine: the schema that `$ref: "formengine:<kind>"` stands for."""

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
"""Decimal text: never a binary fraction."""
AMOUNT_PATTERNS_BY_DECIMALS: Final = {0: "^[^.]*$"} | {most: f"^[^.]*(\\.[0-9]{{0,{most}}})?$" for most in (2, 3, 4)}
"""What an amount is held to beside its own pattern, by the minor unit of its currency: only its decimals."""
PHONE_PATTERN: Final = "^\\+[1-9][0-9]{4,14}$"
"""E.164."""
_NOT_COUNTRIES: Final = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


@cache
def _legal_tender() -> tuple[str, ...]:
    """The currencies that are legal tender somewhere today, by code."""
    return tuple(sorted({code for place in _countries_of("en") for code in get_territory_currencies(place)}))


def _decimals_by_currency() -> list[dict[str, Any]]:
    """The decimals of every currency, as JSON Schema says it."""
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
    wanted = [code for code in names if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES]
    return {code: names[code] for code in wanted}


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
"""`{uri: schema}`. A caller passes `{**KINDS, ...}` to add or replace kinds: see `formengine.forms`."""

_COMMON_CURRENCIES: Final = (
    "EUR", "USD", "GBP", "CHF", "AED", "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "HKD", "HUF", "INR", "JPY", "KRW",
    "LBP", "MAD", "MXN", "NOK", "NZD", "PLN", "RON", "SAR", "SEK", "SGD", "TND", "TRY", "XAF", "XOF", "ZAR",
)  # fmt: skip


def kinds_for_display(kinds: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """The kinds as they are drawn in a language: titles said in it, countries and currencies as lists to choose from.

    The judge never sees this copy. A kind that a caller replaced stays as the caller gave it; country and currency may
    be given a `default` or `examples`, which then stand first in their lists.
    """
    found: dict[str, Any] = {}
    for uri, schema in kinds.items():
        ours = KINDS.get(uri) is schema
        found[uri] = _translate_titles(schema, locale) if ours else schema
    for uri, options in (("formengine:country", _countries), ("formengine:currency", _currencies)):
        given = kinds.get(uri)
        if isinstance(given, Mapping) and _without_preferences(given) == KINDS[uri]:
            own = [given["default"]] if "default" in given else list(given.get("examples", ()))
            listed = options(locale)
            listed.sort(key=lambda one: own.index(one["const"]) if one["const"] in own else len(own))
            found[uri] = {**given, "oneOf": listed}
            del found[uri]["enum"]
            found[uri].pop("examples", None)
    return found


def _without_preferences(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in schema.items() if key not in ("default", "examples")}


def _translate_titles(schema: Any, locale: str) -> Any:
    copy = deepcopy(schema)
    copy.pop("allOf", None)  # the decimals of money: a matter for the judge, no control depends on them
    for one in copy.get("properties", {}).values():
        if "title" in one:
            one["title"] = say(locale, one["title"])
    return copy


def _countries(locale: str) -> list[dict[str, str]]:
    found = sorted(_countries_of(locale).items(), key=lambda one: _sort_key(one[1]))
    return [{"const": code, "title": name} for code, name in found]


def _sort_key(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text).casefold() if not unicodedata.combining(one))


def _currencies(locale: str) -> list[dict[str, str]]:
    names = Locale.parse(locale, sep="-").currencies
    rest = [code for code in _legal_tender() if code not in _COMMON_CURRENCIES]
    return [{"const": code, "title": f"{code} – {names.get(code, code)}"} for code in (*_COMMON_CURRENCIES, *rest)]
