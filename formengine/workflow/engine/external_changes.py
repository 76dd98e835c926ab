"""What comes from outside the workflow: an account that is closed, a priority that somebody sets."""

from __future__ import annotations

from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.round_timers import escalate_seat
from formengine.workflow.engine.rounds import round_data, update_nobody
from formengine.workflow.engine.seats import open_seats
from formengine.workflow.engine.timers import PRIORITIES


def account_closed(execution: Execution, person: str) -> None:
    """The open seats of somebody who is gone go to whom their rule escalates to, else nobody can decide."""
    for found in execution.case.rounds:
        rule = execution.wf.round_rule(found.rule)
        for seat in [one for one in open_seats(found) if one.person == person]:
            seat.status, seat.at = "removed", execution.now
            data = {**round_data(rule, found), "person": person, "closed": True}
            execution.record_history("approver_removed", None, data=data)
            if escalate_seat(execution, rule, found, seat):
                seat.status = "closed"  # others vote for it, so it still counts where all are needed
            update_nobody(rule, found)


def set_priority(execution: Execution, priority: str, by: str | None) -> None:
    if priority not in PRIORITIES:
        execution.refuse("A priority is low, normal, high or critical.")
    if priority != execution.case.priority:
        execution.record_history("priority", by, data={"before": execution.case.priority, "after": priority})
        execution.case.priority = priority
