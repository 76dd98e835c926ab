"""When reminders are sent: a time before a deadline, or repeatedly until it is due or somebody decides (W9, W18).

A reminder in days, weeks, months or years is sent at the opening hour of its day, whether that is a working day or not.
"""

from __future__ import annotations

from datetime import date, datetime

from formengine.conditions.durations import WHOLE_DAYS, Duration, shift_day
from formengine.workflow.definition.model import DeadlineRule
from formengine.workflow.engine.calendar import WorkingCalendar, earlier, later
from formengine.workflow.engine.case import Calendar, Deadline
from formengine.workflow.engine.periods import lengths_between


def next_reminder(calendar: Calendar, rule: DeadlineRule, deadline: Deadline, now: datetime) -> datetime | None:
    """The moment of the next reminder after `now` and before the deadline is due; None when there is none."""
    if deadline.due is None:
        return None
    moments = [_before_due(calendar, deadline, deadline.due, interval) for interval in rule.remind]
    moments += [_next_repeat(calendar, deadline.started_at, interval, now) for interval in rule.remind_every]
    return min((moment for moment in moments if moment is not None and now < moment < deadline.due), default=None)


def _before_due(calendar: Calendar, deadline: Deadline, due: datetime, interval: Duration) -> datetime | None:
    """The moment an interval before a deadline; days and longer units are counted from its last day."""
    try:
        if deadline.last_day is None or interval.unit not in WHOLE_DAYS or not isinstance(calendar, WorkingCalendar):
            return earlier(calendar, due, interval)
        return calendar.opening(shift_day(date.fromisoformat(deadline.last_day), -interval.amount, interval.unit))
    except (ValueError, OverflowError):
        return None


def _next_repeat(calendar: Calendar, start: datetime, interval: Duration, now: datetime) -> datetime | None:
    """The next of the moments that are whole numbers of intervals after the start of the deadline."""
    try:
        count = max(1, lengths_between(calendar, start, now, interval))
        while (moment := after_start(calendar, start, interval, count)) <= now:
            count += 1
    except (ValueError, OverflowError):
        return None
    return moment


def after_start(calendar: Calendar, start: datetime, interval: Duration, count: int = 1) -> datetime:
    """The moment of the reminder `count` intervals after `start`; for days and longer units at the opening hour."""
    if interval.unit not in WHOLE_DAYS or not isinstance(calendar, WorkingCalendar):
        return later(calendar, start, Duration(interval.amount * count, interval.unit))
    return calendar.opening(shift_day(calendar.local_day(start), interval.amount * count, interval.unit))
