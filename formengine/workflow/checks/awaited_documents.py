"""Checks of documents that a state waits for: somebody may add them, and decide on drafts of them (S1, S2, W13)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from formengine.workflow.definition.actions import DraftDocumentAction
from formengine.workflow.definition.model import BACK, DocumentRule, State, Transition, Workflow
from formengine.workflow.engine.awaited_documents import documents_expected
from formengine.workflow.parser.cursor import WorkflowCursor

Edges = Mapping[str, Collection[str]]


def check_awaited_documents(cursor: WorkflowCursor, workflow: Workflow, edges: Edges) -> None:
    """Warnings for states that wait for a document which people write, and which nobody may add there, where a dossier
    may come without it.
    """
    written = [rule for rule in workflow.document_rules.values() if (workflow.documents or ()).count(rule.id) == 1]
    for rule in written:
        if rule.may_replace is None:
            continue
        without = _states_without(workflow, edges, rule.id)
        places = {state for states in rule.may_replace.values() for state in states}
        for state in workflow.states.values():
            waits = not state.ends and state.id not in places and _waits_for(workflow, state, rule.id)
            if waits and state.id in without:
                _warn(cursor, rule, state)


def check_held_drafts(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Warnings for states whose rounds may wait for a draft that is held, since it would follow a version which people
    wrote, where nobody may add versions: nobody could decide on it there.
    """
    for rule in workflow.document_rules.values():
        places = {state for states in (rule.may_replace or {}).values() for state in states}
        drafting = [step for step in workflow.transitions.values() if _may_hold(workflow, step, rule)]
        waiting = {to: step for step in reversed(drafting) for to in _arrivals(workflow, step) if to not in places}
        for to, step in waiting.items() if places else ():
            if rule.id in _documents_of_rounds(workflow, workflow.states[to]):
                roles = ", ".join(rule.may_replace or ())
                message = (
                    f"`{step.id}` drafts `{rule.id}`. If somebody wrote the present version, the draft waits for a "
                    f"person who may add versions; nobody may in `{to}`, so its round would wait for ever. Let {roles} "
                    "add versions there (`in` of the document), or draft it in another step"
                )
                cursor.at("documents", rule.id, "may_replace").warn("held-draft", message, at_key=True)


def _may_hold(workflow: Workflow, step: Transition, rule: DocumentRule) -> bool:
    """Whether a step drafts a document and may be taken by somebody who may add no version of it, where that is."""
    is_drafted = any(isinstance(action, DraftDocumentAction) and action.document == rule.id for action in step.do)
    able = [set(step.sources) <= set((rule.may_replace or {}).get(role, ())) for role in step.who]
    return is_drafted and not all(able)


def _arrivals(workflow: Workflow, step: Transition) -> list[str]:
    """The states in which a dossier may be after a step, by `decide` too; without those that `back` leads to."""
    states = [*step.sources] if step.stays else [step.to] if step.to in workflow.states else []
    for state in states:
        states += [line.go for line in workflow.states[state].decide if line.go not in states]
    return states


def _warn(cursor: WorkflowCursor, rule: DocumentRule, state: State) -> None:
    roles = ", ".join(rule.may_replace or ())
    message = (
        f"`{state.id}` waits for the document `{rule.id}`, and nobody may add it there; let {roles or 'a role'} add it "
        f"in `{state.id}` (`in` of the document), or let every step that leads here require it (`requires_document`)"
    )
    cursor.at("documents", rule.id, "may_replace").warn("nobody-adds", message, at_key=True)


def _waits_for(workflow: Workflow, state: State, document: str) -> bool:
    steps = [step for step in workflow.transitions.values() if state.id in step.sources]
    names = {name for step in steps for name in (step.requires_document, *documents_expected(step.when))}
    names |= {name for line in state.when_true for name in documents_expected(line.when)}
    return document in names | _documents_of_rounds(workflow, state)


def _documents_of_rounds(workflow: Workflow, state: State) -> set[str]:
    return {document for rule in state.rounds for document in workflow.round_rule(rule).documents}


def _states_without(workflow: Workflow, edges: Edges, document: str) -> set[str]:
    """The states that a dossier may come to without a document: on ways that neither a step which requires it nor a
    round about it is part of.
    """
    reached, waiting = {workflow.starts_in}, [workflow.starts_in]
    while waiting:
        source = waiting.pop()
        for target in edges[source]:
            if target not in reached and _leads_without(workflow, workflow.states[source], target, document):
                reached.add(target)
                waiting.append(target)
    return reached


def _leads_without(workflow: Workflow, source: State, target: str, document: str) -> bool:
    steps = [step for step in workflow.transitions.values() if source.id in step.sources and step.to in (target, BACK)]
    if any(document not in (step.requires_document, *documents_expected(step.when)) for step in steps):
        return True
    outcomes = source.outcomes().items()
    about = document in _documents_of_rounds(workflow, source)
    ended = {to for outcome, to in outcomes if outcome != "expired"} if about else set()
    lines = [line for line in (*source.decide, *source.when_true) if line.go == target]
    by_line = any(document not in documents_expected(line.when) for line in lines)
    return by_line or (not lines and target in source.exits() and target not in ended)
