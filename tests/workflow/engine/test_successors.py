"""A signer forwards the request; whoever is in charge confirms it, or refuses (S9)."""

from __future__ import annotations

from formengine.workflow.engine.case import HistoryRecorded
from formengine.workflow.engine.successors import MAX_FORWARDS
from tests.workflow.builders import refusal, simulate
from tests.workflow.engine.test_seat_changes import CY, NEW, asked, mailed, signing

WHY = "He is the one who signs for us."


def test_nobody_new_is_asked_before_it_is_confirmed() -> None:
    """S9: the wish stands in the history, whoever is in charge is told; then the new signer gets the link."""
    sim = signing(order="[[outsider]]")
    sim.forward(by=CY, to=NEW, reason=WHY, name="Cyrus Acme")
    assert asked(sim) == [CY]
    assert mailed(sim, "forward_asked") == ["ana"]
    assert NEW not in [mail.to for mail in sim.mails]
    assert "already" in refusal(lambda: sim.forward(by=CY, to=NEW, reason=WHY))[0]
    sim.confirm_forward(CY, by="ana")
    assert asked(sim) == [NEW]
    assert mailed(sim, "signature_asked") == [CY, NEW]
    assert mailed(sim, "forwarded") == [CY]
    assert [seat.name for round_ in sim.case.rounds for seat in round_.seats if seat.status == "open"] == ["Cyrus Acme"]
    entries = [e for e in sim.effects if isinstance(e, HistoryRecorded) and "forward" in e.kind]
    assert [(e.kind, e.by, e.data["person"], e.data["to"]) for e in entries] == [
        ("forward_asked", CY, CY, NEW),
        ("seat_forwarded", "ana", CY, NEW),
    ]
    assert entries[0].comment == WHY
    assert refusal(lambda: sim.sign(by=CY)) == ["Your signature is not asked for now."]
    sim.sign(by=NEW)
    assert sim.state == "z"


def test_a_refused_wish_leaves_the_signer_in_place() -> None:
    """S9: who hears of it, with the reason, may sign, and may name somebody else."""
    sim = signing(order="[[outsider]]")
    sim.forward(by=CY, to=NEW, reason=WHY)
    assert "whoever has taken" in refusal(lambda: sim.confirm_forward(CY, by="cleo"))[0]
    assert "whoever has taken" in refusal(lambda: sim.refuse_forward(CY, by="bo"))[0]
    sim.refuse_forward(CY, by="lea", comment="He left in May.")
    assert mailed(sim, "forwarded") == [CY, "ana"]
    assert "Nobody asks" in refusal(lambda: sim.confirm_forward(CY, by="ana"))[0]
    sim.forward(by=CY, to="dan@acme.example", reason=WHY)
    sim.sign(by=CY)
    assert sim.state == "z"


def test_it_is_put_forward_three_times_at_most() -> None:
    """S9: also by those to whom it was forwarded before."""
    sim = signing(order="[[outsider]]")
    signer = CY
    for number in range(MAX_FORWARDS):
        other = f"signer{number}@acme.example"
        sim.forward(by=signer, to=other, reason=WHY)
        sim.confirm_forward(signer, by="ana")
        signer = other
    assert "3 times already" in refusal(lambda: sim.forward(by=signer, to=NEW, reason=WHY))[0]
    sim.replace_seat(signer, NEW, by="ana")
    assert asked(sim) == [NEW]


def test_what_is_refused_at_once() -> None:
    """S9: one's own address, no reason, somebody who is not asked; for an account, an address without one."""
    sim = signing(order="[[outsider, chief]]")
    assert "own address" in refusal(lambda: sim.forward(by=CY, to=CY, reason=WHY))[0]
    assert "Say why" in refusal(lambda: sim.forward(by=CY, to=NEW, reason=" "))[0]
    assert "not asked for" in refusal(lambda: sim.forward(by=NEW, to=CY, reason=WHY))[0]
    assert "with an account" in refusal(lambda: sim.forward(by="ines", to=NEW, reason=WHY))[0]
    sim.forward(by="ines", to="vi", reason=WHY)
    sim.confirm_forward("ines", by="ana")
    assert asked(sim) == [CY, "vi"]


def test_a_fixed_round_is_not_forwarded_nor_changed() -> None:
    """S9: `fixed: true` keeps signers from forwarding, and whoever is in charge from adding and removing approvers."""
    sim = signing(", fixed: true", order="[[outsider]]")
    assert "is fixed" in refusal(lambda: sim.forward(by=CY, to=NEW, reason=WHY))[0]
    sim = simulate("""
starts_in: a
states:
  a: {}
  check: {approval: own, approved: z, rejected: a}
  z: {ends: true}
transitions:
  ask: {from: a, to: check, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
approvals:
  own: {title: Own, fixed: true, steps: [{name: Finance, approvers: [{role: finance, need: 1}]}]}
""")
    sim.do("ask", by="ana")
    for change in (lambda: sim.add_approver("vi", 0, by="ana"), lambda: sim.remove_approver("bo", by="ana")):
        assert refusal(change) == ["Who is asked in “Own” is fixed."]
