"""The line of progress of a dossier in the reader's words: where it has been, where it is, what is expected to follow.

What follows is a guess that authors steer: the first way, in the order in which they are written, that leads to an end
with a result. A detour (a state that leads straight back) is expected last; a misfortune (rejected, declined, late) and
giving up are not expected at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from formengine.conditions.parser import Condition
from formengine.workflow.definition.model import BACK, SAME, State, Workflow
from formengine.workflow.diagram.graph import state_title

Holds = Callable[[Condition | None], bool | None]
"""Whether a condition holds on the dossier as it is; None where that is undecided."""
Status = Literal["done", "here", "next"]
_EXPECTED_OUTCOMES = ("approved", "signed", "acknowledged")


@dataclass(frozen=True)
class ProgressStep:
    """A state on the line by its title."""

    title: str
    status: Status


def progress_line(
    workflow: Workflow, state: str, left_states: Iterable[str], language: str, *, client: bool, holds: Holds
) -> list[ProgressStep]:
    """The line of a dossier in `state`; `left_states` are those that it has left, in order.

    A dossier that came back to a state has left out, on the line, what lies between: the line tells how far it is.
    """

    def title(id: str) -> str:
        return state_title(workflow.states[id], language, client=client)

    trail = [id for id in left_states if id in workflow.states]
    here, done = title(state), list[str]()
    for left in (title(id) for id in trail):
        done = done[: done.index(left)] if left in done else done
        done.append(left)
    done = done[: done.index(here)] if here in done else done
    back = next((left for left in reversed(trail) if left != state), None)
    ahead = [title(id) for id in _expected_path(workflow, state, holds, back)]
    following = [text for text in dict.fromkeys(ahead) if text != here and text not in done]
    return [
        *(ProgressStep(text, "done") for text in done),
        ProgressStep(here, "here"),
        *(ProgressStep(text, "next") for text in following),
    ]


def _expected_path(workflow: Workflow, start: str, holds: Holds, back: str | None) -> list[str]:
    """The states after `start` up to the next result; [] where none is expected. `back` is where `to: back` leads."""
    if _is_result(workflow.states[start]) or workflow.states[start].ends:
        return []
    seen = {start}
    leading_back = [back] if back and any(step.to == BACK for step in workflow.leaving(start)) else []
    stack = [(start, chain(_expected_exits(workflow, start, holds), leading_back))]
    while stack:
        _state, exits = stack[-1]
        target = next((target for target in exits if target not in seen), None)
        if target is None:
            stack.pop()
            continue
        seen.add(target)
        stack.append((target, chain(_expected_exits(workflow, target, holds))))
        if _is_result(workflow.states[target]):
            return [id for id, _exits in stack[1:] if not workflow.states[id].decide]
    return []


def _is_result(state: State) -> bool:
    return state.category == "done"


def _expected_exits(workflow: Workflow, id: str, holds: Holds) -> Iterator[str]:
    """The states that are expected next: what holds now comes first, and a detour, which leads straight back, last."""

    def rank(way: tuple[str, Condition | None]) -> tuple[bool, bool]:
        is_detour = any(to == id for to, _when in _ways(workflow, way[0]))
        return holds(way[1]) is False, is_detour and not _is_result(workflow.states[way[0]])

    return iter([to for to, _when in sorted(_ways(workflow, id), key=rank)])


def _ways(workflow: Workflow, id: str) -> list[tuple[str, Condition | None]]:
    """The ways out of a state that may be expected, each with its condition: outcomes of rounds, decisions, steps."""
    state, outcomes = workflow.states[id], workflow.states[id].outcomes()
    ways: list[tuple[str, Condition | None]] = [
        (outcomes[outcome], None) for outcome in _EXPECTED_OUTCOMES if outcome in outcomes
    ]
    ways += [(branch.go, branch.when) for branch in (*state.decide, *state.when_true)]
    ways += [
        (transition.to, transition.when)
        for transition in workflow.leaving(id)
        if transition.to not in (BACK, SAME) and not (transition.confirm or transition.answers_only)
    ]
    return [(to, when) for to, when in ways if workflow.states[to].category != "cancelled"]
