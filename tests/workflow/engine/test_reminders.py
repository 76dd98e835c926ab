"""Reminders that repeat, deadlines that come round, and those whose conditions are settled (W18)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import EngineContext, HistoryRecorded
from tests.workflow.builders import NOW, at, run, simulate

TEXT = """
starts_in: a
fields:
  event: {{type: string, format: date}}
  seen: {{type: string, format: date-time}}
  answered: {{type: boolean}}
  flag: {{type: boolean}}
  risk: {{enum: [low, high]}}
states:
  a: {{title: Waiting, deadlines: [{{{deadline}}}]}}
  b: {{}}
  hold: {{category: waiting, pauses_deadlines: true}}
  z: {{ends: true}}
transitions:
  go: {{from: a, to: b, who: [drafter]}}
  serve: {{from: b, to: a, who: [drafter], requires: [event]}}
  answer: {{from: a, to: a, who: [drafter], do: [{{set: {{answered: true}}}}]}}
  flip: {{from: a, to: a, who: [drafter], requires: [flag]}}
  rate: {{from: b, to: a, who: [drafter], requires: [risk]}}
  hold: {{from: [a, b], to: hold, who: [drafter]}}
  go_on: {{from: hold, to: b, who: [drafter]}}
  end: {{from: any, to: z, who: [requester]}}
{more}
"""


def waiting(deadline: str, answers: dict[str, Any] | None = None, more: str = "", **options: Any) -> Simulation:
    """A dossier in a state with a deadline of these words."""
    return simulate(TEXT.format(deadline=deadline, more=more), answers, **options)


def reminders(sim: Simulation) -> list[datetime]:
    return sorted({mail.at for mail in sim.mails if mail.kind == "deadline_near"})


def shown(sim: Simulation) -> list[tuple[str, str]]:
    return [(deadline.shown.removesuffix(", end of day"), deadline.status) for deadline in sim.deadlines]


# reminders again and again


@pytest.mark.parametrize(
    ("words", "moments"),
    [
        ("within: 1 week, remind: every 2 days", [at(days=2, hours=-1), at(days=4, hours=-1), at(days=6, hours=-1)]),
        ("within: 30 hours, remind: every 8 hours", [at(hours=8), at(hours=16), at(hours=24)]),
        ("within: 3 working days, remind: every 1 working day", [at(days=1), at(days=2)]),
        (
            "within: 2 working days, remind: every 5 working hours",
            [at(hours=5), at(days=1, hours=2), at(days=1, hours=7)],
        ),
        ("within: 10 weeks, remind: every 1 month", [datetime(2026, month, 2, 9, tzinfo=UTC) for month in (4, 5)]),
        ("within: 1 week, remind: every 8 days", []),
    ],
)
def test_reminders_repeat_until_it_is_due(words: str, moments: list[datetime]) -> None:
    """W18: counted from its start; whole days at the opening hour."""
    sim = waiting(f"{words}, tell: [drafter], then: {{tell: [chief]}}")
    sim.advance(to=at(days=100))
    assert reminders(sim) == moments


def test_months_of_reminders_do_not_drift() -> None:
    """W18: from 31 January on: 28 February, 31 March, 30 April."""
    now = datetime(2026, 1, 31, 12, tzinfo=UTC)
    sim = waiting("within: 4 months, remind: every 1 month, tell: [drafter]", now=now)
    sim.advance(to=datetime(2026, 9, 1, tzinfo=UTC))
    assert [(moment.month, moment.day) for moment in reminders(sim)] == [(2, 28), (3, 31), (4, 30), (5, 31)]


def test_both_kinds_of_reminders_stand_together() -> None:
    """W18: a moment that both name is one reminder."""
    sim = waiting("within: 1 week, remind: [every 3 days, 1 day, 4 hours], tell: [drafter]")
    sim.advance(to=at(days=20))
    assert reminders(sim) == [at(days=3, hours=-1), at(days=6, hours=-1), at(days=7, hours=10)]


def test_of_reminders_that_were_slept_through_one_is_sent() -> None:
    """W18: as with those of rounds."""
    sim = waiting("within: 4 weeks, remind: every 2 days, tell: [drafter]")
    late = EngineContext(at(days=9), sim.directory, people=sim._people)
    effects = run(sim, engine.fire_due, context=late)
    kinds = [effect.kind for effect in effects if isinstance(effect, HistoryRecorded)]
    assert kinds == ["deadline_reminded"]
    assert engine.next_moment(sim.case) == at(days=10, hours=-1)


def test_nobody_is_reminded_of_what_would_be_met() -> None:
    """W18: `unless` stops reminders, as a false `when` does, and lets them come again."""
    for words in ("unless: flag is true", "when: flag is not true"):
        sim = waiting(f"within: 9 days, remind: every 1 day, {words}, tell: [drafter]")
        sim.advance(to=at(days=2))
        sim.case.fields["flag"] = True
        sim.advance(to=at(days=4))
        sim.case.fields["flag"] = False
        sim.advance(to=at(days=6))
        assert [moment.day for moment in reminders(sim)] == [3, 4, 7, 8]


# deadlines that come round


def test_a_deadline_comes_round_until_its_state_is_left() -> None:
    """W18: the n-th is n lengths from the anchor: 31 August, 28 February, 31 August."""
    sim = waiting("on: event, every: 6 months, then: {tell: [chief]}", {"event": "2026-08-31"})
    assert shown(sim) == [("31 August 2026", "running")]
    sim.advance(to=datetime(2027, 9, 15, tzinfo=UTC))
    ended = [("31 August 2026", "missed"), ("28 February 2027", "missed"), ("31 August 2027", "missed")]
    assert shown(sim) == [*ended, ("29 February 2028", "running")]
    assert [mail.at.day for mail in sim.mails if mail.kind == "deadline_missed"] == [1, 1, 1]
    sim.do("go", by="ana")
    assert shown(sim) == [*ended, ("29 February 2028", "met")]
    sim.advance(to=datetime(2029, 9, 15, tzinfo=UTC))
    assert len(sim.deadlines) == 4


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("within: 1 month, every: 1 month", ["2 April 2026", "2 May 2026", "2 June 2026"]),
        ("within: 1 week, every: 1 month", ["9 March 2026", "9 April 2026", "9 May 2026", "9 June 2026"]),
        ("after: 1 month, every: 3 months, of: due_on", ["30 April 2026", "31 July 2026"]),
        ("before: 1 month, every: 1 year, of: due_on", ["28 February 2027"]),
        ("within: 2 months, every: 1 month, rolls: forward", ["4 May 2026", "2 June 2026"]),
    ],
)
def test_each_time_it_is_counted_from_the_anchor(words: str, days: list[str]) -> None:
    """W18: lengths in one unit are added; those that are over when it starts are left out."""
    sim = waiting(f"{words}, then: {{tell: [chief]}}", {"due_on": "2026-03-31"})
    sim.advance(to=datetime(2026, 5, 20, tzinfo=UTC))
    assert [day for day, _ in shown(sim)] == days


def test_over_closed_days_each_occurrence_is_a_later_one() -> None:
    """W18: every day, rolled over a weekend, is due on Monday once."""
    sim = waiting("within: 1 day, every: 1 day, rolls: forward, then: {tell: [chief]}")
    sim.advance(to=at(days=8))
    assert [day for day, _ in shown(sim)] == [f"{day} March 2026" for day in (3, 4, 5, 6, 9, 10)]


def test_a_fact_of_long_ago_starts_with_what_is_ahead() -> None:
    """W18: nothing is missed that was over before there was a dossier; minutes are not counted one by one."""
    assert shown(waiting("on: event, every: 1 month", {"event": "1999-01-31"})) == [("31 March 2026", "running")]
    sim = waiting("on: seen, every: 7 minutes", {"seen": "1990-01-01T00:00:00Z"})
    assert NOW < sim.deadlines[0].due <= at(hours=7 / 60)


def test_it_comes_round_where_its_condition_met_it() -> None:
    """W18: each occurrence is judged when it is due."""
    sim = waiting("within: 1 day, every: 1 day, unless: flag is true, then: {tell: [chief]}")
    sim.advance(to=at(days=1, hours=20))
    sim.case.fields["flag"] = True
    sim.advance(to=at(days=2, hours=20))
    sim.case.fields["flag"] = False
    sim.advance(to=at(days=3, hours=20))
    assert [status for _, status in shown(sim)] == ["missed", "met", "missed", "running"]


def test_what_leads_on_does_not_come_round() -> None:
    """W18."""
    sim = waiting("within: 1 day, every: 1 day, then: {go: b}")
    sim.advance(to=at(days=9))
    assert (sim.state, [status for _, status in shown(sim)]) == ("b", ["missed"])


def test_the_dossiers_own_comes_round_over_all_states_and_waits_in_a_pause() -> None:
    """W18."""
    more = "deadlines: [{name: Review, within: 4 weeks, every: 4 weeks, then: {tell: [chief]}}]"
    sim = waiting("within: 1 year", more=more)
    sim.do("go", by="ana")
    sim.advance(to=at(days=30))
    sim.do("hold", by="ana")
    sim.advance(to=at(days=40))
    sim.do("go_on", by="ana")
    review = [deadline for deadline in sim.deadlines if deadline.name == "Review"]
    assert [(d.status, d.due) for d in review] == [
        ("missed", datetime(2026, 3, 31, tzinfo=UTC)),
        ("running", datetime(2026, 5, 8, tzinfo=UTC)),
    ]
    sim.do("end", by="cleo")
    assert [d.status for d in sim.deadlines if d.name == "Review"] == ["missed", "met"]


def test_what_is_missed_and_comes_round_is_of_the_past() -> None:
    """W18: the desk lists a dossier as late for what has not come round since."""
    sim = waiting("within: 1 day, every: 1 week, then: {tell: [chief]}")
    sim.advance(to=at(days=3))
    assert [(deadline.status, deadline.past) for deadline in sim.case.deadlines] == [
        ("missed", True),
        ("running", False),
    ]


# settled conditions


@pytest.mark.parametrize(
    ("words", "answers", "status"),
    [
        ("when: paper is theirs", {"paper": "ours"}, "met"),  # no step writes an answer
        ("when: paper is ours", {"paper": "ours"}, "running"),
        ("unless: paper is ours", {"paper": "ours"}, "met"),
        ("unless: paper is theirs", {"paper": "ours"}, "running"),
        ("when: paper is theirs and answered is true", {"paper": "ours"}, "met"),
        ("when: paper is theirs or answered is true", {"paper": "ours"}, "running"),
        ("unless: paper is ours or answered is true", {"paper": "ours"}, "met"),
        ("unless: paper is ours and answered is true", {"paper": "ours"}, "running"),
        ("unless: answered is true", {"answered": True}, "met"),  # nothing sets it to anything else
        ("unless: answered is true", {"answered": False}, "running"),
        ("when: answered is not true", {"answered": True}, "met"),
        ("when: value over 10 EUR", {"value": {"amount": "5", "currency": "EUR"}}, "met"),
        ("when: value over 10 EUR", {"value": {"amount": "5", "currency": "USD"}}, "met"),  # undecided is not met
        ("unless: value over 10 USD", {"value": {"amount": "5", "currency": "EUR"}}, "running"),
        ("when: due_on has passed", {"due_on": "2030-01-01"}, "running"),  # it will
        ("when: due_on has not passed", {"due_on": "2020-01-01"}, "met"),
        ("unless: due_on has passed", {"due_on": "2020-01-01"}, "met"),
        ("unless: open_task is 0", {}, "running"),
        ("when: risk is high", {"risk": "low"}, "met"),  # only a step in another state asks for it
    ],
)
def test_what_can_no_longer_be_missed_does_not_run(words: str, answers: dict[str, Any], status: str) -> None:
    """W18."""
    sim = waiting(f"within: 5 days, {words}, remind: [1 day], tell: [drafter], then: {{tell: [chief]}}", answers)
    assert [deadline.status for deadline in sim.deadlines] == [status]
    assert engine.next_moment(sim.case) is None or status == "running"
    assert [deadline.unused for deadline in sim.case.deadlines] == [status == "met"]


def test_it_ends_with_the_step_that_settles_it() -> None:
    """W18: while the answer is out it runs; the answer ends it, and nobody is reminded of it."""
    more = "deadlines: [{name: Reply, within: 5 days, unless: answered is true, remind: every 1 day, tell: [drafter]}]"
    sim = waiting("within: 1 year", more=more)
    assert [d.status for d in sim.deadlines if d.name == "Reply"] == ["running"]
    sim.do("answer", by="ana")
    assert [d.status for d in sim.deadlines if d.name == "Reply"] == ["met"]
    sim.advance(to=at(days=9))
    assert reminders(sim) == []


def test_a_vote_may_change_a_fact() -> None:
    """W18, W22: what an approval asks for."""
    more = """
deadlines: [{name: Care, within: 5 days, when: risk is high}]
approvals:
  internal: {asks: [risk], steps: [{name: Chief, approvers: [chief]}]}
"""
    text = TEXT.format(deadline="within: 1 year", more=more).replace("requires: [risk]", "approval_first: internal")
    sim = simulate(text, {"risk": "low"})
    assert [d.status for d in sim.deadlines if d.name == "Care"] == ["running"]


def test_the_dossiers_own_runs_while_any_step_may_change_it() -> None:
    """W18: risk is asked for in another state."""
    more = "deadlines: [{name: Care, within: 5 days, when: risk is high}]"
    sim = waiting("within: 1 year", {"risk": "low"}, more=more)
    assert [d.status for d in sim.deadlines if d.name == "Care"] == ["running"]


def test_what_was_entered_once_is_never_empty_again() -> None:
    """W18: a deadline for want of an acknowledgement ends with it, though the day could be entered anew."""
    text = """
starts_in: a
fields:
  acknowledged_on: {type: string, format: date}
  answer: {type: string}
deadlines:
  - {name: Receipt, after: 1 month, of: submitted_on, unless: acknowledged_on is not empty, then: {tell: [drafter]}}
  - {name: Answer, after: 1 month, of: submitted_on, when: answer is empty, then: {tell: [drafter]}}
states:
  a: {title: A}
  z: {ends: true}
transitions:
  acknowledge: {from: a, to: a, who: [drafter], do: [{set: {acknowledged_on: today}}]}
  answer: {from: a, to: a, who: [drafter], requires: [answer]}
  end: {from: a, to: z, who: [requester]}
"""
    sim = simulate(text)
    assert [deadline.status for deadline in sim.deadlines] == ["running", "running"]
    sim.do("acknowledge", by="ana")
    assert [deadline.status for deadline in sim.deadlines] == ["met", "running"]
    sim.do("answer", by="ana", fields={"answer": "Yes."})
    assert [(d.status, d.unused) for d in sim.case.deadlines] == [("met", False), ("met", True)]
    drops = text.replace("requires: [answer]}", "requires: [answer], approval_first: internal}")
    sim = simulate(drops + "approvals: {internal: {steps: [{name: Chief, approvers: [chief]}]}}\n")
    sim.do("answer", by="ana", fields={"answer": "Yes."})
    assert [deadline.status for deadline in sim.deadlines] == ["running", "running"]  # it may be rejected
