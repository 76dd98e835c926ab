"""Amounts corrected, versions added, votes, signatures and steps in any order: nothing is approved or signed without
everybody whom the amount of that moment asks, on the version of that moment; nobody waits for nobody (W7, S10).

Who has to decide is worked out here from the amount alone, not by the rule of the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from formengine.errors import FormengineError
from formengine.workflow import Simulation
from formengine.workflow.definition.model import Workflow
from formengine.workflow.engine.api import Decision
from formengine.workflow.engine.case import Round
from tests.support.thorough import examples
from tests.workflow.builders import NOW, PEOPLE, workflow

TEXT: Final = """
starts_in: a
states:
  a: {}
  asked: {approval: consent, approved: ready, rejected: a}
  ready: {}
  out: {signatures: all_, signed: z, declined: a, changed: asked}
  z: {ends: true}
transitions:
  ask: {from: [a, ready, out], to: asked, who: [drafter]}
  send: {from: ready, to: out, who: [drafter]}
  correct: {from: [a, asked, ready, out], to: same, who: [drafter], requires: [value]}
  end: {from: any, to: z, who: [requester]}
approvals:
  consent:
    document: contract
    rejection: REJECTION
    steps:
      - {when: value over 500 EUR, approvers: [{role: board, need: 2}]}
      - {approvers: [chief, {role: finance, when: value over 100 EUR}]}
      - {when: value over 100 EUR, approvers: [finance, {team: contracts, when: value over 900 EUR}]}
      - {approvers: [{person: lea}]}
signatures: {all_: {document: contract, order: [[chief]]}}
"""
AMOUNTS: Final = (10, 200, 600, 1000)
ASKED_BY_AMOUNT: Final = ((500, 0, "vi wu xi", 2), (100, 1, "bo di", 1), (100, 2, "bo di", 1), (900, 2, "ana al", 1))
"""Over which amount, in which step, how many of whom have to approve."""


@cache
def definition(rejection: str) -> Workflow:
    return workflow(TEXT.replace("REJECTION", rejection))


class ApprovalMachine(RuleBasedStateMachine):
    """One contract that is approved, by more people the larger its amount is, and then signed."""

    signed: int = 0
    sim: Simulation
    amount = 0

    @initialize(
        amount=st.sampled_from((10, 1000, 200)),
        rejection=st.sampled_from(("stops", "returns_one_step")),
        votes=st.sampled_from((9, 1, 2, 0)),
        sends=st.booleans(),
    )
    def opened(self, amount: int, rejection: str, votes: int, sends: bool) -> None:
        """A part of the way to a signature."""
        self.amount, self.seen = amount, set[int]()
        answers = {"value": self.value(amount)}
        self.sim = Simulation(definition(rejection), "ask", answers, PEOPLE, NOW, documents=["contract"])
        self.sim.do("ask", by="ana")
        self.vote(votes, True)
        if sends:
            self.step("send")

    @staticmethod
    def value(amount: int) -> dict[str, Any]:
        return {"amount": str(amount), "currency": "EUR"}

    def tries(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except FormengineError:
            return False
        return True

    @rule(amount=st.sampled_from(AMOUNTS))
    def correct(self, amount: int) -> None:
        fields = {"value": self.value(amount)}
        if self.tries(lambda: self.sim.do("correct", by="ana", fields=fields)):
            self.amount = amount

    @rule(votes=st.integers(0, 4), amount=st.sampled_from(AMOUNTS))
    def correct_between(self, votes: int, amount: int) -> None:
        """Some decide before a correction, the others after it."""
        self.step("ask")
        self.vote(votes, True)
        self.correct(amount)
        self.vote(9, True)

    @rule(before=st.sampled_from((*AMOUNTS, 0)), after=st.sampled_from((*AMOUNTS, 0)))
    def sign_corrected(self, before: int, after: int) -> None:
        """What was approved is corrected before it is sent for signature, or before it is signed."""
        for amount, act in ((before, partial(self.step, "send")), (after, self.sign)):
            if amount:
                self.correct(amount)
            act()

    @rule(times=st.sampled_from((1, 2, 9)), yes=st.sampled_from((True, True, True, True, True, False)))
    def vote(self, times: int, yes: bool) -> None:
        """Those who are asked decide, one after the other."""
        for _ in range(times):
            if self.sim.state == "asked":
                decision: Decision = "approve" if yes else "reject"
                self.sim.decide(decision, by=self.sim.seats[-1].person, comment="So.")
        self.nothing_is_approved_without_those_whom_the_amount_asks()

    @rule(step=st.sampled_from(("send", "ask", "send")))
    def step(self, step: str) -> None:
        self.tries(lambda: self.sim.do(step, by="ana"))

    @rule()
    def version(self) -> None:
        self.tries(lambda: self.sim.document("contract", by="ana"))

    @rule()
    def sign(self) -> None:
        if self.sim.state == "out" and self.tries(lambda: self.sim.sign(by="ines")):
            ApprovalMachine.signed += 1
            newest = [round_ for round_ in self.sim.case.rounds if round_.kind == "approval"][-1]
            assert newest.versions["contract"].number == self.sim.case.documents["contract"], "another version"
            self.is_approved_by_all(newest)

    @invariant()
    def nothing_is_approved_without_those_whom_the_amount_asks(self) -> None:
        for number, round_ in enumerate(self.sim.case.rounds if hasattr(self, "sim") else ()):
            if round_.kind == "approval" and round_.status == "approved" and number not in self.seen:
                self.seen.add(number)
                self.is_approved_by_all(round_)

    def is_approved_by_all(self, round_: Round) -> None:
        given = {(seat.step, seat.person) for seat in round_.seats if seat.status == "approved" and not seat.past}
        assert (3, "lea") in given
        assert (1, "ines") in given
        for over, step, people, need in ASKED_BY_AMOUNT:
            if self.amount > over:
                assert sum((step, person) in given for person in people.split()) >= need, (self.amount, step, given)

    @invariant()
    def somebody_can_decide(self) -> None:
        """An open approval asks somebody, and nobody twice for one thing."""
        if hasattr(self, "sim") and self.sim.state == "asked":
            round_ = self.sim.case.rounds[-1]
            unneeded = {p for over, step, people, _ in ASKED_BY_AMOUNT for p in people.split() if self.amount <= over}
            needed = {p for over, step, people, _ in ASKED_BY_AMOUNT for p in people.split() if self.amount > over}
            assert not {seat.person for seat in self.sim.seats} & unneeded - needed, "asked for nothing"
            own = [(seat.entry, seat.person) for seat in round_.seats if seat.step == round_.step and not seat.past]
            assert self.sim.seats
            assert len(own) == len(set(own)), own


def test_nothing_is_approved_or_signed_without_those_whom_the_amount_asks() -> None:
    """W7, S10: in any order of corrections, votes, versions and steps."""
    run_state_machine_as_test(
        ApprovalMachine,
        settings=settings(
            max_examples=examples(80, 1000),
            stateful_step_count=examples(10, 30),
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert ApprovalMachine.signed > 0, "nothing was signed: the model tells nothing"
