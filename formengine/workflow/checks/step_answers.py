"""Check of steps that write over answers: what the form requires beside a new answer is asked for, too (F19, W13)."""

from __future__ import annotations

from collections.abc import Iterator

from formengine.forms.schema.branches import branches, names_read
from formengine.workflow.definition.model import Schema, Transition, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor


def check_step_answers(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Warnings for steps that ask for an answer on which it depends whether the form requires another, and not for
    that one.
    """
    for transition in workflow.transitions.values():
        seen: set[str] = set()
        for request_type, form in workflow.forms.items():
            for asked, required in _left_out(workflow, transition, form):
                if required in seen:
                    continue
                seen.add(required)
                place = cursor.at("transitions", transition.id, "requires", transition.requires.index(asked))
                place.warn(
                    "step-answers",
                    f"beside some values of `{asked}` the form of `{request_type}` requires `{required}`, which this "
                    f"step does not ask for; write requires: [{', '.join((*transition.requires, required))}]",
                )


def _left_out(workflow: Workflow, transition: Transition, form: Schema) -> Iterator[tuple[str, str]]:
    """An answer that a step asks for, and one that the form requires under a condition on it, each such pair."""
    asked = [name for name in transition.requires if name not in workflow.fields]
    parts = list(branches(form)) if asked else []
    always = {name for part in parts if not part.held for name in part.required}
    for part in parts:
        read = {name for condition in part.held for name in names_read(condition)}
        deciding = next((name for name in asked if name in read), None)
        for required in part.required if deciding is not None else ():
            if required not in always and required not in transition.requires and required not in workflow.fields:
                yield deciding or "", required
