"""What a workflow is compiled to: agrees with `transitions` used as documented, and is safe to share (W11)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from threading import Barrier
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from transitions import Machine, MachineError

from formengine.errors import Refused
from formengine.workflow import Simulation
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.state_machine import compiled
from tests.support.thorough import examples
from tests.workflow.builders import NOW, simulate
from tests.workflow.engine.test_api import workflow_of
from tests.workflow.engine.test_rounds import approving
from tests.workflow.workflow_plans import PEOPLE, TEAMS, Plan, StatePlan, TransitionPlan

NAMES = ("a", "b", "c", "d")


@st.composite
def flat(draw: st.DrawFn) -> Plan:
    """States that rest, and transitions with conditions on one fact: what the library knows by itself."""
    transition = st.builds(
        TransitionPlan,
        id=st.just(""),
        sources=st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True).map(tuple),
        to=st.sampled_from((*NAMES, "end")),
        who=st.lists(st.sampled_from(("requester", "finance", "chief")), min_size=1, max_size=2, unique=True).map(
            tuple
        ),
        over=st.one_of(st.none(), st.integers(0, 9)),
    )
    found = draw(st.lists(transition, min_size=1, max_size=8))
    named = tuple(TransitionPlan(f"t{i}", o.sources, o.to, o.who, o.over) for i, o in enumerate(found))
    return Plan((*(StatePlan(name) for name in NAMES), StatePlan("end", ends=True)), named)


class Documented:
    """A dossier as the library's own documentation would have it: a model with a machine of its own."""

    def __init__(self, plan: Plan, amount: int) -> None:
        self.state = ""
        self.amount = amount
        self.machine = Machine(
            self, [state.id for state in plan.states], initial="a", auto_transitions=False, send_event=True
        )
        for transition in plan.transitions:
            self.machine.add_transition(
                transition.id,
                list(transition.sources),
                transition.to,
                conditions=[self._who(transition), self._when(transition)],
            )

    def _who(self, transition: TransitionPlan) -> Callable[[Any], bool]:
        people = [person for role in transition.who for person in TEAMS[role]]
        return lambda event: event.kwargs["by"] in people

    def _when(self, transition: TransitionPlan) -> Callable[[Any], bool]:
        return lambda event: transition.over is None or self.amount > transition.over

    def attempt(self, event: str, by: str) -> bool:
        try:
            return bool(self.trigger(event, by=by))  # type: ignore[attr-defined]  # the library gives it
        except MachineError:
            return False


@settings(max_examples=examples(25, 60), deadline=None, derandomize=True)
@given(
    plan=flat(),
    amount=st.integers(0, 9),
    steps=st.lists(st.tuples(st.integers(0, 7), st.sampled_from(("cleo", "bo", "ines", "vi"))), max_size=20),
)
def test_it_agrees_step_by_step_with_the_library_used_as_documented(
    plan: Plan, amount: int, steps: list[tuple[int, str]]
) -> None:
    """W1, W3: on random flat workflows."""
    sim = Simulation(workflow_of(plan), "generated", {"amount": amount}, PEOPLE, NOW)
    peer = Documented(plan, amount)
    for number, by in steps:
        name = plan.transitions[number % len(plan.transitions)].id
        try:
            sim.do(name, by=by)
            accepted = True
        except Refused:
            accepted = False
        assert accepted is peer.attempt(name, by)
        assert sim.state == peer.state


TEXT = """
starts_in: a
states: {a: {}, b: {decide: [{when: years over 3, go: c}, {otherwise: d}]}, c: {}, d: {}, z: {ends: true}}
transitions:
  go: {from: [a, c, d], to: b, who: [drafter], requires: [years]}
  return: {from: [c, d], to: back, who: [drafter]}
  end: {from: any, to: z, who: [requester], when: years over 1}
"""


def _story(sim: Simulation, seed: int) -> dict[str, Any]:
    """The same steps for the same seed, some of them refused."""
    for turn in range(40):
        by = ("ana", "al", "cleo", "bo")[(seed + turn) % 4]
        try:
            if (seed * turn) % 3 == 2:
                sim.do("return", by=by)
            else:
                sim.do("go", by=by, fields={"years": (seed + turn) % 7})
        except Refused as refused:
            sim.case.fields.setdefault("note", "")
            sim.case.fields["note"] += refused.reasons[0]
    return {**asdict(sim.case), "history": [(step.by, step.transition, step.after) for step in sim.history]}


def _eight(act: Callable[[int], Any]) -> list[Any]:
    """Eight threads that begin at the same moment."""
    barrier = Barrier(8)

    def once(seed: int) -> Any:
        barrier.wait()
        return act(seed)

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(once, range(8)))


def _on(definition: Workflow) -> Callable[[int], dict[str, Any]]:
    people = {"requester": ["cleo"], "team:contracts": ["ana", "al"]}
    return lambda seed: _story(Simulation(definition, "ask", {}, people, NOW), seed)


def test_eight_threads_on_one_workflow_do_what_one_does() -> None:
    """W11: threads that share a workflow raise no error and get the same results."""
    alone = [_on(simulate(TEXT).workflow)(seed) for seed in range(8)]
    assert len({str(one["history"]) for one in alone}) > 1
    assert _eight(_on(simulate(TEXT).workflow)) == alone


def test_eight_threads_vote_on_dossiers_of_their_own() -> None:
    """W11: rounds share nothing but the workflow."""
    shared = approving("steps: [{approvers: [{role: board, need: 2}]}, {approvers: [chief]}]").workflow

    def vote(seed: int) -> tuple[str, int]:
        people = {"requester": ["cleo"], "team:contracts": ["ana"], "team:board": ["vi", "wu"], "chief": ["ines"]}
        sim = Simulation(shared, "ask", {}, {**people, "position:general_counsel": ["ines"]}, NOW)
        sim.do("ask", by="ana")
        for person in ("vi", "wu", "ines"):
            sim.decide("approve" if seed % 2 else "reject", by=person, comment="x") if sim.seats else None
        return sim.state, sim.version

    assert _eight(vote) == [("a", 3), ("yes_", 5)] * 4


def test_a_workflow_is_compiled_once() -> None:
    definition = simulate(TEXT).workflow
    assert all(one is compiled(definition) for one in _eight(lambda _: compiled(definition)))


def test_an_authors_words_never_reach_the_library() -> None:
    """W4: the library would import dotted names of callbacks; it gets none, and only our events."""
    definition = simulate(TEXT).workflow
    machine = compiled(definition).dossier.machine
    assert set(machine.events) == {
        "go",
        "end",
        "return a",
        "return b",
        "return c",
        "return d",
        "return z",
        "to c",
        "to d",
    }
    for event in machine.events.values():
        for transitions in event.transitions.values():
            assert [
                transition.conditions + transition.before + transition.after + transition.prepare
                for transition in transitions
            ] == [[]] * len(transitions)
