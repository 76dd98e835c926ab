"""Operands of conditions, of `set` and of deadlines: what is calculated from facts, rows, rounds and the clock (W21).

`end_date + 12 months`, `today`, `highest of powers.limit`, `votes of board`: sentences become frozen values, which
`engine.calculation` evaluates. Source: docs/reference/workflow-language.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, cast

from formengine.conditions.durations import FactLength, Length, parse_duration


@dataclass(frozen=True)
class FactValue:
    """The value of a fact."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Clock:
    """`today`, a date in the calendar's time zone, or `now`."""

    word: Literal["today", "now"]

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True)
class OfRows:
    """A value of several rows, of which a fact is the list: `highest of powers.limit`, `number of powers`.

    `column` is None for `number of`, and where the entries of the list are no rows but values. `any` and `every`
    compare each row (`any of powers.kind is sale`).
    """

    function: Literal["highest", "lowest", "sum", "number", "any", "every"]
    rows: str
    column: str | None = None

    def __str__(self) -> str:
        return f"{self.function} of {self.rows}{f'.{self.column}' if self.column else ''}"


@dataclass(frozen=True)
class SeatCount:
    """`votes of ROUND` (who approved, signed or acknowledged in its newest round), or `open seats of ROUND`."""

    what: Literal["votes", "open seats"]
    rule: str

    def __str__(self) -> str:
        return f"{self.what} of {self.rule}"


@dataclass(frozen=True)
class DocumentPresence:
    """`document NAME`, which is there, or is not there."""

    name: str

    def __str__(self) -> str:
        return f"document {self.name}"


@dataclass(frozen=True)
class Shifted:
    """A date some time later (`end_date + 12 months`), or earlier (`sign` -1); the length may be a fact
    (`starts_on + term_months months`)."""

    base: FactValue | Clock | OfRows
    length: Length
    sign: Literal[1, -1] = 1

    def __str__(self) -> str:
        return f"{self.base} {'+' if self.sign > 0 else '-'} {self.length}"


Operand = FactValue | Clock | OfRows | SeatCount | DocumentPresence | Shifted
OPERANDS: Final = (FactValue, Clock, OfRows, SeatCount, DocumentPresence, Shifted)
QUANTIFIERS: Final = ("any", "every")
_BASE: Final = (
    r"(?:(?P<function>highest|lowest|sum|any|every) of (?P<rows>[a-z][a-z0-9_]*)(?:\.(?P<column>[A-Za-z_]\w*))?"
    r"|number of (?P<counted>[a-z][a-z0-9_]*)"
    r"|(?P<seats>votes|open seats) of (?P<rule>[a-z][a-z0-9_]*)"
    r"|(?P<name>[a-z][a-z0-9_]*))(?![\w.])"
)
_SHIFT: Final = (
    r"(?:\s*(?P<sign>[+\-\u2212\u2013])\s*(?:(?P<length>\d{1,5} +(?:working +)?[a-z]+)"
    r"|(?P<amount>[a-z][a-z0-9_]*) +(?P<unit>(?:working +)?(?:minute|hour|day|week|month|year)s?)(?!\w)))?"
)
_OPERAND = re.compile(_BASE + _SHIFT)
_DOCUMENT = re.compile(r"document ([a-z][a-z0-9_]*)(?= is (?:not )?there\Z)")


def leading_operand(text: str) -> tuple[Operand, str] | None:
    """The operand that a comparison begins with, and what follows it; None where the text begins with none.

    Raises ValueError, with what to write instead, for a length of time that cannot be read.
    """
    if match := _DOCUMENT.match(text):
        return DocumentPresence(match[1]), text[match.end() :].strip()
    match = _OPERAND.match(text)
    return None if match is None else (_operand(match), text[match.end() :].strip())


@lru_cache(maxsize=4096)
def parse_operand(text: str) -> Operand | None:
    """An operand from its text; None for any other text. Raises ValueError as `leading_operand`.

    >>> parse_operand("end_date + 12 months")
    Shifted(base=FactValue(name='end_date'), length=Duration(amount=12, unit='months'), sign=1)
    >>> str(parse_operand("starts_on + term_months months"))
    'starts_on + term_months months'
    >>> parse_operand("2026-01-31") is None
    True
    """
    match = _OPERAND.fullmatch(text.strip())
    return None if match is None else _operand(match)


def is_operand_text(text: str) -> bool:
    """Whether a text can be read as an operand; False also for one with a length of time that cannot be read."""
    try:
        return parse_operand(text) is not None
    except ValueError:
        return False


def _operand(match: re.Match[str]) -> Operand:
    base = _base(match)
    if match["sign"] is None:
        return base
    if isinstance(base, SeatCount):
        raise ValueError(f"`{match[0]}` adds a time to a number; a time is added to a date: end_date + 12 months")
    length: Length = parse_duration(match["length"] or f"1 {match['unit']}")
    if match["amount"]:
        length = FactLength(match["amount"], length.unit)
    return Shifted(base, length, 1 if match["sign"] == "+" else -1)


def _base(match: re.Match[str]) -> FactValue | Clock | OfRows | SeatCount:
    if match["function"]:
        return OfRows(cast(Literal["highest"], match["function"]), match["rows"], match["column"])
    if match["counted"]:
        return OfRows("number", match["counted"])
    if match["seats"]:
        return SeatCount(cast(Literal["votes"], match["seats"]), match["rule"])
    name = match["name"]
    return Clock(cast(Literal["now"], name)) if name in ("today", "now") else FactValue(name)


def facts_in(operand: object) -> Iterator[str]:
    """The names of the facts that an operand reads; none for a value that is no operand."""
    if isinstance(operand, Shifted):
        yield from facts_in(operand.base)
        if isinstance(operand.length, FactLength):
            yield operand.length.fact
    elif isinstance(operand, FactValue):
        yield operand.name
    elif isinstance(operand, OfRows):
        yield operand.rows


def reads_clock(operand: object) -> bool:
    """Whether the value of an operand changes with time alone."""
    return isinstance(operand, Clock) or (isinstance(operand, Shifted) and reads_clock(operand.base))
