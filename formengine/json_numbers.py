"""Numbers with a fraction or an exponent in JSON texts, and as people type them: which of them a float holds."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation


class NumberNotHeld(ValueError):
    """A number that no float holds; `nearest` is the one that would be kept instead, None where it is past all bounds,
    or so small that it would become zero."""

    def __init__(self, text: str, nearest: float | None) -> None:
        super().__init__(text)
        self.nearest = nearest


def held_number(text: str) -> float:
    """The float that a text with a decimal point or an exponent is. Raises NumberNotHeld for one that would be rounded:
    a program may write the same float shortest (0.1), with 17 digits or with all of them; other digits get lost.

    >>> held_number("0.1"), held_number("0.10000000000000001"), held_number("1e300")
    (0.1, 0.1, 1e+300)
    """
    number = float(text)
    if math.isinf(number):
        raise NumberNotHeld(text, None)
    shortest = repr(number)
    if text == shortest:
        return number
    try:
        written = Decimal(text)
    except InvalidOperation:  # an exponent past all bounds
        raise NumberNotHeld(text, None) from None
    if written in (Decimal(shortest), Decimal(f"{number:.17g}")) or written == Decimal(number):
        return number
    raise NumberNotHeld(text, number or None)
