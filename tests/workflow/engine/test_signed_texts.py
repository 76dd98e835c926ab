"""What everybody has signed is not decided on again as the text of answers that were corrected since (S10)."""

from __future__ import annotations

from typing import Final

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine import api as engine
from tests.workflow.builders import refusal, run, simulate

REOPENED: Final = """
starts_in: a
states:
  a: {}
  asked: {approval: consent, approved: ready, rejected: a}
  ready: {}
  out: {signatures: ours, signed: z, declined: a}
  z: {ends: true, reopen_within: always}
transitions:
  ask: {from: a, to: asked, who: [drafter]}
  send: {from: ready, to: out, who: [drafter]}
  reopen: {from: z, to: a, who: [drafter]}
  correct: {from: [a, asked, ready, out], to: same, who: [drafter], requires: [note]}
  count: {from: a, to: same, who: [drafter], requires: [rank]}
  redraft: {from: a, to: same, who: [drafter], do: [{draft: contract}]}
  fix: {from: a, to: same, who: [drafter], do: [{draft: contract, if_written: keep}]}
  finish: {from: a, to: z, who: [requester]}
fields: {rank: {type: integer}}
approvals: {consent: {document: contract, steps: [{approvers: [chief]}]}}
signatures: {ours: {document: contract, order: [[chief]]}}
"""
OUTDATED: Final = (
    "Everybody has signed “contract”, and the answers have changed since: its text does not follow them. Change the"
    " answers back, or agree on what changes in another document, such as an amendment."
)


def reopened(by: str | None = None) -> Simulation:
    """A contract that was drafted (`by` somebody: written), approved and signed, and is taken up again."""
    sim = simulate(REOPENED, {"note": "one"})
    run(sim, engine.document_changed, "contract", by, "a" * 64)
    sim.do("ask", by="ana")
    sim.decide("approve", by="ines")
    sim.do("send", by="ana")
    sim.sign(by="ines")
    sim.do("reopen", by="ana")
    return sim


def test_a_signed_text_is_not_put_to_approval_by_other_answers() -> None:
    """S10: until they are what they were; a field of the workflow's own is none of them."""
    sim = reopened()
    sim.do("count", by="ana", fields={"rank": 3})
    assert sim.allowed("ana")["ask"] == []
    sim.do("correct", by="ana", fields={"note": "two"})
    assert sim.allowed("ana")["ask"] == [OUTDATED]
    assert refusal(lambda: sim.do("ask", by="ana")) == [OUTDATED]
    sim.do("correct", by="ana", fields={"note": "one"})
    sim.do("ask", by="ana")


def test_who_is_asked_about_a_signed_text_waits_while_the_answers_differ() -> None:
    """S10: an approval and signatures that were open when the answers changed take no yes, and go on afterwards."""
    sim = reopened()
    sim.do("ask", by="ana")
    sim.do("correct", by="ana", fields={"note": "two"})
    assert sim.case.rounds[-1].paused
    assert refusal(lambda: sim.decide("approve", by="ines")) == [OUTDATED]
    sim.do("correct", by="ana", fields={"note": "one"})
    sim.decide("approve", by="ines")
    sim.do("correct", by="ana", fields={"note": "two"})
    assert sim.allowed("ana")["send"] == [OUTDATED]
    sim.do("correct", by="ana", fields={"note": "one"})
    sim.do("send", by="ana")
    sim.do("correct", by="ana", fields={"note": "two"})
    assert refusal(lambda: sim.sign(by="ines")) == [OUTDATED]
    sim.do("correct", by="ana", fields={"note": "one"})
    sim.sign(by="ines")
    assert sim.state == "z"


@pytest.mark.parametrize("by", [None, "ana"])
def test_a_step_that_drafts_a_signed_text_is_refused(by: str | None) -> None:
    """S2, S10: it says so before anything is lost, where a draft was given up in silence; one that keeps what people
    wrote drafts nothing over that.
    """
    sim = reopened(by)
    (reason,) = sim.allowed("ana")["redraft"]
    assert reason.startswith("This step drafts “contract” anew, and everybody has signed it: it stays as it is.")
    assert refusal(lambda: sim.do("redraft", by="ana")) == [reason]
    assert sim.allowed("ana")["fix"] == ([reason] if by is None else [])


def test_what_people_wrote_does_not_follow_the_answers_anyhow() -> None:
    """S1: a text that was negotiated holds what no answer says, and may be signed again."""
    sim = reopened("ana")
    sim.do("correct", by="ana", fields={"note": "two"})
    sim.do("ask", by="ana")
    assert sim.state == "asked"


def test_what_was_signed_by_an_earlier_release_counts_as_the_answers_are_at_first() -> None:
    """S10: nothing was kept of the answers then: the first change since is noticed."""
    sim = reopened()
    sim.case.rounds[-1].answered = None
    sim.do("correct", by="ana", fields={"note": "two"})
    assert sim.allowed("ana")["ask"] == [OUTDATED]
