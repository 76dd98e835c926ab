"""Moving by itself: `when_true`, after every step, vote, child, file and midnight."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.workflow.builders import NOW, refusal, simulate, unchecked

TEXT = """
starts_in: a
fields:
  end_date: {title: End date, type: string, format: date}
  risk: {title: Risk, enum: [low, high]}
states:
  a:
    when_true:
      - {when: document contract is there and risk is high, go: review}
      - {when: document contract is there, go: b}
      - {when: end_date within 3 months, go: renew}
  b:
    when_true: [{when: all_visit over 0 and open_visit is 0, go: heard}]
  review: {approval: own, approved: z, rejected: a, when_true: [{when: votes of own at least 1, go: heard}]}
  renew: {when_true: [{when: end_date has passed, go: z}]}
  heard: {approval: nobodys, approved: z, rejected: a}
  z: {ends: true}
transitions:
  plan: {from: [a, renew], to: same, who: [drafter], requires: [end_date]}
  mark: {from: a, to: same, who: [drafter], do: [{set: {risk: high}}]}
  hear: {from: b, to: same, who: [drafter], starts: {visit: 2}}
  end: {from: any, to: z, who: [requester]}
approvals:
  own: {document: contract, steps: [{name: Finance, approvers: [{role: finance, need: 2}]}]}
  nobodys: {steps: [{name: Outside, approvers: [outsider]}]}
children:
  visit:
    fields: {on_day: {type: string, format: date}}
    starts_in: planned
    states:
      planned: {when_true: [{when: on_day has passed, go: past}]}
      past: {}
      made: {ends: true}
    transitions:
      set: {from: planned, to: same, who: [drafter], requires: [on_day]}
      make: {from: [planned, past], to: made, who: [drafter]}
"""


def test_it_moves_when_the_document_is_there_as_the_engine() -> None:
    """W21: after a file; the first line that holds moves, and nobody did it."""
    sim = simulate(TEXT)
    assert (sim.state, sim.version) == ("a", 1)
    sim.document("contract", by="ana")
    assert sim.state == "b"
    step = sim.history[-1]
    assert (step.transition, step.by, step.before, step.after) == ("automatic", None, "a", "b")
    marked = simulate(TEXT)
    marked.do("mark", by="ana")
    marked.document("contract", by="ana")
    assert marked.state == "review"


def test_it_moves_on_arrival_and_the_version_stays_1() -> None:
    """W21: what holds from the start."""
    sim = simulate(TEXT, documents=["contract"])
    assert (sim.state, sim.version, len(sim.history)) == ("b", 1, 1)


def test_all_hearings_done() -> None:
    """W21: after a child; before there is one, nothing moves. A round that nobody can decide in refuses no step of
    somebody who did not ask for it."""
    sim = simulate(TEXT, documents=["contract"])
    sim.do("hear", by="ana")
    sim.do("make", by="ana", child=sim.children[0])
    assert sim.state == "b"
    sim.do("make", by="ana", child=sim.children[1])
    assert sim.state == "heard"
    assert any(getattr(effect, "kind", "") == "nobody" for effect in sim.effects)


def test_it_moves_after_a_vote() -> None:
    """W21: and closes the round that was open."""
    sim = simulate(TEXT)
    sim.do("mark", by="ana")
    sim.document("contract", by="ana")
    sim.decide("approve", by="bo")
    assert sim.state == "heard"
    assert [round_.status for round_ in sim.case.rounds if round_.rule == "own"] == ["closed"]


def test_time_moves_it_at_midnight_of_the_calendar() -> None:
    """W21: within 3 months, in Paris; a date has passed when its day is over."""
    calendars = {"": {"zone": "Europe/Paris"}}
    sim = simulate(TEXT, calendars=calendars)
    assert sim.case.tests_at == datetime(2026, 3, 2, 23, tzinfo=UTC)
    sim.do("plan", by="ana", fields={"end_date": "2026-07-01"})
    assert (sim.state, sim.version) == ("a", 2)
    sim.advance(datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    assert (sim.state, sim.version) == ("a", 2)  # the nights between changed nothing
    sim.advance(datetime(2026, 3, 31, 22, 0, tzinfo=UTC))  # midnight in Paris, in summer time
    assert sim.state == "renew"
    assert sim.history[-1].at == datetime(2026, 3, 31, 22, tzinfo=UTC)
    sim.advance(datetime(2026, 7, 1, 21, 59, tzinfo=UTC))
    assert sim.state == "renew"
    sim.advance(datetime(2026, 7, 1, 22, tzinfo=UTC))
    assert (sim.state, sim.case.tests_at) == ("z", None)


def test_children_move_by_themselves_however_many() -> None:
    """W21: twenty-four of them in one night are no loop."""
    sim = simulate(TEXT, documents=["contract"])
    for _ in range(12):
        sim.do("hear", by="ana")
    for child in sim.children:
        sim.do("set", by="ana", fields={"on_day": "2026-03-02"}, child=child)
    sim.advance(datetime(2026, 3, 3, tzinfo=UTC))
    assert {child.state for child in sim.children} == {"past"}


def test_a_state_without_time_in_its_conditions_is_not_woken() -> None:
    """W21: the nightly test is for those whom time can move."""
    sim = simulate(TEXT, documents=["contract"])
    assert (sim.state, sim.case.tests_at) == ("b", None)


def test_a_loop_that_the_checker_would_refuse_is_stopped() -> None:
    """W21, W6: bounded at run time too, and the whole step is refused."""
    from formengine.workflow import Simulation
    from tests.workflow.builders import PEOPLE

    definition = unchecked("""
starts_in: a
states:
  a: {}
  b: {when_true: [{when: note is empty, go: c}]}
  c: {when_true: [{when: note is empty, go: b}]}
  z: {ends: true}
transitions:
  go: {from: a, to: b, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
""")
    sim = Simulation(definition, "ask", {}, PEOPLE, NOW)
    assert "run in circles" in refusal(lambda: sim.do("go", by="ana"))[0]
    assert sim.state == "a"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_moves_by_itself_is_none_of_the_buttons(language: str) -> None:
    """W21, W5."""
    sim = simulate(TEXT, language=language)
    assert set(sim.allowed("ana")) == {"plan", "mark", "end"}
