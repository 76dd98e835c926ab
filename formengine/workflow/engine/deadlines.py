"""Deadlines from start to end: started, rescheduled with the date they depend on, paused, resumed, met or missed (W9).

`timers` fires them when they are due.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from formengine.conditions.durations import Duration, FactLength
from formengine.conditions.evaluation import is_empty
from formengine.conditions.parser import Comparison
from formengine.workflow.definition.model import DeadlineRule
from formengine.workflow.engine.calendar import resume, time_left
from formengine.workflow.engine.case import Child, Deadline
from formengine.workflow.engine.execution import Execution, stored_text
from formengine.workflow.engine.periods import Due, due_of, length_of, lengths_between
from formengine.workflow.engine.priority import raise_priority
from formengine.workflow.engine.readers import reads_by_escalation
from formengine.workflow.engine.reminders import next_reminder
from formengine.workflow.engine.roles import people_of, people_of_roles
from formengine.workflow.engine.settled_conditions import is_settled

ActiveRule = tuple[DeadlineRule, datetime, Child | None]
"""A rule that applies now, the moment from which `within` counts, and the child that it belongs to."""


def sync(execution: Execution) -> None:
    """Start deadlines that can be computed now, and reschedule those whose date fact has changed.

    Called after every operation that enters a state or writes a field.
    """
    if not execution.compiled.deadlines:
        return
    for rule, since, child in list(_active_rules(execution)):
        _sync_deadline(execution, rule, since, child)
        if rule.when is not None or rule.unless is not None:
            _end_unused(execution, rule, child)


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


def _end_unused(execution: Execution, rule: DeadlineRule, child: Child | None) -> None:
    """End a deadline that can no longer be missed, so that it is not shown as running, nor reminded of."""
    running = [
        d for d in execution.case.deadlines if (d.rule, d.child) == (rule.id, _key(child)) and d.status == "running"
    ]
    if running and is_settled(execution, rule, child):
        for deadline in running:
            _end(execution, deadline, missed=False)
            deadline.unused = not _waits_for_entry(rule)


def _waits_for_entry(rule: DeadlineRule) -> bool:
    """Whether a deadline is kept by filling in a fact (`unless: answered_on is not empty`): then it was met."""
    return isinstance(rule.unless, Comparison) and rule.unless.op == "is not empty"


def _sync_deadline(execution: Execution, rule: DeadlineRule, since: datetime, child: Child | None) -> None:
    facts, key = execution.values(child), _key(child)
    anchor = _anchor(rule, facts)
    existing = next(
        (d for d in reversed(execution.case.deadlines) if d.rule == rule.id and d.child == key and not d.past), None
    )
    if existing is not None and existing.anchor == anchor:
        return
    extensions = durations_of(existing.extensions) if existing is not None and not existing.unused else []
    due, occurrence = _next_due(execution, rule, since, facts, extensions=extensions)
    if existing is not None and (existing.status in ("running", "paused") or existing.unused):
        _reschedule(execution, rule, existing, anchor, due, occurrence)
    elif due is not None and (existing is None or not is_dossier_deadline(rule) or existing.status == "missed"):
        deadline = _start(execution, rule, due, key, anchor, occurrence)
        if is_dossier_deadline(rule) and execution.state.pauses_deadlines:
            _pause(execution, rule, deadline)


def _start(
    execution: Execution,
    rule: DeadlineRule,
    due: Due,
    key: tuple[str, int] | None,
    anchor: str | None,
    occurrence: int,
) -> Deadline:
    deadline = Deadline(rule.id, stored_text(rule.name), execution.now, due.at, child=key, anchor=anchor)
    deadline.last_day, deadline.occurrence = due.last_day, occurrence
    execution.case.deadlines.append(deadline)
    schedule(execution, rule, deadline)
    execution.changed = True
    return deadline


def _next_due(
    execution: Execution,
    rule: DeadlineRule,
    since: datetime,
    facts: Mapping[str, Any],
    after: datetime | None = None,
    first: int = 0,
    extensions: Sequence[Duration] = (),
) -> tuple[Due | None, int]:
    """When a deadline is due, and its occurrence (from 0); of a recurring one, the first after a moment (default: now).

    The due moment is None for one that has recurred in working time for more than fifty years: counting would take
    minutes.
    """
    calendar, every = execution.calendar, rule.every
    if every is None:
        return due_of(calendar, rule, since, facts, extensions), 0
    after, occurrence = after or execution.now, first
    due = due_of(calendar, rule, since, facts, [Duration(every.amount * occurrence, every.unit)])
    if due is not None and due.at <= after:
        try:
            occurrence += lengths_between(calendar, due.at, after, every)
        except ValueError:
            return None, occurrence
    while due is not None and due.at <= after:
        occurrence += 1
        due = due_of(calendar, rule, since, facts, [Duration(every.amount * occurrence, every.unit)])
    return due, occurrence


def come_round(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    """Start the next occurrence of a recurring deadline (`every`) that was due: the first that is due later."""
    child = child_of(execution, deadline)
    since = _since(execution, rule, child)
    if since is None or deadline.due is None or deadline.past:
        return
    facts = execution.values(child)
    due, occurrence = _next_due(execution, rule, since, facts, deadline.due, deadline.occurrence)
    if due is not None:
        deadline.past = True
        following = _start(execution, rule, due, deadline.child, deadline.anchor, occurrence)
        following.started_at = deadline.due
        schedule(execution, rule, following)


def running(execution: Execution, rule: DeadlineRule, child: Child | None) -> Deadline | None:
    """The deadline of a rule (of the dossier, or of a child) that runs now or is paused; None when there is none."""
    key = _key(child)
    for deadline in reversed(execution.case.deadlines):
        if (deadline.rule, deadline.child) == (rule.id, key) and deadline.status in ("running", "paused"):
            return deadline
    return None


def durations_of(extensions: Iterable[Mapping[str, Any]]) -> list[Duration]:
    """The lengths of the extensions that a deadline has had."""
    return [Duration(extension["amount"], extension["unit"]) for extension in extensions]


def due_with(
    execution: Execution, rule: DeadlineRule, deadline: Deadline, more: Sequence[Duration], child: Child | None
) -> Due | None:
    """When a deadline would be due if it were extended by `more`, counted from its anchor; None if that is unknown."""
    since = _since(execution, rule, child)
    if since is None:
        return None
    rounds = [Duration(rule.every.amount * deadline.occurrence, rule.every.unit)] if rule.every else []
    lengths = [*rounds, *durations_of(deadline.extensions), *more]
    return due_of(execution.calendar, rule, since, execution.values(child), lengths)


def move(execution: Execution, rule: DeadlineRule, deadline: Deadline, due: Due) -> None:
    """Set the due moment of a deadline that a step has extended; of a paused one, lengthen the time that is left."""
    if deadline.status == "paused" and deadline.shifted and deadline.due is not None:
        added = time_left(execution.calendar, deadline.due, due.at, working=_is_working(rule))
        if deadline.minutes_left is not None and added is not None:
            deadline.minutes_left += added
        deadline.due, deadline.last_day = due.at, due.last_day
        execution.changed = True
    else:
        _set_due(execution, rule, deadline, due)


def _since(execution: Execution, rule: DeadlineRule, child: Child | None) -> datetime | None:
    """The moment from which `within` counts; None while the rule does not apply."""
    return next((since for active, since, of in _active_rules(execution) if active is rule and of is child), None)


def _anchor(rule: DeadlineRule, facts: Mapping[str, Any]) -> str | None:
    """The facts that a deadline is counted from, as text: when it changes, the deadline moves."""
    value = facts.get(rule.of) if rule.of else None
    anchor = None if is_empty(value) else str(value)
    if isinstance(rule.length, FactLength):
        return f"{anchor or ''} {length_of(rule, facts) or ''}"
    return anchor


def _key(child: Child | None) -> tuple[str, int] | None:
    return None if child is None else (child.kind, child.number)


def _reschedule(
    execution: Execution,
    rule: DeadlineRule,
    deadline: Deadline,
    anchor: str | None,
    due: Due | None,
    occurrence: int,
) -> None:
    deadline.anchor, deadline.occurrence, deadline.shifted = anchor, occurrence, False
    _set_due(execution, rule, deadline, due)


def _set_due(execution: Execution, rule: DeadlineRule, deadline: Deadline, due: Due | None) -> None:
    deadline.due, deadline.last_day = (due.at, due.last_day) if due is not None else (None, None)
    execution.changed = True
    if deadline.status == "running":
        schedule(execution, rule, deadline)
    elif deadline.status == "paused" and due is not None:
        paused_at = deadline.paused_at or execution.now
        deadline.minutes_left = time_left(execution.calendar, paused_at, due.at, working=_is_working(rule))


def is_dossier_deadline(rule: DeadlineRule) -> bool:
    """Whether a deadline belongs to the whole dossier rather than to a state."""
    return rule.id.startswith("dossier.")


def _is_working(rule: DeadlineRule) -> bool:
    return rule.length is not None and rule.length.unit.startswith("working")


def schedule(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    """Compute when the deadline next fires: its next reminder, else its due moment. Reminders in the past are skipped.

    Does not change the case's version.
    """
    deadline.next_at = next_reminder(execution.calendar, rule, deadline, execution.now) or deadline.due


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
        deadline.last_day, deadline.shifted = None, True  # the remaining minutes end at an hour
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
    met = not _applies(execution, rule, child)
    _end(execution, deadline, missed=not met)
    if met:
        return False
    due = deadline.due.isoformat() if deadline.due else None
    execution.record_history("deadline_missed", None, data={"name": deadline.name, "rule": rule.id, "due": due})
    people = people_of_roles(execution, then.tell, child)
    if then.escalate_to is not None:
        superiors = people_of(execution, then.escalate_to, child)
        if reads_by_escalation(execution.workflow, then.escalate_to):
            execution.case.escalated_to = list(dict.fromkeys([*execution.case.escalated_to, *superiors]))
        people += superiors
    tell(execution, "deadline_missed", people, rule, deadline)
    if then.raise_priority:
        raise_priority(execution)
    return True


def _applies(execution: Execution, rule: DeadlineRule, child: Child | None) -> bool:
    """Whether a deadline would be missed if it were due now."""
    unless = rule.unless is not None and bool(execution.holds(rule.unless, child))
    return not unless and execution.holds(rule.when, child) is True


def remind(execution: Execution, rule: DeadlineRule, deadline: Deadline) -> None:
    """Remind people of a deadline that is near, with an entry in the history: a reminder is evidence.

    Nobody is reminded of a deadline that would be met if it were due now.
    """
    if not _applies(execution, rule, child_of(execution, deadline)):
        return
    people = list(dict.fromkeys(people_of_roles(execution, rule.tell, child_of(execution, deadline))))
    if people:
        due = deadline.due.isoformat() if deadline.due else None
        data = {"name": deadline.name, "rule": rule.id, "due": due, "people": people}
        execution.record_history("deadline_reminded", None, changes=False, data=data)
        tell(execution, "deadline_near", people, rule, deadline)


def tell(
    execution: Execution, kind: str, people: list[str], rule: DeadlineRule, deadline: Deadline, **more: Any
) -> None:
    """Notify people about a deadline, with its name, due moment and last day (ISO 8601), and more data."""
    due = deadline.due.isoformat() if deadline.due else None
    if deadline.child is not None:
        more["of_child"] = list(deadline.child)
    execution.tell(kind, people, deadline={"name": rule.name, "due": due, "last_day": deadline.last_day}, **more)
