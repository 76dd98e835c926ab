"""Timers of rounds: reminders, escalation of late seats, expiry (W7, W8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine.calendar import later
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.reminders import after_start
from formengine.workflow.engine.roles import people_of, people_of_roles
from formengine.workflow.engine.rounds import close_round, last_day, notify_asked, record_round, round_data
from formengine.workflow.engine.seats import assign_seat, excluded, holds_seat, may_decide, open_seats
from formengine.workflow.engine.signing_parties import party_of, reason_not_to_sign_for


def schedule(execution: Execution) -> None:
    """Compute for every open round when its next timer fires."""
    for round_ in execution.case.rounds:
        if round_.status == "open":
            rule, seats = execution.rule_of(round_), _seats_to_remind(round_)
            moments = [round_.expires_at, *(at for seat in seats for at in _seat_moments(execution, rule, seat))]
            round_.next_at = min((moment for moment in moments if moment is not None), default=None)


def _seats_to_remind(round_: Round) -> list[Seat]:
    """The open seats of a round; none while nobody can decide on its documents yet."""
    return [] if round_.unasked or round_.paused else open_seats(round_)


def _seat_moments(execution: Execution, rule: RoundRule, seat: Seat) -> tuple[datetime | None, datetime | None]:
    """When a seat is next reminded, and when it becomes late; None where the rule does not say."""
    opened = seat.opened_at or execution.now
    reminder = after_start(execution.calendar, seat.reminded_at or opened, rule.remind) if rule.remind else None
    may_be_late = rule.late is not None and not seat.late and not seat.escalated
    return reminder, later(execution.calendar, opened, rule.late.after) if rule.late and may_be_late else None


def require_in_time(execution: Execution, round_: Round) -> None:
    """Raise Refused once a round has expired, though its timer has not fired yet: a worker may be late."""
    if round_.has_expired(execution.now):
        execution.refuse("The time to sign or to decide is over.")


def fire_round(execution: Execution, round_: Round, moment: datetime) -> None:
    """Remind, escalate or expire what was due at a moment; of several skipped reminders only one is sent."""
    rule = execution.rule_of(round_)
    if round_.has_expired(moment):
        close_round(execution, round_, "expired")
        return
    is_over = round_.has_expired(execution.now)
    reminded, late_seats = [], []
    for seat in _seats_to_remind(round_):
        reminder, late = _seat_moments(execution, rule, seat)
        if reminder is not None and reminder <= moment:
            seat.reminded_at = execution.now
            if not is_over:
                reminded.append(seat.person)
        if late is not None and late <= moment:
            late_seats.append(seat)
    if late_seats:
        _fire_late(execution, round_, late_seats)
    if reminded:
        people = list(dict.fromkeys(reminded))
        record_round(execution, "reminded", None, round_, changes=False, people=people)
        words = {**round_data(execution, round_), **last_day(execution, round_)}
        execution.tell(f"{rule.kind}_reminder", people, **words)


def _fire_late(execution: Execution, round_: Round, seats: list[Seat]) -> None:
    """Escalate seats that are late, and tell superiors once; somebody who gets a seat thereby is not told as well.

    Where a worker is so late that the time of the whole round is over, nobody is asked or told.
    """
    rule, people_asked = execution.rule_of(round_), []
    for seat in seats:
        seat.late = True
    if round_.has_expired(execution.now):
        return
    for seat in seats:
        people_asked += escalate_seat(execution, round_, seat)
    superiors = people_of_roles(execution, rule.late.tell if rule.late else ())
    recipients = [person for person in dict.fromkeys(superiors) if person not in people_asked]
    if recipients:
        late = [seat.person for seat in seats]
        record_round(execution, "late", None, round_, changes=False, people=recipients, late_people=late)
        execution.tell(f"{rule.kind}_reminder", recipients, late=True, **round_data(execution, round_))


def escalate_seat(execution: Execution, round_: Round, seat: Seat) -> list[str]:
    """Assign seats of the same entry to the people that the rule escalates to; returns who is asked."""
    rule = execution.rule_of(round_)
    role = rule.late.escalate_to if rule.late else None
    barred = excluded(execution, rule)
    superiors = people_of(execution, role) if role else []
    able = [person for person in superiors if may_decide(execution, person, rule.kind)]
    represented = {seat.on_behalf_of for seat in open_seats(round_)}
    barred |= {person for person in able if person in represented or holds_seat(round_, person)}
    party = party_of(execution, round_, seat)
    barred |= {person for person in able if reason_not_to_sign_for(execution, round_, party, person, "named")}
    people = [person for person in able if person not in barred]
    asked = []
    for person in people:
        flags: dict[str, Any] = {"escalated": True, "casting": seat.casting}
        asked.append(assign_seat(execution, round_, seat.entry, role or "", person, people, **flags).person)
        notify_asked(execution, round_, asked[-1])
    if people:
        record_round(execution, "escalated", None, round_, role=role, people=people, late=seat.person)
    return asked
