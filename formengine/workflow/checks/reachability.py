"""Check of the state graph (W13): reachability of states and ends, dead ends, automatic loops, `decide` lines.

The property is soundness, as of workflow nets (van der Aalst, 1998): each state is reachable, and an end is reachable
from each. Besides, automatic moves end, and the conditions of two `decide` lines of a state exclude each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from formengine.conditions.parser import DATE_WORDS, AllOf, Comparison, Condition, is_operand
from formengine.source import Path, has_errors
from formengine.workflow.checks.automatic_loops import find_loop
from formengine.workflow.checks.awaited_documents import check_awaited_documents, check_held_drafts
from formengine.workflow.definition.model import BACK, ChildKind, DeadlineRule, State, Transition, Workflow
from formengine.workflow.engine.execution import stored_text
from formengine.workflow.parser.cursor import WorkflowCursor

Edges = dict[str, set[str]]
"""The states that each state leads to."""
_BELOW: Final = ("under", "at most")
_ABOVE: Final = ("over", "at least")


def check_graph(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """Findings for the states of the dossier, and for those of each declared kind of child."""
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
        if has_errors(self.cursor.findings[before:]) or self._has_automatic_loop():
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
            check_awaited_documents(self.cursor, self.definition, edges)
            check_held_drafts(self.cursor, self.definition)

    def _error(self, code: str, message: str, *path: str | int, at_key: bool = False) -> None:
        self.cursor.at(*self.base, *path).error(code, message, at_key=at_key)

    def _edges(self) -> Edges:
        edges: Edges = {name: set(state.exits()) for name, state in self.states.items()}
        moves = [(source, step.to) for step in self._moving() for source in step.sources]
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

    def _moving(self) -> list[Transition]:
        """The transitions that leave a state."""
        return [step for step in self.transitions.values() if not step.stays]

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
        """Findings for rounds, deadlines, `decide` and `when_true` that would lead out of a state with `ends`."""
        path: Path = ("states", state.id)
        for key in ("decide", "when_true", "approval", "signatures", "acknowledgement") if state.ends else ():
            if getattr(state, key):
                message = f"`{state.id}` ends, so `{key}` cannot lead out of it; leave `ends` out, or `{key}`"
                self._error("out-of-end", message, *path, key, at_key=True)
        for i, rule in enumerate(state.deadlines if state.ends else ()):
            if rule.then.go:
                message = f"`{state.id}` ends, so a deadline cannot lead out of it; leave `ends` out, or `go`"
                self._error("out-of-end", message, *path, "deadlines", i, "then", "go")

    def _check_transitions(self) -> None:
        """Findings for transitions out of an end without `reopen_within`, and for `back` from the first state."""
        for transition in self.transitions.values():
            path: Path = ("transitions", transition.id)
            closed = [source for source in transition.sources if self.states[source].ends]
            final = [source for source in closed if self.states[source].reopen_within is None]
            if final:
                message = (
                    f"`{final[0]}` ends, so nothing leads out of it; give it `reopen_within: always` or a duration"
                )
                self._error("out-of-end", message, *path, "from")
            if transition.to == BACK and set(transition.sources) == {self.starts_in} and not transition.answers_only:
                message = f"`back` leads nowhere from `{self.starts_in}`, where everything starts; name a state"
                self._error("back-from-start", message, *path, "to")
            self._check_restart(transition, path)

    def _check_restart(self, transition: Transition, path: Path) -> None:
        """A warning for a step from a state to itself, which restarts its deadlines and rounds; `to: same` does not."""
        state = self.states.get(transition.to)
        if state is None or state.id not in transition.sources:
            return
        clocks = [f"the deadline “{stored_text(rule.name)}”" for rule in state.deadlines if rule.within is not None]
        clocks += [f"the round `{rule}`" for rule in state.rounds]
        if clocks:
            message = (
                f"from `{state.id}` to `{state.id}` leaves the state and enters it again, which starts "
                f"{' and '.join(clocks)} anew; write `to: same` for a step that leaves nothing"
            )
            self.cursor.at(*self.base, *path, "to").warn("restarts", message)

    def _has_automatic_loop(self) -> bool:
        """Whether automatic moves form a loop; a finding for its first state."""
        edges = {name: {branch.go for branch in state.decide} for name, state in self.states.items()}
        for name in self.states:
            if name in reachable(edges, *edges[name]):
                message = (
                    f"the automatic steps from `{name}` come back to it without resting; let one line lead elsewhere"
                )
                self._error("automatic-loop", message, "states", name, "decide")
                return True
        rules = self.definition.acknowledgements.values() if isinstance(self.definition, Workflow) else ()
        carried = [rule.id for rule in rules if rule.documents]
        loop = find_loop(self.states, _exclude_each_other, carried)
        if loop is not None and self.states[loop[0]].acknowledgement in carried:
            message = (
                f"once everybody has acknowledged, `{loop[0]}` leads on by itself and comes back to itself "
                f"({', '.join(loop)}); let `acknowledged` lead to a state from which people lead on"
            )
            self._error("automatic-loop", message, "states", loop[0], "acknowledged")
        elif loop is not None:
            message = (
                f"the automatic steps from `{loop[0]}` come back to it without resting ({', '.join(loop)}); "
                "let their conditions exclude each other"
            )
            self._error("automatic-loop", message, "states", loop[0], "when_true")
        return loop is not None

    def _check_ways_out(self, edges: Edges, reached: set[str]) -> None:
        open_states = [state for state in self.states.values() if state.id in reached and not state.ends]
        by_hand = {source for transition in self._moving() for source in transition.sources}
        for state in open_states:
            if not edges[state.id]:
                message = f"nothing leads out of `{state.id}`; give it a way out, or write `ends: true`"
                self._error("no-way-out", message, "states", state.id, at_key=True)
            elif state.id not in by_hand and _only_deadline_leads_out(state) and state.category != "done":
                cause = "its conditions (`when_true`)" if state.when_true else "a deadline"
                message = f"`{state.id}` is left by {cause} alone; give people a way out too"
                self.cursor.at(*self.base, "states", state.id).warn("deadline-only", message, at_key=True)
        ends = {name for name, state in self.states.items() if state.ends}
        lost = [state.id for state in open_states if not reachable(edges, state.id) & ends]
        if lost and all(edges[state.id] for state in open_states):
            message = f"no way from `{lost[0]}` leads to an end; let one state on the way say `ends: true`"
            self._error("no-end", message, "states", lost[0], at_key=True)


def _check_new_versions(cursor: WorkflowCursor, workflow: Workflow, edges: Edges) -> None:
    """Findings where a new version of an approved document could no longer be approved before it is signed (S2, W8)."""
    for document in dict.fromkeys(name for rule in workflow.signatures.values() for name in rule.documents):
        approving = _approving_states(workflow, document)
        rules = {rule.id for rule in workflow.signatures.values() if document in rule.documents}
        signing = {state.id for state in workflow.states.values() if state.signatures in rules}
        voided = any(rule.start_again for rule in workflow.approvals.values() if document in rule.documents)
        for state in workflow.states.values():
            if voided and state.changed and _leads_only_to(reachable(edges, state.changed), signing, approving):
                _find_unapproved_signing(cursor, state, document, approving)
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


def _find_unapproved_signing(cursor: WorkflowCursor, state: State, document: str, approving: set[str]) -> None:
    if not approving:
        return
    message = (
        f"a new version of `{document}` leads to `{state.changed}`, from where it is signed without a new approval: "
        f"the signatures would be refused; write `changed: {sorted(approving)[0]}`"
    )
    cursor.at("states", state.id, "changed").error("changed-unapproved", message)


def _leads_only_to(ahead: set[str], signing: set[str], approving: set[str]) -> bool:
    return bool(ahead & signing) and not ahead & approving


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _approving_states(workflow: Workflow, document: str) -> set[str]:
    """The states in which a document is put to approval."""
    rules = {rule.id for rule in workflow.approvals.values() if document in rule.documents}
    asking = {
        source for step in workflow.transitions.values() if step.approval_first in rules for source in step.sources
    }
    return {state.id for state in workflow.states.values() if state.approval in rules} | asking


def _only_deadline_leads_out(state: State) -> bool:
    rounds = (state.approved, state.rejected, state.signed, state.declined)
    by_itself = bool(state.when_true) or any(rule.then.go for rule in state.deadlines)
    return not state.decide and not any(rounds) and by_itself


def _exclude_each_other(first: Condition | None, second: Condition | None) -> bool:
    """Whether two conditions surely never hold at once, as far as comparisons of the same fact tell."""
    pairs = ((a, b) for a in _required(first) for b in _required(second) if a.fact == b.fact)
    return any(_contradict(a, b) or _contradict(b, a) for a, b in pairs)


def _required(condition: Condition | None) -> list[Comparison]:
    """The comparisons that must hold when the condition holds."""
    if isinstance(condition, Comparison):
        return [] if condition.quantifier == "any" else [condition]  # another row may hold
    return [leaf for part in condition.parts for leaf in _required(part)] if isinstance(condition, AllOf) else []


def _contradict(a: Comparison, b: Comparison) -> bool:
    """Whether two comparisons of a fact never hold together; some pairs are only detected in one order."""
    if any(is_operand(value) for value in (*a.values, *b.values)) and a.values != b.values:
        return False
    if {a.op, b.op} <= {"is", "is one of"}:
        return not set(map(str, a.values)) & set(map(str, b.values))
    if a.op == "is empty":
        return b.op not in ("is empty", "is not")
    if a.op == "is not" and b.op == "is":
        return a.values == b.values
    if _size(a) in _BELOW and _size(b) in _ABOVE:
        return _apart(a, b)
    return (a.op, b.op) in (("has passed", "has not passed"), ("is there", "is not there"))


def _size(comparison: Comparison) -> str:
    """The operator of a comparison, with `before`, `after` ... as the orders of numbers that they stand for."""
    return DATE_WORDS.get(comparison.op, comparison.op)


def _apart(low: Comparison, high: Comparison) -> bool:
    """Whether no value is below the bound of `low` and above that of `high`."""
    below, above = (getattr(leaf.values[0], "amount", leaf.values[0]) for leaf in (low, high))
    may_be_equal = (_size(low), _size(high)) == ("at most", "at least")
    try:
        return bool((below == above and not may_be_equal) or (below != above and below < above))
    except TypeError:
        return False


def _check_withdraw(cursor: WorkflowCursor, workflow: Workflow) -> None:
    """A finding where no step lets the submitter end (withdraw) the dossier."""
    submitters = {role.id for role in workflow.roles.values() if role.source_kind == "submitter"}
    ends = {name for name, state in workflow.states.items() if state.ends}
    if not any(step.to in ends and submitters & set(step.who) for step in workflow.transitions.values()):
        message = "the one who asked cannot withdraw: no transition with the submitter in `who` leads to an end"
        cursor.at("transitions").warn("no-withdraw", message, at_key=True)
