"""Checks between answers (`checks:`): sentences of the condition language that have to hold (F16).

Where one does not, the author's own words stand at the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from formengine import json_pointer
from formengine.conditions.calculation import is_empty, row_values, value_of
from formengine.conditions.condition_checks import condition_problems
from formengine.conditions.condition_words import NO_WORDS, Words
from formengine.conditions.evaluation import Verdict, all_of, any_of, holds
from formengine.conditions.fact_types import holds_text, names_fact, type_of
from formengine.conditions.hints import read_condition
from formengine.conditions.operands import OfRows, Operand
from formengine.conditions.parser import (
    AnyOf,
    Comparison,
    Condition,
    GuardUse,
    comparisons,
    is_operand,
    parse_condition,
)
from formengine.errors import FormError
from formengine.forms.rules.answer_facts import ClockOfForm, Problem, Types, readable
from formengine.forms.rules.author_sentences import is_text
from formengine.forms.rules.computed_answers import ComputedAnswers
from formengine.forms.schema.words_meant import CHECK_KEYS_MEANT
from formengine.i18n import Text, pick, say
from formengine.json_pointer import join
from formengine.json_schema import Path
from formengine.source import closest, did_you_mean

if TYPE_CHECKING:
    from formengine.forms.tree.node import Node

KEYS: Final = ("when", "at", "says", "each")
KEYWORD: Final = "check"
"""The keyword of the errors of checks."""
MIXED: Final = "These amounts are in different currencies; write them in one."
_EXAMPLE: Final = "{when: end_date after start_date, says: The end has to be after the start.}"


@dataclass(frozen=True)
class AnswerCheck:
    """A condition that has to hold, for the form or for `each` row of a list; `columns` are the fields of such a row.

    `at` names the fields at which the sentence `says` stands; `amounts` are its sums of money, which are absent where
    no row has an amount.
    """

    condition: Condition
    says: Text
    at: tuple[str, ...]
    each: str | None
    columns: Types
    amounts: frozenset[Operand]


@dataclass(frozen=True)
class CheckFailure:
    """A check that does not hold: a JSON Pointer into the answers, and the sentence that stands there."""

    pointer: str
    message: str


class AnswerChecks:
    """The checks of a form in one language."""

    def __init__(self, checks: Sequence[AnswerCheck], types: Types, locale: str, words: Words = NO_WORDS) -> None:
        self.checks, self._types, self.locale, self._words = checks, types, locale, words
        self._names = tuple(dict.fromkeys(name for check in checks for name in _names_read(check)))

    def __bool__(self) -> bool:
        return bool(self.checks)

    def failures(self, answers: Any, now: datetime) -> Iterator[CheckFailure]:
        """Every check that the answers do not meet, at each place where its sentence stands; `now` is the present, in
        the zone of the form.
        """
        facts = readable(answers if isinstance(answers, Mapping) else {}, self._names, self._types)
        clock = ClockOfForm(now, self._words)
        for check in self.checks:
            for row, seen in _scopes(check, facts):
                verdict = _judge(check.condition, _Scope(seen, clock, check.amounts))
                if verdict is not True:
                    message = say(self.locale, MIXED) if verdict is None else pick(check.says, self.locale, ())
                    yield from (CheckFailure(pointer, message) for pointer in _places(check, row))


def rule_failures(
    checks: AnswerChecks, computed: ComputedAnswers, answers: Any, now: datetime, nodes: Callable[[], Iterable[Node]]
) -> list[CheckFailure]:
    """The checks that the answers do not meet, and the lists whose amounts are in several currencies although a
    computed answer that is shown is worked out from them. `nodes` are the top-level ones of the form that holds them.
    """
    failures = list(checks.failures(answers, now))
    mixed = computed.mixed_amounts(answers, now)
    shown = {json_pointer.first(node.pointer) for node in nodes()} if mixed else set()
    lists = sorted({rows for name, rows in mixed.items() if name in shown})
    added = [CheckFailure(join((rows,)), say(checks.locale, MIXED)) for rows in lists]
    return failures + [failure for failure in added if failure not in failures]


def _names_read(check: AnswerCheck) -> list[str]:
    """The form's own fields that a check reads."""
    names = [name for leaf in _leaves(check.condition) for name in leaf.facts if name not in check.columns]
    return [*names, *([check.each] if check.each else [])]


def _leaves(condition: Condition) -> list[Comparison]:
    return [leaf for leaf in comparisons(condition) if isinstance(leaf, Comparison)]


def _scopes(check: AnswerCheck, facts: Mapping[str, Any]) -> Iterator[tuple[int | None, Mapping[str, Any]]]:
    """The facts that a check reads: those of the form, or for each row (with its number) the row's own first."""
    if check.each is None:
        yield None, facts
        return
    around = {name: value for name, value in facts.items() if name not in check.columns}
    for number, row in enumerate(facts.get(check.each, ())):
        if isinstance(row, Mapping):
            yield number, {**around, **row}


def _places(check: AnswerCheck, row: int | None) -> list[str]:
    """The JSON Pointers at which the sentence of a check stands."""
    return [
        join((check.each, row, name)) if row is not None and name in check.columns else join((name,))
        for name in check.at
    ] or [""]


@dataclass(frozen=True)
class _Scope:
    """What a condition is judged by."""

    facts: Mapping[str, Any]
    clock: ClockOfForm
    amounts: frozenset[Operand]


def _judge(condition: Condition, scope: _Scope) -> Verdict:
    """The verdict on a condition of which each comparison that reads an absent answer holds."""
    if isinstance(condition, Comparison):
        return True if _reads_nothing(condition, scope) else holds(condition, scope.facts, scope.clock)
    if isinstance(condition, GuardUse):  # refused when the form is compiled
        return True
    verdicts = [_judge(part, scope) for part in condition.parts]
    return any_of(verdicts) if isinstance(condition, AnyOf) else all_of(verdicts)


def _reads_nothing(leaf: Comparison, scope: _Scope) -> bool:
    """Whether a comparison reads an absent answer; one about absence itself only where it has no row to look at."""
    about_absence = leaf.op in ("is empty", "is not empty")
    if leaf.quantifier and isinstance(leaf.left, OfRows):
        values = row_values(leaf.left, scope.facts)
        return all(map(is_empty, values)) if not about_absence else not values
    if about_absence:
        return False
    sides = [leaf.subject, *(value for value in leaf.values if is_operand(value))]
    return any(_is_absent(side, scope) for side in sides)


def _is_absent(operand: Operand, scope: _Scope) -> bool:
    if isinstance(operand, OfRows) and operand.rows not in scope.facts:
        return True
    if operand in scope.amounts and isinstance(operand, OfRows):
        return all(map(is_empty, row_values(operand, scope.facts)))
    return is_empty(value_of(operand, scope.facts, scope.clock))


def read_checks(source: Any, types: Types, locale: str, words: Words = NO_WORDS) -> AnswerChecks:
    """The `checks` of a form's rules (None: none); `words` are those of plugins. Raises FormError for a mistake."""
    for path, _, message in check_problems(source, types, words):
        raise FormError(join(path), message)
    return AnswerChecks([_check(entry, types, words) for entry in source or ()], types, locale, words)


def _check(entry: Mapping[str, Any], types: Types, words: Words) -> AnswerCheck:
    rows = entry.get("each")
    columns = _columns(types, rows)
    known = {**types, **columns}
    condition = _condition(entry["when"], known, words)
    leaves = _leaves(condition)
    at = dict.fromkeys(entry.get("at") or [name for leaf in leaves for name in leaf.facts])
    sides = (side for leaf in leaves for side in (leaf.subject, *leaf.values) if isinstance(side, OfRows))
    amounts = frozenset(side for side in sides if side.function == "sum" and _is_money(side, known))
    return AnswerCheck(condition, entry["says"], tuple(at), rows, columns, amounts)


def _is_money(operand: Operand, types: Types) -> bool:
    type_ = type_of(operand, types)
    return type_ is not None and type_.kind == "money"


def _columns(types: Types, rows: str | None) -> Types:
    return {name: type_ for name, type_ in types[rows].columns.items() if name} if rows is not None else {}


def _condition(source: Any, types: Types, words: Words) -> Condition:
    return parse_condition(source, tuple(words), partial(names_fact, types), partial(holds_text, types))


def check_problems(source: Any, types: Types, words: Words = NO_WORDS) -> Iterator[Problem]:
    """What is wrong with the `checks` of a form: a key, an unknown name, a type that does not fit; `words` are those
    of plugins."""
    if source is not None and not isinstance(source, list):
        yield ("checks",), "kind", f"checks takes a list, each entry on a line with a dash: {_EXAMPLE}"
        return
    for number, entry in enumerate(source or ()):
        path: Path = ("checks", number)
        if not isinstance(entry, Mapping):
            yield path, "kind", f"a check is written {_EXAMPLE}"
            continue
        yield from _key_problems(entry, path)
        problem = _each_problem(entry.get("each"), types)
        if problem is not None:
            yield (*path, "each"), *problem
            continue
        known = {**types, **_columns(types, entry.get("each"))}
        yield from _when_problems(entry, path, known, words)
        yield from _at_problems(entry.get("at"), (*path, "at"), known)


def _key_problems(entry: Mapping[str, Any], path: Path) -> Iterator[Problem]:
    meant = _meant(entry)
    for key, instead in meant.items():
        hint = f'; did you mean "{instead}"?' if instead else did_you_mean(key, KEYS)
        yield (*path, key), "unknown", f"a check has no {key}{hint}"
    if "says" not in entry and "says" in meant.values():
        return
    if "says" not in entry:
        yield path, "missing", "a check needs says:, the sentence for people whose answers do not meet it"
    elif not is_text(entry["says"]):
        yield (*path, "says"), "kind", "says takes a sentence, or one by language: {en: ..., fr: ...}"


def _meant(entry: Mapping[str, Any]) -> dict[str, str | None]:
    """The keys of a check that it does not have, with the one that was probably meant by each."""
    return {str(key): CHECK_KEYS_MEANT.get(str(key)) or closest(str(key), KEYS) for key in entry if key not in KEYS}


def _each_problem(rows: Any, types: Types) -> tuple[str, str] | None:
    if rows is None:
        return None
    if not isinstance(rows, str) or rows not in types:
        return "unknown-field", f"{rows} is not a field of this form{did_you_mean(str(rows), types)}"
    if not any(types[rows].columns):
        return "type", f"`{rows}` is no list of rows with fields; leave `each` out"
    return None


def _when_problems(entry: Mapping[str, Any], path: Path, types: Types, words: Words) -> Iterator[Problem]:
    if "when" not in entry:
        if "when" in _meant(entry).values():
            return
        yield path, "missing", "a check needs when:, what has to hold, such as: end_date after start_date"
        return
    for sentence in entry["when"] if isinstance(entry["when"], list) else [entry["when"]]:
        message = _unreadable(sentence, types, words)
        if message is not None:
            yield (*path, "when"), "condition", message
            return
    condition = _condition(entry["when"], types, words)
    for code, message in condition_problems(condition, types, words):
        yield (*path, "when"), code, message


def _unreadable(sentence: Any, types: Types, words: Words) -> str | None:
    """What to write instead of a sentence that cannot be read, or that would mean something else; None if neither."""
    try:
        read_condition(sentence, tuple(words), types)
    except ValueError as error:
        return str(error)
    return None


def _at_problems(at: Any, path: Path, types: Types) -> Iterator[Problem]:
    if at is None:
        return
    if not isinstance(at, list) or not at:
        yield path, "kind", "at takes a list of the fields at which the sentence stands: [end_date]"
        return
    for number, name in enumerate(at):
        if name not in types:
            yield (
                (*path, number),
                "unknown-field",
                f"{name} is not a field of this form{did_you_mean(str(name), types)}",
            )
