"""Deadlines from start to end: started, rescheduled with the date they depend on, paused, resumed, met or missed (W9).

`timers` fires them when they are due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from formengine.workflow.definition.model import DeadlineRule
from formengine.workflow.engine.calendar import WorkingCalendar, earlier, later, moment_of, resume, time_left
from formengine.workflow.engine.case import Child, Deadline
from formengine.workflow.engine.condition_eval import is_empty
from formengine.workflow.engine.execution import Execution, stored_text
from formengine.workflow.engine.priority import raise_priority
from formengine.workflow.engine.roles import people_of, people_of_roles

WHOLE_DAYS: Final = ("days", "weeks", "months", "years")
"""Units of which the last day counts whole."""
ActiveRule = tuple[DeadlineRule, datetime, Child | None]
"""A rule that applies now, the moment from which `within` counts, and the child that it belongs to."""


def sync(execution: Execution) -> None:
    """Start deadlines that can be computed now, and reschedule those whose date fact has changed.

    Called after every operation that enters a state or writes a field.
    """
    if not execution.compiled.deadlines:
        return
    for rule, since, child in _active_rules(execution):
        _sync_deadline(execution, rule, since, child)


def _active_rules(execution: Execution) -> Iterator[ActiveRule]:
    case, state = execution.case, execution.state
    if not state.ends:
        rules = (rule for rule in execution.workflow.deadlines if case.state not in rule.stops_in)
        yield from ((rule, case.opened_at, None) for rule in rules)
    if not state.decide:  # a dossier does not stay in a state that decides
        yield from ((rule, case.entered_at, None) for rule in state.deadlines)
    for child in case.children if not state.ends else ():
        since = child.entered_at or case.opened_at
        yield from ((rule, since, child) for rule in execution.state_of(child).deadlines)


def _sync_deadline(execution: Execution, rule: DeadlineRule, since: datetime, child: Child | None) -> None:
    value = execution.facts(child).get(rule.of) if rule.of else None
    anchor = None if is_empty(value) else str(value)
    key = _key(child)
    existing = next(
        (d for d in reversed(execution.case.deadlines) if d.rule == rule.id and d.child == key and not d.past), None
    )
    if existing is not None and existing.anchor == anchor:
        return
    due = _due(execution, rule, since, value)
    if existing is not None and existing.status in ("running", "paused"):
        _reschedule(execution, rule, existing, anchor, due)
    elif due is not None and (existing is None or not is_dossier_deadline(rule) or existing.status == "missed"):
        deadline = Deadline(rule.id, stored_text(rule.name), since, due, child=key, anchor=anchor)
        deadline.last_day = _last_day(execution, rule, due)
        execution.case.deadlines.append(deadline)
        schedule(execution, rule, deadline)
        if is_dossier_deadline(rule) and execution.state.pauses_deadlines:
            _pause(execution, rule, deadline)
        execution.changed = True


def _key(child: Child | None) -> tuple[str, int] | None:
    return None if child is None else (child.kind, child.number)


def _reschedule(
    execution: Execution, rule: DeadlineRule, deadline: Deadline, anchor: str | None, due: datetime | None
) -> None:
    deadline.anchor, deadline.due, deadline.last_day = anchor, due, _last_day(execution, rule, due)
    execution.changed = True
    if deadline.status == "running":
        schedule(execution, rule, deadline)
    elif due is not None:
        paused_at = deadline.paused_at or execution.now
        deadline.minutes_left = time_left(execution.calendar, paused_at, due, working=_is_working(rule))


def is_dossier_deadline(rule: DeadlineRule) -> bool:
    """Whether a deadline belongs to the whole dossier rather than to a state."""
    return rule.id.startswith("dossier.")


def _due(execution: Execution, rule: DeadlineRule, since: datetime, value: object) -> datetime | None:
    if rule.within is not None:
        return later(execution.calendar, since, rule.within)
    moment = moment_of(execution.calendar, value)
    if moment is not None and rule.after is not None:
        return later(execution.calendar, moment, rule.after)
    if moment is not None and rule.before is not None:
        return earlier(execution.calendar, moment, rule.before)
    return moment


def _last_day(execution: Execution, rule: DeadlineRule, due: datetime | None) -> str | None:
    """The day to whose end a deadline of whole days lasts; None for one that ends at an hour."""
    length, calendar = rule.within or rule.after, execution.calendar
    if due is None or length is None or length.unit not in WHOLE_DAYS or not isinstance(calendar, WorkingCalendar):
        return None
    return calendar.local_day(due - timedelta(seconds=1)).isoformat()


def _is_working(rule: DeadlineRule) -> bool:
    length = rule.within or rule.after or rule.before
    return length is not None and length.unit.startswith("working")


def schedule(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    """Compute when the deadline next fires: its next reminder, else its due moment. Reminders in the past are skipped.

    Does not change the case's version.
    """
    deadline.next_at = deadline.due
    if deadline.due is not None:
        moments = sorted(earlier(execution.calendar, deadline.due, interval) for interval in rule.remind)
        ahead = [moment for moment in moments if execution.now < moment < deadline.due]
        deadline.reminded = sum(1 for moment in moments if moment < deadline.due) - len(ahead)
        deadline.next_at = ahead[0] if ahead else deadline.due


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
        deadline.last_day = None  # the remaining minutes end at an hour
    deadline.status, deadline.paused_at, deadline.minutes_left = "running", None, None
    schedule(execution, rule, deadline)
    execution.changed = True


def leave_state(execution: Execution, child: Child | None = None) -> list[Deadline]:
    """End the deadlines of the state that the dossier, or a child, is about to leave.

    Returns those that are overdue but have not fired; the caller passes them to `record_missed`.
    """
    if not execution.case.deadlines:
        return []
    rule_ids, key = {rule.id for rule in execution.state_of(child).deadlines}, _key(child)
    return _leave(execution, [d for d in execution.case.deadlines if d.child == key and d.rule in rule_ids])


def _leave(execution: Execution, deadlines: list[Deadline]) -> list[Deadline]:
    overdue = _end_unless_overdue(execution, deadlines)
    for deadline in deadlines:
        deadline.past = True
    return overdue


def _end_unless_overdue(execution: Execution, deadlines: Iterable[Deadline]) -> list[Deadline]:
    """End active deadlines as met; returns those that are overdue but have not fired, which stay as they are."""
    overdue = []
    for deadline in deadlines:
        if deadline.status == "running" and deadline.due is not None and deadline.due <= execution.now:
            overdue.append(deadline)
        elif deadline.status in ("running", "paused"):
            _end(execution, deadline, missed=False)
    return overdue


def _end(execution: Execution, deadline: Deadline, *, missed: bool) -> None:
    deadline.status = "missed" if missed else "met"
    deadline.next_at = deadline.paused_at = deadline.minutes_left = None
    execution.changed = True


def enter_state(execution: Execution) -> list[Deadline]:
    """After the dossier entered a state, end, pause or resume its deadlines and start those of the state.

    Returns the deadlines that are overdue but have not fired; the caller passes them to `record_missed`.
    """
    state, overdue = execution.state, []
    for deadline in execution.case.deadlines:
        rule = execution.compiled.deadlines.get(deadline.rule)
        if rule is None or deadline.status not in ("running", "paused"):
            continue
        if not is_dossier_deadline(rule):
            if state.ends and deadline.child is not None:
                overdue += _leave(execution, [deadline])  # it starts again when the dossier is reopened
        elif state.ends or state.id in rule.stops_in:
            overdue += _end_unless_overdue(execution, [deadline])
        elif state.pauses_deadlines and deadline.status == "running":
            _pause(execution, rule, deadline)
        elif not state.pauses_deadlines and deadline.status == "paused":
            _resume(execution, rule, deadline)
    sync(execution)
    return overdue


def child_of(execution: Execution, deadline: Deadline) -> Child | None:
    """The child that a deadline belongs to; None for a deadline of the dossier."""
    return next((child for child in execution.case.children if deadline.child == _key(child)), None)


def record_missed(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> bool:
    """End a deadline that fell due: met when its `when` or `unless` says so, else missed, recorded and notified.

    Returns whether it was missed. The caller enters the state that it leads to.
    """
    child, then = child_of(execution, deadline), rule.then
    met = execution.holds(rule.when, child) is not True
    met = met or (rule.unless is not None and bool(execution.holds(rule.unless, child)))
    _end(execution, deadline, missed=not met)
    if met:
        return False
    due = deadline.due.isoformat() if deadline.due else None
    execution.record_history("deadline_missed", None, data={"name": deadline.name, "due": due})
    people = people_of_roles(execution, then.tell)
    if then.escalate_to is not None:
        superiors = people_of(execution, then.escalate_to)
        execution.case.escalated_to = list(dict.fromkeys([*execution.case.escalated_to, *superiors]))
        people += superiors
    tell(execution, "deadline_missed", people, rule, deadline)
    if then.raise_priority:
        raise_priority(execution)
    return True


def remind(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    """Remind people of a deadline that is near, with an entry in the history: a reminder is evidence."""
    people = list(dict.fromkeys(people_of_roles(execution, rule.tell)))
    if people:
        due = deadline.due.isoformat() if deadline.due else None
        data = {"name": deadline.name, "due": due, "people": people}
        execution.record_history("deadline_reminded", None, changes=False, data=data)
        tell(execution, "deadline_near", people, rule, deadline)


def tell(execution: Execution, kind: str, people: list[str], rule: DeadlineRule, deadline: Deadline) -> None:
    """Notify people about a deadline, with its name, due moment and last day (ISO 8601)."""
    due = deadline.due.isoformat() if deadline.due else None
    execution.tell(kind, people, deadline={"name": rule.name, "due": due, "last_day": deadline.last_day})
