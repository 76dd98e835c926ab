"""Entering a state: leaving the old one, and what follows automatically (deadlines, `decide`, rounds)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from formengine.workflow.definition.model import State, Transition
from formengine.workflow.engine import deadlines, rounds
from formengine.workflow.engine.case import Deadline, Round
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.state_machine import fire, fire_automatic
from formengine.workflow.engine.timers import record_missed

MAX_AUTOMATIC_STEPS: Final = 20
"""How many automatic steps may follow one another; more is a loop that the checker should have found."""


def enter_state(
    execution: Execution,
    to: str,
    name: str,
    by: str | None,
    *,
    transition: Transition | None = None,
    comment: str | None = None,
) -> None:
    """Leave the current state for `to` and follow the automatic steps. `name` is the step's name in the history."""
    before = execution.case.state
    late = deadlines.leave(execution)
    _close_rounds(execution)
    if transition is not None:
        fire(execution.compiled.dossier, transition, execution.case, to)
    else:
        fire_automatic(execution.compiled.dossier, execution.case, to)
    if before != to and not execution.wf.states[before].decide:
        execution.case.left_states.append(before)
    execution.case.entered_at = execution.now
    visible = transition is not None and transition.visible_to_client
    more: dict[str, Any] = {"visible_to_client": visible, "data": execution.pop_written()}
    execution.record_history("step", by, transition=name, before=before, after=to, comment=comment, **more)
    if transition is None:
        count_automatic_step(execution)
    _record_missed(execution, late)
    start_state(execution)


def count_automatic_step(execution: Execution) -> None:
    """Count an automatic step; raises Refused when there are too many, so that a loop changes nothing."""
    execution.automatic_steps += 1
    if execution.automatic_steps > MAX_AUTOMATIC_STEPS:
        execution.refuse("The automatic steps of this workflow run in circles; the legal team has to mend it.")


def _close_rounds(execution: Execution) -> None:
    """Close open rounds: a round ends with the state in which it was opened."""
    for round_ in execution.case.rounds:
        if round_.status == "open":
            rounds.close_round(execution, execution.wf.round_rule(round_.rule), round_, "closed")


def _record_missed(execution: Execution, late: Sequence[Deadline]) -> None:
    """Record deadlines that fell due before the state was left and had not fired; their `go` no longer applies."""
    for deadline in late:
        record_missed(execution, execution.compiled.deadlines[deadline.rule], deadline)


def start_state(execution: Execution) -> None:
    """Start the deadlines, the automatic decision and the rounds of the state just entered."""
    _record_missed(execution, deadlines.enter_state(execution))
    state = execution.state
    if state.decide:
        take_decision(execution, state)
        return
    for rule_id in (state.approval, state.signatures):
        if rule_id is not None:
            follow_outcome(execution, rounds.open_round(execution, execution.wf.round_rule(rule_id)))
            if execution.state is not state:
                return


def take_decision(execution: Execution, state: State) -> None:
    """Enter the state of the first `decide` line that holds; an undecided condition does not hold."""
    for branch in state.decide:
        if branch.when is None or execution.holds(branch.when):
            enter_state(execution, branch.go, "decide", None)
            return


def follow_outcome(execution: Execution, round_: Round) -> None:
    """Enter the state that a closed round leads to; does nothing while it is open."""
    if round_.status not in ("approved", "rejected", "signed", "declined", "expired"):
        return
    if round_.transition is not None:
        if round_.status == "approved":
            _make_approved_move(execution, round_)
        return
    state = execution.state
    if round_.rule not in (state.approval, state.signatures):
        return
    to = {
        "approved": state.approved,
        "rejected": state.rejected,
        "signed": state.signed,
        "declined": state.declined,
        "expired": state.expired or state.declined,
    }[round_.status]
    if to is not None:
        votes = [seat for seat in round_.seats if seat.status in ("approved", "rejected", "signed", "declined")]
        enter_state(execution, to, round_.status, execution.actor if votes and round_.status != "expired" else None)


def _make_approved_move(execution: Execution, round_: Round) -> None:
    """Perform a transition that `approval_first` held back, in the name of who asked for it."""
    from formengine.workflow.engine.transitions import make_move  # cycle: transitions open rounds through this module

    transition = execution.wf.transitions[round_.transition or ""]
    if execution.case.state in transition.sources:
        make_move(execution, transition, round_.asked_by or "", round_.comment, round_.fields)
