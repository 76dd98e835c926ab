"""Entering a state, of the dossier or of a child: leaving the old one, and what follows automatically.

What follows: deadlines start and end, `decide` lines are tried, rounds of approval and signature open (W1, W3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from formengine.workflow.definition.model import Transition
from formengine.workflow.engine import deadlines, rounds
from formengine.workflow.engine.case import Child, Deadline, Round
from formengine.workflow.engine.execution import Execution, stored_text
from formengine.workflow.engine.state_machine import fire

MAX_AUTOMATIC_STEPS: Final = 20
"""How many automatic steps may follow one another; more is a loop that the checker should have found."""


def open_case(execution: Execution) -> None:
    """Operation: start a new case in its first state. Its version stays 1."""
    start_state(execution)
    deadlines.sync(execution)
    execution.changed = False


def enter_state(
    execution: Execution,
    to: str,
    name: str,
    by: str | None,
    *,
    transition: Transition | None = None,
    comment: str | None = None,
    child: Child | None = None,
) -> None:
    """Move the dossier, or a child, to the state `to`, and follow the automatic steps.

    `name` is the step's name in the history; `transition` is None for an automatic step. Raises Refused when automatic
    steps run in circles.
    """
    subject = execution.case if child is None else child
    before = subject.state
    overdue = deadlines.leave_state(execution, child)
    if child is None:
        _close_rounds(execution)
    fire(execution.machine_of(child), subject, to, transition)
    if before != to and not execution.definition_of(child).states[before].decide:
        subject.left_states.append(before)
    subject.entered_at = execution.now
    visible = transition is not None and transition.visible_to_client
    more: dict[str, Any] = {"transition": name, "before": before, "after": to, "comment": comment}
    if child is None:
        data = execution.pop_written()
        execution.record_history("step", by, visible_to_client=visible, data=data, **more)
    else:
        title = stored_text(execution.definition_of(child).title)
        data = {"kind": child.kind, "number": child.number, "title": title, **execution.pop_written()}
        visible = visible or child.visible_to_client
        execution.record_history("child_step", by, visible_to_client=visible, data=data, **more)
    if transition is None:
        _count_automatic_step(execution)
    _record_overdue(execution, overdue)
    start_state(execution, child)


def _count_automatic_step(execution: Execution) -> None:
    """Raise Refused when too many automatic steps follow one another, so that a loop changes nothing."""
    execution.automatic_steps += 1
    if execution.automatic_steps > MAX_AUTOMATIC_STEPS:
        execution.refuse("The automatic steps of this workflow run in circles; the legal team has to mend it.")


def _close_rounds(execution: Execution) -> None:
    """Close open rounds: a round ends with the state in which it was opened."""
    for round_ in execution.case.rounds:
        if round_.status == "open":
            rounds.close_round(execution, round_, "closed")


def _record_overdue(execution: Execution, overdue: Sequence[Deadline]) -> None:
    """End deadlines that fell due before the state was left and had not fired; their `go` no longer applies."""
    for deadline in overdue:
        deadlines.record_missed(execution, execution.compiled.deadlines[deadline.rule], deadline)


def start_state(execution: Execution, child: Child | None = None) -> None:
    """Start what the state just entered declares: deadlines, the first `decide` line that holds, rounds.

    A child's deadlines start at the end of the engine call. An undecided condition does not hold.
    """
    if child is None:
        _record_overdue(execution, deadlines.enter_state(execution))
    state = execution.state_of(child)
    for branch in state.decide:
        if branch.when is None or execution.holds(branch.when, child):
            enter_state(execution, branch.go, "decide", None, child=child)
            return
    for rule_id in () if state.decide else (state.approval, state.signatures):
        if rule_id is not None:
            follow_outcome(execution, rounds.open_round(execution, execution.workflow.round_rule(rule_id)))
            if execution.state is not state:
                return


def follow_outcome(execution: Execution, round_: Round) -> None:
    """Enter the state that a closed round leads to; does nothing while it is open."""
    if round_.status not in rounds.OUTCOMES:
        return
    if round_.transition is not None:
        if round_.status == "approved":
            _perform_held_back(execution, round_)
        return
    state = execution.state
    to: str | None = getattr(state, round_.status)
    if round_.rule in (state.approval, state.signatures) and to is not None:
        voted = round_.status != "expired" and any(
            seat.status in ("approved", "rejected", "signed", "declined") for seat in round_.seats
        )
        enter_state(execution, to, round_.status, execution.actor if voted else None)


def _perform_held_back(execution: Execution, round_: Round) -> None:
    """Perform a transition that `approval_first` held back, in the name of the person who asked for it."""
    from formengine.workflow.engine.transitions import make_move  # cycle: transitions open rounds through this module

    transition = execution.workflow.transitions[round_.transition or ""]
    if execution.case.state in transition.sources:
        make_move(execution, transition, round_.asked_by or "", round_.comment, round_.fields)
