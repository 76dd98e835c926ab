"""Check of the state graph (W13): reachability of states and ends, dead ends, automatic loops, `decide` lines.

Each state can be reached, each has a way out (no deadlock), an end is within reach (soundness of a workflow net);
automatic decisions come to rest, and no two of their lines hold at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from formengine.source import Path
from formengine.workflow.definition.conditions import AllOf, Comparison, Condition
from formengine.workflow.definition.model import BACK, ChildKind, DeadlineRule, State, Workflow
from formengine.workflow.parser.cursor import WorkflowCursor

Edges = dict[str, set[str]]
"""The states that each state leads to."""
_BELOW: Final = ("under", "at most")
_ABOVE: Final = ("over", "at least")


def check_graph(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """The graph of the dossier's states, and that of each declared kind of child."""
    GraphChecker(cursor, workflow, (), workflow.deadlines).check()
    for kind in workflow.children.values():
        if not kind.built_in:
            GraphChecker(cursor, kind, ("children", kind.id), ()).check()
    _check_withdraw(cursor, workflow)


def reachable(edges: Mapping[str, set[str]], *starts: str) -> set[str]:
    """The states that can be reached from some states, these included (breadth-first search)."""
    reached, waiting = set(starts), list(starts)
    while waiting:
        for target in edges[waiting.pop()] - reached:
            reached.add(target)
            waiting.append(target)
    return reached


class GraphChecker:
    """Checks the states and transitions of a workflow, or of a kind of child at the path `base`."""

    def __init__(
        self,
        cursor: WorkflowCursor,
        definition: Workflow | ChildKind,
        base: Path,
        deadlines: Iterable[DeadlineRule],
    ) -> None:
        self.cursor, self.base, self.deadlines = cursor, base, deadlines
        self.definition, self.states, self.transitions = definition, definition.states, definition.transitions
        self.starts_in = definition.starts_in

    def check(self) -> None:
        """Add the findings; wrong edges hide those of reachability, which they would cause."""
        before = len(self.cursor.findings)
        for state in self.states.values():
            self._check_decide(state)
            self._check_end(state)
        self._check_transitions()
        if any(finding.severity == "error" for finding in self.cursor.findings[before:]) or self._has_automatic_loop():
            return
        edges = self._edges()
        reached = reachable(edges, self.starts_in)
        for name in self.states:
            if name not in reached:
                message = f"nothing leads to `{name}`; give it a way in, or delete it"
                self._error("no-way-in", message, "states", name, at_key=True)
        self._check_ways_out(edges, reached)
        if isinstance(self.definition, Workflow):
            _check_new_versions(self.cursor, self.definition, edges)

    def _error(self, code: str, message: str, *path: str | int, at_key: bool = False) -> None:
        self.cursor.at(*self.base, *path).error(code, message, at_key=at_key)

    def _edges(self) -> Edges:
        edges: Edges = {name: set(state.exits()) for name, state in self.states.items()}
        moves = [(source, step.to) for step in self.transitions.values() for source in step.sources]
        for source, target in moves:
            if target != BACK:
                edges[source].add(target)
        for rule in self.deadlines:
            for name in edges if rule.then.go else ():
                if not self.states[name].ends and name not in rule.stops_in:
                    edges[name].add(rule.then.go or "")
        into: Edges = {name: {source for source, targets in edges.items() if name in targets} for name in edges}
        for source, target in moves:
            if target == BACK:
                edges[source] |= into[source] - {source}
        return edges

    def _check_decide(self, state: State) -> None:
        path: Path = ("states", state.id, "decide")
        defaults = [i for i, branch in enumerate(state.decide) if branch.when is None]
        if state.decide and not defaults:
            self._error("no-otherwise", f"the `decide` of `{state.id}` has no last line `- otherwise: STATE`", *path)
        elif state.decide and defaults[0] != len(state.decide) - 1:
            message = "no line can follow `otherwise`; put it last"
            self._error("after-otherwise", message, *path, defaults[0] + 1)
        lines = [(i, branch) for i, branch in enumerate(state.decide) if branch.when is not None]
        for index, (_, first) in enumerate(lines):
            for i, second in lines[index + 1 :]:
                if first.go != second.go and not _exclude_each_other(first.when, second.when):
                    message = "this line and an earlier one can both hold; the earlier one then decides"
                    self.cursor.at(*self.base, *path, i).warn("decide-overlap", message)
                    break

    def _check_end(self, state: State) -> None:
        """Nothing leads out of a state that ends."""
        path: Path = ("states", state.id)
        for key in ("decide", "approval", "signatures") if state.ends else ():
            if getattr(state, key):
                message = f"`{state.id}` ends, so `{key}` cannot lead out of it; leave `ends` out, or `{key}`"
                self._error("out-of-end", message, *path, key, at_key=True)
        for i, rule in enumerate(state.deadlines if state.ends else ()):
            if rule.then.go:
                message = f"`{state.id}` ends, so a deadline cannot lead out of it; leave `ends` out, or `go`"
                self._error("out-of-end", message, *path, "deadlines", i, "then", "go")

    def _check_transitions(self) -> None:
        """Transitions out of an end reopen it, and `back` has somewhere to lead."""
        for transition in self.transitions.values():
            path: Path = ("transitions", transition.id)
            closed = [source for source in transition.sources if self.states[source].ends]
            final = [source for source in closed if self.states[source].reopen_within is None]
            if final:
                message = (
                    f"`{final[0]}` ends, so nothing leads out of it; give it `reopen_within: always` or a duration"
                )
                self._error("out-of-end", message, *path, "from")
            if transition.to == BACK and set(transition.sources) == {self.starts_in}:
                message = f"`back` leads nowhere from `{self.starts_in}`, where everything starts; name a state"
                self._error("back-from-start", message, *path, "to")

    def _has_automatic_loop(self) -> bool:
        """Whether decisions lead to one another in a circle; the first such state is a finding."""
        edges = {name: {branch.go for branch in state.decide} for name, state in self.states.items()}
        for name in self.states:
            if name in reachable(edges, *edges[name]):
                message = (
                    f"the automatic steps from `{name}` come back to it without resting; let one line lead elsewhere"
                )
                self._error("automatic-loop", message, "states", name, "decide")
                return True
        return False

    def _check_ways_out(self, edges: Edges, reached: set[str]) -> None:
        open_states = [state for state in self.states.values() if state.id in reached and not state.ends]
        by_hand = {source for transition in self.transitions.values() for source in transition.sources}
        for state in open_states:
            if not edges[state.id]:
                message = f"nothing leads out of `{state.id}`; give it a way out, or write `ends: true`"
                self._error("no-way-out", message, "states", state.id, at_key=True)
            elif state.id not in by_hand and _only_deadline_leads_out(state) and state.category != "done":
                message = f"`{state.id}` is left by a deadline alone; give people a way out too"
                self.cursor.at(*self.base, "states", state.id).warn("deadline-only", message, at_key=True)
        ends = {name for name, state in self.states.items() if state.ends}
        lost = [state.id for state in open_states if not reachable(edges, state.id) & ends]
        if lost and all(edges[state.id] for state in open_states):
            message = f"no way from `{lost[0]}` leads to an end; let one state on the way say `ends: true`"
            self._error("no-end", message, "states", lost[0], at_key=True)


def _check_new_versions(cursor: WorkflowCursor, workflow: Workflow, edges: Edges) -> None:
    """From where an approved document is signed, or on the way there, a new version can be approved again (S2, W8)."""
    for document in dict.fromkeys(rule.document for rule in workflow.signatures.values() if rule.document):
        approving = _approving_states(workflow, document)
        rules = {rule.id for rule in workflow.signatures.values() if rule.document == document}
        signing = {state.id for state in workflow.states.values() if state.signatures in rules}
        stuck = [
            state.id
            for state in workflow.states.values()
            if state.changed is None and _leads_only_to(reachable(edges, state.id), signing, approving)
        ]
        if approving and stuck:
            message = (
                f"from {_listed(stuck)} no way leads back to the approval of `{document}`, which a new version "
                f"needs; write `changed: {sorted(approving)[0]}` there, the state to which a new version leads"
            )
            cursor.at("states", stuck[0]).warn("no-changed", message, at_key=True)


def _leads_only_to(ahead: set[str], signing: set[str], approving: set[str]) -> bool:
    return bool(ahead & signing) and not ahead & approving


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _approving_states(workflow: Workflow, document: str) -> set[str]:
    """The states in which a document is put to approval."""
    rules = {rule.id for rule in workflow.approvals.values() if rule.document == document}
    asking = {
        source for step in workflow.transitions.values() if step.approval_first in rules for source in step.sources
    }
    return {state.id for state in workflow.states.values() if state.approval in rules} | asking


def _only_deadline_leads_out(state: State) -> bool:
    rounds = (state.approved, state.rejected, state.signed, state.declined)
    return not state.decide and not any(rounds) and any(rule.then.go for rule in state.deadlines)


def _exclude_each_other(first: Condition | None, second: Condition | None) -> bool:
    """Whether two conditions surely never hold at once, as far as comparisons of the same fact tell."""
    pairs = ((a, b) for a in _required(first) for b in _required(second) if a.fact == b.fact)
    return any(_contradict(a, b) or _contradict(b, a) for a, b in pairs)


def _required(condition: Condition | None) -> list[Comparison]:
    """The comparisons that must hold when the condition holds."""
    if isinstance(condition, Comparison):
        return [condition]
    return [leaf for part in condition.parts for leaf in _required(part)] if isinstance(condition, AllOf) else []


def _contradict(a: Comparison, b: Comparison) -> bool:
    """Whether two comparisons of a fact never hold together; some pairs are only detected in one order."""
    if {a.op, b.op} <= {"is", "is one of"}:
        return not set(map(str, a.values)) & set(map(str, b.values))
    if a.op == "is empty":
        return b.op not in ("is empty", "is not")
    if a.op == "is not" and b.op == "is":
        return a.values == b.values
    if a.op in _BELOW and b.op in _ABOVE:
        return _apart(a, b)
    return (a.op, b.op) == ("has passed", "has not passed")


def _apart(low: Comparison, high: Comparison) -> bool:
    """Whether no value is below the bound of `low` and above that of `high`."""
    below, above = (getattr(leaf.values[0], "amount", leaf.values[0]) for leaf in (low, high))
    try:
        return bool(below < above or (below == above and not (low.op == "at most" and high.op == "at least")))
    except TypeError:
        return False


def _check_withdraw(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """The submitter can end the dossier."""
    submitters = {role.id for role in workflow.roles.values() if role.source_kind == "submitter"}
    ends = {name for name, state in workflow.states.items() if state.ends}
    if not any(step.to in ends and submitters & set(step.who) for step in workflow.transitions.values()):
        message = "the one who asked cannot withdraw: no transition with the submitter in `who` leads to an end"
        cursor.at("transitions").warn("no-withdraw", message, at_key=True)
