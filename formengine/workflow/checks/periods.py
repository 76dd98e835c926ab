"""Check of periods: reminders come within the period that they remind of, and a closed last day is provided for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from formengine.conditions.durations import WHOLE_DAYS, Duration
from formengine.source import Path
from formengine.workflow.definition.model import SECTIONS, DeadlineRule, RoundRule, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor

_HOURS: Final = {
    "minutes": (1 / 60, 1 / 60),
    "hours": (1.0, 1.0),
    "days": (24.0, 24.0),
    "weeks": (168.0, 168.0),
    "months": (28 * 24.0, 31 * 24.0),
    "years": (365 * 24.0, 366 * 24.0),
}
"""The least and the most hours of a calendar unit."""


def check_periods(cursor: WorkflowCursor, workflow: Workflow, calendars: Mapping[str, Any] | None) -> None:
    """A warning for each reminder that would come before its period begins, or after its round is over; and for each
    period of a statute or a contract of which nothing says what happens when its last day is closed.
    """
    calendar = (calendars or {}).get(workflow.calendar or "")
    for path, rule in _deadlines(workflow):
        if isinstance(calendar, Mapping) and "rolls" not in calendar:
            _check_closed_day(cursor.at(*path), workflow, rule)
        if (rule.remind or rule.remind_every) and not rule.tell:
            message = "nobody is reminded; write `tell:` with the roles that are"
            cursor.at(*path, "remind").warn("nobody-reminded", message, at_key=True)
        for period in (rule.within, rule.every):
            if isinstance(period, Duration):
                _check_reminders(cursor, path, rule, period)
    for rounds in workflow.rounds:
        _check_round(cursor, rounds)


def _check_closed_day(cursor: WorkflowCursor, workflow: Workflow, rule: DeadlineRule) -> None:
    """A warning for a period in days or longer units after a date, on a calendar without `rolls` (CPC, article 642).

    What counts from the state is a target of the team's own, and `before` and `on` are never later than what is meant.
    """
    if rule.after is None or rule.after.unit not in WHOLE_DAYS or rule.rolls is not None:
        return
    calendar = f"the calendar `{workflow.calendar}`" if workflow.calendar else "the portal's calendar"
    message = (
        f"the last day may be a Sunday or a public holiday, and neither this deadline nor {calendar} says what happens "
        "then; write `rolls: forward` (to the next open day) or `rolls: none` (it stays), here or in the calendar"
    )
    cursor.at("after").warn("closed-day", message, at_key=True)


def _check_reminders(cursor: WorkflowCursor, path: Path, rule: DeadlineRule, period: Duration) -> None:
    """A warning for each reminder that comes before its period begins, or after it is over."""
    for reminder in (*rule.remind, *rule.remind_every):
        if surely_reaches(reminder, period):
            where = "before the end" if reminder in rule.remind else "after the beginning"
            message = (
                f"this reminder is never sent: {reminder} {where} is not within the {period} "
                f"that there are; write less than {period}"
            )
            _at_reminder(cursor, path, reminder).warn("never-reminded", message)


def _at_reminder(cursor: WorkflowCursor, path: Path, reminder: Duration) -> WorkflowCursor:
    """Where a reminder is written."""
    written = cursor.at(*path, "remind")
    entries = list(written.items()) if isinstance(written.value, list) else []
    texts = (str(reminder), f"every {reminder}")
    return next((entry for entry in entries if str(entry.value).strip() in texts), written)


def _check_round(cursor: WorkflowCursor, rule: RoundRule) -> None:
    late = rule.late.after if rule.late is not None else None
    for key, length in ((("remind",), rule.remind), (("late", "after"), late)):
        if isinstance(length, Duration) and rule.expires and surely_reaches(length, rule.expires):
            message = f"nothing comes of this: the round expires after {rule.expires}; write less"
            cursor.at(SECTIONS[rule.kind], rule.id, *key).warn("never-reminded", message)


def surely_reaches(first: Duration, second: Duration) -> bool:
    """Whether a duration is at least as long as another, whatever the calendar.

    >>> surely_reaches(Duration(5, "working days"), Duration(2, "days"))
    True
    >>> surely_reaches(Duration(30, "days"), Duration(1, "months"))
    False
    """
    if first.unit == second.unit:
        return first.amount >= second.amount
    if second.unit not in _HOURS:
        return False  # closed days may make a working period any length
    if first.unit in _HOURS:
        return first.amount * _HOURS[first.unit][0] >= second.amount * _HOURS[second.unit][1]
    return first.unit == "working days" and (first.amount - 1) * 24 >= second.amount * _HOURS[second.unit][1]


def _deadlines(workflow: Workflow) -> Iterator[tuple[Path, DeadlineRule]]:
    """Every deadline that the file declares, with its path."""
    yield from ((("deadlines", index), rule) for index, rule in enumerate(workflow.deadlines))
    for state in workflow.states.values():
        yield from ((("states", state.id, "deadlines", index), rule) for index, rule in enumerate(state.deadlines))
    for kind in workflow.children.values():
        for state in kind.states.values() if not kind.built_in else ():
            base: Path = ("children", kind.id, "states", state.id, "deadlines")
            yield from (((*base, index), rule) for index, rule in enumerate(state.deadlines))
