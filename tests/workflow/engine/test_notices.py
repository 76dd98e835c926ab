"""One mail for each event, whoever names a person and however often (N1)."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import pytest

from formengine.workflow import Simulation
from tests.workflow.builders import Cast, at, simulate

FLOW = """
starts_in: a
states:
  a: {{}}
  asked: {{approval: internal, approved: signing, rejected: a, notify: [{notify}]}}
  signing: {{signatures: both, signed: done, declined: a, notify: [{notify}]}}
  done: {{notify: [{notify}]}}
  z: {{ends: true}}
transitions:
  ask: {{from: a, to: asked, who: [drafter], notify: [{notify}]}}
  end: {{from: any, to: z, who: [requester]}}
approvals:
  internal: {{steps: [{{approvers: [{asked}]}}], notify: {{opened: [{opened}], done: [{opened}]}}{late}}}
signatures:
  both: {{document: paper, order: [[{asked}]], cc: [{cc}], notify: {{opened: [{opened}], done: [{opened}]}}}}
"""


def flow(**words: str) -> str:
    usual = {"notify": "requester", "asked": "chief", "opened": "requester", "late": "", "cc": "requester"}
    return FLOW.format(**{**usual, **words})


def mails(sim: Simulation) -> Counter[str]:
    """How many mails each has got, under any of their names; the list is emptied."""
    told = Counter("ines" if mail.to == "ines@example.com" else mail.to for mail in sim.mails)
    sim.mails.clear()
    return told


@pytest.mark.parametrize(
    ("tell", "escalate_to"), list(product(("[chief]", "[requester]", "[board]"), ("chief", "requester", "board")))
)
def test_escalated_and_told_is_one_mail(tell: str, escalate_to: str) -> None:
    """N1: a late seat; the one to whom it is escalated is asked, the others are told."""
    late = f", late: {{after: 24 hours, escalate_to: {escalate_to}, tell: {tell}}}, remind: every 24 hours"
    sim = simulate(flow(asked="finance", late=late))
    sim.do("ask", by="ana")
    mails(sim)
    sim.advance(to=at(hours=25))
    assert {seat.person for seat in sim.seats} > {"bo", "di"}
    told = mails(sim)
    assert set(told) > {"bo", "di"}
    assert set(told.values()) == {1}


def test_a_stand_in_is_asked_and_not_told() -> None:
    """N1, U10: whoever is asked for somebody who is away."""
    late = ", late: {after: 24 hours, escalate_to: chief, tell: [board]}"
    sim = simulate(flow(asked="finance", late=late), cast=Cast(away={"ines": "vi"}))
    sim.do("ask", by="ana")
    mails(sim)
    sim.advance(to=at(hours=25))
    kinds = [(mail.kind, mail.to) for mail in sim.mails]
    assert kinds.count(("approval_asked", "vi")) == 1
    assert mails(sim) == Counter(["vi", "wu", "xi"])


@pytest.mark.parametrize(("tell", "escalate_to"), list(product(("chief", "requester"), ("chief", "requester"))))
def test_a_missed_deadline_and_where_it_leads(tell: str, escalate_to: str) -> None:
    """N1: told, escalated to, and named by the state that it leads to."""
    sim = simulate(
        f"""
starts_in: a
states:
  a: {{deadlines: [{{within: 1 day, then: {{tell: [{tell}], escalate_to: {escalate_to}, go: b}}}}]}}
  b: {{notify: [chief, requester]}}
  z: {{ends: true}}
transitions: {{end: {{from: any, to: z, who: [requester, drafter]}}}}
"""
    )
    mails(sim)
    sim.advance(to=at(days=3))
    assert mails(sim) == Counter(["ines", "cleo"])


@pytest.mark.parametrize(("notify", "opened", "cc"), list(product(("requester", "chief"), repeat=3)))
def test_a_round_that_opens_and_closes(notify: str, opened: str, cc: str) -> None:
    """N1: asked, told that it was opened, in copy, told of the outcome, and named by the states."""
    sim = simulate(flow(notify=notify, opened=opened, cc=cc), documents=("paper",))
    mails(sim)
    sim.do("ask", by="ana")
    assert set(mails(sim).values()) == {1}
    sim.decide("approve", by="ines")
    kinds = Counter((mail.to, mail.kind) for mail in sim.mails)
    asked_and_told = {("ines", "approval_decided"), ("ines", "signature_asked")} <= set(kinds)
    assert mails(sim)["ines"] == (2 if asked_and_told else 1)  # of two rounds: the one that ended, the one that asks
    sim.sign(by="ines")
    copies = [mail.to for mail in sim.mails if mail.kind == "copy"]
    assert copies == [{"requester": "cleo", "chief": "ines"}[cc]]
    assert set(mails(sim).values()) == {1}


def test_an_account_and_its_address_are_one_person() -> None:
    """N1: in copy by the address, told as the one who signed."""

    class Known(Cast):
        def named(self, person: str) -> str:
            return "ines" if person == "ines@example.com" else person

    contact: dict[str, Any] = {"contact": {"name": "Ines", "email": "ines@example.com"}}
    sim = simulate(flow(cc="contact", opened="chief"), answers=contact, documents=("paper",), cast=Known())
    sim.do("ask", by="ana")
    sim.decide("approve", by="ines")
    mails(sim)
    sim.sign(by="ines")
    assert mails(sim)["ines"] == 1


def test_states_that_follow_one_another_tell_once() -> None:
    """N1: the state where the dossier stays."""
    sim = simulate(
        """
starts_in: a
states:
  a: {}
  b: {notify: [requester], when_true: [{when: years at least 1, go: c}]}
  c: {notify: [requester]}
  z: {ends: true}
transitions:
  go: {from: a, to: b, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
""",
        answers={"years": 2},
    )
    mails(sim)
    sim.do("go", by="ana")
    assert sim.state == "c"
    assert mails(sim) == Counter(["cleo"])


def test_two_deadlines_of_one_moment_are_two_events() -> None:
    """N1: each is told."""
    sim = simulate(
        """
starts_in: a
states:
  a:
    deadlines:
      - {name: First, within: 1 day, then: {tell: [chief]}}
      - {name: Second, within: 1 day, then: {tell: [chief]}}
  z: {ends: true}
transitions: {end: {from: any, to: z, who: [requester, drafter]}}
"""
    )
    mails(sim)
    sim.advance(to=at(days=3))
    assert mails(sim) == Counter({"ines": 2})
