"""Entries of approvals in which nobody was asked, since their condition did not hold when their step began, and holds
now: an amount was corrected meanwhile, say (W7).
"""

from __future__ import annotations

from dataclasses import replace

from formengine.workflow.definition.model import Approver, RoundStep
from formengine.workflow.engine.case import Round
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.seats import is_left_out
from formengine.workflow.engine.step_titles import step_title
from formengine.workflow.engine.tally import is_entry_met


def is_asked(execution: Execution, step: RoundStep, entry: Approver) -> bool:
    """Whether the conditions of an entry and of its step hold now; undecided ones ask rather than skip."""
    return execution.applies(step.when) and execution.applies(entry.when)


def unasked_entries(execution: Execution, round_: Round, index: int) -> list[int]:
    """The entries with a condition of the step with this index of an approval, which has begun or was skipped, that
    have to be asked now and lack votes; [] in rounds of other kinds. Votes of an earlier run of the step do not count.
    """
    rule = execution.rule_of(round_)
    if round_.kind != "approval":
        return []
    step, at_step = rule.steps[index], replace(round_, step=index)
    return [
        i
        for i, entry in enumerate(step.entries)
        if (step.when is not None or entry.when is not None)
        and not is_entry_met(rule, at_step, i)
        and is_asked(execution, step, entry)
        and not (rule.if_nobody == "skip" and is_left_out(execution, rule, entry))
    ]


def steps_unasked(execution: Execution, round_: Round) -> list[str]:
    """The steps, as titles in the reader's language, of an approval that was given which would have to decide as well
    by the facts of now: the answers have changed since. What has changed with the time alone asks nobody.
    """
    at = round_.closed_at or execution.now
    then = Execution(execution.workflow, execution.case, replace(execution.context, now=at), execution.actor)
    rule, directory, language = execution.rule_of(round_), execution.context.directory, execution.context.language
    steps = [step for i, step in enumerate(rule.steps) if unasked_entries(then, round_, i)]
    return [step_title(execution.workflow, directory, rule, step, language) for step in steps]
