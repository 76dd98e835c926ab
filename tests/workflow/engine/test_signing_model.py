"""Facts changed, accounts made, approvals, signers added, replaced, forwarded, delegated and removed in any order:
signatures end as signed only with one of every party, and nobody signs for two that are opposed (S9).

Whose signature counts for whom is worked out here from the story alone, not by the rule of the engine.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from formengine.errors import FormengineError
from formengine.workflow import Simulation
from formengine.workflow.engine.case import Round, Seat
from tests.support.thorough import examples
from tests.workflow.builders import PEOPLE, Cast
from tests.workflow.engine.test_unsettled_parties import contract

ACCOUNTS: Final = {
    **{"ines@example.com": "ines", "bo@example.com": "bo", "rita@acme.example": "rita"},
    "cleo@example.com": "cleo",
}
OUR_PEOPLE: Final = {"cleo", "ana", "al", "bo", "di", "vi", "wu", "xi", "ines", "lea"}
ADDRESSES: Final = ("bob@x.example", "BOB@x.example", "ｂob@x.example", "Rita@acme.example", *ACCOUNTS)
NEW: Final = ("new@x.example", "sue@x.example")
PEOPLE_NAMED: Final = st.sampled_from((*ADDRESSES, *NEW, "rita", "bo", "di", "cleo"))
ORDERS: Final = ("[[buyer, seller], [finance]]", "[[buyer], [seller], [ours]]", "[[finance], [ours, buyer], [seller]]")
PARTIES: Final = {"buyer", "seller", "finance", "ours"}


class PartiesMachine(RuleBasedStateMachine):
    """One contract between a buyer and a seller outside and ourselves."""

    ended: int = 0
    sim: Simulation
    accounts: dict[str, str]
    """Whose account an address is by now; changed while signatures are open in some of the stories (`is_renamed`)."""
    is_renamed: bool = False

    @initialize(
        order=st.sampled_from(ORDERS),
        buyer=st.sampled_from(ADDRESSES[:4]),
        ours=st.booleans(),
        seller=st.sampled_from((*ADDRESSES, *NEW, *NEW)) | st.sampled_from(("bo@example.com", "ines@example.com")),
        stage=st.sampled_from((2, 2, 1, 0)),
    )
    def opened(self, order: str, buyer: str, ours: bool, seller: str, stage: int) -> None:
        """A contract whose answers name a buyer, and perhaps who signs for us."""
        self.sim = contract(buyer, order, ", may_delegate: true")
        self.parties = {party for party in PARTIES if party in order}
        self.accounts = dict(ACCOUNTS)
        self.sim.directory = Cast(PEOPLE, addresses=self.accounts)
        if ours:
            self.sim.case.fields["signatory"] = "ines"
        if stage:  # a part of the way to a signature, so that chance does not have to find it
            self.step("ask", seller if stage == 2 else None)

    def whose(self, person: str) -> str:
        """The person behind an account id or an address, as the story knows them."""
        address = unicodedata.normalize("NFKC", person).lower()
        return self.accounts.get(address, address)

    def tries(self, act: Callable[[], object]) -> None:
        try:
            act()
        except FormengineError:
            return

    @rule(field=st.sampled_from(("seller", "seller", "signatory")), person=PEOPLE_NAMED, by_step=st.booleans())
    def name(self, field: str, person: str, by_step: bool) -> None:
        """A step names who signs; or the answers are corrected without it."""
        value: Any = {"name": "Sue", "email": person} if field == "seller" else self.whose(person)
        step = "name" if field == "seller" else "sign_for_us"
        if not by_step:
            self.sim.case.fields[field] = value
        self.tries(lambda: self.sim.do(step, by="ana", fields={field: value}))

    @rule(step=st.sampled_from(("ask", "ask", "send")), seller=st.none() | st.sampled_from(ADDRESSES))
    def step(self, step: str, seller: str | None) -> None:
        """The signatures are opened, or an approval that opens them; the seller is corrected before it is given."""
        self.tries(lambda: self.sim.do(step, by="ana"))
        if seller is not None:
            self.sim.case.fields["seller"] = {"name": "Sue", "email": seller}
        self.tries(lambda: self.sim.decide("approve", by="vi"))

    @rule(times=st.sampled_from((5, 1, 5)))
    def sign(self, times: int) -> None:
        """Those who are asked sign, one after the other."""
        for _ in range(times):
            if self.sim.state == "out" and self.sim.seats:
                person, before = self.sim.seats[0].person, len(self.signed())
                self.tries(partial(self.sim.sign, by=person))
                if len(self.signed()) > before:
                    self.signs_for_one_party(person)

    def signed(self) -> list[Seat]:
        """The seats that have signed in the newest round of signatures."""
        rounds = [round_ for round_ in self.sim.case.rounds if round_.kind == "signature"]
        return [seat for seat in rounds[-1].seats if seat.status == "signed"]

    def signs_for_one_party(self, person: str) -> None:
        """Of who has just signed, whosever address it is by now."""
        who = self.whose(person)
        roles = {seat.role for seat in self.signed() if self.whose(seat.person) == who}
        outside = roles & {"buyer", "seller"}
        assert not outside or (len(roles) == 1 and who not in OUR_PEOPLE), f"{person} ({who}) has signed as {roles}"

    @rule(person=PEOPLE_NAMED | st.sampled_from(NEW), step=st.sampled_from((0, 0, 0, 1, 2)))
    def add(self, person: str, step: int) -> None:
        if self.sim.state == "out":
            later = step > self.sim.case.rounds[-1].step
            self.tries(
                lambda: self.sim.add_approver(person, step, by="ana") if later else self.sim.add_seat(person, by="ana")
            )

    @rule(person=PEOPLE_NAMED, place=st.integers(0, 3), way=st.sampled_from(("correct", "replace", "forward", "other")))
    def change(self, person: str, place: int, way: str) -> None:
        """Somebody else in the place of who is asked; or nobody, or who is out of the office."""
        if self.sim.state != "out" or not self.sim.seats:
            return
        holder = self.sim.seats[place % len(self.sim.seats)].person
        ways: dict[str, Callable[[], object]] = {
            "correct": lambda: self.sim.correct_seat(holder, by="ana", email=person),
            "replace": lambda: self.sim.replace_seat(holder, person, by="ana"),
            "forward": lambda: (
                self.sim.forward(by=holder, to=person, reason="Theirs."),
                self.sim.confirm_forward(holder, by="ana"),
            ),
            "other": lambda: (
                self.sim.remove_seat(holder, by="ana") if "@" in person else self.sim.delegate(by=holder, to=person)
            ),
        }
        self.tries(ways[way])

    @rule(address=st.sampled_from((*NEW, "bob@x.example")), account=st.sampled_from(("lea", "di", "rita", "")))
    def account(self, address: str, account: str) -> None:
        """Somebody who is asked gets an account, perhaps one of ours, or has none any more."""
        if address not in [seat.person for seat in self.sim.seats]:
            return
        self.is_renamed = True
        self.accounts.pop(address, None)
        self.accounts |= {address: account} if account else {}
        self.sim.directory = Cast(PEOPLE, addresses=self.accounts)

    @rule()
    def document(self) -> None:
        """A new version: the signatures start again."""
        if self.sim.state == "out":
            self.tries(lambda: self.sim.document("contract"))

    @invariant()
    def every_party_has_signed_for_itself(self) -> None:
        for round_ in self.sim.case.rounds if hasattr(self, "sim") else ():
            if round_.kind == "signature":
                if not self.is_renamed:  # else those who are asked already are judged when they sign
                    self.nobody_is_for_two_parties(round_)
                if round_.status == "signed":
                    PartiesMachine.ended += 1
                    assert self.parties <= {seat.role for seat in round_.seats if seat.status == "signed"}

    def nobody_is_for_two_parties(self, round_: Round) -> None:
        held: dict[str, set[str]] = {}
        for seat in round_.seats:
            if seat.status in ("open", "signed"):
                held.setdefault(self.whose(seat.person), set()).add(seat.role)
        for person, roles in held.items():
            outside = roles & {"buyer", "seller"}
            assert not outside or len(roles) == 1, f"{person} signs as {roles}"
            assert not outside or person not in OUR_PEOPLE, f"{person} of ours signs as {roles}"


def test_signatures_are_of_every_party_and_nobody_signs_for_two() -> None:
    """S9, W8, T15: in any order of what people do, whatever the answers name."""
    run_state_machine_as_test(
        PartiesMachine,
        settings=settings(
            max_examples=examples(110, 1000),
            stateful_step_count=examples(14, 30),
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert PartiesMachine.ended > 0, "nothing was signed by everybody: the model tells nothing"
