"""Time passing: reminders, deadlines missed, in the order they fell due, once (W9)."""

from __future__ import annotations

from datetime import datetime

import pytest

from formengine.workflow import Mail, Step
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import EngineContext, HistoryRecorded, NotifyPeople
from tests.workflow.builders import NOW, at, run, simulate
from tests.workflow.engine.test_deadlines import waiting


def mailed(sim: object, kind: str) -> list[tuple[str, datetime]]:
    return [(mail.to, mail.at) for mail in sim.mails if mail.kind == kind]  # type: ignore[attr-defined]


def test_reminders_go_out_before_it_is_due_to_whom_it_tells() -> None:
    """W9: working time counts back from the due moment; calendar units fall at the opening hour of that day."""
    sim = waiting("within: 5 working days, remind: [1 working day, 3 days, 30 minutes], tell: [drafter, requester]")
    sim.advance(to=at(days=20))
    moments = [at(days=4, hours=-1), at(days=4), at(days=7, hours=-0.5)]
    assert mailed(sim, "deadline_near") == [(person, moment) for moment in moments for person in ("ana", "al", "cleo")]
    assert [deadline.status for deadline in sim.deadlines] == ["missed"]


def test_a_reminder_is_no_step() -> None:
    """W11: a reminder does not change the version."""
    sim = waiting("within: 5 working days, remind: [1 working day], tell: [drafter]")
    sim.advance(to=at(days=6))
    assert len(mailed(sim, "deadline_near")) == 2
    assert sim.version == 1


def test_reminders_that_are_over_already_are_not_sent() -> None:
    """W9: reminders before the start are skipped."""
    sim = waiting(
        "before: 1 hour, of: heard, remind: [3 days, 2 hours], tell: [drafter]", {"heard": "2026-03-02T14:00Z"}
    )
    sim.advance(to=at(hours=4))
    assert mailed(sim, "deadline_near") == [("ana", at(hours=1)), ("al", at(hours=1))]


def test_after_leaving_nobody_is_reminded() -> None:
    """W9."""
    sim = waiting("within: 5 working days, remind: [1 working day], tell: [drafter], then: {tell: [chief]}")
    sim.do("go", by="ana")
    sim.advance(to=at(days=20))
    assert mailed(sim, "deadline_near") == mailed(sim, "deadline_missed") == []


def test_missed_it_tells_escalates_raises_the_priority_and_goes() -> None:
    """W9: everything under `then`."""
    sim = waiting("within: 1 day, then: {tell: [requester], escalate_to: chief, raise_priority: true, go: b}")
    sim.advance(to=at(days=3))
    due = datetime.fromisoformat("2026-03-04T00:00Z")
    assert mailed(sim, "deadline_missed") == [("cleo", due), ("ines", due)]
    assert (sim.case.escalated_to, sim.case.priority, sim.state) == (["ines"], "high", "b")
    assert sim.history == [Step(due, None, "deadline", "a", "b", None)]


@pytest.mark.parametrize(("before", "after"), [("low", "normal"), ("normal", "high"), ("critical", "critical")])
def test_a_priority_is_raised_one_step(before: str, after: str) -> None:
    """W9: the priority rises at most to critical."""
    sim = waiting("within: 1 day, then: {raise_priority: true}")
    sim.case.priority = before
    sim.advance(to=at(days=3))
    assert sim.case.priority == after


def test_a_deadline_fires_once() -> None:
    """W9: a deadline fires once, however often timers are fired."""
    sim = waiting("within: 1 day, then: {tell: [chief], raise_priority: true}")
    for days in (3, 4, 5):
        sim.advance(to=at(days=days))
        sim.advance(to=at(days=days))
    assert len(mailed(sim, "deadline_missed")) == 1
    assert sim.case.priority == "high"


SLEPT = """
starts_in: a
states:
  a:
    deadlines:
      - {name: Third, within: 9 hours, remind: [8 hours], tell: [drafter], then: {go: wrong}}
      - {name: First, within: 3 hours, then: {tell: [requester]}}
      - {name: Second, within: 5 hours, then: {go: b}}
  b: {deadlines: [{name: Fourth, within: 1 hour, then: {go: c}}]}
  c: {}
  wrong: {}
  z: {ends: true}
transitions:
  end: {from: any, to: z, who: [requester]}
"""


def test_what_was_slept_through_fires_in_due_order() -> None:
    """W9: skipped reminders are not sent."""
    sim = simulate(SLEPT)
    effects = run(sim, engine.fire_due, context=EngineContext(at(hours=24), sim.directory, people=sim._people))
    happened = [effect for effect in effects if isinstance(effect, HistoryRecorded)]
    assert [(entry.kind, entry.data.get("name") or entry.after) for entry in happened] == [
        ("deadline_missed", "First"),
        ("deadline_missed", "Second"),
        ("step", "b"),
        ("deadline_missed", "Third"),  # due by now as well, but where it led to is too late
    ]
    assert [effect.kind for effect in effects if isinstance(effect, NotifyPeople)] == ["deadline_missed"]
    assert (sim.case.state, sim.case.version) == ("b", 2)
    assert engine.next_moment(sim.case) == at(hours=25)  # the hour in b begins when the dossier got there


def test_awake_all_the_time_each_fires_at_its_own_moment() -> None:
    """W9."""
    sim = simulate(SLEPT)
    sim.advance(to=at(hours=24))
    assert [(entry.at, entry.after) for entry in sim.history] == [(at(hours=5), "b"), (at(hours=6), "c")]
    assert [(deadline.name, deadline.status) for deadline in sim.deadlines] == [
        ("Third", "met"),
        ("First", "missed"),
        ("Second", "missed"),
        ("Fourth", "missed"),
    ]
    assert mailed(sim, "deadline_near") == [("ana", at(hours=1)), ("al", at(hours=1))]


VOTE = """
starts_in: asked
states:
  asked:
    approval: internal
    approved: good
    rejected: bad
    deadlines: [{within: 3 hours, then: {tell: [requester], go: late}}]
  good: {}
  bad: {}
  late: {}
  z: {ends: true}
transitions:
  end: {from: any, to: z, who: [requester]}
approvals:
  internal: {steps: [{approvers: [chief]}]}
"""


def test_in_the_same_second_the_deadline_may_come_first() -> None:
    """W9: the deadline fires first, and the vote is taken in the new state."""
    sim = simulate(VOTE)
    sim.advance(to=at(hours=3))
    assert sim.state == "late"
    with pytest.raises(Exception, match="not asked for now"):
        sim.decide("approve", by="ines")


def test_in_the_same_second_the_vote_may_come_first() -> None:
    """W9: the deadline that was missed as well fires in the new state."""
    sim = simulate(VOTE)
    around = EngineContext(at(hours=3), sim.directory, people=sim._people)
    run(sim, engine.decide, "ines", "approve", context=around)
    assert sim.case.state == "good"
    assert run(sim, engine.fire_due, context=around) == []
    assert (sim.case.state, sim.case.deadlines[0].status) == ("good", "missed")


def test_a_vote_just_before_meets_it() -> None:
    """W9."""
    sim = simulate(VOTE)
    sim.advance(to=at(hours=2.99))
    sim.decide("approve", by="ines")
    sim.advance(to=at(hours=4))
    assert (sim.state, sim.deadlines[0].status) == ("good", "met")
    assert mailed(sim, "deadline_missed") == []


def test_a_dossiers_own_deadline_may_lead_somewhere_from_every_state() -> None:
    """W9."""
    whole = "deadlines: [{name: Whole, within: 2 days, stops_in: [b], then: {go: b}}]"
    for acts in ((), ("hold", "go", "back")):
        sim = waiting("within: 1 year", more=whole.replace("[b]", "[z]"))
        for act in acts:
            sim.do(act, by="ana")
        sim.advance(to=at(days=5))
        assert sim.state == "b"
    assert sim.history[-1].transition == "deadline"


def test_time_only_goes_forward_and_is_aware() -> None:
    sim = waiting("within: 1 day")
    with pytest.raises(ValueError, match="forward"):
        sim.advance(to=at(hours=-1))
    with pytest.raises(ValueError, match="aware"):
        waiting("within: 1 day", now=datetime(2026, 3, 2))  # noqa: DTZ001  # what is refused
    assert Mail("deadline_missed", "ines", NOW) not in sim.mails


def test_deadlines_on_a_past_date_do_not_move_a_dossier_to_and_fro() -> None:
    """W9, W6: each leads to the state of the other; it rests in the end, with each missed, and people may go on."""
    sim = simulate(
        """
starts_in: a
states:
  a: {deadlines: [{on: due_on, then: {go: b}}]}
  b: {deadlines: [{on: due_on, then: {go: a}}]}
  z: {ends: true}
transitions: {end: {from: any, to: z, who: [requester]}}
""",
        answers={"due_on": "2026-03-03"},
    )
    sim.advance(to=at(days=3))
    assert [(step.before, step.after) for step in sim.history] == [("a", "b"), ("b", "a")]
    assert {deadline.status for deadline in sim.deadlines} == {"missed"}
    sim.do("end", by="cleo")
    assert sim.state == "z"
