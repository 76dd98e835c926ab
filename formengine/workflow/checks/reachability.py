"""Ways in and out: every state reachable, an end within reach, decisions that decide and come to rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from formengine.source import Path
from formengine.workflow.definition.conditions import All, Comparison, Condition
from formengine.workflow.definition.model import DeadlineRule, State, Transition, Workflow
from formengine.workflow.engine.state_machine import BACK
from formengine.workflow.parser.cursor import WorkflowCursor

Ways = dict[str, set[str]]


def check_flow(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """The dossier's own states, then those of each child."""
    _check_part(cursor, workflow.states, workflow.transitions, workflow.starts_in, workflow.deadlines, (), workflow)
    for kind in workflow.children.values():
        if not kind.built_in:
            base = ("children", kind.id)
            _check_part(cursor, kind.states, kind.transitions, kind.starts_in, (), base, workflow)
    _check_withdraw(cursor, workflow)


def _check_part(
    cursor: WorkflowCursor,
    states: Mapping[str, State],
    transitions: Mapping[str, Transition],
    starts_in: str,
    deadlines: Iterable[DeadlineRule],
    base: Path,
    workflow: Workflow,
) -> None:
    before = len(cursor.findings)
    for state in states.values():
        _check_decide(cursor, state, (*base, "states", state.id))
        _check_end(cursor, state, (*base, "states", state.id))
    _check_ended(cursor, states, transitions, base)
    _check_back(cursor, transitions, starts_in, base)
    if any(one.severity == "error" for one in cursor.findings[before:]):
        return
    ways = _ways(states, transitions, deadlines)
    if _check_loops(cursor, states, base):
        return
    reached = _reach(ways, starts_in)
    for name in states:
        if name not in reached:
            message = f"nothing leads to `{name}`; give it a way in, or delete it"
            cursor.at(*base, "states", name).error("no-way-in", message, at_key=True)
    _check_ways_out(cursor, states, transitions, ways, reached, base)


def _ways(
    states: Mapping[str, State], transitions: Mapping[str, Transition], deadlines: Iterable[DeadlineRule]
) -> Ways:
    ways: Ways = {name: set(state.exits()) for name, state in states.items()}
    for transition in transitions.values():
        for source in transition.sources:
            if transition.to != BACK:
                ways[source].add(transition.to)
    for rule in deadlines:
        for name in ways if rule.then.go else ():
            if not states[name].ends and name not in rule.stops_in:
                ways[name].add(rule.then.go or "")
    into: Ways = {name: {source for source, targets in ways.items() if name in targets} for name in ways}
    for transition in transitions.values():
        for source in transition.sources if transition.to == BACK else ():
            ways[source] |= into[source] - {source}
    return ways


def _reach(ways: Mapping[str, set[str]], *starts: str) -> set[str]:
    found, waiting = set(starts), list(starts)
    while waiting:
        for target in ways[waiting.pop()] - found:
            found.add(target)
            waiting.append(target)
    return found


def _check_decide(cursor: WorkflowCursor, state: State, path: Path) -> None:
    if not state.decide:
        return
    place = (*path, "decide")
    others = [i for i, branch in enumerate(state.decide) if branch.when is None]
    if not others:
        message = f"the `decide` of `{state.id}` has no last line `- otherwise: STATE`"
        cursor.at(*place).error("no-otherwise", message)
    elif others[0] != len(state.decide) - 1:
        cursor.at(*place, others[0] + 1).error("after-otherwise", "no line can follow `otherwise`; put it last")
    lines = [(i, branch) for i, branch in enumerate(state.decide) if branch.when is not None]
    for index, (_, first) in enumerate(lines):
        for j, second in lines[index + 1 :]:
            if first.go != second.go and not _exclude_each_other(first.when, second.when):
                message = "this line and an earlier one can both hold; the earlier one then decides"
                cursor.at(*place, j).warn("decide-overlap", message)
                break


def _check_end(cursor: WorkflowCursor, state: State, path: Path) -> None:
    """Nothing leads out of a state that ends, of itself either."""
    if not state.ends:
        return
    given = [("decide", state.decide), ("approval", state.approval), ("signatures", state.signatures)]
    for key, value in given:
        if value:
            message = f"`{state.id}` ends, so `{key}` cannot lead out of it; leave `ends` out, or `{key}`"
            cursor.at(*path, key).error("out-of-end", message, at_key=True)
    for i, rule in enumerate(state.deadlines):
        if rule.then.go:
            message = f"`{state.id}` ends, so a deadline cannot lead out of it; leave `ends` out, or `go`"
            cursor.at(*path, "deadlines", i, "then", "go").error("out-of-end", message)


def _exclude_each_other(first: Condition | None, second: Condition | None) -> bool:
    """Whether two conditions surely never hold at once, as far as single comparisons of one fact tell."""
    return any(_contradict(one, other) for one in _needed(first) for other in _needed(second) if one.fact == other.fact)


def _needed(condition: Condition | None) -> list[Comparison]:
    if isinstance(condition, Comparison):
        return [condition]
    return [leaf for part in condition.parts for leaf in _needed(part)] if isinstance(condition, All) else []


def _contradict(one: Comparison, other: Comparison) -> bool:
    ops = {one.op, other.op}
    if ops <= {"is", "is one of"}:
        return not set(map(str, one.values)) & set(map(str, other.values))
    for a, b in ((one, other), (other, one)):
        if a.op == "is empty" and b.op not in ("is empty", "is not"):
            return True
        if a.op == "is not" and b.op == "is" and a.values == b.values:
            return True
        if (a.op, b.op) in (("has passed", "has not passed"),):
            return True
        if _below(a) and _above(b):
            return _apart(a, b)
    return False


def _below(one: Comparison) -> bool:
    return one.op in ("under", "at most")


def _above(one: Comparison) -> bool:
    return one.op in ("over", "at least")


def _apart(low: Comparison, high: Comparison) -> bool:
    a, b = (getattr(one.values[0], "amount", one.values[0]) for one in (low, high))
    try:
        return bool(a < b or (a == b and not (low.op == "at most" and high.op == "at least")))
    except TypeError:
        return False


def _check_loops(cursor: WorkflowCursor, states: Mapping[str, State], base: Path) -> bool:
    """Decisions that lead round and round without resting."""
    ways = {name: {branch.go for branch in state.decide} for name, state in states.items()}
    for name, state in states.items():
        if state.decide and name in _reach(ways, *ways[name]):
            message = f"the automatic steps from `{name}` come back to it without resting; let one line lead elsewhere"
            cursor.at(*base, "states", name, "decide").error("automatic-loop", message)
            return True
    return False


def _check_ended(
    cursor: WorkflowCursor, states: Mapping[str, State], transitions: Mapping[str, Transition], base: Path
) -> None:
    for transition in transitions.values():
        for source in transition.sources:
            if states[source].ends and states[source].reopen_within is None:
                message = f"`{source}` ends, so nothing leads out of it; give it `reopen_within: always` or a duration"
                cursor.at(*base, "transitions", transition.id, "from").error("out-of-end", message)
                break


def _check_back(cursor: WorkflowCursor, transitions: Mapping[str, Transition], starts_in: str, base: Path) -> None:
    for transition in transitions.values():
        if transition.to == BACK and set(transition.sources) == {starts_in}:
            message = f"`back` leads nowhere from `{starts_in}`, where everything starts; name a state"
            cursor.at(*base, "transitions", transition.id, "to").error("back-from-start", message)


def _check_ways_out(
    cursor: WorkflowCursor,
    states: Mapping[str, State],
    transitions: Mapping[str, Transition],
    ways: Ways,
    reached: set[str],
    base: Path,
) -> None:
    ends = [name for name, state in states.items() if state.ends]
    by_hand = {source for transition in transitions.values() for source in transition.sources}
    stuck = False
    for name, state in states.items():
        path = (*base, "states", name)
        if state.ends or name not in reached:
            continue
        if not ways[name]:
            stuck = True
            message = f"nothing leads out of `{name}`; give it a way out, or write `ends: true`"
            cursor.at(*path).error("no-way-out", message, at_key=True)
        elif name not in by_hand and _only_deadline(state) and state.category != "done":
            message = f"`{name}` is left by a deadline alone; give people a way out too"
            cursor.at(*path).warn("deadline-only", message, at_key=True)
    if stuck:
        return
    for name, state in states.items():
        if name in reached and not state.ends and not _reach(ways, name) & set(ends):
            message = f"no way from `{name}` leads to an end; let one state on the way say `ends: true`"
            cursor.at(*base, "states", name).error("no-end", message, at_key=True)
            return


def _only_deadline(state: State) -> bool:
    rounds = (state.approved, state.rejected, state.signed, state.declined)
    return not state.decide and not any(rounds) and any(rule.then.go for rule in state.deadlines)


def _check_withdraw(cursor: WorkflowCursor, workflow: Workflow) -> None:
    submitters = {role.id for role in workflow.roles.values() if role.source_kind == "submitter"}
    for transition in workflow.transitions.values():
        if (
            submitters & set(transition.who)
            and transition.to in workflow.states
            and workflow.states[transition.to].ends
        ):
            return
    message = "the one who asked cannot withdraw: no transition with the submitter in `who` leads to an end"
    cursor.at("transitions").warn("no-withdraw", message, at_key=True)
