"""Rounds of signature: groups in turn, declining, expiring, a document that changes (W8)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from formengine.workflow import Simulation, Step
from formengine.workflow.definition.vocabulary import Provider, Vocabulary
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import EngineContext
from tests.workflow.builders import NOW, Cast, at, refusal, run, simulate

PAT = "pat@acme.example"
ELSEWHERE = Vocabulary.builtin().with_word("providers", "elsewhere", Provider("elsewhere", None))
ANSWERS = {"contact": {"name": "Pat", "email": PAT}}


def signing(rule: str, answers: dict[str, Any] | None = None, outcomes: str = "declined: a", **more: Any) -> Simulation:
    """A dossier in the state that asks for signatures of these lines."""
    text = f"""
starts_in: a
states:
  a: {{}}
  out: {{signatures: both, signed: done, {outcomes}}}
  done: {{}}
  late: {{}}
  z: {{ends: true}}
transitions:
  ask: {{from: a, to: out, who: [drafter]}}
  shelve: {{from: a, to: late, who: [drafter]}}
  end: {{from: any, to: z, who: [requester]}}
signatures:
  both: {{document: contract, {rule}}}
"""
    more.setdefault("documents", ["contract"])
    sim = simulate(text, {**ANSWERS, **(answers or {})}, **more)
    sim.do("ask", by="ana")
    return sim


def people(sim: Simulation) -> list[str]:
    return [seat.person for seat in sim.seats]


ORDER = "order: [[outsider], [{role: board, need: 2}, {role: chief, when: value over 100 EUR}]]"


def test_groups_sign_in_turn_and_a_group_at_once() -> None:
    """W8: the other side first, then ours, in any order among them."""
    sim = signing(ORDER, {"value": {"amount": 500, "currency": "EUR"}})
    assert [(seat.person, seat.kind, seat.role) for seat in sim.seats] == [(PAT, "signature", "outsider")]
    sim.sign(by=PAT)
    assert people(sim) == ["vi", "wu", "xi", "ines"]
    sim.sign(by="ines")
    sim.sign(by="wu")
    assert sim.state == "out"
    sim.sign(by="vi")
    assert sim.state == "done"
    assert sim.history[-1] == Step(NOW, "vi", "signed", "out", "done", None)
    assert {mail.to for mail in sim.mails if mail.kind == "signature_done"} == {"ana", "cleo", "ines", "wu", "vi"}, (
        "who signed without an account is mailed the signed PDF instead"
    )


@pytest.mark.parametrize(("currency", "asked"), [("EUR", False), ("USD", True)])
def test_a_signer_with_a_condition_is_asked_when_it_holds_or_is_undecided(currency: str, asked: bool) -> None:
    """W8, W4."""
    sim = signing(ORDER, {"value": {"amount": 50, "currency": currency}})
    sim.sign(by=PAT)
    assert ("ines" in people(sim)) is asked


def test_declining_needs_a_reason_and_ends_the_round() -> None:
    """W8."""
    sim = signing(ORDER)
    assert refusal(lambda: sim.decline(by=PAT, reason=" ")) == ["Say why you decline to sign."]
    sim.decline(by=PAT, reason="clause 4")
    assert (sim.state, sim.seats) == ("a", [])
    assert sim.history[-1] == Step(NOW, PAT, "declined", "out", "a", "clause 4")
    assert sim.case.rounds[0].seats[0].comment == "clause 4"
    assert {mail.to for mail in sim.mails if mail.kind == "signature_declined"} == {"ana", "cleo", PAT}


def test_who_was_asked_is_told_that_signatures_are_not_asked_for_any_more() -> None:
    """W8, N1: who has signed and who is still asked, outside people too, when the state is left."""
    sim = signing("order: [[chief, outsider]]")
    sim.sign(by="ines")
    sim.do("end", by="cleo")
    told = {mail.to for mail in sim.mails if mail.kind == "signature_declined"}
    assert told == {"ines", PAT}


def test_it_expires() -> None:
    """W8: after its duration, where `expired` says."""
    sim = signing(ORDER + ", expires: 2 working days", outcomes="declined: a, expired: late")
    sim.sign(by=PAT)
    sim.advance(to=at(days=2, hours=-0.01))
    assert sim.state == "out"
    sim.advance(to=at(days=2))
    assert sim.state == "late"
    assert sim.history[-1] == Step(at(days=2), None, "expired", "out", "late", None)
    assert refusal(lambda: sim.sign(by="vi")) == ["Your signature is not asked for now."]


def test_nobody_signs_or_declines_after_the_time_whose_timer_has_not_fired() -> None:
    """W8: the worker may be late; a provider reports what was signed in time."""
    sim = signing(ORDER + ", expires: 2 working days", outcomes="declined: a, expired: late")
    late = EngineContext(at(days=2), sim.directory, people=sim._people)
    for act, *inputs in ((engine.sign, {"text": "Pat"}), (engine.decline, "No.")):
        assert refusal(lambda: run(sim, act, PAT, *inputs, context=late)) == [  # noqa: B023 - called at once
            "The time to sign or to decide is over."
        ]
    assert sim.case.rounds[0].seats[0].status == "open"
    sim = signing(ORDER + ", provider: elsewhere, expires: 2 working days", vocabulary=ELSEWHERE)
    run(sim, engine.sign, PAT, {}, context=EngineContext(at(days=2), sim.directory, people=sim._people))
    assert sim.case.rounds[0].seats[0].status == "signed"


def test_an_expired_round_does_not_hide_a_later_one() -> None:
    """W8: whoever signs without naming the round signs where there is time; elsewhere they are told that it is over."""
    sim = signing(ORDER + ", expires: 2 working days", outcomes="declined: a, expired: late")
    later_round = deepcopy(sim.case.rounds[0])
    later_round.number, later_round.expires_at = 2, at(days=9)
    sim.case.rounds.append(later_round)
    late = EngineContext(at(days=2), sim.directory, people=sim._people)
    told = refusal(lambda: run(sim, engine.sign, PAT, {}, sim.case.rounds[0].seats[0], context=late))
    assert told == ["The time to sign or to decide is over."]
    run(sim, engine.sign, PAT, {}, context=late)
    assert [round_.seats[0].status for round_ in sim.case.rounds] == ["open", "signed"]


def test_the_team_is_told_of_signatures_that_failed_and_nobody_has_taken() -> None:
    """W8, N1: the case may end with them; of the wanted outcome it is not told."""
    told = []
    for act in ("expire", "sign"):
        sim = signing("order: [[outsider]], expires: 1 day")
        sim.case.claims.clear()
        before = len(sim.mails)
        sim.advance(to=at(days=2)) if act == "expire" else sim.sign(by=PAT)
        told.append({mail.to for mail in sim.mails[before:]})
    assert told == [{"ana", "al", "cleo", PAT}, {"cleo"}]


def test_expired_is_declined_where_nothing_else_is_said() -> None:
    """W8: `expired` defaults to `declined`."""
    sim = signing(ORDER + ", expires: 1 day")
    sim.advance(to=at(days=9))
    assert (sim.state, sim.history[-1].transition) == ("a", "expired")


def test_nothing_is_signed_before_the_document_is_there() -> None:
    """W8."""
    sim = signing(ORDER, documents=[])
    assert people(sim) == [PAT]
    assert refusal(lambda: sim.sign(by=PAT)) == ["The document “contract” is still missing."]
    sim.document("contract", by="ana")
    sim.sign(by=PAT)
    assert "vi" in people(sim)


def test_a_changed_document_starts_it_again() -> None:
    """W8: a new version has to be signed by everybody again."""
    sim = signing(ORDER)
    sim.sign(by=PAT)
    sim.document("contract", by="ana")
    assert [(seat.round, seat.person) for seat in sim.seats] == [(2, PAT)]
    sim = signing(ORDER + ", if_document_changes: keep")
    sim.sign(by=PAT)
    sim.document("contract", by="ana")
    assert people(sim) == [PAT], "a signature is never kept"


def test_who_is_not_asked_cannot_sign() -> None:
    """W5, W8: a signature round takes no decision, and no second signature."""
    sim = signing("order: [[chief, outsider]]")
    assert refusal(lambda: sim.sign(by="bo")) == ["Your signature is not asked for now."]
    assert refusal(lambda: sim.decide("approve", by="ines")) == ["Your decision is not asked for now."]
    sim.sign(by="ines")
    assert refusal(lambda: sim.sign(by="ines")) == ["You have decided already, or the round has closed."]


def test_a_client_without_the_permission_can_neither_sign_nor_decline() -> None:
    """P25, S8: whoever loses it after the seat was given."""
    sim = signing("order: [[requester]]")
    sim.directory = Cast(only_clients=["cleo"])
    reasons = ["Your account does not have the permission to approve, reject or sign."]
    assert refusal(lambda: sim.sign(by="cleo")) == reasons
    assert refusal(lambda: sim.decline(by="cleo", reason="x")) == reasons
    assert sim.state == "out"


def test_reminders_go_to_those_who_have_not_signed() -> None:
    """W8."""
    sim = signing("order: [[outsider, chief]], remind: every 3 working days")
    sim.sign(by="ines")
    sim.advance(to=at(days=9))
    assert [(m.to, m.at) for m in sim.mails if m.kind == "signature_reminder"] == [(PAT, at(days=3)), (PAT, at(days=8))]


def test_a_signature_goes_to_who_stands_in() -> None:
    """U10."""
    sim = signing("order: [[chief]]", cast=Cast(away={"ines": "kim"}))
    assert people(sim) == ["kim"]
    sim.sign(by="kim")
    assert sim.case.rounds[0].seats[0].on_behalf_of == "ines"


def test_a_late_signature_of_ours_is_given_by_whoever_it_is_escalated_to() -> None:
    """W8, U10: also for who stands in; the first signature is enough, and the other seat is released."""
    for away, late in (({}, "ines"), ({"ines": "kim"}, "kim")):
        sim = signing("order: [[chief]], late: {after: 2 days, escalate_to: board}", cast=Cast(away=away))
        assert people(sim) == [late]
        sim.advance(to=at(days=3))
        assert set(people(sim)) == {late, "vi", "wu", "xi"}
        sim.sign(by="wu")
        statuses = {seat.person: seat.status for seat in sim.case.rounds[0].seats}
        assert (sim.state, statuses["wu"], statuses[late]) == ("done", "signed", "not_needed")


def test_the_evidence_is_kept_with_the_seat() -> None:
    """W8, S6: how it was signed, whatever the provider."""
    sim = signing("order: [[outsider]]")
    run(sim, engine.sign, PAT, {"text": "Pat"})
    assert sim.case.rounds[0].seats[0].evidence == {"text": "Pat"}


def test_who_approved_before_is_not_told_to_have_signed() -> None:
    """W8: a signer of a later group is refused with that reason."""
    text = """
starts_in: a
states:
  a: {}
  check: {approval: check, approved: out, rejected: a}
  out: {signatures: both, signed: z, declined: a}
  z: {ends: true}
transitions:
  ask: {from: a, to: check, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
approvals: {check: {steps: [{approvers: [chief]}]}}
signatures: {both: {document: contract, order: [[board], [chief]]}}
"""
    sim = simulate(text, documents=["contract"])
    sim.do("ask", by="ana")
    sim.decide("approve", by="ines")
    assert refusal(lambda: sim.sign(by="ines")) == ["Your signature is not asked for now."]
    sim.sign(by="vi")
    sim.sign(by="ines")
    assert sim.state == "z"


def test_whoever_is_not_needed_to_sign_any_more_does_not_decline() -> None:
    """W8: one of the board is enough, while the chief has not signed yet; by page, API, link and provider."""
    sim = signing("order: [[{role: board, need: 1}, chief]]")
    sim.sign(by="vi")
    assert people(sim) == ["ines"]
    late = ["Enough others have signed: your signature is not needed any more."]
    assert refusal(lambda: sim.decline(by="xi", reason="No.")) == late
    assert refusal(lambda: sim.sign(by="wu")) == late
    assert sim.state == "out"
    sim.sign(by="ines")
    assert sim.state == "done"
