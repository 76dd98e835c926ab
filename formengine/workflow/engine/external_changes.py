"""What comes from outside the workflow: an account that is closed, a priority that somebody sets."""

from __future__ import annotations

from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.round_timers import escalate_seat
from formengine.workflow.engine.rounds import check_nobody, described
from formengine.workflow.engine.seats import open_seats
from formengine.workflow.engine.timers import PRIORITIES


def account_closed(turn: Turn, person: str) -> None:
    """The open seats of somebody who is gone go to whom their rule escalates to, else nobody can decide."""
    for found in turn.case.rounds:
        rule = turn.wf.round_rule(found.rule)
        for seat in [one for one in open_seats(found) if one.person == person]:
            seat.status, seat.at = "removed", turn.now
            data = {**described(rule, found), "person": person, "closed": True}
            turn.happened("approver_removed", None, data=data)
            if escalate_seat(turn, rule, found, seat):
                seat.status = "closed"  # others vote for it, so it still counts where all are needed
            check_nobody(rule, found)


def set_priority(turn: Turn, priority: str, by: str | None) -> None:
    if priority not in PRIORITIES:
        turn.refuse("A priority is low, normal, high or critical.")
    if priority != turn.case.priority:
        turn.happened("priority", by, data={"before": turn.case.priority, "after": priority})
        turn.case.priority = priority
