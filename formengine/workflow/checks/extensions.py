"""Check of steps that extend a deadline: it exists, and goes on running after the step (W18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from formengine.source import Path, did_you_mean
from formengine.workflow.definition.actions import ExtendDeadlineAction
from formengine.workflow.definition.model import DeadlineRule, Transition, Workflow
from formengine.workflow.definition.references import Reference, references
from formengine.workflow.parser.cursor import WorkflowCursor


def check_own_ids(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Findings for ids that several deadlines of the dossier, or of one kind of child, share."""
    first: dict[tuple[str | None, str], Path] = {}
    for child, rule, path in _named(workflow):
        name = rule.own_id or ""
        if first.setdefault((child, name), path) != path:
            line = cursor.document.finding((*first[child, name], "id"), "", "").line
            cursor.at(*path, "id").error("duplicate", f"the deadline of line {line} has the id `{name}` already")


def check_extension(cursor: WorkflowCursor, workflow: Workflow, reference: Reference) -> None:
    """Findings where a step extends a deadline that is undeclared, has no unit to count in, or ends with the step."""
    action, path = reference.value, reference.path
    assert isinstance(action, ExtendDeadlineAction)
    named = [(child, rule) for child, rule, _ in _named(workflow) if child in (None, reference.child)]
    rules = {rule.own_id: (child, rule) for child, rule in sorted(named, key=lambda entry: entry[0] is not None)}
    if action.deadline not in rules and action.deadline in _written_ids(cursor.value):
        return  # it is there, and what is wrong with it has been said
    if action.deadline not in rules:
        names = [name for name in rules if name]
        hint = did_you_mean(action.deadline, names) or "; give the deadline an `id:`"
        message = f"no deadline has the id `{action.deadline}`{hint}"
        cursor.at(*path, "extend").error("unknown-deadline", message)
        return
    child, rule = rules[action.deadline]
    if action.by_fact is not None and action.unit is None and rule.length is None:
        message = f"the deadline `{action.deadline}` has no length of its own; write {{from: FACT, unit: days}}"
        cursor.at(*path, "by").error("duration", message)
    step = (reference.options or {}).get("step")
    if isinstance(step, Transition) and child == reference.child and not rule.id.startswith("dossier."):
        _check_stays(cursor, rule, step, path)


def _check_stays(cursor: WorkflowCursor, rule: DeadlineRule, step: Transition, path: Path) -> None:
    """A finding for a step outside of a state, or out of it, that extends a deadline of that state."""
    state = rule.id.split(".")[-2]
    if state not in step.sources:
        message = (
            f"the deadline `{rule.own_id}` runs in `{state}`, and this step is not taken there; write `from: {state}`"
        )
        cursor.at(*path, "extend").error("extends-elsewhere", message)
    elif not step.stays:
        message = f"this step leaves `{state}`, and its deadline `{rule.own_id}` ends; write `to: same`"
        cursor.at(*path, "extend").error("extends-what-ends", message)


def _named(workflow: Workflow) -> Iterator[tuple[str | None, DeadlineRule, Path]]:
    """The deadlines with an id, each with the kind of child that it belongs to, and its path."""
    for reference in references(workflow):
        if reference.kind == "deadline" and reference.value.own_id is not None:
            yield reference.child, reference.value, reference.path


def _written_ids(value: object) -> Iterator[object]:
    """The ids of the deadlines as the document has them, those that cannot be read included."""
    if isinstance(value, Mapping):
        for key, inside in value.items():
            if key == "deadlines" and isinstance(inside, list):
                yield from (entry.get("id") for entry in inside if isinstance(entry, Mapping))
            yield from _written_ids(inside)
