"""Detects endless automatic moves: lines of `decide` and `when_true`, and acknowledgements that are given already,
which lead to one another in a loop (W6, W19, W21).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from formengine.conditions.parser import Condition
from formengine.workflow.definition.model import State

Excludes = Callable[[Condition | None, Condition | None], bool]
"""Whether two conditions surely never hold at once."""
MAX_VISITS: Final = 20_000
"""How many ways are tried; more than any workflow that people write has."""


@dataclass(frozen=True)
class _Move:
    """An automatic move: the condition that must hold, and those of earlier lines, which must not."""

    to: str
    when: Condition | None
    unless: tuple[Condition, ...]


def find_loop(states: Mapping[str, State], excludes: Excludes, carried: Collection[str] = ()) -> list[str] | None:
    """The states of a loop through at least one `when_true`, or one acknowledgement that is `carried`, whose conditions
    may all hold at once; None without one.

    Nothing changes a fact on the way, so a loop in which two conditions exclude each other is none. Of acknowledgements
    that are `carried` a new round counts who has acknowledged the same version before: it ends as it opens.
    """
    moves = {name: list(_moves(state, carried)) for name, state in states.items()}
    search = _Search(moves, excludes)
    for name, state in states.items():
        if (state.when_true or _is_carried(state, carried)) and (
            loop := search.from_state(name, [name], (), ())
        ) is not None:
            return loop
    return None


def _is_carried(state: State, carried: Collection[str]) -> bool:
    return state.acknowledgement in carried and state.acknowledged is not None and not state.decide


def _moves(state: State, carried: Collection[str]) -> Iterator[_Move]:
    earlier: list[Condition] = []
    if _is_carried(state, carried):
        yield _Move(state.acknowledged or "", None, ())
    for branch in (*state.decide, *state.when_true):
        yield _Move(branch.go, branch.when, tuple(earlier))
        if branch.when is not None:
            earlier.append(branch.when)


class _Search:
    """Depth-first search for a path of automatic moves back to its first state."""

    def __init__(self, moves: Mapping[str, list[_Move]], excludes: Excludes) -> None:
        self.moves, self.excludes, self.visits = moves, excludes, 0

    def from_state(
        self, name: str, way: list[str], held: tuple[Condition, ...], failed: tuple[Condition, ...]
    ) -> list[str] | None:
        self.visits += 1
        for move in self.moves.get(name, ()) if self.visits <= MAX_VISITS else ():
            if not self._is_possible(move, held, failed):
                continue
            if move.to == way[0]:
                return [*way, move.to]
            if move.to not in way:
                more = held if move.when is None else (*held, move.when)
                loop = self.from_state(move.to, [*way, move.to], more, (*failed, *move.unless))
                if loop is not None:
                    return loop
        return None

    def _is_possible(self, move: _Move, held: tuple[Condition, ...], failed: tuple[Condition, ...]) -> bool:
        if move.when in failed or any(condition in held for condition in move.unless):
            return False
        return not any(self.excludes(move.when, condition) for condition in held)
