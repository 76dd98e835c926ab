"""Conditions: sentences about facts, parsed once into small trees and tested against values; never evaluated as code.

A test answers True, False, or None: undecided, when money of two currencies would have to be compared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol

Facts = Mapping[str, Any]
Verdict = bool | None


@dataclass(frozen=True)
class Money:
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
class Use:
    """A plugin's guard with its options."""

    guard: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    parts: tuple[Condition, ...]


Condition = Comparison | Use | All | Either


class Guards(Protocol):
    """What the tests need beside facts: a plugin's guards and condition words, and the moment."""

    @property
    def now(self) -> datetime: ...

    def use(self, guard: str, options: Mapping[str, Any]) -> bool: ...

    def word(self, word: str, fact: object, value: object) -> bool: ...


OPERATORS: Final = (
    "is one of",
    "is not empty",
    "is empty",
    "is not",
    "is",
    "over",
    "under",
    "at least",
    "at most",
    "contains",
    "has not passed",
    "has passed",
)
WITHOUT_VALUE: Final = frozenset({"is empty", "is not empty", "has passed", "has not passed"})
_MONEY = re.compile(r"(-?\d+(?:\.\d+)?)\s+([A-Z]{3})\Z")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_QUOTED = re.compile(r'"[^"]*"')


def parse_condition(source: object, words: Sequence[str] = ()) -> Condition:
    """Read what an author wrote under `when`: a sentence, a list (all must hold), or `{use: GUARD, with: {...}}`.

    `words` are the condition words that plugins add. Raises ValueError with what to write.
    """
    if isinstance(source, list):
        return All(tuple(parse_condition(one, words) for one in source))
    if isinstance(source, Mapping):
        if set(source) <= {"use", "with"} and isinstance(source.get("use"), str):
            options = source.get("with") or {}
            if not isinstance(options, Mapping):
                raise ValueError("`with` takes a map of options")
            return Use(source["use"], dict(options))
        raise ValueError("a condition is a sentence, a list of sentences, or {use: GUARD, with: {...}}")
    if not isinstance(source, str) or not source.strip():
        raise ValueError("a condition is a sentence such as: contract_value over 10000 EUR")
    return _parse_either(source.strip(), words)


def _parse_either(text: str, words: Sequence[str]) -> Condition:
    parts = [_parse_all(part, words) for part in _split(text, "or")]
    return parts[0] if len(parts) == 1 else Either(tuple(parts))


def _parse_all(text: str, words: Sequence[str]) -> Condition:
    parts = [_parse_comparison(part.strip(), words) for part in _split(text, "and")]
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _split(text: str, joint: str) -> list[str]:
    """Split at a joining word, not inside quotation marks."""
    hidden = _QUOTED.sub(lambda m: "\x00" * len(m[0]), text)
    parts, start = [], 0
    for match in re.finditer(rf"\s{joint}\s", hidden):
        parts.append(text[start : match.start()])
        start = match.end()
    parts.append(text[start:])
    return parts


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
            given = _split_list(value) if op == "is one of" else [value]
            return Comparison(fact, op, tuple(parse_value(one) for one in given))
    known = ", ".join((*OPERATORS, *words))
    raise ValueError(f"{text!r} is not a comparison; after {fact} write one of: {known}")


def _split_list(text: str) -> list[str]:
    hidden = _QUOTED.sub(lambda m: "\x00" * len(m[0]), text)
    ends = [i for i, char in enumerate(hidden) if char == ","]
    starts = [0, *(i + 1 for i in ends)]
    parts = [text[a:b].strip() for a, b in zip(starts, [*ends, len(text)], strict=True)]
    if any(not part for part in parts):
        raise ValueError(f"{text!r} has an empty entry; write the values with a comma between them")
    return parts


def parse_value(text: str) -> Any:
    """A value in a sentence: `10000 EUR`, `3`, `2026-01-31`, `true`, `"quoted"`, or a word as it stands."""
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return text[1:-1]
    if match := _MONEY.match(text):
        return Money(Decimal(match[1]), match[2])
    if _NUMBER.match(text):
        return Decimal(text)
    if text in ("true", "false"):
        return text == "true"
    return _as_moment(text) or text


def _as_moment(value: object) -> date | datetime | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.match(r"\d{4}-\d{2}-\d{2}", value):
        return None
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        return None


def holds(condition: Condition | None, facts: Facts, guards: Guards) -> Verdict:
    """Test a condition; None (no condition) holds. Kleene's three values: undecided unless the rest decides."""
    if condition is None:
        return True
    if isinstance(condition, Use):
        return guards.use(condition.guard, condition.options)
    if isinstance(condition, Comparison):
        return _compare(condition, facts, guards)
    verdicts = [holds(part, facts, guards) for part in condition.parts]
    deciding = isinstance(condition, Either)
    if deciding in verdicts:
        return deciding
    return None if None in verdicts else not deciding


def is_empty(value: object) -> bool:
    """Whether a fact counts as absent: nothing, an empty text, an empty list or map."""
    return value is None or value == "" or value == [] or value == {}


def _compare(comparison: Comparison, facts: Facts, guards: Guards) -> Verdict:
    fact, op = facts.get(comparison.fact), comparison.op
    if op == "is empty":
        return is_empty(fact)
    if op == "is not empty":
        return not is_empty(fact)
    if is_empty(fact) and not (isinstance(fact, list) and op == "is"):
        return op == "is not"
    if op in ("has passed", "has not passed"):
        return _has_passed(fact, guards.now) is (op == "has passed")
    if op == "contains":
        return _contains(fact, comparison.values[0])
    if op == "is one of":
        return any(_equal(fact, value) for value in comparison.values)
    if op not in OPERATORS:
        return guards.word(op, fact, comparison.values[0])
    value = comparison.values[0]
    if op in ("is", "is not"):
        same = _equal(fact, value)
        return same if op == "is" or same is None else not same
    return _ordered(fact, op, value)


def _has_passed(fact: object, now: datetime) -> bool:
    moment = _as_moment(fact)
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)) <= now
    return moment is not None and datetime.combine(moment, time.max, tzinfo=now.tzinfo) < now


def _contains(fact: object, value: object) -> bool:
    if isinstance(fact, list):
        return any(_equal(one, value) for one in fact)
    return isinstance(fact, str) and str(value).casefold() in fact.casefold()


def _equal(fact: object, value: object) -> Verdict:
    money = _money(fact)
    if money and isinstance(value, Money):
        return None if money.currency != value.currency else money.amount == value.amount
    if isinstance(value, bool) or isinstance(fact, bool):
        return fact is value
    number = _number(fact)
    if number is not None and isinstance(value, Decimal):
        return number == value
    if isinstance(value, date):
        return _as_moment(fact) == value
    if isinstance(fact, Mapping):
        return value in (fact.get("name"), fact.get("id"))
    return str(fact) == str(value)


def _ordered(fact: object, op: str, value: object) -> Verdict:
    left: Any
    right: Any = value
    money = _money(fact)
    if money is not None and isinstance(value, Money):
        if money.currency != value.currency:
            return None
        left, right = money.amount, value.amount
    elif isinstance(value, Decimal):
        left = _number(fact)
    elif isinstance(value, date):
        left = _as_moment(fact)
        if isinstance(left, datetime) and not isinstance(value, datetime):
            left = left.date()
    else:
        return False
    if left is None:
        return False
    tests = {"over": left > right, "under": left < right, "at least": left >= right, "at most": left <= right}
    return bool(tests[op])


def _money(fact: object) -> Money | None:
    if not isinstance(fact, Mapping) or "amount" not in fact or "currency" not in fact:
        return None
    try:
        return Money(Decimal(str(fact["amount"])), str(fact["currency"]))
    except InvalidOperation:
        return None


def _number(fact: object) -> Decimal | None:
    if isinstance(fact, bool) or not isinstance(fact, int | float | Decimal | str):
        return None
    try:
        return Decimal(str(fact))
    except InvalidOperation:
        return None


def comparisons(condition: Condition | None) -> list[Comparison | Use]:
    """Every leaf of a condition, in the order it was written."""
    if condition is None:
        return []
    if isinstance(condition, Comparison | Use):
        return [condition]
    return [leaf for part in condition.parts for leaf in comparisons(part)]
