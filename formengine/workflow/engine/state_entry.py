"""Moving: a dossier leaves a state and enters another, and everything that follows by itself (decide, rounds)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from formengine.workflow.definition.model import State, Transition
from formengine.workflow.engine import deadlines, rounds
from formengine.workflow.engine.case import Deadline, Round
from formengine.workflow.engine.execution import Turn
from formengine.workflow.engine.state_machine import fire, fire_automatic
from formengine.workflow.engine.timers import missed

MOST_AUTOMATIC: Final = 20
"""Steps that may follow one another by themselves; more is a loop that the checker should have found."""


def enter(
    turn: Turn,
    to: str,
    name: str,
    by: str | None,
    *,
    transition: Transition | None = None,
    comment: str | None = None,
) -> None:
    """Leave the present state for another, rest where the automatic steps end. `name` is what the history calls it."""
    before = turn.case.state
    late = deadlines.leave(turn)
    _close_rounds(turn)
    if transition is not None:
        fire(turn.compiled.dossier, transition, turn.case, to)
    else:
        fire_automatic(turn.compiled.dossier, turn.case, to)
    if before != to and not turn.wf.states[before].decide:
        turn.case.left_states.append(before)
    turn.case.entered_at = turn.now
    visible = transition is not None and transition.visible_to_client
    more: dict[str, Any] = {"visible_to_client": visible, "data": turn.take_written()}
    turn.happened("step", by, transition=name, before=before, after=to, comment=comment, **more)
    if transition is None:
        count_automatic(turn)
    _missed_without_going(turn, late)
    arrive(turn)


def count_automatic(turn: Turn) -> None:
    """One automatic step more; Refused when there are too many, so that a loop changes nothing."""
    turn.automatic_steps += 1
    if turn.automatic_steps > MOST_AUTOMATIC:
        turn.refuse("The automatic steps of this workflow run in circles; the legal team has to mend it.")


def _close_rounds(turn: Turn) -> None:
    """Rounds do not outlive the state in which they were asked."""
    for one in turn.case.rounds:
        if one.status == "open":
            rounds.close(turn, turn.wf.round_rule(one.rule), one, "closed")


def _missed_without_going(turn: Turn, late: Sequence[Deadline]) -> None:
    """What fell due before the state was left, and had not fired yet, is missed; where it led to is too late now."""
    for deadline in late:
        missed(turn, turn.compiled.deadlines[deadline.rule], deadline)


def arrive(turn: Turn) -> None:
    """The present state has been entered: its deadlines, its decision, its rounds."""
    _missed_without_going(turn, deadlines.arrive(turn))
    state = turn.state
    if state.decide:
        decide(turn, state)
        return
    for rule_id in (state.approval, state.signatures):
        if rule_id is not None:
            follow(turn, rounds.open_round(turn, turn.wf.round_rule(rule_id)))
            if turn.state is not state:
                return


def decide(turn: Turn, state: State) -> None:
    """Go where the first line that holds says; undecided lines do not hold."""
    for branch in state.decide:
        if branch.when is None or turn.holds(branch.when):
            enter(turn, branch.go, "decide", None)
            return


def follow(turn: Turn, found: Round) -> None:
    """Go where a round that has closed leads; nothing while it is open."""
    if found.status not in ("approved", "rejected", "signed", "declined", "expired"):
        return
    if found.transition is not None:
        if found.status == "approved":
            _asked_move(turn, found)
        return
    state = turn.state
    if found.rule not in (state.approval, state.signatures):
        return
    to = {
        "approved": state.approved,
        "rejected": state.rejected,
        "signed": state.signed,
        "declined": state.declined,
        "expired": state.expired or state.declined,
    }[found.status]
    if to is not None:
        votes = [seat for seat in found.seats if seat.status in ("approved", "rejected", "signed", "declined")]
        enter(turn, to, found.status, turn.actor if votes and found.status != "expired" else None)


def _asked_move(turn: Turn, found: Round) -> None:
    """What was asked for is approved: the move is made in the asker's name without asking again."""
    from formengine.workflow.engine.transitions import make_move  # which leads here when a round is asked for

    transition = turn.wf.transitions[found.transition or ""]
    if turn.case.state in transition.sources:
        make_move(turn, transition, found.asked_by or "", found.comment, found.fields)
