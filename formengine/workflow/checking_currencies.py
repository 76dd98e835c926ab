"""Money is compared within one currency: each fact in the same one, all through a workflow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from formengine.source import Path
from formengine.workflow.checking_values import currencies
from formengine.workflow.conditions import All, Condition
from formengine.workflow.definitions import DeadlineRule, State, Transition, Workflow
from formengine.workflow.reader import Reader

Said = tuple[Path, Condition | None]


def check_currencies(reader: Reader, workflow: Workflow) -> None:
    """A finding for each condition that speaks of a fact in another currency than most do (or the first, of two)."""
    found: dict[str, list[tuple[Path, str]]] = {}
    for path, condition in _conditions(reader, workflow):
        for fact, names in currencies(condition).items():
            found.setdefault(fact, []).extend((path, name) for name in sorted(names))
    for fact, places in found.items():
        usual = Counter(name for _, name in places).most_common(1)[0][0]
        for path, name in places:
            if name != usual:
                message = f"`{fact}` is compared with {name} here and with {usual} elsewhere; keep to one currency"
                reader.error(path, "currencies", message)


def _conditions(reader: Reader, workflow: Workflow) -> Iterator[Said]:
    """Every condition with its place, entries of a list each at their own."""
    said = [*_of_deadlines(workflow.deadlines, ("deadlines",)), *_of(workflow.states, workflow.transitions, ())]
    for kind in workflow.children.values():
        if not kind.built_in:
            said += _of(kind.states, kind.transitions, ("children", kind.id))
    for part, steps, rules in (
        ("approvals", "steps", workflow.approvals),
        ("signatures", "order", workflow.signatures),
    ):
        for rule in rules.values():
            for i, step in enumerate(rule.steps):
                place: Path = (part, rule.id, steps, i)
                said.append(((*place, "when"), step.when))
                inner = (*place, "approvers") if steps == "steps" else place
                said += [((*inner, j, "when"), entry.when) for j, entry in enumerate(step.entries)]
    for path, condition in said:
        if isinstance(condition, All) and (*path, 0) in reader.document.places:
            yield from (((*path, i), one) for i, one in enumerate(condition.parts))
        else:
            yield path, condition


def _of(states: Mapping[str, State], transitions: Mapping[str, Transition], base: Path) -> Iterator[Said]:
    for state in states.values():
        place: Path = (*base, "states", state.id)
        yield from (((*place, "decide", i, "when"), branch.when) for i, branch in enumerate(state.decide))
        yield from _of_deadlines(state.deadlines, (*place, "deadlines"))
    yield from (((*base, "transitions", one.id, "when"), one.when) for one in transitions.values())


def _of_deadlines(rules: tuple[DeadlineRule, ...], path: Path) -> Iterator[Said]:
    for rule in rules:
        place: Path = (*path, int(rule.id.rpartition(".")[2]))
        yield (*place, "when"), rule.when
        yield (*place, "unless"), rule.unless
