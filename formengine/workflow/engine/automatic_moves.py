"""Automatic transitions: the conditions of `when_true`, tested after every operation and at each midnight (W21)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from formengine.workflow.engine import deadlines
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import ConditionContext, Execution
from formengine.workflow.engine.explanations import sentences
from formengine.workflow.engine.state_entry import MAX_AUTOMATIC_STEPS, enter_state, start_case


def open_case(execution: Execution) -> None:
    """Operation: start a new case in its first state. Its version stays 1."""
    start_case(execution)
    follow_conditions(execution)
    deadlines.sync(execution)
    execution.changed = False


def follow_conditions(execution: Execution) -> None:
    """Move the dossier, and each of its children, as long as a condition of `when_true` holds in its state.

    The first line of the state whose condition holds decides; its history entry names nobody as the actor. An
    undecided condition does not hold. Raises Refused when the moves form an endless loop.
    """
    if not execution.compiled.has_tests:
        return
    strict, execution.strict = execution.strict, False  # nobody asked for what follows
    for _ in range(MAX_AUTOMATIC_STEPS):
        moved = [_follow(execution, child) for child in _subjects(execution)]
        if not any(moved):
            break
    execution.strict = strict


def _subjects(execution: Execution) -> Iterator[Child | None]:
    """The dossier (None), then its children, which move as long as it has not ended."""
    yield None
    for child in list(execution.case.children):
        if not execution.state.ends:
            yield child


def _follow(execution: Execution, child: Child | None) -> bool:
    """Move the dossier or a child until no condition holds; returns whether it moved."""
    execution.automatic_steps = 0
    tests, moved = execution.machine_of(child).tests, False
    while True:
        lines = tests.get(execution.state_of(child).id, ())
        line = next((line for line in lines if execution.holds(line.when, child)), None)
        if line is None:
            return moved
        enter_state(execution, line.go, "automatic", None, child=child, why=sentences(execution, line.when, child))
        moved = True


def schedule(execution: Execution) -> None:
    """Set the case's `tests_at`: the next midnight of its calendar, where time alone may make a condition hold."""
    case = execution.case
    waits = execution.compiled.has_tests and any(
        execution.state_of(child).id in execution.machine_of(child).timed for child in _subjects(execution)
    )
    case.tests_at = _next_midnight(execution) if waits else None


def _next_midnight(execution: Execution) -> datetime:
    local = ConditionContext(execution).now
    return datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=local.tzinfo).astimezone(UTC)
