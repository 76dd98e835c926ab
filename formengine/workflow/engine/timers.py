"""Timers: fires reminders, deadlines, escalations and expiries in the order in which they fell due (W9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from formengine.workflow.engine import deadlines, round_timers
from formengine.workflow.engine.automatic_moves import follow_conditions
from formengine.workflow.engine.case import Case, Deadline
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.state_entry import enter_state, follow_outcome

MAX_FIRED: Final = 500
"""How many timers one call fires; the rest fire in the next call."""


def next_moment(case: Case) -> datetime | None:
    """When the next timer of the case fires; None when there is none."""
    moments = [deadline.next_at for deadline in case.deadlines if deadline.next_at is not None]
    moments += [r.next_at for r in case.rounds if r.status == "open" and r.next_at is not None]
    moments += [case.tests_at] if case.tests_at is not None else []
    return min(moments, default=None)


def fire_due(execution: Execution) -> None:
    """Operation: fire everything that is due at the context's `now`, in the order in which it fell due."""
    for _ in range(MAX_FIRED):
        moment = next_moment(execution.case)
        if moment is None or moment > execution.now:
            return
        if moment == execution.case.tests_at:
            execution.case.tests_at = None  # set anew at the end of the call
        execution.begin_event()
        _fire_next(execution, moment)
        follow_conditions(execution)
        deadlines.sync(execution)
        round_timers.schedule(execution)


def _fire_next(execution: Execution, moment: datetime) -> None:
    """Fire the first timer that is set to this moment."""
    for deadline in execution.case.deadlines:
        if deadline.next_at == moment:
            _fire_deadline(execution, deadline)
            return
    for round_ in execution.case.rounds:
        if round_.status == "open" and round_.next_at == moment:
            round_timers.fire_round(execution, round_, moment)
            follow_outcome(execution, round_)
            return


def _fire_deadline(execution: Execution, deadline: Deadline) -> None:
    """Send a reminder or, when the deadline is due, end it and enter the state that it leads to.

    A deadline moves the dossier once in a call: two on a date that has passed, each of which leads to the state of the
    other, would move it for ever.
    """
    rule = execution.compiled.deadlines[deadline.rule]
    if deadline.due is None or deadline.due > execution.now:
        deadlines.schedule(execution, rule, deadline)
        deadlines.remind(execution, rule, deadline)
        return
    if deadline.next_at is not None and deadline.next_at < deadline.due:
        # A reminder was skipped (downtime). The deadline fires after others that fell due before it.
        deadline.next_at = deadline.due
        return
    child = deadlines.child_of(execution, deadline)
    missed = deadlines.record_missed(execution, rule, deadline)
    if missed and rule.then.go is not None and (rule.id, deadline.child) not in execution.moved_by:
        execution.moved_by.add((rule.id, deadline.child))
        execution.automatic_steps = 0
        enter_state(execution, rule.then.go, "deadline", None, child=child)
    elif rule.every is not None:
        deadlines.come_round(execution, rule, deadline)
