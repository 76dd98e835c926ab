"""Parties of signatures for which nobody is asked, or the facts name somebody else: never complete, and said (S9)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.seat_changes import is_addable
from formengine.workflow.engine.signing_parties import conflicts_of_entry
from formengine.workflow.engine.unsettled_parties import UnsettledParty, unsettled_parties
from tests.support.cpu_time import cpu_limit
from tests.workflow.builders import PEOPLE, Cast, refusal, simulate
from tests.workflow.engine.test_seat_changes import asked, mailed, recorded

BUYER, SELLER, NEW = "bob@buyer.example", "sue@seller.example", "new@seller.example"
ROLES = """
buyer: {field: contact, outside: true}
seller: {field: seller, outside: true}
ours: {field: signatory}
"""
TWO_SIDES = """
starts_in: a
fields:
  seller: {title: Seller, $ref: "formengine:contact"}
  signatory: {title: Signatory, $ref: "formengine:person"}
states:
  a: {}
  agreed: {approval: consent, approved: out, rejected: a}
  out: {signatures: both, signed: z, declined: a}
  z: {ends: true}
transitions:
  name: {from: any, to: same, who: [drafter], requires: [seller]}
  sign_for_us: {from: any, to: same, who: [drafter], requires: [signatory]}
  ask: {from: a, to: agreed, who: [drafter]}
  send: {from: a, to: out, who: [drafter]}
approvals:
  consent: {steps: [{name: Board, approvers: [{role: board, need: 1}]}]}
signatures:
  both: {document: contract, order: ORDER}
"""
CAST = Cast(PEOPLE, addresses={"ines@example.com": "ines", "rita@acme.example": "rita"})


def contract(buyer: str = BUYER, order: str = "[[buyer, seller], [finance]]", keys: str = "") -> Simulation:
    text = TWO_SIDES.replace("ORDER", f"{order}{keys}")
    answers: dict[str, Any] = {"contact": {"name": "Bob", "email": buyer}}
    return simulate(text, answers=answers, documents=("contract",), roles=ROLES, cast=CAST)


def name_seller(sim: Simulation, email: str) -> None:
    sim.do("name", by="ana", fields={"seller": {"name": "Sue", "email": email}})


def unsettled(sim: Simulation) -> list[UnsettledParty]:
    execution = Execution(sim.workflow, sim.case, sim._context())
    return unsettled_parties(execution, sim.case.rounds[-1])


def opened_by_approval(sim: Simulation, email: str | None) -> Simulation:
    """The signatures opened by the outcome of an approval, while the answers named this seller (None: nobody)."""
    sim.do("ask", by="ana")
    if email is not None:  # past the step's own check, as answers that a requester corrects
        sim.case.fields["seller"] = {"name": "Sue", "email": email}
    sim.decide("approve", by="vi")
    assert sim.state == "out"
    return sim


def test_a_party_of_many_people_is_judged_at_once() -> None:
    """S9: a list of contacts may have 1,000 rows, and a step judges them while it holds the write lock."""
    sim = contract()
    sim.case.answers["contact"] = [{"name": f"Bob {n}", "email": f"bob{n}@buyer.example"} for n in range(1000)]
    execution, (rule,) = Execution(sim.workflow, sim.case, sim._context()), sim.workflow.signatures.values()
    with cpu_limit(0.5):
        assert conflicts_of_entry(execution, rule, rule.steps[0].entries[0]) == {}


SAME = [BUYER, "BOB@Buyer.Example", "ｂob@buyer.example"]


@pytest.mark.parametrize("address", SAME[:2])
def test_a_step_does_not_name_one_person_for_two_parties(address: str) -> None:
    """S9, T15: however the address is written; by the step that writes it, by one that asks for approval, or sends."""
    sim = contract()
    (reason,) = refusal(lambda: name_seller(sim, address))
    first, _, what_to_do = reason.partition(". ")
    assert first == f"{address} is named as “seller” and as “buyer”: nobody signs for two parties"
    assert what_to_do == "Name somebody else for one of them."
    sim.case.fields["seller"] = {"name": "Sue", "email": address}
    for step in ("ask", "send"):
        assert "nobody signs for two parties" in refusal(lambda step=step: sim.do(step, by="ana"))[0]
    assert sim.state == "a"
    assert sim.case.rounds == []


def test_a_step_does_not_name_our_own_people_for_the_other_party() -> None:
    """S9, T15: one of the legal team; nor the other party's signer for us."""
    sim = contract(order="[[seller], [ours]]")
    assert "cannot sign as “seller”" in refusal(lambda: name_seller(sim, "ines@example.com"))[0]
    name_seller(sim, "rita@acme.example")
    (reason,) = refusal(lambda: sim.do("sign_for_us", by="ana", fields={"signatory": "rita"}))
    assert "rita@acme.example signs for our own side and cannot sign as “seller” too" in reason


@pytest.mark.parametrize("address", [None, *SAME, "bo"])
def test_a_party_that_nobody_was_asked_for_is_never_complete(address: str | None) -> None:
    """S9: whoever is added takes its role, by the same rules; those in charge are told; nothing counts before."""
    sim = opened_by_approval(contract(), address)
    empty = ["seller"] if address in (None, "bo") else ["buyer", "seller"]
    assert [party.role for party in unsettled(sim) if party.empty] == empty
    assert {"lea", "ana"} <= set(mailed(sim, "nobody"))
    if empty == ["seller"]:
        sim.sign(by=BUYER)
    assert sim.state == "out"
    assert asked(sim) == []
    assert "one of our own people" in refusal(lambda: sim.add_seat("ines", by="ana"))[0]
    for person in (BUYER, NEW)[2 - len(empty) :]:
        sim.add_seat(person, by="ana")
    assert [seat.role for seat in sim.case.rounds[-1].seats] == ["buyer", "seller"]
    sim.sign(by=NEW)
    if len(empty) == 2:
        assert sim.state == "out"
        sim.sign(by=BUYER)
    assert asked(sim) == ["bo", "di"]


def test_a_corrected_fact_fills_the_role() -> None:
    """S9: who is named by now is asked, and the history says so."""
    sim = opened_by_approval(contract(), "bo")
    assert asked(sim) == [BUYER]
    name_seller(sim, NEW)
    assert asked(sim) == [BUYER, NEW]
    assert mailed(sim, "signature_asked") == [BUYER, NEW]
    assert sim.case.rounds[-1].nobody is False
    assert unsettled(sim) == []
    sim.sign(by=BUYER)
    sim.sign(by=NEW)
    assert asked(sim) == ["bo", "di"]


def test_who_fills_a_role_fills_it_again_when_the_document_changes() -> None:
    """S9, W8: in the round that starts again; a party that they were added to is no further one."""
    sim = opened_by_approval(contract(), None)
    sim.add_seat(NEW, by="ana")
    sim.document("contract")
    assert [(seat.person, seat.role) for seat in sim.case.rounds[-1].seats] == [(BUYER, "buyer"), (NEW, "seller")]


def test_a_party_is_not_skipped_for_a_wrong_name() -> None:
    """S9: `if_nobody: skip` leaves out a party that nobody is named for, never one that is named wrongly."""
    sim = opened_by_approval(contract(keys=", if_nobody: skip"), "bo")
    assert [party.role for party in unsettled(sim)] == ["seller"]
    sim.sign(by=BUYER)
    assert sim.state == "out"


def test_a_changed_fact_is_told_and_replaces_nobody() -> None:
    """S9: until whoever is in charge asks the other person, or the answers are corrected."""
    sim = contract()
    name_seller(sim, SELLER)
    sim.do("send", by="ana")
    assert unsettled(sim) == []
    name_seller(sim, NEW)
    assert unsettled(sim) == [UnsettledParty("seller", False, [SELLER], [NEW], [])]
    assert asked(sim) == [BUYER, SELLER]
    sim.replace_seat(SELLER, NEW.upper(), by="ana")
    assert unsettled(sim) == []
    sim.replace_seat(NEW.upper(), "other@seller.example", by="ana")
    assert unsettled(sim)[0].named == [NEW]


def test_who_is_asked_for_two_parties_signs_for_none() -> None:
    """S9: where an account got the other address after both were asked."""
    sim = contract()
    name_seller(sim, SELLER)
    sim.do("send", by="ana")
    sim.directory = Cast(PEOPLE, addresses={BUYER: "rita", SELLER: "rita"})
    assert "for two parties here" in refusal(lambda: sim.sign(by=SELLER))[0]
    assert recorded(sim, "seat_replaced") == []


def test_the_requester_is_not_put_on_the_other_side_by_hand() -> None:
    """S9: nor a colleague of theirs; an account of another organisation may be."""
    sim = contract()
    name_seller(sim, SELLER)
    sim.do("send", by="ana")
    assert "one of our own people" in refusal(lambda: sim.replace_seat(SELLER, "cleo", by="ana"))[0]
    execution = Execution(sim.workflow, sim.case, sim._context())
    assert is_addable(execution, sim.case.rounds[-1], "cleo")
    sim.replace_seat(SELLER, "rita", by="ana")
