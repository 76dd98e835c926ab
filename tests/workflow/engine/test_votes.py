"""Votes, and who holds a seat changed while a round runs (W7, P25)."""

from __future__ import annotations

import pytest

from formengine.workflow.engine.case import HistoryRecorded
from tests.workflow.builders import Cast, refusal
from tests.workflow.engine.test_rounds import approving, seated

CHIEF = "steps: [{approvers: [chief]}]"
FINANCE = "may_delegate: true, not_same_person_as: [drafter], steps: [{approvers: [{role: finance, need: 2}]}]"


def test_a_comment_may_be_given_and_is_required_to_reject() -> None:
    """W7."""
    sim = approving(CHIEF)
    for empty in (None, "", "  "):
        reasons = refusal(lambda empty=empty: sim.decide("reject", by="ines", comment=empty))
        assert reasons == ["Say in the comment why you reject."]
    assert (sim.state, sim.version) == ("asked", 2)
    sim.decide("approve", by="ines", comment="fine")
    voted = [effect for effect in sim.effects if isinstance(effect, HistoryRecorded) and effect.kind == "decided"]
    assert [(entry.by, entry.comment, entry.data["decision"]) for entry in voted] == [("ines", "fine", "approved")]
    assert sim.case.rounds[0].seats[0].comment == "fine"


def test_who_is_not_asked_cannot_decide() -> None:
    """W5, W7."""
    sim = approving(CHIEF)
    assert refusal(lambda: sim.decide("approve", by="bo")) == ["Your decision is not asked for now."]
    assert refusal(lambda: sim.sign(by="ines")) == ["Your signature is not asked for now."]
    assert refusal(lambda: sim.decide("perhaps", by="ines")) == ["A decision is approve, reject or abstain."]


@pytest.mark.parametrize("decision", ["approve", "reject"])
def test_a_client_without_the_permission_cannot_decide(decision: str) -> None:
    """P25: whatever the rule of the approval says; the case does not change."""
    sim = approving("needs_permission: collaborate, steps: [{approvers: [requester]}]")
    sim.directory = Cast(only_clients=["cleo"])
    reasons = ["Your account does not have the permission to approve, reject or sign."]
    assert refusal(lambda: sim.decide(decision, by="cleo", comment="x")) == reasons
    assert (sim.state, sim.seats[0].status) == ("asked", "open")
    sim.directory = Cast()
    sim.decide(decision, by="cleo", comment="x")
    assert sim.state != "asked"


def test_a_client_without_the_permission_is_not_handed_a_seat() -> None:
    """P25: and cannot be added as an approver."""
    sim = approving(FINANCE, cast=Cast(only_clients=["cleo"]))
    reasons = ["cleo does not have the permission to approve, reject or sign."]
    assert refusal(lambda: sim.delegate(by="bo", to="cleo")) == reasons
    assert refusal(lambda: sim.add_approver("cleo", step=0, by="ana")) == reasons


@pytest.mark.parametrize("step", [0, 1])
def test_an_address_is_no_approver(step: int) -> None:
    """T15: people outside are asked by the workflow alone, never because whoever is in charge typed an address."""
    sim = approving("steps: [{approvers: [{role: finance, need: 2}]}, {approvers: [chief]}]")
    reasons = refusal(lambda: sim.add_approver("ana@elsewhere.example", step=step, by="ana"))
    assert reasons == ["ana@elsewhere.example has no active account."]
    assert seated(sim) == [(0, "bo"), (0, "di")]


def test_somebody_outside_decides_through_a_link() -> None:
    """P25, U9: a guest without an account needs no permission."""
    sim = approving("steps: [{approvers: [outsider]}]", {"contact": {"name": "Pat", "email": "pat@acme.example"}})
    sim.directory = Cast(only_clients=["pat@acme.example"])
    sim.decide("approve", by="pat@acme.example")
    assert sim.state == "yes_"


# handing over


def test_a_seat_is_handed_over() -> None:
    """W7: the delegate decides on behalf of the holder, who can no longer decide."""
    sim = approving(FINANCE)
    sim.delegate(by="bo", to="ed")
    assert seated(sim) == [(0, "di"), (0, "ed")]
    assert ("approval_asked", "ed") in [(mail.kind, mail.to) for mail in sim.mails]
    assert refusal(lambda: sim.decide("approve", by="bo")) == ["Your decision is not asked for now."]
    sim.decide("approve", by="di")
    sim.decide("approve", by="ed")
    assert sim.state == "yes_"
    voted = [effect for effect in sim.effects if isinstance(effect, HistoryRecorded) and effect.kind == "decided"]
    assert [(entry.by, entry.on_behalf_of) for entry in voted] == [("di", None), ("ed", "bo")]


def test_handed_on_again_it_is_still_for_the_first() -> None:
    """W7."""
    sim = approving(FINANCE)
    sim.delegate(by="bo", to="ed")
    sim.delegate(by="ed", to="kim")
    assert [seat.on_behalf_of for seat in sim.case.rounds[0].seats if seat.person == "kim"] == ["bo"]


def test_an_opinion_is_asked_and_the_decision_returns() -> None:
    """W7: ask and return: the opinion is on record and decides nothing."""
    sim = approving(FINANCE)
    sim.delegate(by="bo", to="ed", returns=True)
    sim.decide("approve", by="di")
    sim.decide("reject", by="ed", comment="I would not")
    assert (sim.state, seated(sim)) == ("asked", [(0, "bo")])
    sim.decide("approve", by="bo")
    assert sim.state == "yes_"


def test_who_was_asked_for_an_opinion_may_hand_that_over_and_no_more() -> None:
    """W7: somebody asked for an opinion cannot delegate the decision."""
    sim = approving(FINANCE)
    sim.delegate(by="bo", to="ed", returns=True)
    assert "you cannot ask somebody else" in refusal(lambda: sim.delegate(by="ed", to="kim", returns=True))[0]
    sim.delegate(by="ed", to="kim")
    sim.decide("approve", by="di")
    sim.decide("approve", by="kim")
    assert (sim.state, seated(sim)) == ("asked", [(0, "bo")])


def test_what_returns_to_a_stand_in_is_still_for_whom_they_stand() -> None:
    """U10, W7."""
    sim = approving(FINANCE, cast=Cast(away={"bo": "kim"}))
    sim.delegate(by="kim", to="ed", returns=True)
    sim.decide("approve", by="ed")
    sim.decide("approve", by="kim")
    voted = [effect for effect in sim.effects if isinstance(effect, HistoryRecorded) and effect.kind == "decided"]
    assert voted[-1].on_behalf_of == "bo"


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("ana", "ana may not decide here: it has to be somebody else's eyes."),
        ("di", "di has a seat in this step already."),
        ("bo", "bo has a seat in this step already."),
        ("gone", "gone has no active account."),
        ("bo@elsewhere.example", "bo@elsewhere.example has no active account."),
    ],
)
def test_a_delegate_who_cannot_decide_is_refused_with_the_reason(to: str, reason: str) -> None:
    """W7, T15: nor is an address that somebody typed asked: it may be that of one who may not decide."""
    sim = approving(FINANCE, cast=Cast(gone=["gone"]))
    for returns in (False, True):
        assert refusal(lambda returns=returns: sim.delegate(by="bo", to=to, returns=returns)) == [reason]
    assert seated(sim) == [(0, "bo"), (0, "di")]


def test_handing_over_is_refused_unless_it_is_allowed() -> None:
    """W7: may_delegate is false by default."""
    sim = approving(CHIEF)
    assert refusal(lambda: sim.delegate(by="ines", to="ed")) == ["This cannot be handed to somebody else."]
    assert refusal(lambda: sim.delegate(by="bo", to="ed")) == ["Your decision is not asked for now."]


# adding and removing

TWO = "steps: [{name: One, approvers: [finance]}, {name: Two, approvers: [chief]}]"


def test_an_approver_is_added_to_the_present_step() -> None:
    """W7: the seat opens at once and counts."""
    sim = approving(TWO)
    sim.add_approver("vi", step=0, by="ana")
    assert seated(sim) == [(0, "bo"), (0, "di"), (0, "vi")]
    sim.decide("approve", by="bo")
    assert seated(sim) == [(0, "vi")]
    sim.decide("approve", by="vi")
    assert seated(sim) == [(1, "ines")]


def test_an_approver_is_added_to_a_later_step() -> None:
    """W7: asked when its turn comes."""
    sim = approving(TWO)
    sim.add_approver("vi", step=1, by="lea")
    assert len(sim.seats) == 2
    sim.decide("approve", by="bo")
    assert seated(sim) == [(1, "ines"), (1, "vi")]


def test_an_approver_is_removed() -> None:
    """W7: the votes of the others may then be enough."""
    sim = approving("steps: [{approvers: [{role: board, need: all}]}]")
    sim.decide("approve", by="vi")
    sim.remove_approver("wu", by="ana")
    assert (sim.state, seated(sim)) == ("asked", [(0, "xi")])
    sim.remove_approver("xi", by="lea")
    assert (sim.state, sim.history[-1].by) == ("yes_", "lea")
    sim = approving(TWO)
    sim.add_approver("vi", step=1, by="ana")
    sim.remove_approver("vi", by="ana")
    sim.decide("approve", by="bo")
    assert seated(sim) == [(1, "ines")]


def test_the_last_who_could_decide_is_not_removed() -> None:
    """W7, W5."""
    sim = approving("steps: [{approvers: [{role: finance, need: 2}]}]")
    reasons = ["Without bo nobody could decide in this step."]
    assert refusal(lambda: sim.remove_approver("bo", by="ana")) == reasons
    assert seated(sim) == [(0, "bo"), (0, "di")]


def test_only_whoever_has_the_dossier_or_a_legal_admin_changes_who_approves() -> None:
    """W7, W5."""
    sim = approving(TWO)
    reasons = ["Only whoever has taken the dossier, or a legal admin, may change who approves."]
    for by in ("bo", "al", "cleo"):
        assert refusal(lambda by=by: sim.add_approver("vi", step=0, by=by)) == reasons
        assert refusal(lambda by=by: sim.remove_approver("di", by=by)) == reasons


def test_what_cannot_be_changed_says_why() -> None:
    """W5."""
    sim = approving(TWO)
    assert refusal(lambda: sim.add_approver("bo", step=0, by="ana")) == ["bo has a seat in this step already."]
    over = ["This step is over, or there is none of that number."]
    assert refusal(lambda: sim.add_approver("vi", step=2, by="ana")) == over
    sim.add_approver("vi", step=1, by="ana")
    assert refusal(lambda: sim.add_approver("vi", step=1, by="ana")) == ["vi has a seat in this step already."]
    assert refusal(lambda: sim.remove_approver("wu", by="ana")) == ["wu has no open seat in this approval."]
    sim.decide("approve", by="bo")
    assert refusal(lambda: sim.add_approver("wu", step=0, by="ana")) == over
    sim.do("take_back", by="ana")
    assert refusal(lambda: sim.add_approver("wu", step=0, by="ana")) == ["No approval is being asked for now."]


def test_people_added_are_asked_again_when_the_document_has_changed() -> None:
    """W7."""
    sim = approving("document: contract, " + TWO, documents=["contract"])
    sim.add_approver("vi", step=0, by="ana")
    sim.document("contract", by="ana")
    assert seated(sim) == [(0, "bo"), (0, "di"), (0, "vi")]
