"""Public interface of the workflow engine: `run` performs one operation on a case; the queries ask without changing it.

An operation is a function of an `Execution` and its own arguments: `open_case`, `perform`, `claim`, `decide` ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec

from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import automatic_moves, availability, deadlines, round_timers
from formengine.workflow.engine.acknowledgements import acknowledge, acknowledging_seats, ask_new_people
from formengine.workflow.engine.approval_conditions import retest_conditions
from formengine.workflow.engine.automatic_moves import follow_conditions, open_case
from formengine.workflow.engine.availability import TransitionInputs
from formengine.workflow.engine.case import Case, Child, Effect, EngineContext, Round, Seat
from formengine.workflow.engine.children import change_child, open_child, show_child
from formengine.workflow.engine.claims import assign, claim, release
from formengine.workflow.engine.corrections import answer, correctable_answers
from formengine.workflow.engine.document_binding import failed_drafts, pause_rounds
from formengine.workflow.engine.document_versions import (
    document_changed,
    give_up_draft,
    keep_empty_places,
    require_upload,
    upload_reasons,
)
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.kept_answers import keep_answers
from formengine.workflow.engine.notices import merge_notices
from formengine.workflow.engine.priority import set_priority
from formengine.workflow.engine.readers import release_kept_out
from formengine.workflow.engine.seat_changes import add_copy, add_seat, correct_seat, remove_seat, replace_seat
from formengine.workflow.engine.successors import ask_to_forward, confirm_forward, forward_reasons, refuse_forward
from formengine.workflow.engine.timers import fire_due, next_moment
from formengine.workflow.engine.transitions import perform
from formengine.workflow.engine.unsettled_parties import fill_entries
from formengine.workflow.engine.vote_inputs import inputs_of_vote
from formengine.workflow.engine.votes import (
    Decision,
    account_closed,
    add_approver,
    decide,
    decline,
    delegate,
    enforce_four_eyes,
    open_seats_of,
    remove_approver,
    sign,
)

__all__ = ["Decision", "TransitionInputs", "answer", "available_transitions", "next_moment", "open_seats_of", "run"]
__all__ += ["account_closed", "add_approver", "assign", "claim", "decide", "decline", "delegate", "document_changed"]
__all__ += ["fire_due", "open_case", "open_child", "perform", "release", "remove_approver", "set_priority", "sign"]
__all__ += ["acknowledge", "acknowledging_seats", "change_child", "show_child"]
__all__ += ["ask_to_forward", "confirm_forward", "forward_reasons", "refuse_forward"]
__all__ += ["add_copy", "add_seat", "correct_seat", "remove_seat", "replace_seat"]
__all__ += [
    "correctable_answers",
    "document_upload_reasons",
    "documents_decided",
    "drafts_holding_up",
    "give_up_draft",
    "keep_empty_places",
    "pause_rounds",
    "require_upload",
    "transition_inputs",
    "transition_verdicts",
    "vote_inputs",
]

P = ParamSpec("P")


def run(
    operation: Callable[Concatenate[Execution, P], object],
    workflow: Workflow,
    case: Case,
    context: EngineContext,
    *args: P.args,
    **values: P.kwargs,
) -> list[Effect]:
    """Perform one operation with its arguments; returns its effects in the order in which they happened.

    Mutates the case. Afterwards new people of open acknowledgements are asked, those named by now for a party of
    signatures that nobody was asked for, and those whom a condition of the current step of an approval asks by now. The
    conditions of `when_true` are tested, the four-eyes rules are applied to votes that are still open, and deadlines
    and timers are brought up to date. The version rises by one when anything changed, however much; opening a case
    keeps it at 1.
    Raises Refused with every reason, in the context's language; the case is then partly changed: discard it (W11).
    """
    execution = Execution(workflow, case, context)
    keep_answers(execution)
    operation(execution, *args, **values)
    ask_new_people(execution)
    fill_entries(execution)
    retest_conditions(execution)
    follow_conditions(execution)
    if case.claims:
        release_kept_out(execution)
    if case.rounds:
        enforce_four_eyes(execution)
    deadlines.sync(execution)
    pause_rounds(execution)
    round_timers.schedule(execution)
    automatic_moves.schedule(execution)
    merge_notices(execution)
    if execution.changed:
        case.version += 1
    return execution.effects


def available_transitions(
    workflow: Workflow, case: Case, context: EngineContext, by: str, child: Child | None = None
) -> dict[str, list[str]]:
    """The transitions out of the current state by id, each with the reasons that refuse it to a person now.

    An empty list means that the transition is allowed. Inputs that are still to be filled in are not reasons (W5).
    """
    verdicts = transition_verdicts(workflow, case, context, by, child)
    return {name: verdict.reasons for name, verdict in verdicts.items()}


def transition_verdicts(
    workflow: Workflow, case: Case, context: EngineContext, by: str, child: Child | None = None
) -> dict[str, availability.Verdict]:
    """The same with the role in which the person would act, and of what kind the reasons are."""
    execution = Execution(workflow, case, context, actor=by)
    return {
        transition.id: availability.explain_refusal(execution, transition, by, child)
        for transition in availability.outgoing_transitions(execution, child)
    }


def documents_decided(workflow: Workflow, case: Case, context: EngineContext, by: str, transition: str) -> list[str]:
    """The documents on whose newest versions a step of a person out of the current state would ask for approval or
    signatures; raises Refused for another step.
    """
    execution = Execution(workflow, case, context, actor=by)
    return availability.documents_decided_by(execution, availability.find_transition(execution, transition, None))


def document_upload_reasons(
    workflow: Workflow, case: Case, context: EngineContext, document: str, by: str | None
) -> list[str]:
    """Why a person may not add a version of a document now ([]: they may); with None for `by`, whether anybody may."""
    return upload_reasons(Execution(workflow, case, context, actor=by), document, by)


def drafts_holding_up(
    workflow: Workflow, case: Case, context: EngineContext, reasons: Sequence[str]
) -> list[tuple[str, str]]:
    """The documents with a version, as (id, title), of which the next draft could not be made, or is held, where these
    drafts alone are the reasons against a step; else [].
    """
    failed = failed_drafts(Execution(workflow, case, context))
    return [failed[reason] for reason in reasons] if all(reason in failed for reason in reasons) else []


def transition_inputs(
    workflow: Workflow, case: Case, context: EngineContext, transition: str, child: Child | None = None
) -> TransitionInputs:
    """The inputs of the form of a transition; raises Refused unless it leads out of the current state."""
    execution = Execution(workflow, case, context)
    return availability.inputs_of(execution, availability.find_transition(execution, transition, child), child)


def vote_inputs(workflow: Workflow, case: Case, context: EngineContext, round_: Round, seat: Seat) -> TransitionInputs:
    """The inputs of the form that is asked with an approval on an open seat; `NO_INPUTS` where there are none."""
    return inputs_of_vote(Execution(workflow, case, context), round_, seat)
