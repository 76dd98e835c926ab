"""Bounds of amounts of money as JSON Schema, for `show_when: rent over 5000 EUR`: amounts are decimal text there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from formengine.conditions.parser import Money


def amount_schema(op: str, bound: Money) -> dict[str, Any]:
    """A schema that accepts the amounts `over`, `at least`, `under` or `at most` a bound, in its currency alone.

    Raises ValueError for a bound below zero.

    >>> amount_schema("over", Money(Decimal(50), "EUR"))["properties"]["currency"]
    {'const': 'EUR'}
    """
    return {
        "type": "object",
        "properties": {
            "amount": decimal_schema(op, bound.amount, bound.currency),
            "currency": {"const": bound.currency},
        },
        "required": ["amount", "currency"],
    }


def decimal_schema(op: str, bound: Decimal, currency: str = "") -> dict[str, Any]:
    """A schema that accepts the decimal texts `over`, `at least`, `under` or `at most` a bound.

    Raises ValueError for a bound below zero, with its `currency` if it has one.
    """
    if bound < 0:
        raise ValueError(f"a form compares with amounts from {f'0 {currency}'.strip()} on")
    pattern = {"pattern": f"^(?:{'|'.join(_larger(bound, with_equal=op in ('at least', 'under')))})$"}
    return {"type": "string", **(pattern if op in ("over", "at least") else {"not": pattern})}


def _larger(bound: Decimal, *, with_equal: bool) -> list[str]:
    """Patterns of the decimal texts above a number that is not negative, zeros in front and behind allowed."""
    whole, _, decimals = f"{bound:f}".partition(".")
    whole, decimals = whole.lstrip("0") or "0", decimals.rstrip("0")
    above = [f"{start}[0-9]{{{len(whole) - place - 1}}}" for place, start in _higher_digits(whole)]
    longer = f"[1-9][0-9]{{{len(whole)},}}"
    behind = [f"{start}[0-9]*" for _, start in _higher_digits(decimals)] + [f"{decimals}[0-9]*[1-9][0-9]*"]
    patterns = [f"0*(?:{'|'.join([longer, *above])})(?:\\.[0-9]+)?", f"0*{whole}\\.(?:{'|'.join(behind)})"]
    if with_equal:
        sign = "-?" if bound == 0 else ""  # -0 is 0
        patterns.append(f"0*{whole}\\.{decimals}0*" if decimals else f"{sign}0*{whole}(?:\\.0+)?")
    return patterns


def _higher_digits(digits: str) -> list[tuple[int, str]]:
    """The beginnings of larger numbers of as many digits: the place of the first digit that is higher, and the pattern
    up to there.

    >>> _higher_digits("195")
    [(0, '[2-9]'), (2, '19[6-9]')]
    """
    return [(place, f"{digits[:place]}[{int(digit) + 1}-9]") for place, digit in enumerate(digits) if digit != "9"]
