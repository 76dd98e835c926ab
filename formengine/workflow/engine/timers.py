"""Timers: fires reminders, deadlines, escalations and expiries in the order in which they fell due (W9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from formengine.workflow.definition.model import DeadlineRule
from formengine.workflow.engine import deadlines, round_timers
from formengine.workflow.engine.case import Case, Child, Deadline
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import people_of, people_of_roles

PRIORITIES: Final = ("low", "normal", "high", "critical")
MAX_FIRED: Final = 500


def next_moment(case: Case) -> datetime | None:
    """When the next timer of the case fires; None when there is none."""
    moments = [d.next_at for d in case.deadlines if d.next_at is not None]
    moments += [r.next_at for r in case.rounds if r.status == "open" and r.next_at is not None]
    return min(moments, default=None)


def fire_due(execution: Execution) -> None:
    """Fire everything that is due now, earliest first."""
    for _ in range(MAX_FIRED):
        moment = next_moment(execution.case)
        if moment is None or moment > execution.now:
            return
        _fire_next(execution, moment)
        deadlines.sync(execution)
        round_timers.schedule(execution)


def _fire_next(execution: Execution, moment: datetime) -> None:
    """Fire the first timer that is set to this moment."""
    from formengine.workflow.engine.state_entry import follow_outcome  # cycle: state_entry records missed deadlines

    for deadline in execution.case.deadlines:
        if deadline.next_at == moment:
            fire_deadline(execution, deadline)
            return
    for round_ in execution.case.rounds:
        if round_.status == "open" and round_.next_at == moment:
            round_timers.fire_round(execution, round_, moment)
            follow_outcome(execution, round_)
            return


def fire_deadline(execution: Execution, deadline: Deadline) -> None:
    """Send a reminder or, when the deadline is due, end it and enter the state that it leads to."""
    from formengine.workflow.engine.state_entry import enter_state

    rule = execution.compiled.deadlines[deadline.rule]
    if deadline.due is None or deadline.due > execution.now:
        _remind(execution, rule, deadline)
        return
    if deadline.next_at is not None and deadline.next_at < deadline.due:
        # A reminder was skipped (downtime). The deadline fires after others that fell due before it.
        deadline.next_at = deadline.due
        return
    child = child_of(execution, deadline)
    if not record_missed(execution, rule, deadline) or rule.then.go is None:
        return
    execution.automatic_steps = 0
    if child is None:
        enter_state(execution, rule.then.go, "deadline", None)
    else:
        from formengine.workflow.engine.children import enter_child

        enter_child(execution, child, rule.then.go, "deadline", None)


def child_of(execution: Execution, deadline: Deadline) -> Child | None:
    """The child that a deadline belongs to."""
    return next((c for c in execution.case.children if deadline.child == (c.kind, c.number)), None)


def _remind(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    deadlines.remind(execution, rule, deadline)
    execution.tell("deadline_near", people_of_roles(execution, rule.tell), deadline=_described(rule, deadline))


def _described(rule: DeadlineRule, deadline: Deadline) -> dict[str, object]:
    due = deadline.due.isoformat() if deadline.due else None
    return {"name": rule.name, "due": due}


def record_missed(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> bool:
    """End a deadline that fell due: met when its conditions say so, else missed, recorded and notified.

    Returns whether it was missed. The caller enters the state that it leads to.
    """
    child = child_of(execution, deadline)
    if execution.holds(rule.when, child) is not True or (
        rule.unless is not None and execution.holds(rule.unless, child)
    ):
        deadlines.end_deadline(execution, deadline, missed=False)
        return False
    deadlines.end_deadline(execution, deadline, missed=True)
    execution.record_history(
        "deadline_missed", None, data={"name": deadline.name, "due": _described(rule, deadline)["due"]}
    )
    then = rule.then
    people = people_of_roles(execution, then.tell)
    if then.escalate_to is not None:
        superiors = people_of(execution, then.escalate_to)
        execution.case.escalated_to = list(dict.fromkeys([*execution.case.escalated_to, *superiors]))
        people += superiors
    execution.tell("deadline_missed", people, deadline=_described(rule, deadline))
    if then.raise_priority:
        raise_priority(execution)
    return True


def raise_priority(execution: Execution) -> None:
    """Raise the priority by one level, at most to critical."""
    before = execution.case.priority if execution.case.priority in PRIORITIES else "normal"
    after = PRIORITIES[min(PRIORITIES.index(before) + 1, len(PRIORITIES) - 1)]
    if after != before:
        execution.case.priority = after
        execution.record_history("priority", None, data={"before": before, "after": after})
