"""Site check of steps that correct an answer which a template writes, and leave the draft as it was (S1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from formengine.authoring import DocumentRule
from formengine.conditions.parser import Condition
from formengine.documents.word_templates.presence import known_by
from formengine.workflow.definition.actions import DraftDocumentAction, SetFieldsAction
from formengine.workflow.definition.model import BACK, State, Transition, Workflow


def steps_leaving_draft(
    workflow: Workflow, document: str, rule: DocumentRule, written: Collection[str]
) -> Iterator[tuple[Transition, list[str]]]:
    """The steps that write answers of the form which the template of a document writes (`written`) and do not draft it,
    each with these answers. Not where each way from there to an approval or signatures of the document drafts it, nor
    where the condition of the step excludes that of the document.
    """
    if rule.draft_on != "submit" and not any(_drafts(step, document) for step in workflow.transitions.values()):
        return
    for step in workflow.transitions.values():
        names = [name for name in _answers_written(step) if name in written]
        if names and not _drafts(step, document) and not _excludes(step.when, rule.when):
            targets = step.sources if step.stays or step.to == BACK else (step.to,)
            if any(_may_be_decided(workflow, document, state) for state in targets):
                yield step, names


def _answers_written(step: Transition) -> list[str]:
    given = [name for action in step.do if isinstance(action, SetFieldsAction) for name in action.values]
    return list(dict.fromkeys((*step.requires, *given)))


def _drafts(step: Transition, document: str) -> bool:
    return any(isinstance(action, DraftDocumentAction) and action.document == document for action in step.do)


def _excludes(condition: Condition | None, other: Condition | None) -> bool:
    """Whether two conditions never hold together, since they want other values of the same fact."""
    known, others = known_by(condition), known_by(other)
    return any(
        allowed is not None and (wanted := others[name]) is not None and allowed.isdisjoint(wanted)
        for name, allowed in known.items()
        if name in others
    )


def _may_be_decided(workflow: Workflow, document: str, start: str) -> bool:
    """Whether a state, or one to which a way without a draft leads, asks for approval of a document or signatures."""
    rules = {rule.id for rule in workflow.rounds if rule.kind != "acknowledgement" and document in rule.documents}
    states, seen = [start], {start}
    while states:
        state = workflow.states[states.pop()]
        steps = [step for step in workflow.leaving(state.id) if not _drafts(step, document)]
        if rules.intersection((*state.rounds, *(step.approval_first for step in steps))):
            return True
        further = [name for name in _next_states(state, steps) if name not in seen]
        states += further
        seen.update(further)
    return False


def _next_states(state: State, steps: Collection[Transition]) -> Iterator[str]:
    yield from state.exits()
    for step in steps:
        if not step.stays and step.to != BACK:
            yield step.to
