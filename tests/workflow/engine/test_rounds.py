"""Rounds of approval: steps in turn, what a rejection means, what becomes of a round (W7)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.workflow import Mail, Simulation, Step
from tests.workflow.builders import NOW, Cast, at, refusal, simulate


def approving(approval: str, answers: dict[str, Any] | None = None, by: str = "ana", **more: Any) -> Simulation:
    """A dossier in the state that asks for an approval of these lines."""
    text = f"""
starts_in: a
states:
  a: {{}}
  asked: {{approval: internal, approved: yes_, rejected: a}}
  yes_: {{}}
  z: {{ends: true}}
transitions:
  ask: {{from: a, to: asked, who: [drafter, counsel]}}
  take_back: {{from: asked, to: a, who: [drafter]}}
  end: {{from: any, to: z, who: [requester]}}
approvals:
  internal: {{{approval}}}
"""
    sim = simulate(text, answers, **more)
    sim.do("ask", by=by)
    return sim


def seated(sim: Simulation) -> list[tuple[int, str]]:
    return [(seat.step, seat.person) for seat in sim.seats]


TWO = "steps: [{name: Finance, approvers: [finance]}, {name: Chief, approvers: [chief]}]"


def test_steps_come_in_turn() -> None:
    """W7: seats of a step are assigned when it starts."""
    sim = approving(TWO)
    assert seated(sim) == [(0, "bo"), (0, "di")]
    assert [(seat.name, seat.role, seat.kind, seat.round) for seat in sim.seats] == [
        ("Finance", "finance", "approval", 1)
    ] * 2
    sim.decide("approve", by="di")
    assert seated(sim) == [(1, "ines")]
    sim.decide("approve", by="ines")
    assert (sim.state, sim.seats) == ("yes_", [])


def test_the_deciding_vote_closes_the_round_and_moves_the_dossier() -> None:
    """W7: in one transaction, and the history names who decided."""
    sim = approving("steps: [{approvers: [chief]}]")
    before = sim.version
    sim.decide("approve", by="ines")
    assert sim.history[-1] == Step(NOW, "ines", "approved", "asked", "yes_", None)
    assert sim.case.rounds[0].status == "approved"
    assert sim.version == before + 1


def test_people_of_a_step_are_asked_together_and_told() -> None:
    """W7, N1: whoever votes first."""
    sim = approving("steps: [{approvers: [{team: board, need: 2}, chief]}]")
    assert seated(sim) == [(0, "vi"), (0, "wu"), (0, "xi"), (0, "ines")]
    assert [mail.to for mail in sim.mails if mail.kind == "approval_asked"] == ["vi", "wu", "xi", "ines"]
    sim.decide("approve", by="xi")
    sim.decide("approve", by="ines")
    assert sim.state == "asked"
    sim.decide("approve", by="vi")
    assert sim.state == "yes_"
    assert Mail("approval_decided", "ana", NOW) in sim.mails
    assert {mail.to for mail in sim.mails if mail.kind == "approval_decided"} == {"ana", "cleo", "xi", "ines", "vi"}


def test_a_rejection_is_told_to_who_asked_the_requester_and_who_decided() -> None:
    """W7, N1."""
    sim = approving("steps: [{approvers: [{role: board, need: 3}]}]")
    sim.decide("approve", by="vi")
    sim.decide("reject", by="wu", comment="No.")
    assert {mail.to for mail in sim.mails if mail.kind == "approval_decided"} == {"ana", "cleo", "vi", "wu"}


def test_the_workflow_says_who_hears_of_a_round() -> None:
    """W7, N1: that it was opened, and of each outcome it names; of the others those who hear of it anyway."""
    notify = "notify: {opened: [chief], done: [finance], rejected: [drafter]}"
    told = "steps: [{approvers: [board]}], " + notify
    sim = approving(told)
    assert [mail.to for mail in sim.mails if mail.kind == "outcome"] == ["ines"]
    sim.decide("approve", by="vi")
    assert {mail.to for mail in sim.mails if mail.kind == "approval_decided"} == {"bo", "di"}
    sim = approving(told)
    sim.decide("reject", by="vi", comment="No.")
    assert {mail.to for mail in sim.mails if mail.kind == "approval_decided"} == {"ana"}


MONEY = "steps: [{approvers: [finance]}, {approvers: [chief], when: value over 100 EUR}, {approvers: [board]}]"


@pytest.mark.parametrize(
    ("amount", "currency", "asked"),
    [(1000, "EUR", "ines"), (10, "EUR", "vi"), (10, "USD", "ines"), (None, "EUR", "vi")],
)
def test_a_step_is_asked_when_its_condition_holds_or_is_undecided(amount: object, currency: str, asked: str) -> None:
    """W7: `when` per step; in another currency, ask rather than skip."""
    sim = approving(MONEY, {"value": {"amount": amount, "currency": currency}} if amount else {})
    sim.decide("approve", by="bo")
    assert sim.seats[0].person == asked
    assert sim.case.rounds[0].skipped_steps == ([] if asked == "ines" else [1])


def test_the_condition_of_a_step_is_tested_when_its_turn_comes() -> None:
    """W7."""
    sim = approving(MONEY, {"value": {"amount": 10, "currency": "EUR"}})
    sim.case.fields["value"] = {"amount": 1000, "currency": "EUR"}
    sim.decide("approve", by="bo")
    assert seated(sim) == [(1, "ines")]


def test_a_step_that_was_skipped_is_asked_once_its_condition_holds() -> None:
    """W7: an amount that is corrected while the round is open brings in the approver of the threshold, once, and nobody
    who has decided is asked again; one that is corrected back does not.
    """
    text = "steps: [{approvers: [finance], when: value over 100 EUR}, {approvers: [chief]}, {approvers: [board]}]"
    for amounts, asked in ((["900"], ["ines", "bo", "vi"]), (["900", "10"], ["ines", "vi"]), ([], ["ines", "vi"])):
        sim = approving(text, {"value": {"amount": "10", "currency": "EUR"}})
        for amount in amounts:
            sim.case.fields["value"] = {"amount": amount, "currency": "EUR"}
        for name in asked:
            assert sim.state == "asked"
            sim.decide("approve", by=name)
        assert sim.state == "yes_", asked


def test_steps_without_people_are_skipped_but_no_round_is_approved_without_a_vote() -> None:
    """W7: `if_nobody: skip`."""
    text = "if_nobody: skip, steps: [{approvers: [{role: board, need: 2}]}, {approvers: [finance]}]"
    sim = approving(text, people={"team:board": ["vi"]})
    assert seated(sim) == [(1, "bo"), (1, "di")]
    text = "if_nobody: skip, steps: [{name: Other side, approvers: [outsider]}]"
    assert refusal(lambda: approving(text)) == ["Nobody can decide in the step “Other side”."]


def test_people_who_may_not_decide_get_no_seat() -> None:
    """W7, P25: a client without the permission to collaborate is neither seated nor mailed."""
    text = "steps: [{name: Board, approvers: [board]}]"
    sim = approving(text, may_not_collaborate=("vi", "wu"))
    assert seated(sim) == [(0, "xi")]
    assert {mail.to for mail in sim.mails if mail.kind == "approval_asked"} == {"xi"}


def test_a_round_that_too_few_people_may_decide_is_refused_with_the_numbers() -> None:
    """W7: two needed, one may."""
    text = "steps: [{name: Board, approvers: [{role: board, need: 2}]}]"
    assert refusal(lambda: approving(text, may_not_collaborate=("vi", "wu"))) == [
        "Too few people can decide in the step “Board”: 2 are needed, 1 may."
    ]


def test_a_round_that_opens_by_itself_without_people_is_told_to_the_legal_admins() -> None:
    """W7: on arrival by a deadline nobody can be refused: the round shows it, and the admins add somebody."""
    text = """
starts_in: a
states:
  a: {deadlines: [{within: 1 day, then: {go: asked}}]}
  asked: {approval: board, approved: z, rejected: a}
  z: {ends: true}
transitions:
  end: {from: a, to: z, who: [requester]}
approvals:
  board: {title: Board, if_nobody: skip, steps: [{approvers: [board]}]}
"""
    sim = simulate(text, may_not_collaborate=("vi", "wu", "xi"))
    sim.advance(to=at(days=3))
    assert (sim.state, sim.case.rounds[0].nobody) == ("asked", True)
    assert [mail.to for mail in sim.mails if mail.kind == "nobody"] == ["lea"]
    sim.add_approver("bo", 0, by="lea")
    sim.decide("approve", by="bo")
    assert sim.state == "z"


def test_a_rejection_stops_the_round() -> None:
    """W7: `stops`, the default."""
    sim = approving(TWO)
    sim.decide("reject", by="bo", comment="too dear")
    assert (sim.state, sim.seats, sim.case.rounds[0].status) == ("a", [], "rejected")
    assert sim.history[-1] == Step(NOW, "bo", "rejected", "asked", "a", "too dear")


COUNTS = "rejection: counts, steps: [{approvers: [{team: board, need: 2}]}, {approvers: [chief]}]"


def test_a_rejection_that_counts_waits_for_the_quorum_to_be_lost() -> None:
    """W7: `counts`."""
    sim = approving(COUNTS)
    sim.decide("reject", by="vi", comment="no")
    assert sim.state == "asked"
    sim.decide("approve", by="wu")
    sim.decide("approve", by="xi")
    assert seated(sim) == [(1, "ines")]
    sim = approving(COUNTS)
    sim.decide("reject", by="vi", comment="no")
    sim.decide("reject", by="wu", comment="no")
    assert (sim.state, sim.case.rounds[0].status) == ("a", "rejected")


def test_a_rejection_that_counts_loses_for_want_of_one_when_all_are_needed() -> None:
    """W7."""
    sim = approving("rejection: counts, steps: [{approvers: [{team: board, need: all}]}]")
    sim.decide("approve", by="vi")
    sim.decide("reject", by="wu", comment="no")
    assert sim.state == "a"


BACKWARDS = """rejection: returns_one_step, steps: [{approvers: [finance]},
    {approvers: [outsider], when: urgent is true}, {approvers: [chief]}]"""


def test_a_rejection_that_returns_reopens_the_step_before() -> None:
    """W7: `returns_one_step`, over steps that were skipped; those who voted there are asked anew."""
    sim = approving(BACKWARDS)
    sim.decide("approve", by="bo")
    sim.decide("reject", by="ines", comment="look again")
    assert (sim.state, seated(sim)) == ("asked", [(0, "bo"), (0, "di")])
    sim.decide("approve", by="bo")
    sim.decide("approve", by="ines")
    assert sim.state == "yes_"
    votes = [(seat.step, seat.person, seat.status, seat.past) for seat in sim.case.rounds[0].seats]
    assert votes[0] == (0, "bo", "approved", True)
    assert votes[2] == (2, "ines", "rejected", True)


def test_a_rejection_returns_one_step_at_a_time() -> None:
    """W7: from the third to the second, from there to the first; a step skipped before may be asked now."""
    lines = "rejection: returns_one_step, steps: [{approvers: [finance]}, {approvers: [board], when: WHEN}, %s]"
    sim = approving(lines.replace("WHEN", "open_task is 0") % "{approvers: [chief]}")
    for person in ("bo", "vi"):
        sim.decide("approve", by=person)
    sim.decide("reject", by="ines", comment="no")
    assert seated(sim) == [(1, "vi"), (1, "wu"), (1, "xi")]
    sim.decide("reject", by="wu", comment="no")
    assert seated(sim) == [(0, "bo"), (0, "di")]
    sim.open_child("task", by="ana", fields={"title": "Look"})
    sim.decide("approve", by="di")
    sim.decide("reject", by="ines", comment="no")  # the second step was skipped this time
    assert seated(sim) == [(0, "bo"), (0, "di")]
    sim.do("cancel", by="ana", child=("task", 1))
    sim.decide("approve", by="di")
    sim.decide("approve", by="vi")
    sim.decide("reject", by="ines", comment="no")
    assert [step for step, _ in seated(sim)] == [1, 1, 1]


def test_returned_at_the_first_step_it_stops() -> None:
    """W7."""
    sim = approving(BACKWARDS)
    sim.decide("reject", by="di", comment="no")
    assert (sim.state, sim.case.rounds[0].status) == ("a", "rejected")


def test_a_step_that_would_open_a_round_without_anybody_is_refused() -> None:
    """W5, W7: `if_nobody: refuse`, in every step whose condition holds as it opens; and the button is hidden."""
    for people in ({"team:finance": []}, {"position:general_counsel": []}):
        sim = approving("steps: [{approvers: [board]}]", people=people)
        sim = simulate(_three(), people=people)
        step = "Finance" if "team:finance" in people else "Chief"
        reasons = [f"Nobody can decide in the step “{step}”."]
        assert sim.allowed("ana")["ask"] == reasons
        assert refusal(lambda sim=sim: sim.do("ask", by="ana")) == reasons
        assert (sim.state, sim.version) == ("a", 1)


def _three(when: str = "") -> str:
    return f"""
starts_in: a
states:
  a: {{}}
  choose: {{decide: [{{when: years over 9, go: z}}, {{otherwise: asked}}]}}
  asked: {{approval: internal, approved: z, rejected: a}}
  z: {{ends: true}}
transitions:
  ask: {{from: a, to: choose, who: [drafter]}}
  end: {{from: any, to: z, who: [requester]}}
approvals:
  internal: {{{TWO.replace("[chief]}", "[chief]" + when + "}")}}}
"""


def test_a_later_step_without_anybody_shows_that_nobody_can_decide() -> None:
    """W7: its people were there as the round opened, or its condition did not hold then."""
    sim = simulate(_three(", when: urgent is true"), people={"position:general_counsel": []})
    sim.do("ask", by="ana")
    sim.case.fields["urgent"] = True
    sim.decide("approve", by="bo")
    assert (sim.state, sim.seats, sim.case.rounds[0].nobody) == ("asked", [], True)


def test_what_a_decision_leads_to_is_foreseen() -> None:
    """W5: the lookahead follows `decide` to the round that would open."""
    nobody = {"position:general_counsel": []}
    assert simulate(_three(), people=nobody).allowed("ana")["ask"] != []
    assert simulate(_three(), {"years": 10}, people=nobody).allowed("ana")["ask"] == []


DOCUMENT = "document: contract, steps: [{approvers: [{team: board, need: 2}]}]"


def test_a_round_may_open_before_its_document_exists() -> None:
    """W7: seats are there, deciding is refused with that reason, and the first version is no change."""
    sim = approving(DOCUMENT)
    assert len(sim.seats) == 3
    assert refusal(lambda: sim.decide("approve", by="vi")) == ["The document “contract” is still missing."]
    sim.document("contract", by="ana")
    assert (len(sim.seats), sim.case.rounds[0].status) == (3, "open")
    sim.decide("approve", by="vi")
    assert len(sim.seats) == 2


def test_a_changed_document_starts_the_round_again() -> None:
    """W7: round n is superseded, n+1 opens; votes for the old version are not carried over."""
    sim = approving(DOCUMENT, documents=["contract", "annex"])
    sim.decide("approve", by="vi")
    sim.document("annex", by="ana")
    assert len(sim.case.rounds) == 1
    sim.document("contract", by="ana")
    assert [(round_.number, round_.status) for round_ in sim.case.rounds] == [(1, "superseded"), (2, "open")]
    assert [seat.round for seat in sim.seats] == [2, 2, 2]
    assert sim.history[-1].transition == "ask"


def test_a_changed_document_may_keep_the_round() -> None:
    """W7: `if_document_changes: keep`."""
    sim = approving(DOCUMENT + ", if_document_changes: keep", documents=["contract"])
    sim.decide("approve", by="vi")
    sim.document("contract", by="ana")
    sim.decide("approve", by="wu")
    assert sim.state == "yes_"


def test_leaving_the_state_closes_its_round() -> None:
    """W7: a vote is then refused."""
    sim = approving(TWO)
    sim.do("take_back", by="ana")
    assert (sim.seats, sim.case.rounds[0].status) == ([], "closed")
    assert refusal(lambda: sim.decide("approve", by="bo")) == ["Your decision is not asked for now."]
    sim.do("ask", by="ana")
    assert [seat.round for seat in sim.seats] == [2, 2]


def test_a_round_of_people_who_left_after_it_opened_shows_it() -> None:
    """W7: nobody can decide."""
    sim = approving(TWO)
    sim.directory = Cast(gone=["ines"])
    sim.decide("approve", by="bo")
    assert sim.case.rounds[0].nobody is True
