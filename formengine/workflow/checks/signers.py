"""Checks of who signs: the answers that name signers can be corrected, and signatures that a draft ends lead to the
approval of the draft (S9, S1).
"""

from __future__ import annotations

from collections.abc import Iterator

from formengine.workflow.definition.actions import DraftDocumentAction, SetFieldsAction
from formengine.workflow.definition.form_pages import fields_of_parts
from formengine.workflow.definition.model import SAME, Role, RoundRule, State, Transition, Workflow
from formengine.workflow.definition.references import approvers
from formengine.workflow.parser.cursor import WorkflowCursor


def check_signers(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Warnings for signers outside whom an answer names and no step corrects, in a state that nothing else leaves; and
    for states whose signatures a draft ends without saying where the dossier goes.
    """
    corrected = set(_corrected_facts(workflow))
    for rule in workflow.signatures.values():
        stuck = next(_states_without_another_way(workflow, rule), None)
        for role in _named_outside(workflow, rule) if stuck else ():
            if role.source_name in workflow.fact_types and role.source_name not in corrected:
                message = (
                    f"`{role.source_name}` names who signs as `{role.id}`, and no step corrects it: where it names one "
                    f"of our own people, or somebody of another party, no step leads out of `{stuck}`; let one say "
                    f"`requires: [{role.source_name}]` (with `to: same`), or `reopens: [{role.source_name}]`"
                )
                cursor.at("signatures", rule.id).warn("signer-fixed", message, at_key=True)
    for state in workflow.states.values():
        _check_drafts(cursor, workflow, state)


def _states_without_another_way(workflow: Workflow, rule: RoundRule) -> Iterator[str]:
    """The states that people leave only towards signatures: somebody named who may not sign keeps a dossier there."""
    towards = {state.id for state in workflow.states.values() if state.signatures == rule.id}
    while further := {id for id, state in workflow.states.items() if id not in towards and towards & {*state.exits()}}:
        towards |= further
    for state in workflow.states:
        targets = {step.to for step in workflow.leaving(state)} - {state, SAME}
        if targets and targets <= towards:
            yield state


def _named_outside(workflow: Workflow, rule: RoundRule) -> list[Role]:
    """The roles of people outside whom a fact of the dossier names to sign, each once."""
    sources = dict.fromkeys(entry.source for _, entry in approvers(rule) if entry.source.startswith("role:"))
    roles = [workflow.roles.get(source.removeprefix("role:")) for source in sources]
    return [role for role in roles if role is not None and role.outside and role.source_kind == "field"]


def _corrected_facts(workflow: Workflow) -> Iterator[str]:
    """The facts that a step of the workflow may write once the dossier is open."""
    for transition in workflow.transitions.values():
        yield from transition.requires
        for action in transition.do:
            yield from action.values if isinstance(action, SetFieldsAction) else ()
        if transition.reopens is None:
            continue
        if transition.reopens.parts is None:
            yield from workflow.fact_types
        for pages in (*workflow.pages.values(), {}):
            yield from fields_of_parts(transition.reopens.parts or (), pages, workflow.fact_types)


def _check_drafts(cursor: WorkflowCursor, workflow: Workflow, state: State) -> None:
    """A warning where a draft that comes while signatures wait for it ends them, since it has to be approved first: the
    dossier then goes where it goes when somebody declines.
    """
    rule = workflow.signatures.get(state.signatures or "")
    if rule is None or state.changed is not None or state.declined is None:
        return
    approved = {name for other in workflow.approvals.values() if other.start_again for name in other.documents}
    for document in (name for name in rule.documents if name in approved and _opens_with_draft(workflow, state, name)):
        approving = next((other.id for other in workflow.states.values() if _approves(workflow, other, document)), "")
        goes = f"`changed: {approving}`, the state of its approval" if approving else "`changed: STATE`"
        message = (
            f"a draft of `{document}` that comes while `{rule.id}` is open has to be approved before it is signed: the "
            f"dossier would go to `{state.declined}`, as if somebody had declined; write {goes}"
        )
        cursor.at("states", state.id).warn("draft-declines", message, at_key=True)


def _opens_with_draft(workflow: Workflow, state: State, document: str) -> bool:
    """Whether the signatures of a state may open while a draft is due: by the step that asks for it, or by themselves.
    No other step opens them then.
    """
    drafting = [step for step in workflow.transitions.values() if _drafts(step, document)]
    if any(step.to == state.id for step in drafting):
        return True
    targets: set[str | None] = {
        line.go for other in workflow.states.values() for line in (*other.decide, *other.when_true)
    }
    targets |= {deadline.then.go for other in workflow.states.values() for deadline in other.deadlines}
    may_draft = bool(drafting) or any(step.reopens is not None for step in workflow.transitions.values())
    return may_draft and state.id in targets


def _drafts(step: Transition, document: str) -> bool:
    return any(isinstance(action, DraftDocumentAction) and action.document == document for action in step.do)


def _approves(workflow: Workflow, state: State, document: str) -> bool:
    rule = workflow.approvals.get(state.approval or "")
    return rule is not None and document in rule.documents
