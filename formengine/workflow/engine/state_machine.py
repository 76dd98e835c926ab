"""A workflow compiled once to flat, shared state machines: the only module that knows `transitions`.

One machine for the dossier, one for each kind of child. They hold no model and no callbacks: who may move and why not
is decided before (`moving`), so that an author's text never reaches the library, which would look it up and import it.
A machine is safe to share between threads because firing an event touches the subject alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

from transitions import Event, Machine, MachineError

from formengine.workflow.definition.model import DeadlineRule, State, Transition, Workflow

BACK: Final = "back"


class _Move(Event):
    """An event whose transitions ask nothing and call nothing back: it looks up where it leads, and that is all.

    The library walks through seven lists of callbacks at each firing; ours are empty by construction.
    """

    def trigger(self, model: Any, *args: Any, **kwargs: Any) -> bool:
        moves = self.transitions.get(model.state)
        if moves is None:
            raise MachineError(f"the event {self.name!r} does not leave the state {model.state!r}")
        model.state = moves[0].dest
        return True


class _Machine(Machine):
    event_cls = _Move


@dataclass(frozen=True)
class Compiled:
    """A machine, and what is looked up at every step: transitions by the state they leave, deadlines by id."""

    machine: Any
    leaving: Mapping[str, tuple[Transition, ...]]
    deadlines: Mapping[str, DeadlineRule]


@dataclass(frozen=True)
class CompiledWorkflow:
    dossier: Compiled
    children: Mapping[str, Compiled]
    deadlines: Mapping[str, DeadlineRule]
    """Every deadline by id: of states, of the dossier as a whole, of children."""


_compiled: WeakKeyDictionary[Workflow, CompiledWorkflow] = WeakKeyDictionary()
_lock = Lock()


def compiled(workflow: Workflow) -> CompiledWorkflow:
    """What a workflow was compiled to, made at its first use."""
    found = _compiled.get(workflow)
    if found is None:
        with _lock:
            found = _compiled.get(workflow)
            if found is None:
                found = _compiled[workflow] = _compile(workflow)
    return found


def _compile(workflow: Workflow) -> CompiledWorkflow:
    dossier = _one(workflow.states, workflow.transitions, workflow.starts_in, workflow.deadlines)
    children = {kind.id: _one(kind.states, kind.transitions, kind.starts_in, ()) for kind in workflow.children.values()}
    rules = {key: rule for part in (dossier, *children.values()) for key, rule in part.deadlines.items()}
    return CompiledWorkflow(dossier, children, rules)


def _one(
    states: Mapping[str, State],
    transitions: Mapping[str, Transition],
    starts_in: str,
    deadlines: Iterable[DeadlineRule],
) -> Compiled:
    machine = _Machine(model=None, states=list(states), initial=starts_in, auto_transitions=False, send_event=True)
    leaving: dict[str, list[Transition]] = {state: [] for state in states}
    goes: set[str] = {rule.then.go for rule in deadlines if rule.then.go}
    for transition in transitions.values():
        for source in transition.sources:
            leaving[source].append(transition)
            _add(machine, transition, source, states)
    for state in states.values():
        for exit_ in {*state.exits(), *(() if state.ends else goes)}:
            machine.add_transition(automatic(exit_), state.id, exit_)
    rules = [rule for state in states.values() for rule in state.deadlines]
    return Compiled(machine, {s: tuple(ts) for s, ts in leaving.items()}, {r.id: r for r in (*rules, *deadlines)})


def _add(machine: Any, transition: Transition, source: str, states: Iterable[str]) -> None:
    if transition.to != BACK:
        machine.add_transition(transition.id, source, transition.to)
        return
    for state in states:
        if state != source:
            machine.add_transition(f"{transition.id} {state}", source, state)


def automatic(state: str) -> str:
    """The event by which the engine itself moves to a state; no author's id has a space."""
    return f"to {state}"


def fire(part: Compiled, transition: Transition, subject: Any, to: str) -> None:
    """Move a subject (anything with a `state`) along a transition; `to` is where `back` leads."""
    event = f"{transition.id} {to}" if transition.to == BACK else transition.id
    part.machine.events[event].trigger(subject)


def fire_automatic(part: Compiled, subject: Any, to: str) -> None:
    part.machine.events[automatic(to)].trigger(subject)
