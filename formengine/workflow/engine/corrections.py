"""Answers sent back for correction: the requester fills the form in again, and sends it by a step (F19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from formengine.errors import Refused
from formengine.workflow.definition.model import ANSWER
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.fact_titles import fact_title
from formengine.workflow.engine.in_charge import takers
from formengine.workflow.engine.roles import people_of_roles
from formengine.workflow.engine.signing_parties import require_signers_apart
from formengine.workflow.engine.transitions import perform

_ABSENT: Final = object()


def answer(
    execution: Execution,
    by: str,
    answers: Mapping[str, Any],
    step: str = ANSWER,
    comment: str | None = None,
    opened: Collection[str] = (),
) -> None:
    """Operation: the requester sends all answers of the form again, and the step that sends them is performed.

    The form has judged them before; `opened` are answers that may change besides, because it finds them wrong beside
    those that were corrected. What a step had written over an answer gives way to the new answer. Raises Refused
    with every reason: nothing was sent back, the step may not be taken now, an answer changes that is not open, or it
    names somebody who may not sign for their party. An answer that the form asks for anew, or no longer, because of
    another one, is no such change.
    """
    case, reopened = execution.case, execution.case.reopened
    if reopened is None or reopened.step != step:
        execution.refuse("The answers are not open for correction.")
    changed = changed_answers(execution, answers)
    closed = set(correctable_answers(execution)) & set(answers) - set(reopened.parts or answers) - set(opened)
    if closed & set(changed):
        names = [name for name in changed if name in closed]
        titles = [fact_title(execution.workflow, name, execution.context.language) for name in names]
        raise Refused([execution.say("“{fact}” is not open for correction.", fact=title) for title in titles])
    case.answers = dict(answers)
    case.fields = {name: value for name, value in case.fields.items() if name in execution.workflow.fields}
    case.obsolete = frozenset()
    require_signers_apart(execution, changed)
    execution.record_history("answers", by, visible_to_client=True, data={"corrected": changed})
    perform(execution, step, by, comment=comment, answered=True)
    told = people_of_roles(execution, execution.workflow.transitions[step].notify)
    in_charge = [reopened.by, *takers(execution)]
    waiting = [person for person in in_charge if person not in (by, *told)]
    execution.tell("transition", waiting, transition=step, state=case.state, comment=comment or "")


def correctable_answers(execution: Execution) -> dict[str, Any]:
    """The answers as they stand: those sent, with what steps have written over them, as the form shows them."""
    return execution.case.standing_answers(execution.workflow.fields)


def changed_answers(execution: Execution, answers: Mapping[str, Any]) -> list[str]:
    """The names of the answers that differ from those that stand, in the order of the form."""
    present = correctable_answers(execution)
    names = dict.fromkeys((*answers, *present))
    return [name for name in names if answers.get(name, _ABSENT) != present.get(name, _ABSENT)]
