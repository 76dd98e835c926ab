"""Whether the conditions of a deadline are settled: its facts can no longer change so that it could be missed (W18).

Such a deadline is not shown as running. A fact changes where a step or a vote asks for it, a step sets it, or the
answers are sent back for correction; a condition is tried with every value that these can still give to its facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any, Final
from weakref import WeakKeyDictionary

from formengine.conditions.evaluation import Verdict, all_of, any_of, holds
from formengine.conditions.operands import FactValue, OfRows, Shifted, parse_operand, reads_clock
from formengine.conditions.parser import (
    OPERATORS,
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    GuardUse,
    is_operand,
)
from formengine.workflow.definition.actions import SetFieldsAction
from formengine.workflow.definition.model import DeadlineRule, Transition, Workflow
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import ConditionContext, Execution

ANYTHING: Final = object()
"""A value that somebody enters, or that is calculated."""
SOMETHING: Final = object()
"""The same, but never empty: what a step requires, and a date reckoned from the clock."""
MOST_TRIALS: Final = 32
"""How many combinations of values are tried before a condition counts as open."""
_CALCULATED: Final = ("date", "date-time", "number", "money", "unknown")
"""Kinds of facts of which `set` may calculate the value."""
_AHEAD: Final = {"has passed": False, "has not passed": True}
"""The verdicts that time will change: a date that has not passed yet will."""
_OF_EMPTINESS: Final = ("is empty", "is not empty")
_OPEN: Final[frozenset[Verdict]] = frozenset((True, False))


@dataclass(frozen=True)
class _Write:
    """A fact and the value that a step gives to it.

    `states` are those in which the dossier then stays (None: any); `child` is the kind of child whose own field it is.
    """

    fact: str
    value: Any
    states: tuple[str, ...] | None
    child: str | None = None


_writes: WeakKeyDictionary[Workflow, tuple[_Write, ...]] = WeakKeyDictionary()


def is_settled(execution: Execution, rule: DeadlineRule, child: Child | None) -> bool:
    """Whether a deadline can no longer be missed: its `when` never holds again, or its `unless` always does."""
    if rule.when is None and rule.unless is None:
        return False
    own_state = child is None and any(own is rule for own in execution.state.deadlines)
    facts = _Facts(execution, child, execution.case.state if own_state else None)
    if rule.when is not None and True not in facts.verdicts(rule.when):
        return True
    return rule.unless is not None and facts.verdicts(rule.unless) == {True}


class _Facts:
    """The values that facts can still take; where `state` is given, those while the dossier stays in it."""

    def __init__(self, execution: Execution, child: Child | None, state: str | None) -> None:
        self.facts = execution.facts(child)
        self.tests = ConditionContext(execution, child)
        self.children = execution.workflow.children
        self.writes: dict[str, list[Any]] = {}
        for write in _all_writes(execution.workflow):
            is_own = write.child is None or (child is not None and child.kind == write.child)
            if is_own and (state is None or write.states is None or state in write.states):
                self.writes.setdefault(write.fact, []).append(write.value)

    def verdicts(self, condition: Condition) -> frozenset[Verdict]:
        """Every verdict that a condition can still have."""
        if isinstance(condition, GuardUse):
            return _OPEN
        if isinstance(condition, Comparison):
            return self._of_comparison(condition)
        combine = any_of if isinstance(condition, AnyOf) else all_of
        parts = [self.verdicts(part) for part in condition.parts]
        verdicts: frozenset[Verdict] = frozenset({isinstance(condition, AllOf)})
        for part in parts:
            verdicts = frozenset(combine(pair) for pair in product(verdicts, part))
        return verdicts

    def _of_comparison(self, comparison: Comparison) -> frozenset[Verdict]:
        facts = list(dict.fromkeys(comparison.facts))
        choices = [self._values(fact) for fact in facts]
        if comparison.op in _OF_EMPTINESS and comparison.left is None:
            choices = [[True if value is SOMETHING else value for value in values] for values in choices]
        count = prod(len(values) for values in choices)
        if not _reads_facts_alone(comparison) or count > MOST_TRIALS or any(_is_unknown(values) for values in choices):
            return _OPEN
        trials = ({**self.facts, **dict(zip(facts, values, strict=True))} for values in product(*choices))
        verdicts = frozenset(holds(comparison, trial, self.tests) for trial in trials)
        is_ahead = _AHEAD.get(comparison.op)
        return _OPEN if is_ahead is not None and is_ahead in verdicts else verdicts

    def _values(self, fact: str) -> list[Any]:
        word, _, kind = fact.partition("_")
        counts = word in ("open", "all") and kind in self.children
        return [ANYTHING] if counts else [self.facts.get(fact), *self.writes.get(fact, ())]


def _is_unknown(values: Sequence[Any]) -> bool:
    return any(value is ANYTHING or value is SOMETHING for value in values)


def _reads_facts_alone(comparison: Comparison) -> bool:
    """Whether nothing but facts (and, for `has passed`, the clock) decides a comparison."""
    if comparison.op not in OPERATORS or comparison.op == "within" or comparison.of_plugin:
        return False
    operands = [value for value in (comparison.subject, *comparison.values) if is_operand(value)]
    bases = [operand.base if isinstance(operand, Shifted) else operand for operand in operands]
    return all(isinstance(base, FactValue | OfRows) for base in bases)


def _all_writes(workflow: Workflow) -> tuple[_Write, ...]:
    writes = _writes.get(workflow)
    if writes is None:
        writes = _writes[workflow] = tuple(_writes_of(workflow))
    return writes


def _writes_of(workflow: Workflow) -> Iterator[_Write]:
    for transition in workflow.transitions.values():
        yield from _written_by(workflow, transition, _staying_in(transition))
    if any(transition.reopens is not None for transition in workflow.transitions.values()):
        yield from (_Write(fact, ANYTHING, None) for fact in workflow.fact_types if fact not in workflow.fields)
    for rule in workflow.approvals.values():
        for voting in (rule.voting, *(step.voting for step in rule.steps)):
            yield from (_Write(fact, ANYTHING, None) for fact in voting.asks)
    for kind in workflow.children.values():
        for transition in kind.transitions.values():
            for write in _written_by(workflow, transition, None):
                yield replace(write, child=kind.id) if write.fact in kind.fields else write


def _staying_in(transition: Transition) -> tuple[str, ...]:
    """The states in which the dossier is before and after the step: it is held back for an approval, or leads to where
    it came from.
    """
    if transition.approval_first is not None or transition.stays:
        return transition.sources
    return (transition.to,) if transition.to in transition.sources else ()


def _written_by(workflow: Workflow, transition: Transition, states: tuple[str, ...] | None) -> Iterator[_Write]:
    asked = SOMETHING if transition.approval_first is None else ANYTHING  # dropped again where the round rejects
    for fact in transition.requires:
        yield _Write(fact, asked, states)
    for kind in transition.starts:
        child = workflow.children[kind]
        for fact in (name for name in child.requires if name not in child.fields):
            yield _Write(fact, ANYTHING, states)
    for action in transition.do:
        if isinstance(action, SetFieldsAction):
            for fact, value in action.values.items():
                yield _Write(fact, _constant(workflow, fact, value), states)


def _constant(workflow: Workflow, fact: str, value: Any) -> Any:
    """The value that `set` gives where it is always the same one; SOMETHING for a date of the clock, else ANYTHING."""
    type_ = workflow.fact_types.get(fact)
    is_calculated = isinstance(value, str) and (type_ is None or type_.kind in _CALCULATED)
    if is_calculated and reads_clock(parse_operand(value)):
        return SOMETHING
    return ANYTHING if is_calculated or isinstance(value, Mapping | list) else value
