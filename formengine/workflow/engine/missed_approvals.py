"""Approvals that a dossier has gone past at a `decide`, and that the answers, corrected since, would ask for (W7, W8).

Which branch was taken, and when, is kept with the dossier. It is judged again by the answers alone: what time,
children, votes, documents or plugins would decide otherwise by now takes nobody back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from formengine.conditions.operands import DocumentPresence, SeatCount
from formengine.conditions.parser import Comparison, Condition, comparisons
from formengine.workflow.definition.model import RoundRule, State
from formengine.workflow.engine.execution import Execution


def note_branch(execution: Execution, state: State, go: str) -> None:
    """Keep that the dossier has left a `decide` for the state `go`."""
    execution.case.branches_taken[state.id] = {"go": go, "at": execution.now.isoformat()}


def missed_approvals(execution: Execution, rule: RoundRule) -> list[str]:
    """The reasons against signatures on documents for which the branches that the present answers take at the dossier's
    decisions ask for approvals that were never given: one for each approval; [] for any other round.
    """
    if rule.kind != "signature" or not execution.case.branches_taken:
        return []
    given = {round_.rule for round_ in execution.case.rounds if round_.status == "approved"}
    missed = {
        state.approval: state
        for state in _states_missed(execution)
        if state.approval is not None
        and state.approval not in given
        and not set(rule.documents).isdisjoint(execution.workflow.approvals[state.approval].documents)
    }
    sentence = (
        "The answers have changed: by what they say now, “{round}” has to be given before anybody signs. Go back to"
        " “{state}”, or correct the answers."
    )
    return [
        execution.say(
            sentence,
            round=execution.pick(execution.workflow.approvals[approval].title),
            state=execution.pick(state.title),
        )
        for approval, state in missed.items()
    ]


def _states_missed(execution: Execution) -> Iterator[State]:
    """The states on the branches that the present answers take, and that the dossier did not."""
    states = execution.workflow.states
    for decision, taken in execution.case.branches_taken.items():
        context = replace(execution.context, now=datetime.fromisoformat(taken["at"]))
        then = Execution(execution.workflow, execution.case, context, execution.actor)
        go = _branch_now(then, states[decision]) if decision in states else None
        if go is not None and go != taken["go"]:
            yield from _states_from(then, go)


def _states_from(execution: Execution, name: str | None) -> Iterator[State]:
    """The states that follow one another without anybody's step, each approval being given."""
    seen: set[str] = set()
    while name is not None and name not in seen:
        seen.add(name)
        state = execution.workflow.states[name]
        yield state
        name = _branch_now(execution, state) if state.decide else state.approved


def _branch_now(execution: Execution, state: State) -> str | None:
    """The branch that the present answers take; None where something else decides too."""
    for branch in state.decide:
        if not _reads_answers_alone(execution, branch.when):
            return None
        if execution.holds(branch.when):
            return branch.go
    return None


def _reads_answers_alone(execution: Execution, condition: Condition | None) -> bool:
    counts = {f"{word}_{kind}" for kind in execution.workflow.children for word in ("open", "all")}
    return all(
        isinstance(leaf, Comparison)
        and not leaf.of_plugin
        and counts.isdisjoint(leaf.facts)
        and not any(isinstance(value, SeatCount | DocumentPresence) for value in (leaf.subject, *leaf.values))
        for leaf in comparisons(condition)
    )
