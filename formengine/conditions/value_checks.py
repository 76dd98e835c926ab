"""Check of values against the types of facts: what a fact can be compared with or set to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from babel import Locale
from babel.numbers import is_currency

from formengine.conditions.fact_types import FactType, option_titled
from formengine.conditions.parser import ORDER, Money, as_moment, parse_value
from formengine.source import did_you_mean, shown

DATES: Final = ("date", "date-time")
_CONTAINING: Final = ("text", "list", "people", "files", "unknown")
_SEVERAL: Final = ("list", "people", "files")
Problem = tuple[str, str]
"""The code of a finding, and its sentence."""


@cache
def _countries() -> frozenset[str]:
    """The two-letter codes of countries (ISO 3166)."""
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())


def mismatch(fact: FactType, op: str, value: Any, written: str | None = None) -> Problem | None:
    """What is wrong with comparing a fact with a value; None when it can be compared.

    `written` is the operator as the author wrote it (`before` for `under`).
    """
    name, kind = fact.name, fact.kind
    if kind == "unknown":
        return None
    is_country = str(fact.schema.get("$ref", "")).endswith("formengine:country")
    if is_country and op in ("is", "is not", "is one of") and str(value) not in _countries():
        return "value", f"`{name}` is a country; write its two letters of ISO 3166, such as FR, not {value!s}"
    if isinstance(value, Money) and not is_currency(value.currency):
        return "currency", f"`{value.currency}` is no currency; write its three letters of ISO 4217, such as EUR"
    if kind in _SEVERAL and op in ("is", "is not", "is one of"):
        return "type", f"`{name}` is {called(fact)}; write {name} contains {value!s}"
    if op == "contains" and kind not in _CONTAINING:
        return "type", f"`contains` stands after a text or a list, and `{name}` is {called(fact)}"
    if kind == "money":
        if op in ("is", "is not", *ORDER) and not isinstance(value, Money):
            return "type", f"`{name}` is money; write an amount with its currency, such as 10000 EUR"
        return None
    if isinstance(value, Money):
        return "type", f"`{name}` is {called(fact)} and cannot be compared with the amount {value}"
    if fact.values:
        words = {str(option) for option in fact.values}
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if op in ("is", "is not", "is one of", "contains") and text not in words and value not in fact.values:
            return _not_an_option(fact, value)
    if op in ORDER:
        return _mismatch_in_order(fact, written or op, value)
    if kind == "number" and not isinstance(value, Decimal):
        return "type", f"`{name}` is a number and cannot be compared with the text {value!s}"
    if kind == "boolean" and not isinstance(value, bool) and op != "contains":
        return "type", f"`{name}` is true or false, not {value!s}; write {name} is true, or {name} is false"
    if kind in DATES and not isinstance(value, date):
        return "type", f"`{name}` is a date; write it as 2026-01-31"
    return None


def _mismatch_in_order(fact: FactType, op: str, value: Any) -> Problem | None:
    if fact.kind == "number" and isinstance(value, Decimal):
        return None
    if fact.kind in DATES and isinstance(value, date):
        return None
    examples = {"number": "a number", "date": "a date such as 2026-01-31", "date-time": "a date such as 2026-01-31"}
    if fact.kind in examples:
        return "type", f"`{fact.name}` is {called(fact)}; after `{op}` write {examples[fact.kind]}, not {value!s}"
    return "type", f"`{op}` compares numbers, money and dates, and `{fact.name}` is {called(fact)}"


def _not_an_option(fact: FactType, value: object) -> Problem:
    options = [str(option) for option in fact.values]
    titled = option_titled(fact.values, str(value))
    hint = f"; write its value, {titled}" if titled is not None else did_you_mean(str(value), options)
    return "value", f"`{fact.name}` is never {value!s}{hint}"


def called(fact: FactType) -> str:
    """The kind of a fact in a sentence."""
    names = {
        "text": "a text",
        "number": "a number",
        "boolean": "true or false",
        "date": "a date",
        "date-time": "a moment",
        "money": "money",
        "person": "a person",
        "people": "people",
        "contact": "a contact",
        "party": "a party",
        "file": "a file",
        "files": "files",
        "list": "a list",
        "object": 'a group of values (money is written $ref: "formengine:money")',
    }
    return names.get(fact.kind, "something else")


def mismatch_when_set(fact: FactType, value: Any) -> Problem | None:
    """What is wrong with a value that a step sets (as YAML has it); None when the fact takes it."""
    several = value if isinstance(value, list) else [value]
    if isinstance(value, list) and fact.kind not in (*_SEVERAL, "unknown"):
        return "type", f"`{fact.name}` is {called(fact)} and takes one value"
    if fact.values:
        wrong = (item for item in several if isinstance(item, Mapping | list) or item not in fact.values)
        return next((_not_an_option(fact, item) for item in wrong if item is not None), None)
    fits: dict[str, Any] = {
        "text": isinstance(value, str | int | float) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "date": isinstance(value, str) and len(value) == 10 and as_moment(value) is not None,
        "date-time": isinstance(value, str) and as_moment(value[:10]) is not None,
        "money": isinstance(value, Mapping) and {"amount", "currency"} <= set(value),
    }
    if value is None or fits.get(fact.kind, True):
        return None
    amount = parse_value(value) if isinstance(value, str) else None
    if fact.kind == "money" and isinstance(amount, Money):
        return "type", f"`{fact.name}` is money; write {amount.as_yaml}"
    examples = {"date": " such as 2026-01-31", "money": ' such as {amount: "100.00", currency: EUR}'}
    return "type", f"`{fact.name}` is {called(fact)}{examples.get(fact.kind, '')}, not {shown(value)}"


def can_copy(source: FactType, target: FactType) -> bool:
    """Whether a fact takes the values of another."""
    kinds = {source.kind, target.kind}
    return "unknown" in kinds or len(kinds) == 1 or kinds <= {"text", "person"} or target.kind == "text"
