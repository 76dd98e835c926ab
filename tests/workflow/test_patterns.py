"""W17: the control-flow patterns of the Workflow Patterns initiative, 1 to 20; the rest is test_patterns_joins."""

from __future__ import annotations

from formengine.workflow import Simulation
from formengine.workflow.engine import api as engine
from tests.workflow.builders import at, refusal, simulate

FLAT = """
starts_in: a
fields: {stage: {enum: [open, closed]}, grade: {type: integer}, note: {type: string}}
states:
  a: {}
  b: {}
  c: {}
  choose: {decide: [{when: years over 3, go: b}, {otherwise: c}]}
  lost: {ends: true}
  won: {ends: true}
  late: {}
transitions:
  to_b: {from: a, to: b, who: [drafter]}
  to_c: {from: [b, a], to: c, who: [drafter, requester]}
  choose: {from: a, to: choose, who: [drafter]}
  loop: {from: [b, c], to: a, who: [drafter]}
  jump: {from: c, to: b, who: [drafter]}
  lose: {from: b, to: lost, who: [drafter]}
  win: {from: c, to: won, who: [drafter]}
  again: {from: a, to: a, who: [drafter], do: [{open: ask}]}
  withdraw: {from: any, to: lost, who: [requester]}
  shelve: {from: [a, late], to: late, who: [drafter]}
"""


def round_of(steps: str, answers: dict[str, object] | None = None, **more: object) -> Simulation:
    """A dossier in a state that asks for an approval of these steps; `leave` leaves it."""
    text = f"""
starts_in: a
states:
  a: {{}}
  asked: {{approval: all_of, approved: on, rejected: a, within: region, deadlines: [{{within: 9 days}}]}}
  on: {{}}
  z: {{ends: true}}
deadlines: [{{name: Whole, within: 1 year}}]
transitions:
  ask: {{from: a, to: asked, who: [drafter]}}
  leave: {{from: region, to: a, who: [drafter]}}
  end: {{from: any, to: z, who: [requester]}}
approvals:
  all_of: {{{steps}}}
"""
    sim = simulate(text, answers, **more)
    sim.do("ask", by="ana")
    return sim


CHILDREN = """
starts_in: a
fields: {stage: {enum: [open, closed]}, busy: {type: boolean}}
states: {a: {}, on: {}, z: {ends: true}}
transitions:
  three: {from: [a, on], to: a, who: [drafter], when: open_part is 0, starts: {part: 3}}
  more: {from: [a, on], to: a, who: [drafter], starts: {part: 1}}
  each:
    from: a
    to: a
    who: [drafter]
    when: [open_part is 0, open_book is 0, open_site is 0]
    starts: {part: 1, book: 1, site: 1}
  all_done: {from: a, to: on, who: [drafter], when: open_part is 0 and all_part at least 1}
  first_done: {from: a, to: on, who: [drafter], when: open_part is 0 or open_book is 0 or open_site is 0}
  two_done:
    from: a
    to: on
    who: [drafter]
    when: open_part is 0 and open_book is 0 or open_part is 0 and open_site is 0 or open_book is 0 and open_site is 0
  most_done: {from: a, to: on, who: [drafter], when: open_part at most 1 and all_part at least 3}
  regardless: {from: a, to: on, who: [drafter]}
  open_stage: {from: a, to: a, who: [drafter], do: [{set: {stage: open}}]}
  close_stage: {from: a, to: a, who: [drafter], do: [{set: {stage: closed}}]}
  end: {from: any, to: z, who: [requester]}
children:
  part: &part
    starts_in: waiting
    states: {waiting: {}, inside: {}, done: {ends: true}, dropped: {ends: true}}
    transitions:
      do: {from: waiting, to: done, who: [drafter]}
      staged: {from: waiting, to: done, who: [drafter], when: stage is open}
      enter: {from: waiting, to: inside, who: [drafter], when: busy is not true, do: [{set: {busy: true}}]}
      leave: {from: inside, to: done, who: [drafter], do: [{set: {busy: false}}]}
      repeat: {from: waiting, to: done, who: [drafter], starts: {part: 1}}
      drop: {from: any, to: dropped, who: [drafter]}
  book: *part
  site: *part
"""


def parts(*begun: str) -> Simulation:
    """A dossier of which these steps have been taken."""
    sim = simulate(CHILDREN)
    for step in begun:
        sim.do(step, by="ana")
    return sim


def may(sim: Simulation, step: str, child: tuple[str, int] | None = None) -> bool:
    return sim.allowed("ana", child).get(step) == []


def states(sim: Simulation) -> list[str]:
    return [child.state for child in sim.children]


def asked(sim: Simulation) -> list[str]:
    return [seat.person for seat in sim.seats]


def test_wcp_01_sequence() -> None:
    """W17: a step is possible once the one before it is done."""
    sim = simulate(FLAT)
    assert not may(sim, "lose")
    sim.do("to_b", by="ana")
    sim.do("lose", by="ana")
    assert sim.state == "lost"


def test_wcp_02_parallel_split() -> None:
    """W17: several branches begin at once."""
    assert asked(round_of("steps: [{approvers: [chief, board, finance]}]")) == ["ines", "vi", "wu", "xi", "bo", "di"]
    assert states(parts("each")) == ["waiting"] * 3


def test_wcp_03_synchronization() -> None:
    """W17: what follows waits for every branch."""
    sim = round_of("steps: [{approvers: [chief, finance]}]")
    sim.decide("approve", by="bo")
    assert sim.state == "asked"
    sim.decide("approve", by="ines")
    assert sim.state == "on"


def test_wcp_04_exclusive_choice() -> None:
    """W17: one of several ways, by the facts."""
    for years, state in ((5, "b"), (1, "c")):
        sim = simulate(FLAT, {"years": years})
        sim.do("choose", by="ana")
        assert sim.state == state


def test_wcp_05_simple_merge() -> None:
    """W17: ways that were exclusive meet without waiting for each other."""
    for way in (["to_c"], ["to_b", "to_c"]):
        sim = simulate(FLAT)
        for step in way:
            sim.do(step, by="ana")
        assert sim.state == "c"
        assert may(sim, "win")


CHOSEN = "steps: [{approvers: [chief, {role: finance, when: years over 1}, {role: board, when: years over 5}]}]"


def test_wcp_06_multi_choice() -> None:
    """W17: one or more of several branches, each by its own condition."""
    assert asked(round_of(CHOSEN, {"years": 1})) == ["ines"]
    assert asked(round_of(CHOSEN, {"years": 3})) == ["ines", "bo", "di"]
    assert asked(round_of(CHOSEN, {"years": 9})) == ["ines", "bo", "di", "vi", "wu", "xi"]


def test_wcp_07_structured_synchronizing_merge() -> None:
    """W17: waits for the branches that were chosen, and for no other."""
    sim = round_of(CHOSEN, {"years": 3})
    sim.decide("approve", by="ines")
    assert sim.state == "asked"
    sim.decide("approve", by="di")
    assert sim.state == "on"


def test_wcp_09_structured_discriminator() -> None:
    """W17: the first of several branches continues; the others end without effect, after which the join can fire
    again.
    """
    sim = parts("each")
    assert not may(sim, "first_done")
    sim.do("do", by="ana", child=("book", 1))
    sim.do("first_done", by="ana")
    for kind in ("part", "site"):
        assert not may(parts("each"), "each")
        sim.do("do", by="ana", child=(kind, 1))
    assert sim.state == "on"
    sim.do("more", by="ana")
    sim.do("do", by="ana", child=("part", 2))
    assert may(sim, "each")


def test_wcp_10_arbitrary_cycles() -> None:
    """W17: loops with more than one way in and out."""
    sim = simulate(FLAT)
    for step in ("to_b", "to_c", "jump", "loop", "to_c", "loop", "to_b"):
        sim.do(step, by="ana")
    assert (sim.state, may(sim, "lose")) == ("b", True)


def test_wcp_11_implicit_termination() -> None:
    """W17: no final state joins the ways; wherever one ends, nothing is left to be done."""
    for way, state in ((["to_b", "lose"], "lost"), (["to_c", "win"], "won")):
        sim = simulate(FLAT)
        for step in way:
            sim.do(step, by="ana")
        assert sim.state == state
        assert (sim.allowed("ana"), sim.seats, engine.next_moment(sim.case)) == ({}, [], None)


def test_wcp_12_multiple_instances_without_synchronization() -> None:
    """W17: several of the same begin, and nobody waits for them."""
    sim = parts("three", "regardless")
    assert (sim.state, states(sim)) == ("on", ["waiting"] * 3)


def test_wcp_13_multiple_instances_with_a_priori_design_time_knowledge() -> None:
    """W17: as many as the workflow says, and all are waited for."""
    sim = parts("three")
    for number in (1, 2, 3):
        assert not may(sim, "all_done")
        sim.do("do", by="ana", child=("part", number))
    sim.do("all_done", by="ana")


def test_wcp_14_multiple_instances_with_a_priori_run_time_knowledge() -> None:
    """W17: as many as a fact names when it begins, and all are waited for."""
    roles = "judges: {is: watchers}"
    sim = round_of("steps: [{approvers: [{role: judges, need: all}]}]", {"watchers": ["kim", "lou"]}, roles=roles)
    assert asked(sim) == ["kim", "lou"]
    sim.decide("approve", by="lou")
    assert sim.state == "asked"
    sim.decide("approve", by="kim")
    assert sim.state == "on"


def test_wcp_15_multiple_instances_without_a_priori_run_time_knowledge() -> None:
    """W17: more may begin while others run; all are waited for."""
    sim = parts("more", "more")
    sim.do("do", by="ana", child=("part", 1))
    sim.do("more", by="ana")
    sim.do("do", by="ana", child=("part", 2))
    assert not may(sim, "all_done")
    sim.do("do", by="ana", child=("part", 3))
    assert may(sim, "all_done")


def test_wcp_16_deferred_choice() -> None:
    """W17: whoever acts first, or time, chooses; the other way is then closed."""
    text = FLAT.replace("  a: {}", "  a: {deadlines: [{within: 1 day, then: {go: late}}]}")
    sim = simulate(text)
    assert sim.allowed("ana")["to_b"] == sim.allowed("cleo")["to_c"] == []
    sim.do("to_c", by="cleo")
    assert refusal(lambda: sim.do("to_b", by="ana"))
    sim.advance(to=at(days=5))
    assert sim.state == "c"
    sim = simulate(text)
    sim.advance(to=at(days=5))
    assert (sim.state, may(sim, "to_b")) == ("late", False)


def test_wcp_18_milestone() -> None:
    """W17: a branch may act only while the dossier has reached a point and not passed it."""
    sim = parts("three")
    part = ("part", 1)
    assert not may(sim, "staged", part)
    sim.do("open_stage", by="ana")
    assert may(sim, "staged", part)
    sim.do("close_stage", by="ana")
    assert not may(sim, "staged", part)


def test_wcp_19_cancel_task() -> None:
    """W17: one thing that was asked is withdrawn; what else goes on does."""
    sim = round_of("steps: [{approvers: [finance, chief]}]")
    sim.remove_approver("bo", by="ana")
    assert refusal(lambda: sim.decide("approve", by="bo"))
    assert asked(sim) == ["di", "ines"]
    sim = parts("three")
    sim.do("drop", by="ana", child=("part", 2))
    assert states(sim) == ["waiting", "dropped", "waiting"]


def test_wcp_20_cancel_case() -> None:
    """W17: the whole is given up: nobody is asked any more, and no clock runs."""
    sim = round_of("steps: [{approvers: [finance]}], remind: every 1 day")
    assert engine.next_moment(sim.case) is not None
    sim.do("end", by="cleo")
    assert (sim.seats, sim.allowed("ana"), engine.next_moment(sim.case)) == ([], {}, None)
