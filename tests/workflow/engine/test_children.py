"""Hearings, milestones, tasks: small workflows of their own (W10, D8, D9)."""

from __future__ import annotations

import pytest

from formengine.workflow import Child, Simulation
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import HistoryRecorded
from formengine.workflow.engine.children import change_child, show_child
from formengine.workflow.engine.execution import Execution
from tests.workflow.builders import NOW, PEOPLE, at, refusal, simulate, workflow

TEXT = """
starts_in: a
states: {a: {}, b: {}, z: {ends: true, reopen_within: always}}
fields:
  day: {type: string, format: date}
transitions:
  list: {from: a, to: a, who: [drafter], starts: {visit: 1}}
  finish: {from: a, to: b, who: [drafter], when: open_visit is 0 and all_visit at least 1}
  end: {from: any, to: z, who: [requester]}
  reopen: {from: z, to: a, who: [drafter]}
children:
  visit:
    title: {en: Visit, fr: Visite}
    fields:
      day: {title: Day, type: string, format: date}
      report: {title: Report, type: string}
      grade: {type: integer}
    requires: [day]
    starts_in: planned
    states:
      planned: {deadlines: [{name: Soon, before: 2 days, of: day, then: {tell: [requester]}}]}
      made: {decide: [{when: grade over 3, go: good}, {otherwise: bad}]}
      good: {ends: true, reopen_within: 3 days}
      bad: {}
      dropped: {ends: true, category: cancelled}
    transitions:
      make:
        from: planned
        to: made
        who: [drafter]
        when: day is not empty
        requires: [report, grade]
        visible_to_client: true
        notify: [requester]
        do: [{set: {day: "2026-12-31"}}]
      put_off: {from: planned, to: dropped, who: [drafter], requires_comment: true, starts: {visit: 1}}
      return: {from: bad, to: back, who: [drafter]}
      drop: {from: any, except: [made], to: dropped, who: [requester, drafter]}
      reopen: {from: good, to: planned, who: [drafter]}
"""
DAY = {"day": "2026-04-10"}
ONE = ("visit", 1)


def test_a_child_is_opened_by_a_step_and_lives_its_own_life() -> None:
    """W10: own states, decisions, fields; the dossier stays where it is."""
    sim = simulate(TEXT)
    sim.do("list", by="ana", fields=DAY)
    assert sim.children == [Child("visit", 1, "planned", DAY)]
    assert set(sim.allowed("ana", child=ONE)) == {"make", "put_off", "drop"}
    sim.do("make", by="ana", child=sim.children[0], fields={"report": "fine", "grade": 5})
    assert sim.children[0].state == "good"
    assert sim.children[0].fields == {"day": "2026-12-31", "report": "fine", "grade": 5}
    assert (sim.state, sim.facts) == ("a", {})
    assert [mail.to for mail in sim.mails if mail.kind == "transition"] == ["cleo"]


def test_children_are_numbered_from_one_per_kind() -> None:
    """W10."""
    sim = simulate(TEXT)
    for _ in range(2):
        sim.do("list", by="ana", fields=DAY)
    sim.open_child("task", by="ana", fields={"title": "Call"})
    assert [(child.kind, child.number) for child in sim.children] == [("visit", 1), ("visit", 2), ("task", 1)]


def test_the_refusals_of_a_child_are_its_own() -> None:
    """W5, W10."""
    sim = simulate(TEXT)
    sim.do("list", by="ana", fields=DAY)
    assert sim.allowed("cleo", child=ONE)["make"] == ["Only the drafter (ana) may do this."]
    assert refusal(lambda: sim.do("make", by="ana", child=ONE)) == [
        "“Report” has to be filled in.",
        "“Grade” has to be filled in.",
    ]
    assert "“Return” is not possible in the state “Planned”." in refusal(lambda: sim.do("return", by="ana", child=ONE))
    with pytest.raises(KeyError):
        sim.do("make", by="ana", child=("visit", 9))


def test_children_are_countable() -> None:
    """W10: `open_` counts those that have not ended, `all_` all."""
    sim = simulate(TEXT)
    assert sim.allowed("ana")["finish"] == ["“Visit” is less than 1."]
    sim.do("list", by="ana", fields=DAY)
    assert sim.allowed("ana")["finish"] == ["“Visit, still open” is not 0."]
    sim.do("drop", by="ana", child=ONE)
    assert sim.allowed("ana")["finish"] == []


def test_a_child_opens_the_next() -> None:
    """W10: adjourning offers another, with its own fields asked."""
    sim = simulate(TEXT)
    sim.do("list", by="ana", fields=DAY)
    asked = engine.transition_inputs(sim.workflow, sim.case, sim._context(), "put_off", sim.case.children[0])
    assert (asked.names, asked.children) == (("day",), {"visit": 1})
    sim.do("put_off", by="ana", child=ONE, comment="ill", fields={"day": "2026-05-05"})
    assert [(child.state, child.fields["day"]) for child in sim.children] == [
        ("dropped", "2026-04-10"),
        ("planned", "2026-05-05"),
    ]


def test_the_next_is_seen_by_whoever_saw_the_first() -> None:
    """W10, P27."""
    sim = simulate(TEXT)
    sim.do("list", by="ana", fields=DAY)
    sim.case.children[0].visible_to_client = True
    sim.do("put_off", by="ana", child=ONE, comment="ill", fields={"day": "2026-05-05"})
    assert sim.case.children[1].visible_to_client is True


def test_a_childs_step_may_be_made_visible() -> None:
    """W10, D7: like one of the dossier."""
    sim = simulate(TEXT)
    sim.do("list", by="ana", fields=DAY)
    sim.do("make", by="ana", child=ONE, fields={"report": "x", "grade": 1})
    steps = [effect for effect in sim.effects if isinstance(effect, HistoryRecorded) and effect.kind == "child_step"]
    assert [(step.transition, step.after, step.by, step.visible_to_client) for step in steps] == [
        ("make", "made", "ana", True),
        ("decide", "bad", None, False),
    ]


def test_a_child_goes_back_and_reopens_as_its_states_say() -> None:
    """W10, W2."""
    sim = simulate(TEXT)
    sim.do("list", by="ana", fields=DAY)
    sim.do("make", by="ana", child=ONE, fields={"report": "x", "grade": 1})
    sim.do("return", by="ana", child=ONE)
    assert sim.children[0].state == "planned"
    sim.do("make", by="ana", child=ONE, fields={"grade": 5})
    assert sim.allowed("ana", child=ONE)["reopen"] == []
    sim.advance(to=at(days=5))
    assert "ended too long ago" in sim.allowed("ana", child=ONE)["reopen"][0]


def test_what_a_child_requires_is_named_as_the_child_names_it() -> None:
    """W5, W10: by its title, when a step opens it."""
    text = """
starts_in: a
states: {a: {}, z: {ends: true}}
children:
  visit:
    fields: {on_day: {title: {en: Day of the visit, fr: Jour}, type: string, format: date}}
    requires: [on_day]
    starts_in: planned
    states: {planned: {}, made: {ends: true}}
    transitions: {make: {from: planned, to: made, who: [drafter]}}
transitions:
  list: {from: a, to: a, who: [drafter], starts: {visit: 1, milestone: 1}}
  end: {from: any, to: z, who: [requester]}
"""
    reasons = refusal(lambda: simulate(text).do("list", by="ana"))
    assert reasons == ["“Day of the visit” has to be filled in.", "“Title” has to be filled in."]


def test_a_childs_deadline_is_its_own() -> None:
    """W9, W10: computed from the child's field, met when the child leaves its state."""
    sim = simulate(TEXT)
    sim.do("list", by="ana", fields=DAY)
    sim.do("list", by="ana", fields={"day": "2026-04-20"})
    sim.do("drop", by="ana", child=ONE)
    sim.advance(to=at(days=80))
    assert [(deadline.due.day, deadline.status) for deadline in sim.deadlines] == [(9, "met"), (19, "missed")]
    assert len([mail for mail in sim.mails if mail.kind == "deadline_missed"]) == 1


def test_while_the_dossier_has_ended_its_children_have_no_deadlines() -> None:
    """W9, W10: they run again when it is opened again."""
    sim = simulate(TEXT)
    sim.do("list", by="ana", fields=DAY)
    sim.do("end", by="cleo")
    assert [deadline.status for deadline in sim.deadlines] == ["met"]
    sim.do("reopen", by="ana")
    assert [deadline.status for deadline in sim.deadlines] == ["met", "running"]


def test_inside_a_child_its_own_fields_come_first() -> None:
    """W10, facts."""
    sim = simulate(TEXT)
    sim.case.fields["day"] = "2030-01-01"
    sim.do("list", by="ana", fields=DAY)
    facts = Execution(sim.workflow, sim.case, sim._context()).facts(sim.case.children[0])
    assert (facts["day"], facts["open_visit"], facts["all_task"]) == ("2026-04-10", 1, 0)


@pytest.mark.parametrize(
    ("kind", "children"),
    [("matter", {"task"}), ("litigation", {"task", "hearing"}), ("contract", {"task", "milestone"})],
)
def test_some_kinds_are_built_in(kind: str, children: set[str]) -> None:
    """W10, D8, D9: unless declared."""
    text = "starts_in: a\nstates: {a: {}, z: {ends: true}}\n"
    text += "transitions: {end: {from: any, to: z, who: [requester]}}\n"
    assert set(workflow(text, head=f"title: Test\nkind: {kind}\n").children) == children


@pytest.mark.parametrize(
    ("steps", "state"),
    [(["start", "pause", "start", "complete"], "completed"), (["pause", "cancel"], "cancelled"), ([], "open")],
)
def test_a_milestone_runs_as_promised(steps: list[str], state: str) -> None:
    """D9."""
    sim = simulate(TEXT)
    sim.claim("drafter", by="ana")
    sim.open_child("milestone", by="ana", fields={"title": "Delivery"})
    for step in steps:
        sim.do(step, by="ana", child=("milestone", 1))
    assert sim.children[0].state == state
    assert (Execution(sim.workflow, sim.case, sim._context()).facts()["open_milestone"] == 0) is (state != "open")


def test_a_child_without_what_it_requires_is_not_opened() -> None:
    """W5, W10."""
    sim = simulate(TEXT)
    assert refusal(lambda: sim.open_child("visit", by="ana")) == ["To open it, fill in: Day."]
    assert sim.children == []


LITIGATION = """
starts_in: a
states: {a: {}, z: {ends: true}}
transitions: {end: {from: any, to: z, who: [drafter]}}
"""
HEARING = {"at": "2026-12-15T14:30:00+01:00", "court": "Lyon", "room": "3"}


def with_hearing() -> Simulation:
    """A dispute, with a hearing that Ana, who has claimed it, has added."""
    sim = Simulation(workflow(LITIGATION, head="title: Test\nkind: litigation\n"), "ask", {}, PEOPLE, NOW)
    sim.claim("drafter", by="ana")
    sim.open_child("hearing", by="ana", fields={**HEARING, "outcome": "too early"})
    return sim


def test_the_next_hearing_takes_over_what_stays() -> None:
    """D8, W10: court and room, but neither the date, which is asked, nor the outcome, which a step writes."""
    sim = with_hearing()
    assert refusal(lambda: sim.do("adjourn", by="ana", comment="Why", child=("hearing", 1))) == [
        "“Date and time” has to be filled in."
    ]
    next_ = "2027-07-06T10:00:00+02:00"
    sim.do("adjourn", by="ana", comment="The expert asks.", fields={"at": next_}, child=("hearing", 1))
    assert [(c.state, c.fields) for c in sim.children] == [
        ("adjourned", {**HEARING, "outcome": "too early"}),
        ("scheduled", {"at": next_, "court": "Lyon", "room": "3"}),
    ]
    assert [child.revision for child in sim.case.children] == [1, 0]


def test_a_child_is_changed_and_shown_in_the_history() -> None:
    """D8, P27: only what differs is recorded, with what it was; the same again is no change."""
    sim = with_hearing()
    child, version = sim.case.children[0], sim.version
    fields = {**HEARING, "room": "5", "judge": "Mme Perrin"}
    sim._run(lambda execution: change_child(execution, execution.case.children[0], "ana", fields))
    child = sim.case.children[0]
    assert (child.fields, child.revision, sim.version) == (fields, 1, version + 1)
    sim._run(lambda execution: change_child(execution, execution.case.children[0], "ana", fields))
    sim._run(lambda execution: show_child(execution, execution.case.children[0], "ana", True))
    sim._run(lambda execution: show_child(execution, execution.case.children[0], "ana", True))
    assert (sim.case.children[0].visible_to_client, sim.case.children[0].revision, sim.version) == (
        True, 2, version + 2,
    )  # fmt: skip
    wrong = refusal(lambda: sim._run(lambda e: change_child(e, e.case.children[0], "ana", {"room": "5"})))
    assert wrong == ["To open it, fill in: Date and time."]
    sim.do("end", by="ana")
    ended = refusal(lambda: sim._run(lambda e: change_child(e, e.case.children[0], "ana", HEARING)))
    assert ended == ["The dossier has ended: nothing in it is changed any more."]
