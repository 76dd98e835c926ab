"""Entries of approvals that have to be asked after all, since an amount was corrected meanwhile, say: their condition
did not hold when their step began, and holds now, or the answers name others for them than those who were asked (W7).
"""

from __future__ import annotations

from dataclasses import replace

from formengine.workflow.definition.model import Approver, RoundStep
from formengine.workflow.engine.case import Round, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.people_from_answers import is_met_by, is_noted, names_others, stands_for
from formengine.workflow.engine.seats import eligible, is_left_out
from formengine.workflow.engine.step_titles import step_title
from formengine.workflow.engine.tally import is_entry_met


def is_asked(execution: Execution, step: RoundStep, entry: Approver) -> bool:
    """Whether the conditions of an entry and of its step hold now; undecided ones ask rather than skip."""
    return execution.applies(step.when) and execution.applies(entry.when)


def unasked_entries(execution: Execution, round_: Round, index: int) -> list[int]:
    """Indexes of entries of a step that has begun or was skipped, which have to be asked now and lack votes: those with
    a condition, and those for which the answers name others now. Votes of an earlier run do not count; [] except in
    approvals.
    """
    rule = execution.rule_of(round_)
    if round_.kind != "approval":
        return []
    step, at_step = rule.steps[index], replace(round_, step=index)
    return [
        i
        for i, entry in enumerate(step.entries)
        if _lacks_votes(execution, at_step, i)
        and is_asked(execution, step, entry)
        and not (rule.if_nobody == "skip" and is_left_out(execution, rule, entry))
    ]


def _lacks_votes(execution: Execution, round_: Round, index: int) -> bool:
    """Whether an entry of the current step may have to be asked after all: it has a condition, or names others now."""
    rule = execution.rule_of(round_)
    step = rule.steps[round_.step]
    if names_others(execution, round_, round_.step, index):
        return not is_met_by(step, round_, index, eligible(execution, rule, step.entries[index]))
    has_condition = step.when is not None or step.entries[index].when is not None
    return has_condition and not is_entry_met(rule, round_, index)


def is_released_by_answers(execution: Execution, round_: Round, seat: Seat) -> bool:
    """Whether a seat of an approval is not needed because of what the answers say by now, not for the votes of others:
    its condition holds no more, or they name others for it.
    """
    rule = execution.rule_of(round_)
    if round_.kind != "approval" or seat.status != "not_needed":
        return False
    step, at_step = rule.steps[seat.step], replace(round_, step=seat.step)
    if seat.entry >= len(step.entries):
        return False
    entry = step.entries[seat.entry]
    if not is_asked(execution, step, entry) or not is_entry_met(rule, at_step, seat.entry):
        return True
    is_own = seat.added_by is None and not seat.escalated and seat.casting is None
    is_noted_seat = is_own and is_noted(round_, seat.step, seat.entry)
    return is_noted_seat and not stands_for(seat, eligible(execution, rule, entry))


def steps_unasked(execution: Execution, round_: Round) -> list[str]:
    """Titles of the steps of a given approval in which others would have to decide by the present answers. Time that
    has passed since does not count.
    """
    at = round_.closed_at or execution.now
    then = Execution(execution.workflow, execution.case, replace(execution.context, now=at), execution.actor)
    rule, directory, language = execution.rule_of(round_), execution.context.directory, execution.context.language
    steps = [step for i, step in enumerate(rule.steps) if unasked_entries(then, round_, i)]
    return [step_title(execution.workflow, directory, rule, step, language) for step in steps]
