"""The public functions of the workflow engine: what may be done on a case, and doing it.

A function that changes something mutates the case and returns the effects in the order in which they happened. When it
raises Refused (with every reason, in the context's language), the case is partly changed and must be discarded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from formengine.errors import Refused
from formengine.i18n import Text
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine import (
    availability,
    children,
    claims,
    deadlines,
    external_changes,
    round_timers,
    state_entry,
    timers,
    transitions,
    votes,
)
from formengine.workflow.engine.availability import TransitionInputs
from formengine.workflow.engine.case import Case, Child, Effect, EngineContext, Seat
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.roles import people_of as _people_of
from formengine.workflow.engine.timers import next_moment
from formengine.workflow.engine.votes import Decision, open_seats_of

__all__ = ["Decision", "TransitionInputs", "next_moment", "open_seats_of"]


def _act(wf: Workflow, case: Case, context: EngineContext, do: Callable[[Execution], object]) -> list[Effect]:
    """Run one operation, update deadlines, timers and four-eyes rules, and increment the version once if it changed."""
    execution = Execution(wf, case, context)
    do(execution)
    if case.rounds:
        votes.enforce_four_eyes(execution)
    deadlines.sync(execution)
    round_timers.schedule(execution)
    if execution.changed:
        case.version += 1
    return execution.effects


def open_case(wf: Workflow, case: Case, context: EngineContext) -> list[Effect]:
    """Start a new case in `starts_in`: its deadlines start, its automatic decision is taken; the version stays 1."""

    def begin(execution: Execution) -> None:
        state_entry.start_state(execution)
        deadlines.sync(execution)
        execution.changed = False

    return _act(wf, case, context, begin)


def perform(
    wf: Workflow,
    case: Case,
    context: EngineContext,
    transition: str,
    by: str,
    fields: Mapping[str, Any] | None = None,
    comment: str | None = None,
    child: Child | None = None,
) -> list[Effect]:
    """Perform a transition of the dossier or of a child."""
    return _act(
        wf,
        case,
        context,
        lambda execution: transitions.perform(execution, transition, by, fields or {}, comment, child),
    )


def available_transitions(
    wf: Workflow, case: Case, context: EngineContext, by: str, child: Child | None = None
) -> dict[str, list[str]]:
    """The transitions out of the current state by id, each with the reasons that refuse it now ([]: allowed)."""
    execution = Execution(wf, case, context, actor=by)
    return {
        transition.id: availability.refusal_reasons(execution, transition, by, child)
        for transition in availability.outgoing_transitions(execution, child)
    }


def transition_inputs(
    wf: Workflow, case: Case, context: EngineContext, transition: str, child: Child | None = None
) -> TransitionInputs:
    """The inputs of the form of a transition out of the current state; raises Refused for any other transition."""
    execution = Execution(wf, case, context)
    return availability.inputs_of(execution, availability.find_transition(execution, transition, child), child)


def claim(wf: Workflow, case: Case, context: EngineContext, role: str, by: str) -> list[Effect]:
    return _act(wf, case, context, lambda execution: claims.claim(execution, role, by))


def release(wf: Workflow, case: Case, context: EngineContext, by: str, role: str | None = None) -> list[Effect]:
    return _act(wf, case, context, lambda execution: claims.release(execution, by, role))


def assign(wf: Workflow, case: Case, context: EngineContext, role: str, to: str, by: str) -> list[Effect]:
    return _act(wf, case, context, lambda execution: claims.assign(execution, role, to, by))


def decide(
    wf: Workflow,
    case: Case,
    context: EngineContext,
    by: str,
    decision: Decision,
    comment: str | None = None,
    seat: Seat | None = None,
) -> list[Effect]:
    return _act(wf, case, context, lambda execution: votes.decide(execution, by, decision, comment, seat))


def sign(
    wf: Workflow,
    case: Case,
    context: EngineContext,
    by: str,
    evidence: dict[str, Any] | None = None,
    seat: Seat | None = None,
) -> list[Effect]:
    return _act(wf, case, context, lambda execution: votes.sign(execution, by, evidence, seat))


def decline(
    wf: Workflow, case: Case, context: EngineContext, by: str, reason: str, seat: Seat | None = None
) -> list[Effect]:
    return _act(wf, case, context, lambda execution: votes.decline(execution, by, reason, seat))


def add_approver(wf: Workflow, case: Case, context: EngineContext, person: str, step: int, by: str) -> list[Effect]:
    return _act(wf, case, context, lambda execution: votes.add_approver(execution, person, step, by))


def remove_approver(wf: Workflow, case: Case, context: EngineContext, person: str, by: str) -> list[Effect]:
    return _act(wf, case, context, lambda execution: votes.remove_approver(execution, person, by))


def delegate(
    wf: Workflow, case: Case, context: EngineContext, by: str, to: str, seat: Seat | None = None, returns: bool = False
) -> list[Effect]:
    return _act(wf, case, context, lambda execution: votes.delegate(execution, by, to, seat, returns=returns))


def document_changed(wf: Workflow, case: Case, context: EngineContext, document: str, by: str | None) -> list[Effect]:
    """Count a new version of a document, and restart the rounds about it."""
    return _act(wf, case, context, lambda execution: votes.document_changed(execution, document, by))


def open_child(
    wf: Workflow,
    case: Case,
    context: EngineContext,
    kind: str,
    by: str | None,
    fields: Mapping[str, Any],
    visible_to_client: bool = False,
) -> list[Effect]:
    return _act(
        wf, case, context, lambda execution: children.open_child(execution, kind, by, fields, visible_to_client)
    )


def fire_due(wf: Workflow, case: Case, context: EngineContext) -> list[Effect]:
    """Fire everything due at the context's `now`, in the order in which it fell due."""
    return _act(wf, case, context, timers.fire_due)


def account_closed(wf: Workflow, case: Case, context: EngineContext, person: str) -> list[Effect]:
    """Reassign the open seats of a closed account, or mark that nobody can decide."""
    return _act(wf, case, context, lambda execution: external_changes.account_closed(execution, person))


def set_priority(wf: Workflow, case: Case, context: EngineContext, priority: str, by: str | None) -> list[Effect]:
    return _act(wf, case, context, lambda execution: external_changes.set_priority(execution, priority, by))


def involved_people(wf: Workflow, case: Case, context: EngineContext) -> dict[str, list[str]]:
    """Person ids by role id, and under `seat` everybody who has or had a seat in a round."""
    people = {role: people_of(wf, case, context, role) for role in wf.roles}
    return {**people, "seat": list(dict.fromkeys(seat.person for round_ in case.rounds for seat in round_.seats))}


def people_of(wf: Workflow, case: Case, context: EngineContext, role: str) -> list[str]:
    """The people in a role of the workflow, or in the site roles `legal_admin` and `counsel`.

    Empty when the plugin that resolves the role fails, so that a page can still be read; acting reports the failure.
    """
    try:
        return _people_of(Execution(wf, case, context), role)
    except Refused:
        return []


def client_sees(wf: Workflow, case: Case) -> Text:
    """The title of the current state for clients."""
    return wf.states[case.state].client_sees
