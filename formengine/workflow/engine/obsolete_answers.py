"""Answers that the form no longer asks for beside what a step wrote over another one: they are no facts (F19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from formengine.workflow.engine.case import Child
from formengine.workflow.engine.execution import Execution


def hidden_inputs(execution: Execution, fields: Mapping[str, Any], child: Child | None) -> frozenset[str]:
    """The names that the form would not ask for, once a step had written these fields."""
    if execution.context.hidden_answers is None:
        return frozenset()
    own = _own_names(execution, child)
    written = {name: value for name, value in fields.items() if name not in own}
    return execution.context.hidden_answers({**execution.case.standing_answers(own), **written}) - own


def settle_answers(execution: Execution) -> None:
    """Tell again which answers are obsolete, where a step has written over some.

    What was sent and written stays as it was, so that an answer that is asked for again has its value again; the
    next entry of the history records those that go as dropped.
    """
    case, own = execution.case, _own_names(execution, None)
    if execution.context.hidden_answers is None or not (case.obsolete or case.fields.keys() - own):
        return
    before = case.obsolete
    answers = case.standing_answers(own, with_obsolete=True)
    case.obsolete = (execution.context.hidden_answers(answers) & answers.keys()) - own
    if case.obsolete != before:
        execution.changed = True
    for name in sorted(case.obsolete - before):
        execution.written[name] = None
    for name in sorted(before - case.obsolete):
        execution.written.setdefault(name, answers[name])


def _own_names(execution: Execution, child: Child | None) -> frozenset[str]:
    """The fields of the workflow and of a child, which no form asks for."""
    of_child = execution.workflow.children[child.kind].fields if child is not None else {}
    return frozenset((*execution.workflow.fields, *of_child))
