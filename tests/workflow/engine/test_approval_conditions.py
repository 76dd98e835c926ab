"""Conditions of approvals, tested again after each change: who is asked after all, and who is excused (W7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from formengine.workflow import Simulation
from formengine.workflow.definition.tables import Table
from formengine.workflow.engine.execution import Execution
from tests.workflow.builders import NOW, PEOPLE, Cast, refusal, run, simulate
from tests.workflow.engine.test_rounds import approving

HIGH: Final = "{role: finance, need: 2, when: value over 100 EUR}"


def worth(amount: str) -> dict[str, Any]:
    return {"value": {"amount": amount, "currency": "EUR"}}


def of(*steps: str) -> str:
    """An approval of steps with these approvers."""
    return f"steps: [{', '.join(f'{{approvers: [{approvers}]}}' for approvers in steps)}]"


def correct(sim: Simulation, amount: str) -> list[Any]:
    """The value is corrected by Ana, and what follows from it done as after each step; the effects."""
    sim.case.fields |= worth(amount)
    return run(sim, lambda execution: setattr(execution, "actor", "ana"))


@pytest.mark.parametrize(
    ("approval", "story", "asked"),
    [
        # the step that is open: finance is asked once the amount is high, and excused when it is not any more
        (of(f"chief, {HIGH}"), ["10", "900"], ["ines", "bo", "di"]),
        (of(f"chief, {HIGH}"), ["10", "900", "10"], ["ines"]),
        (of(f"chief, {HIGH}"), ["900", "bo", "10"], ["ines"]),
        (of(f"chief, {HIGH}"), ["900", "bo", "10", "900"], ["ines", "di"]),
        (of(f"chief, {HIGH}"), ["900", "ines", "bo", "10"], []),
        # a step that was over: only finance is asked in it, and the chief, who has decided, is not asked again
        (of(f"chief, {HIGH}", "board"), ["10", "ines", "900", "vi"], ["bo", "di"]),
        (of(f"chief, {HIGH}", "board"), ["10", "ines", "900", "vi", "bo", "10"], []),
        # a whole step: it is left once nobody has to decide in it, and comes back after the others
        (of(HIGH, "board"), ["900", "bo", "10"], ["vi", "wu", "xi"]),
        (of(HIGH, "board"), ["900", "bo", "10", "900", "vi"], ["di"]),
        (of("chief", HIGH), ["900", "ines", "10"], []),
        # nobody is there but for those who need not decide any more: they stay asked
        (f"if_nobody: skip, {of(HIGH, 'outsider')}", ["900", "10"], ["bo", "di"]),
        # a rejection that counts stands: nobody gets rid of a no by a correction
        (f"rejection: counts, {of('chief, ' + HIGH.replace('2', '1'))}", ["900", "no bo", "10"], ["ines", "di"]),
    ],
)
def test_who_is_asked_follows_the_facts(approval: str, story: list[str], asked: list[str]) -> None:
    """W7: an amount that is corrected brings in who has to decide by it, and excuses who has not decided and need not
    any more, while somebody else decides. A story is amounts and people, who approve.
    """
    sim = approving(approval, worth(story[0]))
    for part in story[1:]:
        if part.isdigit():
            correct(sim, part)
        elif part.startswith("no "):
            sim.decide("reject", by=part[3:], comment="Too much.")
        else:
            sim.decide("approve", by=part)
    assert [seat.person for seat in sim.seats] == asked
    while sim.seats:
        sim.decide("approve", by=sim.seats[0].person)
    assert sim.state == "yes_"


def test_who_is_excused_or_asked_later_is_told_and_in_the_history() -> None:
    """W7, N1: who, and by whose step."""
    sim = approving(of(f"chief, {HIGH}"), worth("900"))
    effects = [effect for amount in ("10", "900") for effect in correct(sim, amount)]
    told = [effect for effect in effects if getattr(effect, "kind", "") in ("asked", "excused", "approval_asked")]
    assert [effect.kind for effect in told] == ["excused", "asked", "approval_asked"]
    assert [told[0].data["people"], told[1].data["people"], list(told[2].to)] == [["bo", "di"]] * 3
    assert [told[0].by, told[1].by] == ["ana", "ana"]


SIGNED: Final = """
starts_in: a
states:
  a: {}
  asked: {approval: consent, approved: ready, rejected: a}
  ready: {}
  out: {signatures: all_, signed: z, declined: a}
  z: {ends: true}
transitions:
  ask: {from: a, to: asked, who: [drafter]}
  back: {from: [ready, out], to: asked, who: [drafter]}
  send: {from: ready, to: out, who: [drafter]}
  correct: {from: [ready, out], to: same, who: [drafter], requires: [value]}
  end: {from: any, to: z, who: [requester]}
approvals:
  consent:
    title: Consent
    document: contract
    steps:
      - {approvers: [chief]}
      - {name: Finance, when: value over 100 EUR, approvers: [finance]}
      - {name: Soon, when: due_on has passed, approvers: [board]}
signatures: {all_: {document: contract, order: [[chief]]}}
"""


def test_nothing_is_signed_once_the_answers_ask_others_to_approve() -> None:
    """S10, W7: neither opened for signature nor signed, which names the step that has to decide; until it has, or the
    amount is what it was. What only the passing of time would ask for holds up nothing.
    """
    sim = simulate(SIGNED, {**worth("10"), "due_on": "2026-03-20"}, documents=["contract"])
    sim.do("ask", by="ana")
    sim.decide("approve", by="ines")
    sim.do("correct", by="ana", fields=worth("900"))
    (reason,) = sim.allowed("ana")["send"]
    assert reason.startswith(
        "The answers have changed since “Consent” was given, and others now have to decide in “Finance”."
    )
    assert refusal(lambda: sim.do("send", by="ana")) == [reason]
    sim.do("back", by="ana")
    for person in ("ines", "bo"):
        sim.decide("approve", by=person)
    sim.do("correct", by="ana", fields=worth("10"))
    sim.do("send", by="ana")
    sim.do("correct", by="ana", fields=worth("900"))
    sim.advance(NOW.replace(month=6))
    sim.sign(by="ines")
    assert sim.state == "z", "finance had approved it"


def test_open_signatures_wait_for_who_has_to_approve_by_corrected_answers() -> None:
    """S10, W7: those who are asked already read why they cannot sign, and sign once the amount is what it was."""
    sim = simulate(SIGNED, worth("10"), documents=["contract"])
    sim.do("ask", by="ana")
    sim.decide("approve", by="ines")
    sim.do("send", by="ana")
    sim.do("correct", by="ana", fields=worth("900"))
    assert sim.case.rounds[-1].paused
    (reason,) = refusal(lambda: sim.sign(by="ines"))
    assert "others now have to decide in “Finance”" in reason
    sim.do("correct", by="ana", fields=worth("50"))
    sim.sign(by="ines")
    assert sim.state == "z"


DECIDED: Final = """
starts_in: a
states:
  a: {}
  b: {approval: consent, approved: sorting, rejected: a}
  sorting:
    decide:
      - {when: document contract is not there, go: c}
      - {when: value over 100 EUR, go: further}
      - otherwise: c
  further: {approval: finance_, approved: c, rejected: a}
  c: {}
  d: {signatures: all_, signed: z, declined: a}
  z: {ends: true}
transitions:
  ask: {from: a, to: b, who: [drafter]}
  back: {from: c, to: sorting, who: [drafter]}
  send: {from: c, to: d, who: [drafter]}
  end: {from: [a, c, d], to: z, who: [requester]}
  correct: {from: any, to: same, who: [drafter], requires: [value]}
approvals:
  consent: {document: contract, steps: [{approvers: [chief]}]}
  finance_: {title: Finance, document: contract, steps: [{approvers: [{role: finance, need: 1}]}]}
signatures: {all_: {document: contract, order: [[chief]]}}
"""


@pytest.mark.parametrize("is_open", [False, True])
def test_an_approval_that_a_decision_went_past_is_asked_for_by_corrected_answers(is_open: bool) -> None:
    """S10, W7: neither opened for signature nor signed at an amount that the decision would have led to finance."""
    text = DECIDED.replace("document contract is not there", "value under 1 EUR")
    sim = simulate(text, worth("10"), documents=["contract"])
    sim.do("ask", by="ana")
    sim.decide("approve", by="ines")
    if is_open:
        sim.do("send", by="ana")
    sim.do("correct", by="ana", fields=worth("900"))
    (reason,) = refusal(lambda: sim.sign(by="ines")) if is_open else sim.allowed("ana")["send"]
    assert reason == (
        "The answers have changed: by what they say now, “Finance” has to be given before anybody signs. Go back to"
        " “Further”, or correct the answers."
    )
    if is_open:
        assert sim.case.rounds[-1].paused
        sim.do("correct", by="ana", fields=worth("20"))
    else:
        sim.do("back", by="ana")
        sim.decide("approve", by="bo")
        sim.do("correct", by="ana", fields=worth("20"))
        sim.do("send", by="ana")
    sim.sign(by="ines")
    assert sim.state == "z"


def test_what_else_decides_than_answers_takes_nobody_back() -> None:
    """W7: whether a document was there when the dossier was led on is not asked again."""
    sim = simulate(DECIDED, worth("10"), documents=["contract"])
    sim.do("ask", by="ana")
    sim.decide("approve", by="ines")
    sim.do("correct", by="ana", fields=worth("900"))
    assert sim.allowed("ana")["send"] == []


LIMITS: Final = Table("limits", ("up_to", "who"), ((100, "ines@example.com"), (9000, "bo@example.com")))
LOOKED_UP: Final = "looked_up: {lookup: limits, where: {up_to: {at_least: {from: years}}}, take: who}"


@pytest.mark.parametrize(
    ("approval", "story", "asked"),
    [
        (of("looked_up"), ["10", "900"], ["bo"]),
        (of("looked_up"), ["10", "900", "20"], ["ines"]),
        (of("looked_up, board"), ["10", "ines", "900"], ["vi", "wu", "xi", "bo"]),
        (of("looked_up, board"), ["10", "ines", "20"], ["vi", "wu", "xi"]),
        # a step that was over comes back, for him alone
        (of("looked_up", "{role: board, need: 1}"), ["10", "ines", "900", "vi"], ["bo"]),
        # complete: nobody is called back, and nothing is signed
        (of("looked_up"), ["10", "ines", "900"], []),
    ],
)
@pytest.mark.parametrize("is_of_earlier_release", [False, True])
def test_approvers_whom_the_answers_name_follow_them(
    approval: str, story: list[str], asked: list[str], is_of_earlier_release: bool
) -> None:
    """W7, S10: a table of limits names another approver by a corrected amount: he is asked in place of who was, whose
    vote counts no longer; and where the approval was complete, the signature is refused, and open ones wait. So in
    rounds that an earlier release opened, which kept no names: those of the answers before the first correction count.
    """
    text = SIGNED.split("approvals:")[0].replace("requires: [value]", "requires: [years]")
    text += f"approvals: {{consent: {{title: Consent, document: contract, {approval}}}}}\n"
    text += "signatures: {all_: {document: contract, order: [[chief]]}}"
    cast = Cast(PEOPLE, addresses={"ines@example.com": "ines", "bo@example.com": "bo"})
    sim = simulate(text, {"years": 10}, documents=["contract"], roles=LOOKED_UP, tables={"limits": LIMITS}, cast=cast)
    sim.do("ask", by="ana")
    for part in story[1:]:
        if is_of_earlier_release:
            sim.case.rounds[-1].named = {}
        if part.isdigit():
            run(sim, Execution.write, "years", int(part))
            is_of_earlier_release = False
        else:
            sim.decide("approve", by=part)
    assert [seat.person for seat in sim.seats] == asked
    if story == ["10", "900"]:
        assert refusal(lambda: sim.decide("approve", by="ines"))[0].startswith("The answers have changed")
    if not asked:
        assert "others now have to decide" in refusal(lambda: sim.do("send", by="ana"))[0]
        sim.case.fields |= {"years": 20}
        sim.do("send", by="ana")
        sim.case.fields |= {"years": 900}
        assert "others now have to decide" in refusal(lambda: sim.sign(by="ines"))[0]
        return
    while sim.seats:
        sim.decide("approve", by=sim.seats[0].person)
    sim.do("send", by="ana")
    assert sim.state == "out"


@pytest.mark.parametrize("votes", [[], ["ines"]])
def test_who_need_not_decide_by_the_answers_is_not_told_that_others_have_decided(votes: list[str]) -> None:
    """W7: whether the round goes on, or was decided meanwhile; who was outvoted is told that."""
    sim = approving(of(f"chief, {HIGH.replace('2', '1')}", "board"), worth("900"))
    correct(sim, "10")
    for person in votes:
        sim.decide("approve", by=person)
    sentence = "The answers have changed: by what they say now, your decision is not needed."
    assert refusal(lambda: sim.decide("approve", by="bo")) == [sentence]
    sim = approving(of(f"chief, {HIGH.replace('2', '1')}"), worth("900"))
    sim.decide("approve", by="di")
    assert refusal(lambda: sim.decide("approve", by="bo"))[0].startswith("Enough others have decided")


def test_who_handed_over_a_seat_is_asked_again_once_the_answers_name_them_again() -> None:
    """W7, U10: the seat that an approver gave to a delegate went with the answer that named them."""
    text = SIGNED.split("approvals:")[0].replace("requires: [value]", "requires: [years]")
    text += f"approvals: {{consent: {{title: Consent, may_delegate: true, {of('looked_up')}}}}}\n"
    text += "signatures: {all_: {document: contract, order: [[chief]]}}"
    cast = Cast(PEOPLE, addresses={"ines@example.com": "ines", "bo@example.com": "bo"})
    sim = simulate(text, {"years": 900}, documents=["contract"], roles=LOOKED_UP, tables={"limits": LIMITS}, cast=cast)
    sim.do("ask", by="ana")
    sim.delegate(by="bo", to="al")
    for years, asked in ((10, ["ines"]), (900, ["bo"])):
        run(sim, Execution.write, "years", years)
        assert [seat.person for seat in sim.seats] == asked


def test_who_is_asked_again_has_the_whole_time_again() -> None:
    """W7: a seat that opens again is neither reminded of nor late by the days before."""
    sim = approving(of(f"chief, {HIGH}"), worth("900"))
    for seat in sim.case.rounds[-1].seats:
        seat.reminded_at, seat.late = NOW, True
    correct(sim, "10")
    sim.advance(NOW + timedelta(days=10))
    correct(sim, "900")
    again = [(seat.opened_at, seat.reminded_at, seat.late) for seat in sim.case.rounds[-1].seats if seat.person == "bo"]
    assert again == [(NOW + timedelta(days=10), None, False)]


def test_every_reason_against_a_signature_is_told() -> None:
    """S10: what has to be approved first stays told where further people have to approve something else."""
    text = SIGNED.replace("all_: {document: contract,", "all_: {document: [contract, annex],")
    text = text.replace("  ready: {}", "  ready: {}\n  annexed: {approval: annex, approved: ready, rejected: a}")
    text = text.replace("  end:", "  add: {from: ready, to: annexed, who: [drafter]}\n  end:")
    text = text.replace("approvals:\n", "approvals:\n  annex: {document: annex, steps: [{approvers: [chief]}]}\n")
    sim = simulate(text, worth("10"), documents=["contract", "annex"])
    for step in ("ask", "add"):
        sim.do(step, by="ana")
        sim.decide("approve", by="ines")
    sim.document("annex", by="ana")
    sim.do("correct", by="ana", fields=worth("900"))
    further, unapproved = sim.allowed("ana")["send"]
    assert "others now have to decide" in further
    assert unapproved == "“annex” has to be approved first: its newest version has not been."


@pytest.mark.parametrize("way", ["delegated", "away", "late", "removed"])
def test_seats_of_others_are_excused_and_asked_again_like_those_they_stand_for(way: str) -> None:
    """W7, U10: delegates, stand-ins and those who were asked since somebody was late; who was removed stays so."""
    text = f"may_delegate: true, late: {{after: 1 day, escalate_to: board}}, {of(f'chief, {HIGH}')}"
    cast = Cast(PEOPLE, away={"bo": "al"} if way == "away" else {})
    sim = approving(text, worth("10"), cast=cast, by="ana")
    correct(sim, "900")
    if way == "delegated":
        sim.delegate(by="bo", to="al")
    if way == "removed":
        sim.add_approver("al", by="ana")
        sim.remove_approver("al", by="ana")
    if way == "late":
        sim.advance(NOW + timedelta(days=2))
    before = [(seat.person, seat.role) for seat in sim.seats]
    correct(sim, "10")
    assert {seat.person for seat in sim.seats} <= {"ines", "vi", "wu", "xi"}
    correct(sim, "900")
    assert [(seat.person, seat.role) for seat in sim.seats] == before
    while sim.seats:
        sim.decide("approve", by=sim.seats[0].person)
    assert sim.state == "yes_"
