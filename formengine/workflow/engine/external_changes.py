"""Changes that come from outside the workflow: a closed account, a new priority."""

from __future__ import annotations

from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.round_timers import escalate_seat
from formengine.workflow.engine.rounds import round_data, update_nobody
from formengine.workflow.engine.seats import open_seats
from formengine.workflow.engine.timers import PRIORITIES


def account_closed(execution: Execution, person: str) -> None:
    """Escalate the open seats of a closed account; where that is impossible, note that nobody can decide."""
    for round_ in execution.case.rounds:
        rule = execution.wf.round_rule(round_.rule)
        for seat in [s for s in open_seats(round_) if s.person == person]:
            seat.status, seat.at = "removed", execution.now
            data = {**round_data(rule, round_), "person": person, "closed": True}
            execution.record_history("approver_removed", None, data=data)
            if escalate_seat(execution, rule, round_, seat):
                seat.status = "closed"  # it still counts where all votes are needed, since others vote instead
            update_nobody(rule, round_)


def set_priority(execution: Execution, priority: str, by: str | None) -> None:
    if priority not in PRIORITIES:
        execution.refuse("A priority is low, normal, high or critical.")
    if priority != execution.case.priority:
        execution.record_history("priority", by, data={"before": execution.case.priority, "after": priority})
        execution.case.priority = priority
