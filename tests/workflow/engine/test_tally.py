"""Counting votes: majority, fractions, quorum, abstention, the casting vote, fields asked with a vote (W22)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.workflow import Simulation
from formengine.workflow.definition.vote_rules import Share
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import HistoryRecorded
from tests.workflow.builders import Cast, refusal, run
from tests.workflow.engine.test_rounds import approving

FIVE = {"team:board": ["p1", "p2", "p3", "p4", "p5"], "position:general_counsel": ["ines"]}
BOARD = "steps: [{name: Board, approvers: [board]}]"
MAJORITY = Share(1, 2, exceeded=True)


def voting(rule: str, people: dict[str, list[str]] | None = None, **more: Any) -> Simulation:
    """A board of five (or of `people`) that votes as a rule says."""
    return approving(f"{BOARD}, {rule}", people={**FIVE, **(people or {})}, **more)


def vote(sim: Simulation, votes: str) -> None:
    """The votes of p1, p2 ... in turn: `y` for yes, `n` for no, `a` for an abstention, a blank for none."""
    words = {"y": "approve", "n": "reject", "a": "abstain"}
    for number, letter in enumerate(votes, 1):
        if letter != " ":
            sim.decide(words[letter], by=f"p{number}", comment="because")


def status(sim: Simulation) -> str:
    return sim.case.rounds[0].status


@pytest.mark.parametrize(
    ("share", "votes"),
    [
        (MAJORITY, {1: 1, 2: 2, 3: 2, 4: 3, 5: 3}),
        (Share(2, 3), {1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4}),
        (Share(3, 5), {1: 1, 2: 2, 3: 2, 5: 3, 10: 6}),
    ],
)
def test_a_share_of_those_seated(share: Share, votes: dict[int, int]) -> None:
    """W22: a majority is more than half, a fraction at least so many."""
    assert {people: share.of(people) for people in votes} == votes


@pytest.mark.parametrize(
    ("rule", "votes", "outcome"),
    [
        ("need: majority", "yy", "open"),
        ("need: majority", "yyy", "approved"),
        ("need: majority", "nnyy", "open"),
        ("need: majority", "nnn", "rejected"),
        ("need: two_thirds", "yyyn", "open"),
        ("need: two_thirds", "yyyny", "approved"),
        ("need: two_thirds", "nn", "rejected"),
        ("need: 3/5", "ynyny", "approved"),
        ("need: majority, abstain: true", "aay", "open"),
        ("need: majority, abstain: true", "aan", "rejected"),  # two of five are left
        ("need: majority, abstain: true", "aayyy", "approved"),
        ("need: all, abstain: true", "aaaay", "approved"),
        ("need: all, abstain: true", "aaaaa", "rejected"),  # nobody said yes
        ("need: all, abstain: true", "yyn", "rejected"),
        ("need: 2, quorum: 3", "yy", "open"),
        ("need: 2, quorum: 3", "yyn", "approved"),
        ("need: 1, quorum: majority, abstain: true", "ya", "open"),
        ("need: 1, quorum: majority, abstain: true", "yaa", "approved"),
    ],
)
def test_what_votes_lead_to(rule: str, votes: str, outcome: str) -> None:
    """W22: the vote ends as soon as it is decided, and the quorum counts abstentions."""
    sim = voting(rule)
    vote(sim, votes)
    assert status(sim) == outcome


def test_a_single_rejection_ends_no_vote_that_is_counted() -> None:
    """W22: `rejection` is `counts` by default where votes are counted, and `stops` as before elsewhere."""
    assert voting("need: majority").workflow.approvals["internal"].rejection == "counts"
    assert voting("need: all").workflow.approvals["internal"].rejection == "stops"


def test_nobody_abstains_where_the_workflow_does_not_say_so() -> None:
    """W22, W5."""
    sim = voting("need: majority")
    assert refusal(lambda: sim.abstain(by="p1")) == ["Nobody can abstain in this approval."]


def test_an_abstention_is_in_the_history_with_its_comment() -> None:
    """W22."""
    sim = voting("need: majority, abstain: true")
    sim.abstain(by="p1", comment="I know the seller")
    entry = next(e for e in sim.effects if isinstance(e, HistoryRecorded) and e.kind == "decided")
    assert (entry.by, entry.data["decision"], entry.comment) == ("p1", "abstained", "I know the seller")


FOUR = {"team:board": ["p1", "p2", "p3", "p4"]}


def test_a_tie_is_decided_by_whoever_has_the_casting_vote() -> None:
    """W22: somebody without a vote gets a seat then, for this alone."""
    sim = voting("need: majority, casting_vote: chief, abstain: true", FOUR)
    vote(sim, "yynn")
    assert [(seat.person, seat.role) for seat in sim.seats] == [("ines", "chief")]
    assert ("approval_asked", "ines") in [(mail.kind, mail.to) for mail in sim.mails]
    reason = "The votes are tied and yours decides: approve or reject."
    assert refusal(lambda: sim.abstain(by="ines")) == [reason]
    sim.decide("approve", by="ines")
    assert (status(sim), sim.state) == ("approved", "yes_")


def test_the_casting_vote_can_reject() -> None:
    """W22: the no of the casting vote ends the round, whatever a rejection means otherwise."""
    sim = voting("need: majority, casting_vote: chief", FOUR)
    vote(sim, "ynyn")
    sim.decide("reject", by="ines", comment="not now")
    assert (status(sim), sim.state) == ("rejected", "a")


@pytest.mark.parametrize(("votes", "outcome"), [("yynn", "approved"), ("nnyy", "rejected")])
def test_a_member_with_the_casting_vote_decides_by_the_vote_given(votes: str, outcome: str) -> None:
    """W22: p1 chairs."""
    sim = voting("need: majority, casting_vote: chief", {**FOUR, "position:general_counsel": ["p1"]})
    vote(sim, votes)
    assert status(sim) == outcome


def test_a_tie_that_nobody_decides_is_rejected() -> None:
    """W22: nobody holds the casting vote; without one, a tie is no majority."""
    for rule in ("need: majority, casting_vote: chief", "need: majority"):
        sim = voting(rule, {**FOUR, "position:general_counsel": []})
        vote(sim, "yynn")
        assert status(sim) == "rejected"


def test_a_tie_is_waited_for_where_a_casting_vote_would_decide_it() -> None:
    """W22: two of four against one is lost, but for a tie."""
    sim = voting("need: majority, casting_vote: chief", FOUR)
    vote(sim, "nny")
    assert status(sim) == "open"
    sim.decide("reject", by="p4", comment="no")
    assert status(sim) == "rejected"


def test_a_step_says_otherwise_than_its_approval() -> None:
    """W22: `need`, `quorum`, `abstain` and `casting_vote` of a step override those of the approval."""
    steps = "steps: [{approvers: [finance], need: 1, quorum: 1, abstain: false}, {approvers: [board]}]"
    sim = approving(f"{steps}, need: majority, quorum: 3, abstain: true", people=FIVE)
    assert refusal(lambda: sim.abstain(by="bo")) == ["Nobody can abstain in this approval."]
    sim.decide("approve", by="bo")
    vote(sim, "ayyy")
    assert sim.state == "yes_"


def test_too_few_for_a_quorum_refuse_the_step_that_would_open_the_vote() -> None:
    """W22, W5: the message says the numbers."""
    sim = voting("need: majority, quorum: 3")
    sim.do("take_back", by="ana")
    sim.directory.people["team:board"] = ["p1", "p2"]
    reason = "Too few people can decide in the step “Board”: 3 are needed, 2 may."
    assert sim.allowed("ana")["ask"] == [reason]
    assert refusal(lambda: sim.do("ask", by="ana")) == [reason]


def test_a_closed_account_takes_its_seat_out_of_the_count() -> None:
    """W22, W7: a majority of those who are left; the votes that were given may then be enough."""
    sim = voting("need: majority", FOUR)
    vote(sim, "yyn")
    sim.directory = Cast({**FIVE, **FOUR}, gone=["p4"])
    run(sim, engine.account_closed, "p4")
    assert (status(sim), sim.state) == ("approved", "yes_")


def test_a_closed_account_can_make_a_tie() -> None:
    """W22: then the casting vote is asked for."""
    sim = voting("need: majority, casting_vote: chief", {"team:board": ["p1", "p2", "p3"]})
    vote(sim, "yn")
    sim.directory = Cast({**FIVE, "team:board": ["p1", "p2"]}, gone=["p3"])
    run(sim, engine.account_closed, "p3")
    assert [seat.person for seat in sim.seats] == ["ines"]


def test_somebody_who_is_added_to_a_vote_is_one_of_its_voters() -> None:
    """W22, W7: and no entry of their own, whose no would be a veto."""
    sim = voting("need: majority", {"team:board": ["p1", "p2", "p3"]})
    sim.add_approver("ines", step=0, by="lea")
    sim.decide("reject", by="ines", comment="no")
    vote(sim, "yyy")
    assert status(sim) == "approved"


def asking(rule: str) -> Simulation:
    return voting(f"{rule}, asks: [years]")


def test_fields_are_asked_with_an_approval() -> None:
    """W22: with several voters, the value of the last yes is written when the round is approved."""
    sim = asking("need: 2")
    assert refusal(lambda: sim.decide("approve", by="p1")) == ["“Years” has to be filled in."]
    sim.decide("approve", by="p1", fields={"years": 2})
    assert "years" not in sim.facts
    sim.decide("approve", by="p2", fields={"years": 3})
    assert (sim.state, sim.facts["years"]) == ("yes_", 3)
    entries = [e for e in sim.effects if isinstance(e, HistoryRecorded)]
    assert [(e.by, e.data["values"]) for e in entries if e.kind == "decided"] == [
        ("p1", {"years": 2}),
        ("p2", {"years": 3}),
    ]
    closed = next(e for e in entries if e.kind == "round_closed")
    assert closed.data["fields"] == {"years": 3}


def test_a_rejection_writes_no_field_and_is_not_asked_for_any() -> None:
    """W22."""
    sim = asking("need: majority")
    sim.decide("approve", by="p1", fields={"years": 2})
    for person in ("p2", "p3", "p4"):
        sim.decide("reject", by=person, comment="no")
    assert (sim.state, "years" in sim.facts) == ("a", False)


def test_a_value_that_is_not_asked_is_refused() -> None:
    """W22, W5."""
    sim = asking("need: majority")
    reason = "This step does not ask for “note”."
    assert refusal(lambda: sim.decide("approve", by="p1", fields={"years": 1, "note": "x"})) == [reason]
    assert refusal(lambda: sim.decide("reject", by="p1", comment="no", fields={"years": 1})) == [
        "This step does not ask for “years”."
    ]


def test_a_field_with_a_value_need_not_be_typed_again() -> None:
    """W22: as with `requires`."""
    sim = approving(f"{BOARD}, need: 1, asks: [years]", {"years": 4}, people=FIVE)
    sim.decide("approve", by="p1")
    assert sim.facts["years"] == 4
