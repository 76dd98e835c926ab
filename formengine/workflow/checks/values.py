"""Values beside facts: what a fact can be compared with, and what a step can set it to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from babel import Locale
from babel.numbers import is_currency

from formengine.source import did_you_mean
from formengine.workflow.definition.conditions import Comparison, Condition, Money, comparisons
from formengine.workflow.definition.model import FactType

ORDER: Final = ("over", "under", "at least", "at most")
DATES: Final = ("date", "date-time")
_CONTAINING: Final = ("text", "list", "people", "files", "unknown")
_SEVERAL: Final = ("list", "people", "files")
Problem = tuple[str, str]
"""A finding's code, and its sentence."""


@cache
def _countries() -> frozenset[str]:
    """The two-letter codes of countries (ISO 3166)."""
    return frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())


def misfit(fact: FactType, op: str, value: Any) -> Problem | None:
    """What is wrong with comparing a fact with a value: (code, sentence)."""
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
        words = {str(one) for one in fact.values}
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if op in ("is", "is not", "is one of", "contains") and text not in words and value not in fact.values:
            return "value", no_value(fact, value)
    if op in ORDER:
        return _misfit_in_order(fact, op, value)
    if kind == "number" and not isinstance(value, Decimal):
        return "type", f"`{name}` is a number and cannot be compared with the text {value!s}"
    if kind == "boolean" and not isinstance(value, bool) and op != "contains":
        return "type", f"`{name}` is true or false, not {value!s}"
    if kind in DATES and not isinstance(value, date):
        return "type", f"`{name}` is a date; write it as 2026-01-31"
    return None


def _misfit_in_order(fact: FactType, op: str, value: Any) -> Problem | None:
    if fact.kind == "number" and isinstance(value, Decimal):
        return None
    if fact.kind in DATES and isinstance(value, date):
        return None
    wanted = {"number": "a number", "date": "a date such as 2026-01-31", "date-time": "a date such as 2026-01-31"}
    if fact.kind in wanted:
        return "type", f"`{fact.name}` is {called(fact)}; after `{op}` write {wanted[fact.kind]}, not {value!s}"
    return "type", f"`{op}` compares numbers, money and dates, and `{fact.name}` is {called(fact)}"


def no_value(fact: FactType, value: object) -> str:
    words = [str(one) for one in fact.values]
    return f"`{fact.name}` is never {value!s}{did_you_mean(str(value), words)}"


def called(fact: FactType) -> str:
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
    }
    return names.get(fact.kind, "something else")


def misfit_when_set(fact: FactType, value: Any) -> Problem | None:
    """What is wrong with a value that a step sets."""
    several = value if isinstance(value, list) else [value]
    if isinstance(value, list) and fact.kind not in (*_SEVERAL, "unknown"):
        return "type", f"`{fact.name}` is {called(fact)} and takes one value"
    if fact.values:
        wrong = next((one for one in several if isinstance(one, Mapping | list) or one not in fact.values), None)
        return None if wrong is None else ("value", no_value(fact, wrong))
    fits: dict[str, Any] = {
        "text": isinstance(value, str | int | float) and not isinstance(value, bool),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "date": isinstance(value, str) and _is_date(value[:10]) and len(value) == 10,
        "date-time": isinstance(value, str) and _is_date(value[:10]),
        "money": isinstance(value, Mapping) and {"amount", "currency"} <= set(value),
    }
    if value is None or fits.get(fact.kind, True):
        return None
    examples = {"date": " such as 2026-01-31", "money": ' such as {amount: "100.00", currency: EUR}'}
    return "type", f"`{fact.name}` is {called(fact)}{examples.get(fact.kind, '')}, not {value!r}"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def copies(source: FactType, target: FactType) -> bool:
    """Whether the values of one fact can stand in another."""
    kinds = {source.kind, target.kind}
    return "unknown" in kinds or len(kinds) == 1 or kinds <= {"text", "person"} or target.kind == "text"


def currencies(condition: Condition | None) -> dict[str, set[str]]:
    """The currencies with which each fact is compared."""
    found: dict[str, set[str]] = {}
    for leaf in comparisons(condition):
        if isinstance(leaf, Comparison):
            for value in leaf.values:
                if isinstance(value, Money):
                    found.setdefault(leaf.fact, set()).add(value.currency)
    return found
