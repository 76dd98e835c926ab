"""Bounds of amounts of money as JSON Schema, for `show_when: rent over 5000 EUR`: amounts are decimal text there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from formengine.conditions.parser import DECIMAL, Money


def amount_schema(op: str, bound: Money) -> dict[str, Any]:
    """A schema that accepts the amounts `over`, `at least`, `under` or `at most` a bound, or equal to it (`is`), in its
    currency alone.

    >>> amount_schema("over", Money(Decimal(50), "EUR"))["properties"]["currency"]
    {'const': 'EUR'}
    """
    return {
        "type": "object",
        "properties": {
            "amount": decimal_schema(op, bound.amount),
            "currency": {"const": bound.currency},
        },
        "required": ["amount", "currency"],
    }


def decimal_schema(op: str, bound: Decimal) -> dict[str, Any]:
    """A schema that accepts the decimal texts `over`, `at least`, `under` or `at most` a bound, or equal to it (`is`).

    >>> decimal_schema("is", Decimal("-2.50"))["pattern"]
    '^\\\\s*(?:-(?:0*2\\\\.50*))\\\\s*$'
    """
    sign = "-" if bound < 0 else "[+]?"
    beyond, same = f"{sign}(?:{_larger(abs(bound))})", f"{'[+-]?' if bound == 0 else sign}(?:{_equal(abs(bound))})"
    if op == "is":
        return _text(same)
    if (op in ("over", "at least")) is (bound >= 0):  # away from zero
        return _text(beyond if op in ("over", "under") else f"{beyond}|{same}")
    return {**_text(DECIMAL), "not": _text(f"{beyond}|{same}" if op in ("over", "under") else beyond)}


def _text(pattern: str) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^\\s*(?:{pattern})\\s*$"}


def _digits(number: Decimal) -> tuple[str, str]:
    """The digits of a number before and behind the point, without the zeros that change nothing."""
    whole, _, decimals = f"{number:f}".partition(".")
    return whole.lstrip("0"), decimals.rstrip("0")


def _equal(bound: Decimal) -> str:
    """A pattern of the decimal texts of a number that is not negative, without a sign."""
    whole, decimals = _digits(bound)
    if decimals:
        return f"0*{whole}\\.{decimals}0*"
    return f"0*{whole}(?:\\.0*)?" if whole else "0+(?:\\.0*)?|\\.0+"


def _larger(bound: Decimal) -> str:
    """A pattern of the decimal texts above a number that is not negative, zeros in front and behind allowed."""
    whole, decimals = _digits(bound)
    above = [f"{start}[0-9]{{{len(whole) - place - 1}}}" for place, start in _higher_digits(whole)]
    longer = f"[1-9][0-9]{{{len(whole)},}}"
    behind = [f"{start}[0-9]*" for _, start in _higher_digits(decimals)] + [f"{decimals}[0-9]*[1-9][0-9]*"]
    return f"0*(?:{'|'.join([longer, *above])})(?:\\.[0-9]*)?|0*{whole}\\.(?:{'|'.join(behind)})"


def _higher_digits(digits: str) -> list[tuple[int, str]]:
    """The beginnings of larger numbers of as many digits: the place of the first digit that is higher, and the pattern
    up to there.

    >>> _higher_digits("195")
    [(0, '[2-9]'), (2, '19[6-9]')]
    """
    return [(place, f"{digits[:place]}[{int(digit) + 1}-9]") for place, digit in enumerate(digits) if digit != "9"]
