"""Entry of the dossier, or a child, into a state: leaving the old one, and the automatic steps that follow.

What follows: deadlines start and end, `decide` lines are tried, rounds of approval and signature open (W1, W3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from formengine.workflow.definition.model import Transition
from formengine.workflow.engine import deadlines, rounds
from formengine.workflow.engine.case import VOTED, Asking, Child, Deadline, Round
from formengine.workflow.engine.execution import Execution, stored_text
from formengine.workflow.engine.explanations import sentences
from formengine.workflow.engine.missed_approvals import note_branch
from formengine.workflow.engine.roles import people_of_roles
from formengine.workflow.engine.state_machine import fire

MAX_AUTOMATIC_STEPS: Final = 20
"""How many automatic steps may follow one another; more is a loop that the checker should have found."""


def start_case(execution: Execution) -> None:
    """Start a new case in its first state."""
    execution.asking = Asking(None, execution.case.submitter, None)
    _tell_arrival(execution)
    start_state(execution)
    deadlines.sync(execution)


def enter_state(
    execution: Execution,
    to: str,
    name: str,
    by: str | None,
    *,
    transition: Transition | None = None,
    comment: str | None = None,
    child: Child | None = None,
    why: Mapping[str, str] | None = None,
) -> None:
    """Move the dossier, or a child, to the state `to`, and follow the automatic steps.

    `name` is the step's name in the history; `transition` is None for an automatic step, for which `why` gives the
    reason by language. Raises Refused when automatic steps form an endless loop.
    """
    subject = execution.case if child is None else child
    before = subject.state
    if transition is not None and child is None:
        execution.asking = Asking(transition.id, by, comment)
    overdue = deadlines.leave_state(execution, child)
    if child is None:
        _close_rounds(execution)
        execution.case.reopened = None
    fire(execution.machine_of(child), subject, to, transition)
    if before != to and not execution.definition_of(child).states[before].decide:
        subject.left_states.append(before)
    subject.entered_at = execution.now
    record_step(execution, name, by, before, transition=transition, comment=comment, child=child, why=why)
    _tell_arrival(execution, transition, comment, child)
    if transition is None:
        _count_automatic_step(execution)
    _record_overdue(execution, overdue)
    start_state(execution, child)


def _tell_arrival(
    execution: Execution, transition: Transition | None = None, comment: str | None = None, child: Child | None = None
) -> None:
    """Tell the people of a state's `notify` that it was entered, by a step or (without one) by itself."""
    state = execution.state_of(child)
    if state.notify:
        words = {"transition": transition.id if transition else "", **mailed_comment(transition, comment, child)}
        words |= of_child(child)
        shown = state.id if child is None else stored_text(state.title)
        execution.tell("transition", people_of_roles(execution, state.notify, child), state=shown, **words)


def of_child(child: Child | None) -> dict[str, Any]:
    """The child that a mail is about, as data of the mail; {} for one about the dossier."""
    return {} if child is None else {"of_child": [child.kind, child.number]}


def mailed_comment(transition: Transition | None, comment: str | None, child: Child | None = None) -> dict[str, Any]:
    """The comment of a step as data of its mails: `internal` where a client does not read it on the dossier either."""
    shown = transition is None or transition.comment_for_client or (child is not None and child.visible_to_client)
    return {"comment": comment or "", **({"internal": True} if comment and not shown else {})}


def record_step(
    execution: Execution,
    name: str,
    by: str | None,
    before: str,
    *,
    transition: Transition | None = None,
    comment: str | None = None,
    child: Child | None = None,
    why: Mapping[str, str] | None = None,
) -> None:
    """Record a step of the dossier, or of a child, from the state `before` to its present one, with what it wrote."""
    after = execution.case.state if child is None else child.state
    visible = transition is not None and transition.comment_for_client
    more: dict[str, Any] = {"transition": name, "before": before, "after": after, "comment": comment}
    data: dict[str, Any] = execution.pop_written() if why is None else {"why": dict(why), **execution.pop_written()}
    if child is None:
        execution.record_history("step", by, visible_to_client=visible, data=data, **more)
        return
    child.revision, child.changed_at = child.revision + 1, execution.now
    title = stored_text(execution.definition_of(child).title)
    data = {"kind": child.kind, "number": child.number, "title": title, **data}
    visible = visible or child.visible_to_client
    execution.record_history("child_step", by, visible_to_client=visible, data=data, **more)


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
    """End deadlines that were due before the state was left and had not fired; their `go` no longer applies."""
    for deadline in overdue:
        deadlines.record_missed(execution, execution.compiled.deadlines[deadline.rule], deadline)


def start_state(execution: Execution, child: Child | None = None) -> None:
    """Start what the state just entered declares: deadlines, the first `decide` line that holds, rounds.

    A child's deadlines start at the end of the engine call. An undecided condition does not hold, which the history
    says: a line for large amounts does not pass one in another currency by in silence.
    """
    if child is None:
        _record_overdue(execution, deadlines.enter_state(execution))
    state = execution.state_of(child)
    for branch in state.decide:
        verdict = execution.holds(branch.when, child)
        if verdict is None:
            words = sentences(execution, branch.when, child)
            execution.record_history("not_compared", None, changes=False, data={"title": words})
        if verdict:
            if child is None:
                note_branch(execution, state, branch.go)
            enter_state(execution, branch.go, "decide", None, child=child)
            return
    for rule_id in () if state.decide else state.rounds:
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
    if round_.rule in state.rounds and to is not None:
        voted = round_.status != "expired" and any(
            seat.status in VOTED and seat.status != "abstained" for seat in round_.seats
        )
        execution.asking = round_.asking  # what was put to approval is what is signed next
        enter_state(execution, to, round_.status, execution.actor if voted else None)


def _perform_held_back(execution: Execution, round_: Round) -> None:
    """Perform a transition that `approval_first` held back, in the name of the person who asked for it."""
    from formengine.workflow.engine.transitions import make_move  # cycle: transitions open rounds through this module

    transition = execution.workflow.transitions[round_.transition or ""]
    if execution.case.state in transition.sources:
        make_move(execution, transition, round_.asked_by or "", round_.comment, round_.fields, None, round_.drafts_over)
