"""Evaluation of conditions against facts: True, False, or None (undecided) when amounts differ in currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, Protocol

from formengine.conditions.calculation import (
    UNDECIDED,
    Facts,
    Moment,
    comparable,
    is_empty,
    money_of,
    number_of,
    row_values,
    value_of,
)
from formengine.conditions.durations import Duration, shift_moment
from formengine.conditions.operands import OfRows
from formengine.conditions.parser import (
    DATE_WORDS,
    OPERATORS,
    AnyOf,
    Comparison,
    Condition,
    GuardUse,
    Money,
    as_moment,
    is_operand,
)

Verdict = bool | None
__all__ = ["Facts", "Guards", "Verdict", "holds", "is_empty"]


class Guards(Moment, Protocol):
    """What evaluation needs besides facts: plugin guards and words, the current time, the dossier's rounds and
    documents."""

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
    return any_of(verdicts) if isinstance(condition, AnyOf) else all_of(verdicts)


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a disjunction."""
    values = list(verdicts)
    return True if True in values else None if None in values else False


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict of a conjunction."""
    values = list(verdicts)
    return False if False in values else None if None in values else True


def _compare(comparison: Comparison, facts: Facts, guards: Guards) -> Verdict:
    left = comparison.left
    if left is None:
        return _compare_value(comparison, facts.get(comparison.fact), facts, guards)
    if isinstance(left, OfRows) and comparison.quantifier:
        return _compare_rows(comparison, left, facts, guards)
    return _compare_value(comparison, value_of(left, facts, guards), facts, guards)


def _compare_rows(comparison: Comparison, left: OfRows, facts: Facts, guards: Guards) -> Verdict:
    """`any of` and `every of` rows. A row without the value does not count; where none counts, neither holds."""
    values = row_values(left, facts)
    if comparison.op not in ("is empty", "is not empty"):
        values = [value for value in values if not is_empty(value)]
    verdicts = [_compare_value(comparison, value, facts, guards) for value in values]
    return any_of(verdicts) if left.function == "any" else bool(verdicts) and all_of(verdicts)


def _compare_value(comparison: Comparison, fact: Any, facts: Facts, guards: Guards) -> Verdict:
    """Compare a value of the left side, as the facts hold it."""
    op = comparison.op
    if op == "is empty":
        return is_empty(fact)
    if op == "is not empty":
        return not is_empty(fact)
    if is_empty(fact):
        return op == "is not"
    if fact is UNDECIDED:
        return None
    if op in ("has passed", "has not passed"):
        passed = _has_passed(fact, guards.now)
        return False if passed is None else passed is (op == "has passed")
    if op in ("is there", "is not there"):
        return bool(fact) is (op == "is there")
    if op == "is one of":
        return any_of(_equal(fact, value, guards) for value in comparison.values)
    value = comparison.values[0]
    if is_operand(value):
        value = comparable(value_of(value, facts, guards))
        if is_empty(value):
            return op == "is not"
        if value is UNDECIDED:
            return None
    if comparison.of_plugin or op not in OPERATORS:
        return guards.word(op, fact, value)
    return _compare_with(fact, op, value, guards)


def _compare_with(fact: Any, op: str, value: Any, guards: Guards) -> Verdict:
    if op == "contains":
        return _contains(fact, value, guards)
    if op in ("is", "is not"):
        same = _equal(fact, value, guards)
        return same if op == "is" or same is None else not same
    if op == "within":
        return _within(fact, value, guards.now)
    return _ordered(fact, DATE_WORDS.get(op, op), value, guards)


def _within(fact: object, length: Duration, now: datetime) -> bool:
    """Whether a date lies between today and a time from today, both included; a date-time between now and then."""
    moment = as_moment(fact)
    if moment is None:
        return False
    if isinstance(moment, datetime):
        moment = _aware(moment, now)
    if length.unit in ("hours", "minutes") and isinstance(moment, datetime):
        until = shift_moment(now, length, 1)
        return until is not None and now <= moment <= until
    last = shift_moment(now, length, 1)
    if last is None:  # later than any date, or a length that takes a calendar, which the checker refuses
        return not length.unit.startswith("working") and _day(moment, now) >= now.date()
    starts = moment >= now if isinstance(moment, datetime) else moment >= now.date()
    return starts and _day(moment, now) <= _day(last, now)


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
        return any_of(_equal(item, value, guards) for item in fact)
    return isinstance(fact, str) and str(value).casefold() in fact.casefold()


def _equal(fact: object, value: object, guards: Guards) -> Verdict:
    if isinstance(fact, Mapping) and isinstance(value, Mapping):
        return fact == value
    if isinstance(value, str) and isinstance(fact, str):
        return fact == value
    if isinstance(value, Money) and (money := money_of(fact)):
        return None if money.currency != value.currency else money.amount == value.amount
    if isinstance(value, bool) or isinstance(fact, bool):
        return fact is value or (isinstance(fact, str) and fact == ("true" if value else "false"))
    if isinstance(value, Decimal) and (number := number_of(fact)) is not None:
        return number == value
    if isinstance(value, date):
        moments = _two_moments(fact, value, guards.now)
        return moments is not None and moments[0] == moments[1]
    if isinstance(fact, Mapping):
        return value in (fact.get("name"), fact.get("id"))
    return _text(fact) == _text(value)


def _text(value: object) -> str:
    """The text of a value; of 5.0, which JSON takes for the same number as 5, that of 5."""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


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
    if isinstance(value, Money) and (money := money_of(fact)) is not None:
        if money.currency != value.currency:
            return None
        pair = (money.amount, value.amount)
    elif isinstance(value, Decimal):
        number = number_of(fact)
        pair = None if number is None else (number, value)
    elif isinstance(value, date):
        return (moments := _two_moments(fact, value, guards.now)) is not None and bool(_TESTS[op](*moments))
    return pair is not None and bool(_TESTS[op](*pair))
