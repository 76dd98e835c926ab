"""W17: the control-flow patterns of the Workflow Patterns initiative, 21 to 43; and that the page tells of each."""

from __future__ import annotations

import re
from pathlib import Path

from formengine.workflow.engine import api as engine
from formengine.workflow.engine.case import OpenChildDossier
from tests.workflow import test_patterns
from tests.workflow.builders import at, refusal, simulate
from tests.workflow.test_patterns import FLAT, asked, may, parts, round_of, states

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "workflow-patterns.md"


def test_wcp_21_structured_loop() -> None:
    """W17: repeated until a condition, tested after each turn, holds."""
    text = """
starts_in: a
fields: {years: {type: integer}}
states: {a: {}, test: {decide: [{when: years at least 3, go: on}, {otherwise: a}]}, on: {}, z: {ends: true}}
transitions:
  turn: {from: a, to: test, who: [drafter], requires: [years]}
  end: {from: any, to: z, who: [requester]}
"""
    sim = simulate(text)
    for years, state in ((1, "a"), (2, "a"), (3, "on")):
        sim.do("turn", by="ana", fields={"years": years})
        assert sim.state == state


def test_wcp_22_recursion() -> None:
    """W17: a part begins another of its own kind, and a dossier another by its own request type."""
    sim = parts("more")
    for number in (1, 2, 3):
        sim.do("repeat", by="ana", child=("part", number))
    assert states(sim) == ["done", "done", "done", "waiting"]
    sim = simulate(FLAT)
    sim.do("again", by="ana")
    assert OpenChildDossier(sim.case.request_type) in sim.effects


def test_wcp_23_transient_trigger() -> None:
    """W17: a new version restarts the round that is open at that moment; without an open round it has no later
    effect.
    """
    steps = "document: contract, steps: [{approvers: [{role: finance, need: 2}]}]"
    sim = round_of(steps, documents=["contract"])
    sim.decide("approve", by="bo")
    sim.document("contract", by="ana")
    assert [seat.round for seat in sim.seats] == [2, 2]
    sim.do("leave", by="ana")
    sim.document("contract", by="ana")
    sim.do("ask", by="ana")
    sim.decide("approve", by="bo")
    assert [(seat.round, seat.person) for seat in sim.seats] == [(3, "di")]


def test_wcp_24_persistent_trigger() -> None:
    """W17: a document that comes before it is needed is there when it is."""
    text = """
starts_in: a
states: {a: {}, b: {}, c: {}, z: {ends: true}}
transitions:
  on: {from: a, to: b, who: [drafter]}
  file: {from: b, to: c, who: [drafter], requires_document: contract}
  end: {from: any, to: z, who: [requester]}
"""
    sim = simulate(text)
    sim.document("contract", by="ana")
    sim.do("on", by="ana")
    sim.do("file", by="ana")
    assert sim.state == "c"


def test_wcp_25_cancel_region() -> None:
    """W17: leaving a group of states ends all that was going on in it, and nothing else."""
    sim = round_of("steps: [{approvers: [finance, board]}]")
    sim.open_child("task", by="ana", fields={"title": "Call"})
    sim.do("leave", by="ana")
    assert (sim.seats, sim.case.rounds[0].status) == ([], "closed")
    assert {deadline.name: deadline.status for deadline in sim.deadlines} == {"Whole": "running", "Asked": "met"}
    assert states(sim) == ["open"]


def test_wcp_26_cancel_multiple_instance_activity() -> None:
    """W17: those of the same kind that are not done are withdrawn together; what was done stays on record."""
    sim = round_of("steps: [{approvers: [{role: board, need: all}]}]")
    sim.decide("approve", by="wu")
    sim.do("leave", by="ana")
    assert [seat.status for seat in sim.case.rounds[0].seats] == ["closed", "approved", "closed"]
    assert sim.state == "a"


def test_wcp_27_complete_multiple_instance_activity() -> None:
    """W17: the instances that are not done are withdrawn, and the case continues as if they were."""
    sim = round_of("steps: [{approvers: [{role: board, need: all}]}, {approvers: [chief]}]")
    sim.decide("approve", by="wu")
    sim.remove_approver("vi", by="ana")
    sim.remove_approver("xi", by="ana")
    assert asked(sim) == ["ines"]


def test_wcp_29_cancelling_discriminator() -> None:
    """W17: the first goes on, the others are withdrawn."""
    sim = round_of("steps: [{approvers: [board]}, {approvers: [chief]}]")
    sim.decide("approve", by="wu")
    assert [seat.status for seat in sim.case.rounds[0].seats] == ["not_needed", "approved", "not_needed", "open"]
    assert refusal(lambda: sim.decide("approve", by="vi"))


def test_wcp_30_structured_partial_join() -> None:
    """W17: goes on with two of three different branches; the third ends without effect."""
    sim = parts("each")
    sim.do("do", by="ana", child=("part", 1))
    assert not may(sim, "two_done")
    sim.do("do", by="ana", child=("site", 1))
    sim.do("two_done", by="ana")
    sim.do("do", by="ana", child=("book", 1))
    assert (sim.state, states(sim)) == ("on", ["done"] * 3)


def test_wcp_32_cancelling_partial_join() -> None:
    """W17: goes on with two of three, and the third is withdrawn."""
    sim = round_of("steps: [{approvers: [{role: board, need: 2}]}, {approvers: [chief]}]")
    sim.decide("approve", by="xi")
    assert asked(sim) == ["vi", "wu"]
    sim.decide("approve", by="vi")
    assert asked(sim) == ["ines"]
    assert refusal(lambda: sim.decide("approve", by="wu"))


def test_wcp_34_static_partial_join_for_multiple_instances() -> None:
    """W17: of as many as the workflow says, all but one are enough; the last ends without effect."""
    sim = parts("three")
    sim.do("do", by="ana", child=("part", 1))
    assert not may(sim, "most_done")
    sim.do("do", by="ana", child=("part", 3))
    sim.do("most_done", by="ana")
    sim.do("do", by="ana", child=("part", 2))
    assert sim.state == "on"


def test_wcp_35_cancelling_partial_join_for_multiple_instances() -> None:
    """W17: of as many as a fact names, two are enough, and the others are withdrawn."""
    answers = {"watchers": ["kim", "lou", "max", "noa"]}
    roles = "judges: {is: watchers}"
    sim = round_of("steps: [{approvers: [{role: judges, need: 2}]}, {approvers: [chief]}]", answers, roles=roles)
    sim.decide("approve", by="noa")
    sim.decide("approve", by="kim")
    assert [seat.status for seat in sim.case.rounds[0].seats[:4]] == [
        "approved",
        "not_needed",
        "not_needed",
        "approved",
    ]
    assert asked(sim) == ["ines"]


def test_wcp_36_dynamic_partial_join_for_multiple_instances() -> None:
    """W17: more may begin while others run, and how many are enough is tested as each ends."""
    sim = parts("more", "more")
    sim.do("do", by="ana", child=("part", 1))
    assert not may(sim, "most_done")  # one is open, but there were only two
    sim.do("more", by="ana")
    assert not may(sim, "most_done")
    sim.do("do", by="ana", child=("part", 3))
    assert may(sim, "most_done")


def test_wcp_37_acyclic_synchronizing_merge() -> None:
    """W17: which signers are waited for was settled where they parted, whatever the facts say by now."""
    text = """
starts_in: a
states: {a: {}, out: {signatures: all_, signed: on, declined: a}, on: {}, z: {ends: true}}
transitions: {send: {from: a, to: out, who: [drafter]}, end: {from: any, to: z, who: [requester]}}
signatures:
  all_: {document: contract, order: [[board, {role: chief, when: years over 5}, {role: finance, when: years under 5}]]}
"""
    sim = simulate(text, {"years": 3}, documents=["contract"])
    sim.do("send", by="ana")
    sim.case.fields["years"] = 9
    sim.sign(by="vi")
    assert (sim.state, asked(sim)) == ("out", ["bo", "di"])
    sim.sign(by="bo")
    assert sim.state == "on"


def test_wcp_39_critical_section() -> None:
    """W17: of several that go on at once, one at a time is inside."""
    sim = parts("each")
    sim.do("enter", by="ana", child=("part", 1))
    assert not may(sim, "enter", ("book", 1))
    assert refusal(lambda: sim.do("enter", by="ana", child=("site", 1)))
    sim.do("leave", by="ana", child=("part", 1))
    assert may(sim, "enter", ("book", 1))


def test_wcp_40_interleaved_routing() -> None:
    """W17: each once, in any order, never two at a time; then on."""
    for order in ((1, 2, 3), (3, 1, 2)):
        sim = parts("three")
        for number in order:
            assert not may(sim, "all_done")
            sim.do("enter", by="ana", child=("part", number))
            assert not any(may(sim, "enter", ("part", number_of_other)) for number_of_other in (1, 2, 3))
            sim.do("leave", by="ana", child=("part", number))
        assert may(sim, "all_done")


def test_wcp_43_explicit_termination() -> None:
    """W17: a state that ends is the end, whatever was still going on."""
    text = """
starts_in: a
states:
  a: {deadlines: [{within: 1 day, then: {go: over}}]}
  b: {}
  over: {ends: true}
deadlines: [{name: Whole, within: 9 days}]
transitions:
  ask: {from: a, to: b, who: [drafter], approval_first: consent}
  end: {from: any, to: over, who: [requester]}
approvals: {consent: {steps: [{approvers: [finance]}]}}
"""
    sim = simulate(text)
    sim.do("ask", by="ana")
    sim.advance(to=at(days=5))
    assert (sim.state, sim.seats, sim.allowed("ana")) == ("over", [], {})
    assert [deadline.status for deadline in sim.deadlines] == ["met", "missed"]
    assert engine.next_moment(sim.case) is None


def test_the_page_tells_of_each_pattern_and_of_each_test() -> None:
    """W17: all 43 once, in order; those with a test, and no other, are said to be supported."""
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| (yes|no) \| ([^|]{20,}) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [int(row[0]) for row in rows] == list(range(1, 44))
    names = {name for module in (vars(test_patterns), globals()) for name in module if name.startswith("test_wcp_")}
    expected = {
        f"test_wcp_{int(number):02}_{re.sub('[^a-z]+', '_', title.lower())}"
        for number, title, supported, _ in rows
        if supported == "yes"
    }
    assert names == expected
    assert [int(row[0]) for row in rows if row[2] == "no"] == [8, 17, 28, 31, 33, 38, 41, 42]
