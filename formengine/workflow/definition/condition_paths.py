"""Every condition of a workflow with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from formengine.source import Path
from formengine.workflow.definition.conditions import Condition
from formengine.workflow.definition.model import DeadlineRule, RoundRule, State, Transition, Workflow

Said = tuple[Path, Condition]
_Perhaps = tuple[Path, Condition | None]


def conditions_of(workflow: Workflow) -> Iterator[Said]:
    """In the order of the parts: deadlines, states, transitions, rounds, then those of children (their place begins
    with `children` and the child's id)."""
    found = [*_of_deadlines(workflow.deadlines, ("deadlines",)), *_of(workflow.states, workflow.transitions, ())]
    for rule in (*workflow.approvals.values(), *workflow.signatures.values()):
        found += _of_round(rule)
    for kind in workflow.children.values():
        if not kind.built_in:
            found += _of(kind.states, kind.transitions, ("children", kind.id))
    return ((path, condition) for path, condition in found if condition is not None)


def _of_round(rule: RoundRule) -> Iterator[_Perhaps]:
    approval = rule.kind == "approval"
    part: Path = ("approvals", rule.id, "steps") if approval else ("signatures", rule.id, "order")
    for i, step in enumerate(rule.steps):
        place = (*part, i)
        yield (*place, "when"), step.when
        inner = (*place, "approvers") if approval else place
        yield from (((*inner, j, "when"), entry.when) for j, entry in enumerate(step.entries))


def _of(states: Mapping[str, State], transitions: Mapping[str, Transition], base: Path) -> Iterator[_Perhaps]:
    for state in states.values():
        place: Path = (*base, "states", state.id)
        yield from (((*place, "decide", i, "when"), branch.when) for i, branch in enumerate(state.decide))
        yield from _of_deadlines(state.deadlines, (*place, "deadlines"))
    yield from (((*base, "transitions", transition.id, "when"), transition.when) for transition in transitions.values())


def _of_deadlines(rules: tuple[DeadlineRule, ...], path: Path) -> Iterator[_Perhaps]:
    for rule in rules:
        place: Path = (*path, int(rule.id.rpartition(".")[2]))
        yield (*place, "when"), rule.when
        yield (*place, "unless"), rule.unless
