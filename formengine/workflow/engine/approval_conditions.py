"""Conditions of the current step of approvals, tested again after each change: whoever has to decide now is asked, and
whoever need not any more is excused; so are approvers whom the answers name (W7).
"""

from __future__ import annotations

from formengine.workflow.definition.model import RoundRule
from formengine.workflow.engine import rounds, seats
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.document_binding import has_to_wait
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.people_from_answers import names_others
from formengine.workflow.engine.state_entry import follow_outcome
from formengine.workflow.engine.tally import current_entries, current_seats
from formengine.workflow.engine.unasked_entries import is_asked, unasked_entries


def retest_conditions(execution: Execution) -> None:
    """Ask and excuse people in the current step of each open approval, by the facts as they are now; and tell those who
    are asked to sign that they can again, where signatures have waited (`Round.paused`).
    """
    for round_ in seats.running_rounds(execution, "signature", "approval"):
        if round_.kind == "signature" and round_.paused:
            rounds.notify_asked(execution, round_, *[seat.person for seat in seats.open_seats(round_)])
        if round_.kind == "approval":
            for test_again in (_ask, _replace_named, _excuse):
                if round_.status == "open":
                    test_again(execution, round_)


def _ask(execution: Execution, round_: Round) -> None:
    missing = [i for i in unasked_entries(execution, round_, round_.step) if i not in round_.asked_entries]
    if missing:
        rounds.ask_further(execution, round_, missing)


def _replace_named(execution: Execution, round_: Round) -> None:
    """Ask those whom the answers name now for entries of the current step, in place of those whom they named before.

    Where nobody is left to ask and the workflow skips such entries, those who were asked stay. A rejection stands.
    """
    rule, step = execution.rule_of(round_), execution.rule_of(round_).steps[round_.step]
    rejected = {seat.entry for seat in current_seats(round_) if seat.status == "rejected"}
    renamed = [
        i
        for i in round_.asked_entries
        if i < len(step.entries)
        and i not in rejected
        and names_others(execution, round_, round_.step, i)
        and not (rule.if_nobody == "skip" and seats.is_left_out(execution, rule, step.entries[i]))
    ]
    if not renamed:
        return
    before = seats.open_seats(round_)
    rounds.ask_further(execution, round_, renamed)
    released = [seat.person for seat in before if seat.status == "not_needed" and not _still_asked(round_, seat)]
    if released:
        rounds.record_round(execution, "excused", execution.actor, round_, people=list(dict.fromkeys(released)))
    rounds.advance(execution, round_)
    follow_outcome(execution, round_)


def _excuse(execution: Execution, round_: Round) -> None:
    """End the open seats of entries whose condition holds no more. A rejection that counts stands, and so does the
    last step in which anybody could decide: no round is approved without a vote.
    """
    rule = execution.rule_of(round_)
    step = rule.steps[round_.step]
    rejected = {seat.entry for seat in current_seats(round_) if seat.status == "rejected"}
    asked = [i for i in round_.asked_entries if i < len(step.entries) and i not in rejected]
    excused = [i for i in asked if not is_asked(execution, step, step.entries[i])]
    remaining = [i for i in current_entries(round_) if i not in excused]
    may_go_on = not has_to_wait(execution, round_) and _is_decided_elsewhere(execution, rule, round_)
    if not excused or not (remaining or may_go_on):
        return
    released = [seat for seat in seats.open_seats(round_) if seat.entry in excused]
    for seat in released:
        seat.status, seat.at = "not_needed", execution.now
    round_.asked_entries = [i for i in round_.asked_entries if i not in excused]
    people = list(dict.fromkeys(seat.person for seat in released if not _still_asked(round_, seat)))
    if people:
        rounds.record_round(execution, "excused", execution.actor, round_, people=people)
    if remaining:
        rounds.advance(execution, round_)
    else:
        rounds.skip_step(execution, round_)
    follow_outcome(execution, round_)


def _still_asked(round_: Round, seat: Seat) -> bool:
    """Whether the person of a seat that has ended has another one that is open."""
    return any(other.person == seat.person for other in seats.open_seats(round_))


def _is_decided_elsewhere(execution: Execution, rule: RoundRule, round_: Round) -> bool:
    """Whether somebody has approved in a round, or is there to be asked in a later step."""
    if any(seat.status == "approved" and not seat.past for seat in round_.seats):
        return True
    later = [(step, entry) for step in rule.steps[round_.step + 1 :] for entry in step.entries]
    asked = (entry for step, entry in later if is_asked(execution, step, entry))
    return any(seats.eligible(execution, rule, entry, round_) for entry in asked)
