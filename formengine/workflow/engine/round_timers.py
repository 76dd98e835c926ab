"""What time brings to a round: reminders, seats that are late, its expiry (W7, W8)."""

from __future__ import annotations

from datetime import datetime

from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine.calendar import later
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.roles import people_of, told
from formengine.workflow.engine.rounds import close, described, tell_asked_one
from formengine.workflow.engine.seats import excluded, give_seat, holds_seat, open_seats


def schedule(turn: Turn) -> None:
    """Reckon for every open round when something next happens without anybody acting."""
    for found in turn.case.rounds:
        if found.status == "open":
            rule = turn.wf.round_rule(found.rule)
            moments = [
                found.expires_at,
                *(one for seat in open_seats(found) for one in _seat_moments(turn, rule, seat)),
            ]
            found.next_at = min((one for one in moments if one is not None), default=None)


def _seat_moments(turn: Turn, rule: RoundRule, seat: Seat) -> tuple[datetime | None, datetime | None]:
    """When a seat is reminded next, and when it is late."""
    opened = seat.opened_at or turn.now
    reminder = later(turn.calendar, seat.reminded_at or opened, rule.remind) if rule.remind else None
    is_to_be_late = rule.late is not None and not seat.late and not seat.escalated
    return reminder, later(turn.calendar, opened, rule.late.after) if rule.late and is_to_be_late else None


def fire_round(turn: Turn, found: Round, moment: datetime) -> None:
    """Remind, escalate, or let expire, whatever was due at a moment; of reminders that were slept through, one."""
    rule = turn.wf.round_rule(found.rule)
    if found.expires_at is not None and found.expires_at <= moment:
        close(turn, rule, found, "expired")
        return
    is_over = found.expires_at is not None and found.expires_at <= turn.now
    for seat in open_seats(found):
        reminder, late = _seat_moments(turn, rule, seat)
        if reminder is not None and reminder <= moment:
            seat.reminded_at = turn.now
            if not is_over:
                turn.tell(f"{rule.kind}_reminder", [seat.person], **described(rule, found))
        if late is not None and late <= moment:
            _escalate(turn, rule, found, seat)


def _escalate(turn: Turn, rule: RoundRule, found: Round, seat: Seat) -> None:
    assert rule.late is not None
    seat.late = True
    turn.tell(f"{rule.kind}_reminder", told(turn, rule.late.tell), late=True, **described(rule, found))
    escalate_seat(turn, rule, found, seat)


def escalate_seat(turn: Turn, rule: RoundRule, found: Round, seat: Seat) -> bool:
    """Seats for the same entry, for the people that a rule escalates to; whether there were any."""
    role = rule.late.escalate_to if rule.late else None
    out = excluded(turn, rule)
    people = [p for p in people_of(turn, role) if p not in out and not holds_seat(found, p)] if role else []
    for person in people:
        new = give_seat(turn, rule, found, seat.entry, role or "", person, people, escalated=True)
        tell_asked_one(turn, rule, found, new.person)
    if people:
        data = {**described(rule, found), "role": role, "people": people, "late": seat.person}
        turn.happened("escalated", None, data=data)
    return bool(people)
