"""Moving between states: where from, where to, what follows by itself (W2, W3, W6)."""

from __future__ import annotations

from datetime import UTC

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine.state_entry import MAX_AUTOMATIC_STEPS
from tests.workflow.builders import NOW, PEOPLE, at, refusal, simulate, unchecked

GROUPS = """
starts_in: draft
states:
  draft: {}
  first: {within: working}
  second: {within: working}
  side: {}
  closed: {ends: true, reopen_within: always}
  withdrawn: {ends: true}
transitions:
  begin: {from: draft, to: first, who: [drafter]}
  next: {from: first, to: second, who: [drafter]}
  step_aside: {from: [working, draft], to: side, who: [drafter]}
  return: {from: side, to: back, who: [drafter]}
  finish: {from: any, except: [side, working], to: closed, who: [drafter]}
  end: {from: working, to: closed, who: [drafter]}
  withdraw: {from: any, to: withdrawn, who: [requester]}
  reopen: {from: closed, to: draft, who: [drafter]}
"""


def test_a_group_stands_for_its_states() -> None:
    """W2, W3: a group in `from`."""
    sim = simulate(GROUPS)
    assert "end" not in sim.allowed("ana")
    sim.do("begin", by="ana")
    assert "end" in sim.allowed("ana")
    sim.do("next", by="ana")
    assert sim.allowed("ana")["end"] == []


def test_a_list_of_sources_mixes_states_and_groups() -> None:
    """W3: `from: [group, state]`."""
    sim = simulate(GROUPS)
    assert "step_aside" in sim.allowed("ana")
    sim.do("begin", by="ana")
    assert "step_aside" in sim.allowed("ana")


def test_any_is_every_state_that_does_not_end_but_the_excepted() -> None:
    """W3: `any` and `except`, of states and of groups."""
    transitions = simulate(GROUPS).workflow.transitions
    assert transitions["finish"].sources == ("draft",)
    assert transitions["withdraw"].sources == ("draft", "first", "second", "side")


def test_back_is_the_state_last_left() -> None:
    """W3: `to: back` returns where the dossier came from, whichever that was."""
    sim = simulate(GROUPS)
    sim.do("step_aside", by="ana")
    sim.do("return", by="ana")
    assert sim.state == "draft"
    sim.do("begin", by="ana")
    sim.do("next", by="ana")
    sim.do("step_aside", by="ana")
    sim.do("return", by="ana")
    assert sim.state == "second"


BACK = """
starts_in: a
states: {a: {}, b: {}, choose: {decide: [{when: years over 1, go: c}, {otherwise: b}]}, c: {}, z: {ends: true}}
transitions:
  choose: {from: [a, c], to: choose, who: [drafter]}
  stay: {from: c, to: c, who: [drafter]}
  return: {from: any, to: back, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
"""


def test_there_is_no_way_back_from_the_beginning() -> None:
    """W5: and the reason says so."""
    sim = simulate(BACK)
    assert sim.allowed("ana")["return"] == ["There is no earlier state to go back to."]
    assert refusal(lambda: sim.do("return", by="ana")) == ["There is no earlier state to go back to."]


def test_back_passes_over_states_in_which_nobody_rests() -> None:
    """W3: a state with `decide` is no target of `back`; it leads to the last state without."""
    sim = simulate(BACK, {"years": 5})
    sim.do("choose", by="ana")
    assert sim.state == "c"
    sim.do("return", by="ana")
    assert sim.state == "a"


def test_staying_where_one_is_does_not_change_the_way_back() -> None:
    sim = simulate(BACK, {"years": 5})
    sim.do("choose", by="ana")
    sim.do("stay", by="ana")
    sim.do("return", by="ana")
    assert sim.state == "a"


DECIDE = """
starts_in: triage
states:
  triage:
    decide:
      - {when: value over 1000 EUR, go: large}
      - {when: value over 10 EUR or years over 3, go: middle}
      - otherwise: small
  large: {}
  middle: {}
  small: {}
  z: {ends: true}
transitions:
  again: {from: [large, middle, small], to: triage, who: [drafter], requires: [value]}
  end: {from: any, to: z, who: [requester]}
"""


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"value": {"amount": 2000, "currency": "EUR"}}, "large"),  # the second line holds too
        ({"value": {"amount": 20, "currency": "EUR"}}, "middle"),
        ({"value": {"amount": 1, "currency": "EUR"}}, "small"),
        ({}, "small"),  # an absent fact makes every comparison false
        ({"value": {"amount": 2000, "currency": "USD"}}, "small"),  # undecided does not hold
        ({"value": {"amount": 1, "currency": "USD"}, "years": 4}, "middle"),  # what is decided decides
    ],
)
def test_the_first_line_that_holds_decides(answers: dict[str, object], state: str) -> None:
    """W6: in order, with `otherwise`; undecided lines do not hold."""
    assert simulate(DECIDE, answers).state == state


def test_a_line_that_compares_two_currencies_stands_in_the_history() -> None:
    """W6: it is passed over, and a limit on euros is no limit on dollars: nobody is left to wonder."""
    sim = simulate(DECIDE, {"value": {"amount": 2000, "currency": "USD"}})
    passed = [effect.data["title"]["en"] for effect in sim.effects if getattr(effect, "kind", "") == "not_compared"]
    assert ["1,000" in sentence for sentence in passed] == [True, False]


def test_a_decision_on_arrival_sees_what_the_step_has_written() -> None:
    """W6."""
    sim = simulate(DECIDE)
    sim.do("again", by="ana", fields={"value": {"amount": "5000.00", "currency": "EUR"}})
    assert sim.state == "large"
    assert [(s.transition, s.before, s.after, s.by) for s in sim.history] == [
        ("decide", "triage", "small", None),
        ("again", "small", "triage", "ana"),
        ("decide", "triage", "large", None),
    ]


def _chain(length: int) -> str:
    """A person's step, and then so many automatic ones."""
    states = [f"  s{i}: {{decide: [{{otherwise: s{i + 1}}}]}}" for i in range(length)]
    return "\n".join(
        [
            "starts_in: start",
            "states:",
            "  start: {}",
            *states,
            f"  s{length}: {{ends: true}}",
            "transitions:",
            "  go: {from: start, to: s0, who: [drafter]}",
            f"  end: {{from: start, to: s{length}, who: [requester]}}",
        ]
    )


def test_twenty_automatic_steps_may_follow_one_another() -> None:
    """W6: exactly as many as the language allows."""
    sim = simulate(_chain(MAX_AUTOMATIC_STEPS))
    sim.do("go", by="ana")
    assert sim.state == f"s{MAX_AUTOMATIC_STEPS}"


def test_more_are_stopped_and_nothing_has_changed() -> None:
    """W6: a loop is stopped at run time."""
    sim = simulate(_chain(MAX_AUTOMATIC_STEPS + 1))
    assert "run in circles" in refusal(lambda: sim.do("go", by="ana"))[0]
    assert (sim.state, sim.version, sim.history) == ("start", 1, [])


def test_rounds_without_people_do_not_pass_each_other_on() -> None:
    """W6, W7: where nobody can decide, the step that would open the round is refused."""
    text = """
starts_in: start
states:
  start: {}
  a: {approval: one, approved: b, rejected: start}
  b: {approval: one, approved: a, rejected: start}
transitions:
  go: {from: start, to: a, who: [drafter]}
approvals:
  one: {steps: [{approvers: [{team: empty}]}], if_nobody: skip}
"""
    sim = Simulation(unchecked(text), "ask", {}, PEOPLE, NOW)
    assert "Nobody can decide" in refusal(lambda: sim.do("go", by="ana"))[0]
    assert sim.state == "start"


@pytest.mark.parametrize(
    ("window", "later", "allowed"),
    [("always", at(days=9999), True), ("30 days", at(days=29), True), ("30 days", at(days=31), False)],
)
def test_what_ended_is_opened_again_within_its_window(window: str, later: object, allowed: bool) -> None:
    """W2, W5: `reopen_within`, and the reason once it is too late."""
    text = f"""
starts_in: a
states: {{a: {{}}, z: {{ends: true, reopen_within: {window}}}}}
transitions:
  end: {{from: a, to: z, who: [requester]}}
  reopen: {{from: z, to: a, who: [drafter]}}
"""
    sim = simulate(text)
    sim.do("end", by="cleo")
    sim.advance(to=later)  # type: ignore[arg-type]
    reasons = sim.allowed("ana")["reopen"]
    assert reasons == ([] if allowed else ["It ended too long ago to be opened again (30 days)."])


def test_the_window_ends_with_its_last_day() -> None:
    """W2: thirty days end at the end of the thirtieth."""
    text = """
starts_in: a
states: {a: {}, z: {ends: true, reopen_within: 30 days}}
transitions:
  end: {from: a, to: z, who: [requester]}
  reopen: {from: z, to: a, who: [drafter]}
"""
    sim = simulate(text)
    sim.do("end", by="cleo")
    last = NOW.replace(month=4, day=2, hour=0, tzinfo=UTC)
    sim.advance(to=last)
    assert sim.allowed("ana")["reopen"] == []
    sim.advance(to=last.replace(minute=1))
    assert sim.allowed("ana")["reopen"] != []


def test_a_state_is_called_differently_for_the_client() -> None:
    """W2: `client_sees`, by default the title."""
    text = """
starts_in: a
states:
  a: {title: {en: Drafting, fr: Rédaction}, client_sees: {en: In preparation, fr: En préparation}}
  z: {title: {en: Done, fr: Fait}, ends: true}
transitions:
  end: {from: a, to: z, who: [requester]}
"""
    sim = simulate(text)
    assert sim.workflow.states[sim.state].client_sees == {"en": "In preparation", "fr": "En préparation"}
    sim.do("end", by="cleo")
    assert sim.workflow.states[sim.state].client_sees == {"en": "Done", "fr": "Fait"}


def test_a_step_out_of_another_state_is_refused_by_name() -> None:
    """W5."""
    sim = simulate(GROUPS)
    assert refusal(lambda: sim.do("next", by="ana")) == ["“Next” is not possible in the state “Draft”."]
    assert refusal(lambda: sim.do("nonsense", by="ana")) == ["“nonsense” is not possible in the state “Draft”."]
