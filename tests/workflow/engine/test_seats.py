"""Seats: quorums, four eyes, people with two of them, and who stands in for whom (W7, U10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine.case import HistoryRecorded
from tests.workflow.builders import Cast, refusal
from tests.workflow.engine.test_rounds import approving, seated


@pytest.mark.parametrize(
    ("need", "votes", "met"),
    [
        ("{role: board}", ["vi"], True),
        ("{role: board, need: 2}", ["vi"], False),
        ("{role: board, need: 2}", ["vi", "xi"], True),
        ("{role: board, need: all}", ["vi", "xi"], False),
        ("{role: board, need: all}", ["xi", "wu", "vi"], True),
        ("{team: finance, need: 2}", ["bo", "di"], True),
        ("{position: general_counsel}", ["ines"], True),
        ("{person: kim}", ["kim"], True),
        ("finance, chief", ["di"], False),  # every entry must be met
        ("finance, chief", ["ines"], False),
        ("finance, chief", ["ines", "di"], True),
        ("finance, {role: chief, when: urgent is true}", ["di"], True),
    ],
)
def test_k_of_n(need: str, votes: list[str], met: bool) -> None:
    """W7: of a role, a team, a person or a position; need n or all; conditions of entries."""
    sim = approving(f"steps: [{{approvers: [{need}]}}]")
    for person in votes:
        sim.decide("approve", by=person)
    assert (sim.state == "yes_") is met


def test_seats_that_are_not_needed_any_more_are_closed() -> None:
    """W7: a vote after the quorum is refused."""
    sim = approving("steps: [{approvers: [{role: board, need: 2}]}, {approvers: [chief]}]")
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    assert [seat.status for seat in sim.case.rounds[0].seats[:3]] == ["approved", "approved", "not_needed"]
    late = "Enough others have decided: your decision is not needed any more."
    assert refusal(lambda: sim.decide("approve", by="xi")) == [late]


def test_an_entry_that_has_its_votes_asks_nobody_else_while_others_of_the_step_are_open() -> None:
    """W7: whoever is not needed neither rejects nor delegates; a quorum still needs their votes."""
    sim = approving("steps: [{approvers: [board, chief]}], may_delegate: true")
    sim.decide("approve", by="vi")
    assert seated(sim) == [(0, "ines")]
    late = ["Enough others have decided: your decision is not needed any more."]
    assert refusal(lambda: sim.decide("reject", by="xi", comment="No.")) == late
    assert refusal(lambda: sim.delegate(by="wu", to="bo")) == late
    sim.decide("approve", by="ines")
    assert sim.state == "yes_"
    counted = approving("steps: [{quorum: 3, approvers: [board, chief]}]")
    counted.decide("approve", by="vi")
    assert [person for _, person in seated(counted)] == ["wu", "xi", "ines"]


def test_whoever_was_not_needed_is_asked_again_when_more_votes_are_needed() -> None:
    """W22: of two of three a majority was there; of four it takes three."""
    sim = approving("steps: [{approvers: [{role: board, need: majority}, chief]}]")
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    assert seated(sim) == [(0, "ines")]
    sim.add_approver("kim", step=0, by="lea")
    assert {person for _, person in seated(sim)} == {"xi", "ines", "kim"}
    sim.decide("approve", by="xi")
    assert seated(sim) == [(0, "ines")]


def test_four_eyes_keep_people_out() -> None:
    """W7: not_same_person_as: the excluded get no seat, and n counts the rest."""
    people = {"team:board": ["vi", "ana", "cleo"]}
    sim = approving(
        "not_same_person_as: [requester, drafter], steps: [{approvers: [{role: board, need: all}]}]", people=people
    )
    assert seated(sim) == [(0, "vi")]
    sim.decide("approve", by="vi")
    assert sim.state == "yes_"


def test_four_eyes_can_leave_nobody_and_the_button_knows() -> None:
    """W5, W7: somebody who would claim the dossier by acting already counts as excluded."""
    people = {"team:board": ["ana"]}
    text = "not_same_person_as: [drafter], steps: [{approvers: [board]}]"
    sim = approving("steps: [{approvers: [chief]}]", people=people)
    assert sim.case.claims == {"drafter": "ana"}
    assert refusal(lambda: approving(text, people=people)) == ["Nobody can decide in the step “Board”."]


LATER = "not_same_person_as: [drafter], steps: [{approvers: [{role: board, need: all}]}]"


def _asked_before_anybody_took_it(approval: str = LATER, **people: list[str]) -> Simulation:
    sim = approving(approval, people={"counsel": ["kim"], **people}, by="kim")
    assert sim.case.claims == {}
    return sim


def test_four_eyes_of_who_takes_the_dossier_later() -> None:
    """W7: somebody who claims the excluded role loses their open seat; the quorum counts the others."""
    sim = _asked_before_anybody_took_it(**{"team:board": ["vi", "ana", "wu"]})
    assert seated(sim) == [(0, "vi"), (0, "ana"), (0, "wu")]
    sim.claim("drafter", by="ana")
    assert seated(sim) == [(0, "vi"), (0, "wu")]
    assert refusal(lambda: sim.decide("approve", by="ana")) == ["Your decision is not asked for now."]
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    assert sim.state == "yes_"


def test_four_eyes_that_take_the_last_open_seat_end_the_step() -> None:
    """W7: the votes of the others can complete the quorum."""
    sim = _asked_before_anybody_took_it(**{"team:board": ["vi", "ana"]})
    sim.decide("approve", by="vi")
    sim.claim("drafter", by="ana")
    assert (sim.state, sim.seats) == ("yes_", [])


def test_four_eyes_that_leave_nobody_ask_whom_the_rule_escalates_to() -> None:
    """W7: without another approver the seat is escalated, else the round would never end."""
    late = f"{LATER}, late: {{after: 1 day, escalate_to: chief}}"
    sim = _asked_before_anybody_took_it(late, **{"team:board": ["ana"]})
    sim.claim("drafter", by="ana")
    assert seated(sim) == [(0, "ines")]
    sim.decide("approve", by="ines")
    assert sim.state == "yes_"


def test_four_eyes_do_not_count_a_team_of_which_nobody_has_taken_the_dossier() -> None:
    """W7: only the person who claimed the role is excluded."""
    text = "not_same_person_as: [second], steps: [{approvers: [finance]}]"
    sim = approving(text, roles="second: {team: finance, one_person: true}")
    assert seated(sim) == [(0, "bo"), (0, "di")]


def test_who_has_two_seats_of_a_step_votes_once() -> None:
    """W7: one vote settles both, and in each quorum it counts once."""
    people = {"team:board": ["vi", "ines"]}
    sim = approving("steps: [{approvers: [{role: board, need: 2}, chief]}]", people=people)
    assert seated(sim) == [(0, "vi"), (0, "ines"), (0, "ines")]
    sim.decide("approve", by="ines")
    assert seated(sim) == [(0, "vi")]
    assert refusal(lambda: sim.decide("approve", by="ines")) == ["You have decided already, or the round has closed."]
    sim.decide("approve", by="vi")
    assert sim.state == "yes_"


def test_one_vote_is_not_two() -> None:
    """W7: a person with two seats counts once in a quorum of two."""
    sim = approving("rejection: counts, steps: [{approvers: [{role: both, need: 2}]}]", roles="both: {team: board}")
    sim.case.rounds[0].seats[1].person = "vi"  # as after a stand-in: two seats of one entry
    sim.decide("approve", by="vi")
    assert (sim.state, seated(sim)) == ("asked", [(0, "xi")])
    sim.decide("approve", by="xi")
    assert sim.state == "yes_"


def test_a_vote_is_not_carried_to_the_next_step() -> None:
    """W7."""
    people = {"team:board": ["ines"]}
    sim = approving("steps: [{approvers: [board]}, {approvers: [chief]}]", people=people)
    sim.decide("approve", by="ines")
    assert seated(sim) == [(1, "ines")]


# out of office

BOARD = "steps: [{approvers: [{role: board, need: 2}]}]"


def test_whoever_stands_in_gets_the_seat_and_the_record_says_for_whom() -> None:
    """U10: "B for A"."""
    sim = approving(BOARD, cast=Cast(away={"vi": "kim"}))
    assert seated(sim) == [(0, "kim"), (0, "wu"), (0, "xi")]
    assert "kim" in {mail.to for mail in sim.mails if mail.kind == "approval_asked"}
    sim.decide("approve", by="kim")
    voted = [effect for effect in sim.effects if isinstance(effect, HistoryRecorded) and effect.kind == "decided"]
    assert [(entry.by, entry.on_behalf_of) for entry in voted] == [("kim", "vi")]


@pytest.mark.parametrize(
    ("cast", "reason"),
    [
        (Cast(away={"vi": "ana"}), "kept out by four eyes"),
        (Cast(away={"vi": "wu"}), "has a seat of the step"),
        (Cast(away={"vi": "xi"}), "gets a seat of the step after"),
        (Cast(away={"vi": "kim"}, gone=["kim"]), "has no account any more"),
        (Cast(away={"vi": "kim"}, only_clients=["kim"]), "may not approve"),
    ],
)
def test_who_cannot_stand_in_does_not(cast: Cast, reason: str) -> None:
    """U10: excluded people cannot be delegates; nobody gets a second seat that would make a quorum smaller."""
    sim = approving("not_same_person_as: [drafter], " + BOARD, cast=cast)
    assert seated(sim) == [(0, "vi"), (0, "wu"), (0, "xi")], reason


def test_one_person_stands_in_for_one_of_two_who_are_away() -> None:
    """U10: a delegate with a seat of their own does not get a second one, which would lose the quorum."""
    sim = approving(BOARD, cast=Cast(away={"vi": "kim", "wu": "kim"}))
    assert seated(sim) == [(0, "kim"), (0, "wu"), (0, "xi")]


def test_it_is_asked_when_the_seat_is_given() -> None:
    """U10: only seats assigned during the absence go to the delegate."""
    sim = approving("steps: [{approvers: [board]}, {approvers: [chief]}]")
    sim.directory = Cast(away={"vi": "kim", "ines": "kim"})
    assert seated(sim)[0] == (0, "vi")
    sim.decide("approve", by="vi")
    assert seated(sim) == [(1, "kim")]
    sim = approving("steps: [{approvers: [board]}, {approvers: [chief]}]", cast=Cast(away={"ines": "kim"}))
    sim.directory = Cast()
    sim.decide("approve", by="vi")
    assert seated(sim) == [(1, "ines")]


TWO_STEPS = (
    "not_same_person_as: [requester, drafter], may_delegate: true, late: {after: 2 days, escalate_to: finance}, "
    "steps: [{approvers: [chief]}, {approvers: [{role: board, need: 1}]}]"
)


def test_whoever_is_added_to_a_later_step_may_decide() -> None:
    """W7, P25: not the excluded, a closed account, or a client without the permission; nor when the step starts."""
    cast = Cast(gone={"wu"}, only_clients={"xi"})
    sim = approving(TWO_STEPS, cast=cast)
    for person, reason in (
        ("ana", "ana may not decide here: it has to be somebody else's eyes."),
        ("wu", "wu has no active account."),
        ("xi", "xi does not have the permission to approve, reject or sign."),
    ):
        assert refusal(lambda person=person: sim.add_approver(person, step=1, by="ana")) == [reason]
    sim.add_approver("kim", step=1, by="ana")
    cast.gone.add("kim")
    sim.decide("approve", by="ines")
    assert seated(sim) == [(1, "vi")]
    assert {mail.to for mail in sim.mails if mail.kind == "approval_asked"} == {"ines", "vi"}


def test_late_seats_are_escalated_to_people_who_may_decide() -> None:
    """W7, P25: a superior without the permission gets no seat."""
    sim = approving(TWO_STEPS, cast=Cast(only_clients={"bo"}))
    sim.advance(to=sim.now + timedelta(days=7))
    assert seated(sim) == [(0, "ines"), (0, "di")]


@pytest.mark.parametrize(("gone", "seats"), [(set(), [(0, "bo"), (0, "di")]), ({"bo", "di"}, [])])
def test_a_decision_does_not_come_back_to_a_closed_account(gone: set[str], seats: list[tuple[int, str]]) -> None:
    """W7: it is escalated as its open seats were, and where that is impossible the legal admins are told."""
    cast = Cast()
    sim = approving(TWO_STEPS, cast=cast)
    sim.delegate(by="ines", to="kim", returns=True)
    cast.gone |= {"ines", *gone}
    asked = sum(mail.to == "ines" for mail in sim.mails)
    sim.decide("approve", by="kim")
    assert seated(sim) == seats
    assert sum(mail.to == "ines" for mail in sim.mails) == asked
    assert sim.case.rounds[0].nobody is (not seats)
