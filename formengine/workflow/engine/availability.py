"""The inputs that a transition asks for, and every reason why a person may not perform it now (W3, W5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from formengine.conditions.durations import Duration
from formengine.conditions.evaluation import is_empty
from formengine.conditions.fact_types import describe
from formengine.conditions.parser import GuardUse, comparisons
from formengine.errors import Refused
from formengine.value_format import format_length
from formengine.workflow.definition.model import BACK, Schema, Transition
from formengine.workflow.engine.calendar import later
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.document_titles import document_name
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import refusal_by_role, why_not
from formengine.workflow.engine.extensions import extension_reasons
from formengine.workflow.engine.fact_titles import fact_title, fact_type
from formengine.workflow.engine.lookahead import documents_decided, party_conflicts, round_reasons
from formengine.workflow.engine.roles import acting_role
from formengine.workflow.engine.signed_texts import drafts_of_signed


@dataclass(frozen=True)
class TransitionInputs:
    """The form of a step: `names` in order, each with its schema in `properties` and its current value in `data`.

    `properties` are JSON Schemas by name. `children` is the number of children that the step opens, by kind;
    `of_children` are the `names` that only these children require, which are asked once for all of them.
    """

    names: tuple[str, ...] = ()
    properties: Mapping[str, Schema] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    comment_required: bool = False
    confirm: bool = False
    children: Mapping[str, int] = field(default_factory=dict)
    of_children: tuple[str, ...] = ()


NO_INPUTS: Final = TransitionInputs()


@dataclass(frozen=True)
class Verdict:
    """Whether a person may perform a transition now: the role in which they would (None: none), and every reason that
    refuses it. `held_up` says that nothing stands in the way but the round which it would open (nobody can be asked
    there, or somebody is named who may not sign for their party), or a document without a version.
    """

    role: str | None
    reasons: list[str]
    held_up: bool = False


def outgoing_transitions(execution: Execution, child: Child | None) -> tuple[Transition, ...]:
    """The transitions out of the current state, in the order of the YAML."""
    return execution.machine_of(child).leaving.get((child or execution.case).state, ())


def find_transition(execution: Execution, name: str, child: Child | None) -> Transition:
    """The transition of that name out of the current state; raises Refused when there is none."""
    for transition in outgoing_transitions(execution, child):
        if transition.id == name:
            return transition
    transitions, state = execution.definition_of(child).transitions, execution.pick(execution.state_of(child).title)
    step = execution.pick(transitions[name].title) if name in transitions else name
    execution.refuse("“{step}” is not possible in the state “{state}”.", step=step, state=state)


def target_state(execution: Execution, transition: Transition, child: Child | None) -> str | None:
    """The state that a transition leads to, or stays in; None for `back` when there is no earlier state.

    `back` never leads to a state with `decide`: a dossier does not stay in one, so `enter_state` does not record it.
    """
    subject = child or execution.case
    if transition.stays:
        return subject.state
    if transition.to != BACK:
        return transition.to
    return next((earlier for earlier in reversed(subject.left_states) if earlier != subject.state), None)


def explain_refusal(
    execution: Execution, transition: Transition, by: str, child: Child | None, *, answered: bool = False
) -> Verdict:
    """The role in which a person would perform a transition, and every reason that refuses it now.

    Reasons are sentences in the context's language; inputs still to be filled in are not reasons (W5). For the step
    that sends corrected answers, conditions on the answers under correction are tested only once those are sent
    (`answered`).
    """
    try:
        role = acting_role(execution, transition.who, by, child)
        refusals = [] if role else [refusal_by_role(execution, transition.who, child)]
    except Refused as refused:  # a plugin that resolves the role failed
        role, refusals = None, list(refused.reasons)
    reopened = execution.case.reopened
    is_correcting = child is None and reopened is not None and reopened.step == transition.id and not answered
    asks_guards = any(isinstance(leaf, GuardUse) for leaf in comparisons(transition.when))
    if not is_correcting and (role or not asks_guards):
        refusals += why_not(execution, transition.when, child)  # no plugin is asked for somebody whom `who` excludes
    if child is not None and execution.state.ends:
        refusals.append(execution.say("The dossier has ended: what was open in it stays as it is."))
    missing = document_missing(execution, transition)
    refusals += _too_late(execution, child)
    refusals += extension_reasons(execution, transition, child)
    refusals += drafts_of_signed(execution, transition)
    if transition.answers_only and execution.case.reopened is None:
        refusals.append(execution.say("The answers are not open for correction."))
    to = target_state(execution, transition, child)
    if to is None:
        refusals.append(execution.say("There is no earlier state to go back to."))
    elif child is None and not refusals:
        try:
            if missing:  # who may sign is judged before the document is there, the rest of the round with it
                reasons = [*missing, *party_conflicts(execution, transition, to)]
            else:
                reasons = round_reasons(execution, transition, to, role)
        except Refused as refused:
            reasons = [*missing, *refused.reasons]
        return Verdict(role, reasons, held_up=bool(reasons))
    return Verdict(role, [*refusals, *missing])


def documents_decided_by(execution: Execution, transition: Transition) -> list[str]:
    """The documents on whose newest versions a step of the dossier would ask for approval or signatures."""
    to = target_state(execution, transition, None)
    return [] if to is None else documents_decided(execution, transition, to)


def document_missing(execution: Execution, transition: Transition) -> list[str]:
    """The reason against a step that requires a document which has no version yet; [] when there is none."""
    document = transition.requires_document
    if document is None or execution.case.documents.get(document):
        return []
    return [execution.say("The document “{document}” is still missing.", document=document_name(execution, document))]


def _too_late(execution: Execution, child: Child | None) -> list[str]:
    """The reason against reopening: the state ended longer ago than its `reopen_within`."""
    state = execution.state_of(child)
    if not state.ends or not isinstance(state.reopen_within, Duration):
        return []
    since = (child or execution.case).entered_at or execution.case.opened_at
    if execution.now <= later(execution.calendar, since, state.reopen_within):
        return []
    text = format_length(state.reopen_within.amount, state.reopen_within.unit, execution.context.language)
    return [execution.say("It ended too long ago to be opened again ({time}).", time=text)]


def inputs_of(execution: Execution, transition: Transition, child: Child | None = None) -> TransitionInputs:
    """The inputs of a transition, with the values that the facts already have."""
    if not (transition.requires or transition.starts or transition.requires_comment or transition.confirm):
        return NO_INPUTS
    facts, kind = execution.facts(child), child.kind if child else None
    names = list(transition.requires)
    properties = {name: input_schema(execution, name, kind) for name in names}
    for opened in transition.starts:
        rule = execution.workflow.children[opened]
        for name in rule.requires:
            if name not in properties:
                names.append(name)
                properties[name] = rule.fields.get(name, {})
    return TransitionInputs(
        names=tuple(names),
        properties=properties,
        data={name: facts[name] for name in transition.requires if not is_empty(facts.get(name))},
        required=tuple(names),
        comment_required=transition.requires_comment,
        confirm=transition.confirm,
        children=dict(transition.starts),
        of_children=tuple(names[len(transition.requires) :]),
    )


def input_schema(execution: Execution, name: str, child: str | None) -> Schema:
    """The schema that asks for a fact: the child's or the workflow's field, else the form's property; {} if unknown."""
    fields = execution.workflow.fields
    if name in fields and (child is None or name not in execution.workflow.children[child].fields):
        return fields[name]
    type_ = fact_type(execution.workflow, name, child)
    return type_.schema if type_ else {}


def missing_inputs(
    execution: Execution,
    inputs: TransitionInputs,
    fields: Mapping[str, Any],
    comment: str | None,
    child: Child | None,
    hidden: Collection[str] = (),
) -> list[str]:
    """Sentences for required inputs that are missing and for fields that the step does not ask for.

    `hidden` are inputs that the form does not ask for beside the others.
    """
    if inputs is NO_INPUTS and not fields:
        return []
    children_given = any(opened in fields for opened in inputs.children)
    refusals = [
        execution.say("“{fact}” has to be filled in.", fact=_asked_title(execution, inputs, name, child))
        for name in inputs.required
        if name not in hidden
        and is_empty({**inputs.data, **fields}.get(name))
        and not (name in inputs.of_children and children_given)
    ]
    if inputs.comment_required and not (comment or "").strip():
        refusals.append(execution.say("A comment is required."))
    unknown = [name for name in fields if name not in inputs.names and name not in inputs.children]
    refusals += [execution.say("This step does not ask for “{fact}”.", fact=name) for name in unknown]
    return refusals


def _asked_title(execution: Execution, inputs: TransitionInputs, name: str, child: Child | None) -> str:
    """The title of an input, taken from the child that the step opens when only that child requires it."""
    if name in inputs.of_children:
        return execution.pick(describe(name, inputs.properties[name], {}).title)
    return fact_title(execution.workflow, name, execution.context.language, child.kind if child else None)
