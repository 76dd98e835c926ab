"""The life of deadlines: started, rescheduled with their fact, paused, resumed, met or missed (W9).

`timers` fires them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from formengine.workflow.definition.durations import Duration
from formengine.workflow.definition.model import DeadlineRule, State
from formengine.workflow.engine.calendar import earlier, later, moment_of, resume, time_left
from formengine.workflow.engine.case import Child, Deadline
from formengine.workflow.engine.condition_eval import is_empty
from formengine.workflow.engine.execution import Execution, stored_text

ActiveRule = tuple[DeadlineRule, datetime, Child | None]


def sync(execution: Execution) -> None:
    """Start deadlines that can be computed now, and reschedule those whose fact has changed.

    Called after every operation that enters a state or writes a field.
    """
    if not execution.compiled.deadlines:
        return
    for rule, since, child in _active_rules(execution):
        _sync_deadline(execution, rule, since, child)


def _active_rules(execution: Execution) -> Iterator[ActiveRule]:
    case, state = execution.case, execution.state
    if not state.ends:
        yield from ((rule, case.opened_at, None) for rule in execution.wf.deadlines if case.state not in rule.stops_in)
    if not state.decide:  # a dossier does not stay in a state that decides
        yield from ((rule, case.entered_at, None) for rule in state.deadlines)
    for child in case.children if not state.ends else ():
        child_state = execution.wf.children[child.kind].states[child.state]
        yield from ((rule, child.entered_at or case.opened_at, child) for rule in child_state.deadlines)


def _sync_deadline(execution: Execution, rule: DeadlineRule, since: datetime, child: Child | None) -> None:
    where = (child.kind, child.number) if child else None
    value = execution.facts(child).get(rule.of) if rule.of else None
    anchor = None if is_empty(value) else str(value)
    existing = next(
        (d for d in reversed(execution.case.deadlines) if d.rule == rule.id and d.child == where and not d.past), None
    )
    if existing is not None and existing.anchor == anchor:
        return
    due = _due(execution, rule, since, value)
    if existing is not None and existing.status in ("running", "paused"):
        _reschedule(execution, rule, existing, anchor, due)
    elif due is not None and (existing is None or not is_dossier_deadline(rule) or existing.status == "missed"):
        deadline = Deadline(rule.id, stored_text(rule.name), since, due, child=where, anchor=anchor)
        execution.case.deadlines.append(deadline)
        _schedule(execution, rule, deadline)
        if is_dossier_deadline(rule) and execution.state.pauses_deadlines:
            _pause(execution, rule, deadline)
        execution.changed = True


def _reschedule(
    execution: Execution, rule: DeadlineRule, deadline: Deadline, anchor: str | None, due: datetime | None
) -> None:
    deadline.anchor, deadline.due = anchor, due
    execution.changed = True
    if deadline.status == "running":
        _schedule(execution, rule, deadline)
    elif due is not None:
        deadline.minutes_left = time_left(
            execution.calendar, deadline.paused_at or execution.now, due, working=_is_working(rule)
        )


def is_dossier_deadline(rule: DeadlineRule) -> bool:
    """Whether a deadline belongs to the whole dossier rather than to a state."""
    return rule.id.startswith("dossier.")


def _due(execution: Execution, rule: DeadlineRule, since: datetime, value: object) -> datetime | None:
    calendar = execution.calendar
    if rule.within is not None:
        return later(calendar, since, rule.within)
    moment = moment_of(calendar, value)
    if moment is None or (rule.after is None and rule.before is None):
        return moment
    return later(calendar, moment, rule.after) if rule.after else earlier(calendar, moment, _given(rule.before))


def _given(duration: Duration | None) -> Duration:
    assert duration is not None
    return duration


def _is_working(rule: DeadlineRule) -> bool:
    length = rule.within or rule.after or rule.before
    return length is not None and length.unit.startswith("working")


def _reminders(execution: Execution, rule: DeadlineRule, due: datetime) -> list[datetime]:
    return sorted(earlier(execution.calendar, due, interval) for interval in rule.remind)


def _schedule(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    """Compute when the deadline next fires; reminders in the past are not sent."""
    if deadline.due is None:
        deadline.next_at = None
        return
    moments = [moment for moment in _reminders(execution, rule, deadline.due) if moment < deadline.due]
    deadline.reminded = sum(1 for moment in moments if moment <= execution.now)
    deadline.next_at = next((moment for moment in moments if moment > execution.now), deadline.due)


def remind(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    """Note that a reminder was sent, and compute the next moment; the case's version does not change."""
    _schedule(execution, rule, deadline)


def _pause(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    if deadline.due is None or deadline.due <= execution.now:
        return  # already due, about to fire
    deadline.minutes_left = time_left(execution.calendar, execution.now, deadline.due, working=_is_working(rule))
    deadline.status, deadline.paused_at, deadline.next_at = "paused", execution.now, None
    execution.changed = True


def _resume(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    # A deadline computed from a date (`before`, `on`) keeps its day; only durations are extended by the pause.
    if (rule.within or rule.after) and deadline.minutes_left is not None and deadline.due is not None:
        deadline.due = resume(execution.calendar, execution.now, deadline.minutes_left, working=_is_working(rule))
    deadline.status, deadline.paused_at, deadline.minutes_left = "running", None, None
    _schedule(execution, rule, deadline)
    execution.changed = True


def leave(execution: Execution) -> list[Deadline]:
    """End the deadlines of the state about to be left; returns those that are overdue but have not fired."""
    if not execution.case.deadlines:
        return []
    rule_ids = {rule.id for rule in execution.state.deadlines}
    return _leave_state(execution, [d for d in execution.case.deadlines if d.child is None and d.rule in rule_ids])


def leave_child(execution: Execution, child: Child) -> list[Deadline]:
    """End the deadlines of the state that a child is about to leave; returns those overdue but not fired."""
    return _leave_state(execution, [d for d in execution.case.deadlines if d.child == (child.kind, child.number)])


def _leave_state(execution: Execution, deadlines: list[Deadline]) -> list[Deadline]:
    missed = _end(execution, deadlines)
    for deadline in deadlines:
        deadline.past = True
    return missed


def _end(execution: Execution, deadlines: list[Deadline]) -> list[Deadline]:
    missed = []
    for deadline in deadlines:
        if deadline.status not in ("running", "paused"):
            continue
        late = deadline.status == "running" and deadline.due is not None and deadline.due <= execution.now
        if late:
            missed.append(deadline)
        else:
            end_deadline(execution, deadline, missed=False)
    return missed


def end_deadline(execution: Execution, deadline: Deadline, *, missed: bool) -> None:
    """Mark a deadline as missed or met."""
    deadline.status = "missed" if missed else "met"
    deadline.next_at = deadline.paused_at = deadline.minutes_left = None
    execution.changed = True


def enter_state(execution: Execution) -> list[Deadline]:
    """After a state was entered, end, pause or resume the dossier's deadlines and start those of the state.

    Returns the dossier's deadlines that are overdue but have not fired.
    """
    state, missed = execution.state, []
    for deadline in execution.case.deadlines:
        rule = execution.compiled.deadlines.get(deadline.rule)
        if rule is None or deadline.status not in ("running", "paused"):
            continue
        if is_dossier_deadline(rule):
            missed += _update_dossier_deadline(execution, rule, deadline, state)
        elif state.ends and deadline.child is not None:
            missed += _leave_state(execution, [deadline])  # it starts again when the dossier is reopened
    sync(execution)
    return missed


def _update_dossier_deadline(
    execution: Execution, rule: DeadlineRule, deadline: Deadline, state: State
) -> list[Deadline]:
    if state.ends or state.id in rule.stops_in:
        return _end(execution, [deadline])
    if state.pauses_deadlines and deadline.status == "running":
        _pause(execution, rule, deadline)
    elif not state.pauses_deadlines and deadline.status == "paused":
        _resume(execution, rule, deadline)
    return []
