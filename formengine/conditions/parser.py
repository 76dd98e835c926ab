"""Parser of conditions (`when:`): sentences about facts become expression trees, which are never evaluated as code.

`engine.condition_eval` evaluates them. Source: docs/reference/workflow-language.md (W4).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from formengine.conditions.durations import parse_duration
from formengine.conditions.operands import (
    OPERANDS,
    QUANTIFIERS,
    DocumentPresence,
    FactValue,
    OfRows,
    Operand,
    facts_in,
    leading_operand,
    parse_operand,
    reads_clock,
)
from formengine.source.lookalikes import plain


@dataclass(frozen=True)
class Money:
    """An amount with its currency (ISO 4217)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    @property
    def as_yaml(self) -> str:
        """How it is written where an answer or a field holds it."""
        return f'{{amount: "{self.amount}", currency: {self.currency}}}'


@dataclass(frozen=True)
class Comparison:
    """`fact op value`; `values` holds one value, several for `is one of`, none for `is empty` and `has passed`.

    A value is a literal, an operand (`end_date after start_date`), or a duration (`within 3 months`). Where `left` is
    set, the left side is calculated (`highest of powers.limit over 10000 EUR`), and `fact` is its text. `of_plugin`:
    `op` is the word of a plugin.
    """

    fact: str
    op: str
    values: tuple[Any, ...] = ()
    left: Operand | None = None
    of_plugin: bool = field(default=False, compare=False)

    @property
    def subject(self) -> Operand:
        """The left side."""
        return FactValue(self.fact) if self.left is None else self.left

    @property
    def facts(self) -> tuple[str, ...]:
        """The names of the facts on both sides."""
        return tuple(name for operand in (self.subject, *self.values) for name in facts_in(operand))

    @property
    def quantifier(self) -> str | None:
        """`any` or `every`, where each row is compared."""
        left = self.left
        return left.function if isinstance(left, OfRows) and left.function in QUANTIFIERS else None


@dataclass(frozen=True)
class GuardUse:
    """A plugin's guard with its options."""

    guard: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AllOf:
    """Holds when every part holds: `and`, or a list of conditions."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """Holds when at least one part holds: `or`, which binds less tightly than `and`."""

    parts: tuple[Condition, ...]


Condition = Comparison | GuardUse | AllOf | AnyOf


_FIRST_OPERATORS: Final = (
    *("is one of", "is not empty", "is empty", "is not", "is", "over", "under", "at least", "at most", "contains"),
    *("has not passed", "has passed"),
)
_MORE_OPERATORS: Final = ("before", "after", "on or before", "on or after", "within")
OPERATORS: Final = (*_FIRST_OPERATORS, *_MORE_OPERATORS, "is there", "is not there")
"""Every operator. The first are read before the words of plugins, the others after them."""
WITHOUT_VALUE: Final = frozenset(
    ("is empty", "is not empty", "has passed", "has not passed", "is there", "is not there")
)
DATE_WORDS: Final[Mapping[str, str]] = {
    "before": "under",
    "after": "over",
    "on or before": "at most",
    "on or after": "at least",
}
"""The words for dates, and what they mean."""
ORDER: Final = ("over", "under", "at least", "at most", *DATE_WORDS)
"""The operators that compare by size."""
NamesFact = Callable[[Operand, Operand], bool]
"""Whether the right side of `LEFT is RIGHT` is calculated, rather than a word that the left side may have as value."""
HoldsText = Callable[[Operand, str], bool]
"""Whether an operator compares an operand as text, so that `1.10` and `1.1` on its right side differ."""
_OF_TEXTS: Final = ("is", "is not", "is one of", "contains")
DECIMAL: Final = "[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)"
"""A pattern of the texts that are numbers where an answer may be a number or a text."""
_MONEY = re.compile(r"(-?\d+(?:\.\d+)?)\s+([A-Z]{3})\Z")
_NUMBER = re.compile(r"-?(?!0\d)\d+(?:\.\d+)?\Z")  # 01000 is a code, such as a postcode
_JOINS_NOTHING = re.compile(r'"[^"]*"|(?<!\bis )\bon or (?:before|after)\b')


def _is_word(left: Operand, right: Operand) -> bool:
    return False


def _is_untyped(left: Operand, op: str) -> bool:
    return False


def parse_condition(
    source: object, words: Sequence[str] = (), names_fact: NamesFact = _is_word, holds_text: HoldsText = _is_untyped
) -> Condition:
    """A condition from its YAML value: a sentence, a list (all must hold), or `{use: GUARD, with: {...}}`.

    `words` are the operators that plugins add; `names_fact` decides what stands after `is`: without it, a word;
    `holds_text` which literals stay the text that was written. Raises ValueError with what to write instead.
    """
    if isinstance(source, list):
        return AllOf(tuple(parse_condition(part, words, names_fact, holds_text) for part in source))
    if isinstance(source, Mapping):
        if set(source) <= {"use", "with"} and isinstance(source.get("use"), str):
            options = source.get("with") or {}
            if not isinstance(options, Mapping):
                raise ValueError("`with` takes a map of options")
            return GuardUse(source["use"], dict(options))
        raise ValueError("a condition is a sentence, a list of sentences, or {use: GUARD, with: {...}}")
    if not isinstance(source, str) or not source.strip():
        raise ValueError("a condition is a sentence such as: contract_value over 10000 EUR")
    return _Sentence(words, names_fact, holds_text).either(plain(source).strip())


def _split(text: str, joint: str) -> list[str]:
    """Split at a pattern, but not inside quotation marks, nor in `on or before`."""
    masked = _JOINS_NOTHING.sub(lambda match: "\x00" * len(match[0]), text)
    parts, start = [], 0
    for match in re.finditer(joint, masked):
        parts.append(text[start : match.start()].strip())
        start = match.end()
    return [*parts, text[start:].strip()]


@dataclass(frozen=True)
class _Sentence:
    """Parser of a sentence."""

    words: Sequence[str]
    names_fact: NamesFact
    holds_text: HoldsText

    def either(self, text: str) -> Condition:
        parts = [self.all(part) for part in _split(text, r"\sor\s")]
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def all(self, text: str) -> Condition:
        parts = [self.comparison(part) for part in _split(text, r"\sand\s")]
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def comparison(self, text: str) -> Comparison:
        leading = leading_operand(text)
        if leading is None:
            raise ValueError(f"{text!r} does not begin with the name of a fact (small letters, digits, _)")
        left, rest = leading
        calculated = None if isinstance(left, FactValue) else left
        if isinstance(left, DocumentPresence):
            return Comparison(str(left), rest, left=left)
        for op in (*_FIRST_OPERATORS, *self.words, *_MORE_OPERATORS):
            if rest == op or rest.startswith(f"{op} "):
                of_plugin = op in self.words and op not in _FIRST_OPERATORS
                values = self.values(text, left, "" if of_plugin else op, rest[len(op) :].strip())
                return Comparison(str(left), op, values, calculated, of_plugin)
        operators = ", ".join((*_FIRST_OPERATORS, *_MORE_OPERATORS, *self.words))
        raise ValueError(f"{text!r} is not a comparison; after {left} write one of: {operators}")

    def values(self, text: str, left: Operand, op: str, value: str) -> tuple[Any, ...]:
        """The values on the right side of a comparison; `op` is "" for the word of a plugin."""
        if op in WITHOUT_VALUE:
            if value:
                raise ValueError(f"nothing may follow {op!r} in {text!r}")
            return ()
        if not value:
            raise ValueError(f"{text!r} lacks the value to compare with")
        if op == "within":
            return (parse_duration(value),)
        operands = _split(value, ",") if op == "is one of" else [value]
        if "" in operands:
            raise ValueError(f"{value!r} has an empty entry; write the values with a comma between them")
        return tuple(self.value(left, op, operand) for operand in operands)

    def value(self, left: Operand, op: str, text: str) -> Any:
        """One value: an operand where one is meant, else a literal."""
        literal = parse_value(text)
        if not isinstance(literal, str | Money) and op in _OF_TEXTS and self.holds_text(left, op):
            return text
        if literal == text and (match := _DANGLING.search(text)):
            raise ValueError(f"something is missing after `{match[1]}`, with which {text!r} ends")
        operand = parse_operand(text) if literal == text and not isinstance(literal, bool) else None
        if operand is None or isinstance(operand, DocumentPresence):
            return literal
        if isinstance(operand, OfRows) and operand.function in QUANTIFIERS:
            raise ValueError(f"`{operand}` stands at the beginning of a comparison: {operand} {op} VALUE")
        is_meant = op in ORDER or (op in ("is", "is not", "contains") and self.names_fact(left, operand))
        return operand if is_meant else literal


_DANGLING: Final = re.compile(r"(?:^|\s)(and|or)$")
"""A value that ends with the word after which another comparison stands; in quotes it is a text."""


def parse_value(text: str) -> Any:
    """The value of an operand: `10000 EUR`, `3`, `2026-01-31`, `true`, `"quoted"`; else the text itself."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1]
    if match := _MONEY.match(text):
        return Money(Decimal(match[1]), match[2])
    if _NUMBER.match(text):
        return Decimal(text)
    if text in ("true", "false"):
        return text == "true"
    return as_moment(text) or text


_IN_EVERY_ZONE: Final = (date.min + timedelta(days=2), date.max - timedelta(days=2))
"""The first and the last day of a date-time that can be told by the clock of every zone."""


def as_moment(value: object) -> date | datetime | None:
    """A date or a date-time, or its ISO 8601 text; None for anything else, and for a date-time that some zone has no
    year for (`0001-01-01T00:00:00+14:00`).
    """
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}", value):
        return None
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if _IN_EVERY_ZONE[0] <= moment.date() <= _IN_EVERY_ZONE[1] else None


def is_operand(value: object) -> bool:
    """Whether the value of a comparison is calculated, and no literal."""
    return isinstance(value, OPERANDS)


def reads_time(condition: Condition | None) -> bool:
    """Whether the verdict on a condition may change by the passing of time alone."""
    return any(
        leaf.op in ("has passed", "has not passed", "within") or any(map(reads_clock, (leaf.subject, *leaf.values)))
        for leaf in comparisons(condition)
        if isinstance(leaf, Comparison)
    )


def comparisons(condition: Condition | None) -> list[Comparison | GuardUse]:
    """The leaves of a condition, in the order in which they were written."""
    if condition is None:
        return []
    if isinstance(condition, Comparison | GuardUse):
        return [condition]
    return [leaf for part in condition.parts for leaf in comparisons(part)]
