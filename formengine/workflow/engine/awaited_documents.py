"""The documents without a version for which a dossier waits in its present state (S2)."""

from __future__ import annotations

from collections.abc import Iterator

from formengine.conditions.operands import DocumentPresence
from formengine.conditions.parser import Comparison, Condition, comparisons
from formengine.workflow.engine.availability import outgoing_transitions
from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import Execution


def awaited_documents(execution: Execution) -> list[str]:
    """The ids of the documents without a version that the present state waits for, each once.

    A step out of it requires the document, an open round is about it, or a condition of a step or of `when_true` says
    that it is there. The same of children that have not ended. A step that leaves the state as it is (`to: same`) keeps
    nothing waiting: nobody has to take it.
    """
    if execution.state.ends:
        return []
    names = [*_of_state(execution, None)]
    for round_ in execution.case.rounds:
        if round_.status == "open":
            names += execution.rule_of(round_).documents
    for child in execution.case.children:
        names += _of_state(execution, child)
    return [name for name in dict.fromkeys(names) if not execution.case.documents.get(name)]


def _of_state(execution: Execution, child: Child | None) -> Iterator[str]:
    """The documents of which the steps and the lines of `when_true` in a state speak."""
    for transition in outgoing_transitions(execution, child):
        if transition.stays:
            continue
        if transition.requires_document is not None:
            yield transition.requires_document
        yield from documents_expected(transition.when)
    for line in execution.state_of(child).when_true:
        yield from documents_expected(line.when)


def documents_expected(condition: Condition | None) -> Iterator[str]:
    """The documents that a condition says are there."""
    for leaf in comparisons(condition):
        if isinstance(leaf, Comparison) and isinstance(leaf.left, DocumentPresence) and leaf.op == "is there":
            yield leaf.left.name
