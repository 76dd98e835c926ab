"""Parser of conditions (`when:`): sentences about facts become expression trees, which are never evaluated as code.

`engine.condition_eval` evaluates them. Source: docs/reference/workflow-language.md (W4).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final


@dataclass(frozen=True)
class Money:
    """An amount with its currency (ISO 4217)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


@dataclass(frozen=True)
class Comparison:
    """`fact op value`; `values` holds one value, several for `is one of`, none for `is empty` and `has passed`."""

    fact: str
    op: str
    values: tuple[Any, ...] = ()


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


OPERATORS: Final = (
    *("is one of", "is not empty", "is empty", "is not", "is", "over", "under", "at least", "at most", "contains"),
    *("has not passed", "has passed"),
)
"""Every operator; of two that begin alike, the longer comes first."""
WITHOUT_VALUE: Final = frozenset({"is empty", "is not empty", "has passed", "has not passed"})
_MONEY = re.compile(r"(-?\d+(?:\.\d+)?)\s+([A-Z]{3})\Z")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_QUOTED = re.compile(r'"[^"]*"')


def parse_condition(source: object, words: Sequence[str] = ()) -> Condition:
    """A condition from its YAML value: a sentence, a list (all must hold), or `{use: GUARD, with: {...}}`.

    `words` are the operators that plugins add. Raises ValueError with what to write instead.
    """
    if isinstance(source, list):
        return AllOf(tuple(parse_condition(part, words) for part in source))
    if isinstance(source, Mapping):
        if set(source) <= {"use", "with"} and isinstance(source.get("use"), str):
            options = source.get("with") or {}
            if not isinstance(options, Mapping):
                raise ValueError("`with` takes a map of options")
            return GuardUse(source["use"], dict(options))
        raise ValueError("a condition is a sentence, a list of sentences, or {use: GUARD, with: {...}}")
    if not isinstance(source, str) or not source.strip():
        raise ValueError("a condition is a sentence such as: contract_value over 10000 EUR")
    return _parse_either(source.strip(), words)


def _parse_either(text: str, words: Sequence[str]) -> Condition:
    parts = [_parse_all(part, words) for part in _split(text, r"\sor\s")]
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _parse_all(text: str, words: Sequence[str]) -> Condition:
    parts = [_parse_comparison(part, words) for part in _split(text, r"\sand\s")]
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _split(text: str, joint: str) -> list[str]:
    """Split at a pattern, but not inside quotation marks."""
    masked = _QUOTED.sub(lambda match: "\x00" * len(match[0]), text)
    parts, start = [], 0
    for match in re.finditer(joint, masked):
        parts.append(text[start : match.start()].strip())
        start = match.end()
    return [*parts, text[start:].strip()]


def _parse_comparison(text: str, words: Sequence[str]) -> Comparison:
    fact, _, rest = text.partition(" ")
    rest = rest.strip()
    if not re.fullmatch(r"[a-z][a-z0-9_]*", fact):
        raise ValueError(f"{text!r} does not begin with the name of a fact (small letters, digits, _)")
    for op in (*OPERATORS, *words):
        if rest == op or rest.startswith(f"{op} "):
            value = rest[len(op) :].strip()
            if op in WITHOUT_VALUE:
                if value:
                    raise ValueError(f"nothing may follow {op!r} in {text!r}")
                return Comparison(fact, op)
            if not value:
                raise ValueError(f"{text!r} lacks the value to compare with")
            operands = _split(value, ",") if op == "is one of" else [value]
            if "" in operands:
                raise ValueError(f"{value!r} has an empty entry; write the values with a comma between them")
            return Comparison(fact, op, tuple(parse_value(operand) for operand in operands))
    operators = ", ".join((*OPERATORS, *words))
    raise ValueError(f"{text!r} is not a comparison; after {fact} write one of: {operators}")


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


def as_moment(value: object) -> date | datetime | None:
    """A date or a date-time, or its ISO 8601 text; None for anything else."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}", value):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None


def comparisons(condition: Condition | None) -> list[Comparison | GuardUse]:
    """The leaves of a condition, in the order in which they were written."""
    if condition is None:
        return []
    if isinstance(condition, Comparison | GuardUse):
        return [condition]
    return [leaf for part in condition.parts for leaf in comparisons(part)]
