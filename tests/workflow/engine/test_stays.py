"""A step that leaves nothing: `to: same`."""

from __future__ import annotations

from tests.workflow.builders import at, refusal, simulate

TEXT = """
starts_in: a
fields:
  risk: {title: Risk, enum: [low, high]}
  end_date: {type: string, format: date}
states:
  a:
    deadlines:
      - {name: Answer, within: 4 hours, then: {go: late}}
      - {name: End, on: end_date, then: {go: late}}
  b: {approval: own, approved: z, rejected: a, deadlines: [{name: Vote, within: 3 days, then: {go: late}}]}
  late: {}
  z: {ends: true}
transitions:
  jot:
    from: [a, b]
    to: same
    who: [drafter]
    requires: [risk]
    requires_comment: true
    do: [{set: {note: seen}}]
    notify: [board]
  again: {from: a, to: a, who: [drafter]}
  plan: {from: a, to: same, who: [drafter], requires: [end_date], starts: {visit: 1}}
  check: {from: a, to: same, who: [drafter], approval_first: own}
  on: {from: a, to: b, who: [drafter]}
  back: {from: [b, late], to: back, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
approvals:
  own: {steps: [{name: Finance, approvers: [{role: finance, need: 2}]}]}
children:
  visit:
    starts_in: planned
    states: {planned: {deadlines: [{name: Visit, within: 2 hours}]}, made: {ends: true}}
    transitions:
      jot: {from: planned, to: same, who: [drafter], requires_comment: true}
      make: {from: planned, to: made, who: [drafter]}
""".replace("  end_date:", "  note: {type: string}\n  end_date:", 1)


def test_a_step_that_stays_touches_no_clock_unlike_a_loop() -> None:
    """W21: fields, comment, actions, mails and history, and nothing else: the deadline and `entered_at` stay."""
    sim = simulate(TEXT)
    due = sim.deadlines[0].due
    sim.advance(at(hours=3))
    sim.do("jot", by="ana", comment="So it is.", fields={"risk": "high"})
    assert (sim.state, sim.facts["risk"], sim.facts["note"]) == ("a", "high", "seen")
    assert [(d.name, d.due, d.status) for d in sim.deadlines] == [("Answer", due, "running")]
    assert (sim.case.entered_at, sim.case.left_states, sim.version) == (at(), [], 2)
    assert sim.history[-1].transition == "jot"
    assert (sim.history[-1].before, sim.history[-1].after, sim.history[-1].comment) == ("a", "a", "So it is.")
    assert {mail.to for mail in sim.mails if mail.kind == "transition"} == {"vi", "wu", "xi"}
    sim.do("again", by="ana")
    assert [(d.name, d.status) for d in sim.deadlines] == [("Answer", "met"), ("Answer", "running")]


def test_a_round_and_its_votes_go_on() -> None:
    """W21: what is open stays open, and what was voted counts."""
    sim = simulate(TEXT)
    sim.do("on", by="ana")
    sim.decide("approve", by="bo")
    sim.do("jot", by="ana", comment="While they read.", fields={"risk": "low"})
    assert [seat.person for seat in sim.seats] == ["di"]
    sim.decide("approve", by="di")
    assert sim.state == "z"


def test_a_deadline_counted_from_a_fact_moves_with_it_and_children_go_on() -> None:
    """W21: a step that stays may start children, and its facts move the deadlines that count from them."""
    sim = simulate(TEXT)
    sim.do("plan", by="ana", fields={"end_date": "2026-03-20"})
    child = sim.children[0]
    visit = next(d for d in sim.deadlines if d.name == "Visit").due
    sim.advance(at(hours=1))
    sim.do("jot", by="ana", comment="Booked.", child=child)
    assert (sim.children[0].state, next(d for d in sim.deadlines if d.name == "Visit").due) == ("planned", visit)
    before = next(d for d in sim.deadlines if d.name == "End").due
    sim.do("plan", by="ana", fields={"end_date": "2026-03-27"})
    assert (next(d for d in sim.deadlines if d.name == "End").due - before).days == 7


def test_approval_first_of_a_step_that_stays() -> None:
    """W21: the step is taken when the round approves; the state is what it was."""
    sim = simulate(TEXT)
    sim.do("check", by="ana")
    assert refusal(lambda: sim.do("check", by="ana")) == [
        "Approval for this step has been asked already; wait for the decision."
    ]
    sim.decide("approve", by="bo")
    sim.decide("approve", by="di")
    assert [step.transition for step in sim.history] == ["check"]
    assert (sim.state, sim.seats) == ("a", [])


def test_the_way_back_does_not_know_of_it() -> None:
    """W21: nothing was left."""
    sim = simulate(TEXT)
    sim.do("on", by="ana")
    sim.do("jot", by="ana", comment="x", fields={"risk": "low"})
    sim.do("back", by="ana")
    assert sim.state == "a"
