"""Performing a transition: its guards and inputs are checked, fields written, actions carried out, a state entered.

Specification: W3 (transitions), W5 (refusals with reasons), X4 (a plugin that fails fails the whole step).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.conditions.operands import is_operand_text
from formengine.errors import Refused
from formengine.workflow.definition.actions import (
    Do,
    DraftDocumentAction,
    ExtendDeadlineAction,
    GiveTurnsAction,
    OpenRequestAction,
    PluginAction,
    SetFieldsAction,
    ShareDocumentAction,
)
from formengine.workflow.definition.form_pages import fields_of_parts
from formengine.workflow.definition.model import Reopening, Transition
from formengine.workflow.engine import rounds
from formengine.workflow.engine.availability import (
    TransitionInputs,
    explain_refusal,
    find_transition,
    inputs_of,
    missing_inputs,
    target_state,
)
from formengine.workflow.engine.case import Child, EnqueueJob, OpenChildDossier, Reopened
from formengine.workflow.engine.children import start_children, start_for_each
from formengine.workflow.engine.document_effects import DraftDocument, GiveTurn, ShareDocument
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.extensions import check_lengths, extend
from formengine.workflow.engine.given_values import mixed_amounts, value_to_set
from formengine.workflow.engine.obsolete_answers import hidden_inputs, settle_answers
from formengine.workflow.engine.roles import claim_by_acting, people_of_roles
from formengine.workflow.engine.round_fields import replaced_fields
from formengine.workflow.engine.signed_texts import is_signed
from formengine.workflow.engine.signing_parties import require_signers_apart
from formengine.workflow.engine.state_entry import enter_state, follow_outcome, mailed_comment, of_child, record_step
from formengine.workflow.engine.written_texts import is_written, keeps_text, record_kept


def perform(
    execution: Execution,
    name: str,
    by: str,
    fields: Mapping[str, Any] | None = None,
    comment: str | None = None,
    child: Child | None = None,
    *,
    answered: bool = False,
) -> None:
    """Operation: perform a transition of the dossier, or of a child, as a person; raises Refused with every reason.

    `fields` are the inputs that the transition asks for (`availability.inputs_of`), and those of the children that it
    opens. A person who acts in a role of one person claims it (W3). The step that sends corrected answers is refused
    without them (`answered`; see `corrections.answer`).
    """
    fields = fields or {}
    execution.actor, execution.strict = by, True
    transition = find_transition(execution, name, child)
    verdict = explain_refusal(execution, transition, by, child, answered=answered)
    role, reasons = verdict.role, verdict.reasons
    reopened = execution.case.reopened
    if child is None and reopened is not None and reopened.step == name and not answered:
        reasons.append(execution.say("This step sends the corrected answers: open the form and send it."))
    inputs = inputs_of(execution, transition, child)
    hidden = hidden_inputs(execution, fields, child) if inputs.names else frozenset()
    if role is not None or not reasons:  # somebody who may not take the step is not told what it asks
        reasons += missing_inputs(execution, inputs, fields, comment, child, hidden)
    if reasons:
        raise Refused(reasons)
    claim_by_acting(execution, role, by)
    written = {name: value for name, value in fields.items() if name in transition.requires and name not in hidden}
    replaced = replaced_fields(execution, written)
    opened = _write(execution, written, inputs, fields, child)
    reasons = [*check_lengths(execution, transition, child), *mixed_amounts(execution, transition, child)]
    if reasons:
        raise Refused(reasons)
    require_signers_apart(execution, written)
    if transition.approval_first is not None and child is None:
        _ask_approval(execution, transition.approval_first, transition, by, comment, fields=opened, replaced=replaced)
        return
    make_move(execution, transition, by, comment, opened, child)


def _ask_approval(
    execution: Execution, rule: str, transition: Transition, by: str, comment: str | None, **written: Any
) -> None:
    """Open the round of a rule, which decides on a step (`approval_first`); `written` are the fields of the step."""
    asking: dict[str, Any] = {"asked_by": by, "transition": transition.id, "comment": comment}
    asking |= {"ends": list(execution.context.ended_rounds), "drafts_over": dict(execution.context.drafts_over)}
    round_ = rounds.open_round(execution, execution.workflow.round_rule(rule), **asking, **written)
    follow_outcome(execution, round_)


def _write(
    execution: Execution,
    written: Mapping[str, Any],
    inputs: TransitionInputs,
    fields: Mapping[str, Any],
    child: Child | None,
) -> dict[str, Any]:
    """Write fields that the step requires; returns the fields of the children that it opens."""
    if not fields:
        return {}
    for name, value in written.items():
        execution.write(name, value, child)
    settle_answers(execution)
    child_names = {name for kind in inputs.children for name in (kind, *execution.workflow.children[kind].requires)}
    return {name: value for name, value in fields.items() if name in child_names}


def make_move(
    execution: Execution,
    transition: Transition,
    by: str,
    comment: str | None,
    opened: Mapping[str, Any] | None = None,
    child: Child | None = None,
    drafts_over: Mapping[str, int] | None = None,
) -> None:
    """Carry out a transition's actions, open its children, and enter its target state, or leave nothing (`to: same`).

    `opened` are the fields of those children (`start_children`), `drafts_over` the versions that its drafts may follow
    (None: those that the actor agrees to now). Raises Refused when `back` leads nowhere.
    """
    to = target_state(execution, transition, child)
    if to is None:
        execution.refuse("There is no earlier state to go back to.")
    for action in transition.do:
        if isinstance(action, ExtendDeadlineAction):
            extend(execution, action, transition, by, comment, child)
        else:
            _do(execution, action, child, execution.context.drafts_over if drafts_over is None else drafts_over)
    start_children(execution, transition.starts, by, opened or {}, child)
    for kind, rule in transition.starts_each.items():
        start_for_each(execution, kind, rule, by, child)
    if transition.stays:
        record_step(execution, transition.id, by, to, transition=transition, comment=comment, child=child)
    else:
        enter_state(execution, to, transition.id, by, transition=transition, comment=comment, child=child)
    if transition.reopens is not None and execution.case.state == to:
        _reopen_answers(execution, transition, transition.reopens, by, comment)
    if transition.notify:
        people = people_of_roles(execution, transition.notify, child)
        if transition.reopens is not None:  # who sent the request is told so by a mail of its own
            people = [person for person in people if person != execution.case.submitter]
        state = "" if transition.stays else execution.case.state
        words = {**mailed_comment(transition, comment, child), **of_child(child)}
        execution.tell("transition", people, transition=transition.id, state=state, **words)


def _reopen_answers(
    execution: Execution, transition: Transition, reopening: Reopening, by: str, comment: str | None
) -> None:
    """Open the answers for correction until the state is left, and tell the requester (F19)."""
    case, parts = execution.case, reopening.parts
    if parts is not None:
        pages, known = execution.workflow.pages.get(case.request_type, {}), execution.workflow.fact_types
        parts = fields_of_parts(parts, pages, known)
    case.reopened = Reopened(parts, reopening.answered_by, by, comment)
    execution.tell("sent_back", [execution.case.submitter], transition=transition.id, comment=comment or "")


def _do(execution: Execution, action: Do, child: Child | None, drafts_over: Mapping[str, int]) -> None:
    """Carry out one entry of `do`."""
    if isinstance(action, SetFieldsAction):
        for name, value in action.values.items():
            execution.write(name, value_to_set(execution, name, value, child), child)
        settle_answers(execution)
    elif isinstance(action, DraftDocumentAction):
        if keeps_text(execution.case, action):
            record_kept(execution, action.document)
        else:
            _draft(execution, action.document, drafts_over)
    elif isinstance(action, ShareDocumentAction):
        execution.effects.append(ShareDocument(action.document))
    elif isinstance(action, GiveTurnsAction):
        execution.effects += [GiveTurn(document, holder) for document, holder in action.holders.items()]
    elif isinstance(action, OpenRequestAction):
        execution.effects.append(_request_to_open(execution, action, child))
    elif isinstance(action, PluginAction):
        _use(execution, action, child)


def _draft(execution: Execution, document: str, drafts_over: Mapping[str, int]) -> None:
    """Have a document drafted. A draft that would follow a version which people wrote is held, unless somebody who may
    add versions has agreed to it (`drafts_over`), as whoever asked for one that is under way has; a signed document
    stays as it is anyhow.
    """
    case, number = execution.case, execution.case.documents.get(document, 0)
    is_agreed = drafts_over.get(document) == number or is_signed(execution, document)
    held = is_written(case, document) and not is_agreed
    execution.effects.append(DraftDocument(document, number, held))
    case.drafts_due.add(document)
    (case.drafts_failed.add if held else case.drafts_failed.discard)(document)


def _request_to_open(execution: Execution, action: OpenRequestAction, child: Child | None) -> OpenChildDossier:
    """The request that a step opens, with its answers as they are now; its form, which decides which of them are
    calculated, is known to the caller alone.
    """
    facts = execution.values(child)
    values: dict[str, Any] = {}
    calculated: dict[str, Any] = {}
    for name, value in action.values.items():
        values[name] = value if isinstance(value, str) else value_to_set(execution, name, value, child)
        if isinstance(value, str) and is_operand_text(value):
            calculated[name] = facts.get(value)
    before = [effect for effect in execution.effects if isinstance(effect, OpenChildDossier)]
    number = sum(1 for effect in before if effect.request_type == action.request_type) if values else 0
    return OpenChildDossier(action.request_type, values, calculated, number)


def _use(execution: Execution, action: PluginAction, child: Child | None) -> None:
    """Run a plugin's action and enqueue the jobs it returns; when it raises, the whole step fails (X4)."""
    plugin = execution.workflow.vocabulary.actions[action.action]
    try:
        jobs = plugin.action(execution.subject(child), action.options) or ()
        requested = [EnqueueJob(str(name), dict(args), action.action) for name, args in jobs]
    except Exception as problem:
        text = execution.failure_text(problem)
        execution.refuse(
            "The action “{action}” failed: {problem}. Nothing was changed.", action=action.action, problem=text
        )
    execution.effects.extend(requested)
