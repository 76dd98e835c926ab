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


def _text(title: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "title": title, "minLength": 1, **more}


AMOUNT: Final = "^-?[0-9]{1,15}(\\.[0-9]{1,4})?$"
"""Decimal text: never a binary fraction."""
DECIMALS: Final = {0: "^[^.]*$"} | {most: f"^[^.]*(\\.[0-9]{{0,{most}}})?$" for most in (2, 3, 4)}
"""What an amount is held to beside its own pattern, by the minor unit of its currency: only its decimals."""
PHONE: Final = "^\\+[1-9][0-9]{4,14}$"
"""E.164."""
_NOT_COUNTRIES: Final = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "AC", "CP", "CQ", "DG", "EA", "IC", "TA"}


@cache
def _tender() -> tuple[str, ...]:
    """The currencies that are legal tender somewhere today, by code."""
    return tuple(sorted({code for place in _countries_of("en") for code in get_territory_currencies(place)}))


_MINOR: Final = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3,
    "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4,
}  # fmt: skip


def decimals(currency: str) -> int:
    """How many decimals the amounts of a currency have: its minor unit in ISO 4217, table A.1. Babel would say those
    that are in daily use (none for LBP or IQD), which contracts do not keep to.

    >>> decimals("EUR"), decimals("JPY"), decimals("TND")
    (2, 0, 3)
    """
    return _MINOR.get(currency, 2)


def _held_to_decimals() -> list[dict[str, Any]]:
    """The decimals of every currency, as JSON Schema says it."""
    by_unit: dict[int, list[str]] = {}
    for code in _tender():
        by_unit.setdefault(decimals(code), []).append(code)
    return [
        {
            "if": {"properties": {"currency": {"enum": codes}}, "required": ["currency"]},
            "then": {"properties": {"amount": {"pattern": DECIMALS[unit]}}},
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
_CURRENCY: Final = {"type": "string", "enum": list(_tender())}
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
        "allOf": _held_to_decimals(),
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
    "formengine:amount": {"type": "string", "pattern": AMOUNT},
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
    "formengine:phone": {"type": "string", "pattern": PHONE},
}
"""`{uri: schema}`. A caller passes `{**KINDS, ...}` to add or replace kinds: see `formengine.forms`."""

_CURRENCIES: Final = (
    "EUR", "USD", "GBP", "CHF", "AED", "AUD", "BRL", "CAD", "CNY", "CZK", "DKK", "HKD", "HUF", "INR", "JPY", "KRW",
    "LBP", "MAD", "MXN", "NOK", "NZD", "PLN", "RON", "SAR", "SEK", "SGD", "TND", "TRY", "XAF", "XOF", "ZAR",
)  # fmt: skip


def drawn(kinds: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """The kinds as they are drawn in a language: titles said in it, countries and currencies as lists to choose from.

    The judge never sees this copy. A kind that a caller replaced stays as the caller gave it; country and currency may
    be given a `default` or `examples`, which then stand first in their lists.
    """
    found: dict[str, Any] = {}
    for uri, schema in kinds.items():
        ours = KINDS.get(uri) is schema
        found[uri] = _titled(schema, locale) if ours else schema
    for uri, options in (("formengine:country", _countries), ("formengine:currency", _currencies)):
        given = kinds.get(uri)
        if isinstance(given, Mapping) and _bare(given) == KINDS[uri]:
            own = [given["default"]] if "default" in given else list(given.get("examples", ()))
            listed = options(locale)
            listed.sort(key=lambda one: own.index(one["const"]) if one["const"] in own else len(own))
            found[uri] = {**given, "oneOf": listed}
            del found[uri]["enum"]
            found[uri].pop("examples", None)
    return found


def _bare(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {key: one for key, one in schema.items() if key not in ("default", "examples")}


def _titled(schema: Any, locale: str) -> Any:
    copy = deepcopy(schema)
    copy.pop("allOf", None)  # the decimals of money: a matter for the judge, no control depends on them
    for one in copy.get("properties", {}).values():
        if "title" in one:
            one["title"] = say(locale, one["title"])
    return copy


def _countries(locale: str) -> list[dict[str, str]]:
    found = sorted(_countries_of(locale).items(), key=lambda one: _plain(one[1]))
    return [{"const": code, "title": name} for code, name in found]


def _plain(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text).casefold() if not unicodedata.combining(one))


def _currencies(locale: str) -> list[dict[str, str]]:
    names = Locale.parse(locale, sep="-").currencies
    rest = [code for code in _tender() if code not in _CURRENCIES]
    return [{"const": code, "title": f"{code} – {names.get(code, code)}"} for code in (*_CURRENCIES, *rest)]
