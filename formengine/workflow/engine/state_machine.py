"""Workflows compiled to flat state machines of the library `transitions`, the only module that imports it.

One machine for the dossier, one for each kind of child. They have no model and no callbacks: guards are evaluated
before an event fires, so that no text of an author reaches the library (which would resolve it as a dotted path). A
machine is shared between threads, because firing an event changes only the case or child.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from transitions import Event, Machine, MachineError

from formengine.conditions.parser import reads_time
from formengine.workflow.definition.model import BACK, Branch, ChildKind, DeadlineRule, Transition, Workflow


class _Move(Event):
    """An event without conditions and callbacks, which only looks up its target state.

    The library iterates over seven lists of callbacks per event; ours are always empty.
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
class CompiledMachine:
    """A machine, with its transitions by source state and its deadline rules by id.

    `tests` are the lines of `when_true` by state; `timed` are the states in which one of them may become true by time.
    """

    machine: Any
    leaving: Mapping[str, tuple[Transition, ...]]
    deadlines: Mapping[str, DeadlineRule]
    tests: Mapping[str, tuple[Branch, ...]]
    timed: frozenset[str]


@dataclass(frozen=True)
class CompiledWorkflow:
    dossier: CompiledMachine
    children: Mapping[str, CompiledMachine]
    deadlines: Mapping[str, DeadlineRule]
    """Every deadline rule by id: of states, of the whole dossier, of children."""

    @property
    def has_tests(self) -> bool:
        """Whether a state, of the dossier or of a child, moves on by itself when a condition holds."""
        return any(machine.tests for machine in (self.dossier, *self.children.values()))


_compiled: WeakKeyDictionary[Workflow, CompiledWorkflow] = WeakKeyDictionary()
_lock = Lock()


def compiled(workflow: Workflow) -> CompiledWorkflow:
    """The compiled form of a workflow, made at its first use and cached."""
    result = _compiled.get(workflow)
    if result is None:
        with _lock:
            result = _compiled.get(workflow)
            if result is None:
                result = _compiled[workflow] = _compile(workflow)
    return result


def _compile(workflow: Workflow) -> CompiledWorkflow:
    dossier = _compile_machine(workflow, workflow.deadlines)
    children = {kind.id: _compile_machine(kind, ()) for kind in workflow.children.values()}
    rules = {key: rule for part in (dossier, *children.values()) for key, rule in part.deadlines.items()}
    return CompiledWorkflow(dossier, children, rules)


def _compile_machine(definition: Workflow | ChildKind, deadlines: Sequence[DeadlineRule]) -> CompiledMachine:
    states, starts_in = definition.states, definition.starts_in
    machine = _Machine(model=None, states=list(states), initial=starts_in, auto_transitions=False, send_event=True)
    leaving: dict[str, list[Transition]] = {state: [] for state in states}
    goes: set[str] = {rule.then.go for rule in deadlines if rule.then.go}
    for transition in definition.transitions.values():
        for source in transition.sources:
            leaving[source].append(transition)
            if not transition.stays:
                _add(machine, transition, source, states)
    for state in states.values():
        for exit_ in {*state.exits(), *(() if state.ends else goes)}:
            machine.add_transition(automatic(exit_), state.id, exit_)
    rules = [rule for state in states.values() for rule in state.deadlines]
    tests = {state.id: state.when_true for state in states.values() if state.when_true}
    return CompiledMachine(
        machine,
        {s: tuple(ts) for s, ts in leaving.items()},
        {r.id: r for r in (*rules, *deadlines)},
        tests,
        frozenset(name for name, lines in tests.items() if any(reads_time(line.when) for line in lines)),
    )


def _add(machine: Any, transition: Transition, source: str, states: Iterable[str]) -> None:
    if transition.to != BACK:
        machine.add_transition(transition.id, source, transition.to)
        return
    for state in states:
        if state != source:
            machine.add_transition(f"{transition.id} {state}", source, state)


def automatic(state: str) -> str:
    """The event by which the engine itself moves to a state; no id of an author has a space."""
    return f"to {state}"


def fire(machine: CompiledMachine, subject: Any, to: str, transition: Transition | None) -> None:
    """Move a case or a child to a state along a transition, or automatically (None). Raises MachineError for a move
    that the workflow does not declare."""
    event = automatic(to) if transition is None else transition.id
    if transition is not None and transition.to == BACK:
        event = f"{transition.id} {to}"
    machine.machine.events[event].trigger(subject)
