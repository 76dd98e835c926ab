"""Evaluation of conditions against facts: True, False, or None (undecided) when amounts differ in currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol

from formengine.workflow.definition.conditions import (
    OPERATORS,
    AnyOf,
    Comparison,
    Condition,
    GuardUse,
    Money,
    as_moment,
)

Facts = Mapping[str, Any]
Verdict = bool | None


class Guards(Protocol):
    """What evaluation needs besides facts: plugin guards and words, and the current time in the calendar's zone."""

    @property
    def now(self) -> datetime: ...

    def use(self, guard: str, options: Mapping[str, Any]) -> bool: ...

    def word(self, word: str, fact: object, value: object) -> bool: ...


def holds(condition: Condition | None, facts: Facts, guards: Guards) -> Verdict:
    """Evaluate a condition in Kleene's three-valued logic; no condition (None) holds."""
    if condition is None:
        return True
    kind = type(condition)
    if kind is Comparison:
        return _compare(condition, facts, guards)  # type: ignore[arg-type]  # narrowed by exact type
    if isinstance(condition, GuardUse):
        return guards.use(condition.guard, condition.options)
    assert not isinstance(condition, Comparison)
    verdicts = [holds(part, facts, guards) for part in condition.parts]
    return _any(verdicts) if isinstance(condition, AnyOf) else _all(verdicts)


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    values = list(verdicts)
    return True if True in values else None if None in values else False


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    values = list(verdicts)
    return False if False in values else None if None in values else True


def is_empty(value: object) -> bool:
    """Whether a fact counts as absent: None, an empty string, list or mapping."""
    return value is None or (not value and (value == "" or value == [] or value == {}))


def _compare(comparison: Comparison, facts: Facts, guards: Guards) -> Verdict:
    fact, op = facts.get(comparison.fact), comparison.op
    if op == "is empty":
        return is_empty(fact)
    if op == "is not empty":
        return not is_empty(fact)
    if is_empty(fact):
        return op == "is not"
    if op in ("has passed", "has not passed"):
        passed = _has_passed(fact, guards.now)
        return False if passed is None else passed is (op == "has passed")
    if op == "is one of":
        return _any(_equal(fact, value, guards) for value in comparison.values)
    value = comparison.values[0]
    if op == "contains":
        return _contains(fact, value, guards)
    if op not in OPERATORS:
        return guards.word(op, fact, value)
    if op in ("is", "is not"):
        same = _equal(fact, value, guards)
        return same if op == "is" or same is None else not same
    return _ordered(fact, op, value, guards)


def _has_passed(fact: object, now: datetime) -> Verdict:
    """Whether a date (its whole day, in the zone of `now`) or a date-time has passed; None for other values."""
    moment = as_moment(fact)
    if moment is None:
        return None
    if isinstance(moment, datetime):
        return _aware(moment, now) <= now
    return datetime.combine(moment, time.max, tzinfo=now.tzinfo) < now


def _aware(moment: datetime, now: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _contains(fact: object, value: object, guards: Guards) -> Verdict:
    if isinstance(fact, list):
        return _any(_equal(item, value, guards) for item in fact)
    return isinstance(fact, str) and str(value).casefold() in fact.casefold()


def _equal(fact: object, value: object, guards: Guards) -> Verdict:
    if isinstance(value, str) and isinstance(fact, str):
        return fact == value
    if isinstance(value, Money) and (money := _money(fact)):
        return None if money.currency != value.currency else money.amount == value.amount
    if isinstance(value, bool) or isinstance(fact, bool):
        return fact is value
    if isinstance(value, Decimal) and (number := _number(fact)) is not None:
        return number == value
    if isinstance(value, date):
        moments = _two_moments(fact, value, guards.now)
        return moments is not None and moments[0] == moments[1]
    if isinstance(fact, Mapping):
        return value in (fact.get("name"), fact.get("id"))
    return str(fact) == str(value)


def _two_moments(fact: object, value: date, now: datetime) -> tuple[date, date] | None:
    """A date fact and a date, comparable: as days when either has no time, else as date-times."""
    moment = as_moment(fact)
    if moment is None:
        return None
    if isinstance(moment, datetime) and isinstance(value, datetime):
        return _aware(moment, now), _aware(value, now)
    return _day(moment, now), _day(value, now)


def _day(moment: date, now: datetime) -> date:
    return _aware(moment, now).astimezone(now.tzinfo).date() if isinstance(moment, datetime) else moment


_TESTS: Final[Mapping[str, Any]] = {
    "over": lambda left, right: left > right,
    "under": lambda left, right: left < right,
    "at least": lambda left, right: left >= right,
    "at most": lambda left, right: left <= right,
}


def _ordered(fact: object, op: str, value: object, guards: Guards) -> Verdict:
    pair: tuple[Decimal, Decimal] | None = None
    if isinstance(value, Money) and (money := _money(fact)) is not None:
        if money.currency != value.currency:
            return None
        pair = (money.amount, value.amount)
    elif isinstance(value, Decimal):
        number = _number(fact)
        pair = None if number is None else (number, value)
    elif isinstance(value, date):
        return (moments := _two_moments(fact, value, guards.now)) is not None and bool(_TESTS[op](*moments))
    return pair is not None and bool(_TESTS[op](*pair))


def _money(fact: object) -> Money | None:
    if not isinstance(fact, Mapping) or "amount" not in fact or "currency" not in fact:
        return None
    amount = _number(fact["amount"])
    return None if amount is None else Money(amount, str(fact["currency"]))


def _number(fact: object) -> Decimal | None:
    if isinstance(fact, bool) or not isinstance(fact, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(fact))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
