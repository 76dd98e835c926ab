"""What a step asks, and that asking hides no button while everything else does (W3, W5)."""

from __future__ import annotations

from typing import Any

from formengine.workflow import Simulation
from formengine.workflow.engine import api as engine
from formengine.workflow.engine.availability import TransitionInputs
from tests.workflow.builders import refusal, simulate

TEXT = """
starts_in: a
fields:
  end_date: {title: End date, type: string, format: date}
  risk: {enum: [low, high]}
states: {a: {}, b: {}, z: {ends: true}}
transitions:
  go: {from: a, to: b, who: [drafter], requires: [end_date, years], requires_comment: true, confirm: true}
  file: {from: a, to: b, who: [drafter], requires_document: contract}
  list: {from: [a, b], to: b, who: [drafter], requires: [note], starts: {visit: 2}}
  plan: {from: a, to: b, who: [drafter], requires: [day], starts: {visit: 1}}
  end: {from: any, to: z, who: [requester]}
children:
  visit:
    fields: {day: {title: Day, type: string, format: date}, place: {type: string}}
    requires: [day]
    starts_in: planned
    states: {planned: {}, made: {ends: true}}
    transitions: {make: {from: planned, to: made, who: [drafter]}}
"""
TEXT = TEXT.replace(
    "  risk: {enum: [low, high]}\n", "  risk: {enum: [low, high]}\n  day: {type: string, format: date}\n"
)
FILLED = {"end_date": "2027-01-01", "years": 3}


def asked(sim: Simulation, transition: str) -> TransitionInputs:
    return engine.transition_inputs(sim.workflow, sim.case, sim._context(), transition)


def test_required_facts_are_asked_in_their_order_with_what_is_known() -> None:
    """W3: absent ones to be filled in, present ones shown for change."""
    inputs = asked(simulate(TEXT, {"years": 2}), "go")
    assert inputs.names == ("end_date", "years")
    assert inputs.required == inputs.names
    assert inputs.data == {"years": 2}
    assert inputs.properties["end_date"]["format"] == "date"
    assert inputs.properties["years"]["title"] == "Years"
    assert (inputs.comment_required, inputs.confirm) == (True, True)


def test_what_is_asked_hides_no_button() -> None:
    """W5: required fields and comments are no reasons."""
    assert simulate(TEXT).allowed("ana")["go"] == []


def test_a_missing_document_does() -> None:
    """W3, W5."""
    sim = simulate(TEXT)
    assert sim.allowed("ana")["file"] == ["The document “contract” is still missing."]
    assert refusal(lambda: sim.do("file", by="ana")) == ["The document “contract” is still missing."]
    verdicts = {
        name: engine.transition_verdicts(sim.workflow, sim.case, sim._context(), name)["file"] for name in ("ana", "bo")
    }
    assert verdicts["ana"].held_up  # told on the dossier to whoever could take it
    assert not verdicts["bo"].held_up
    sim.document("contract", by="ana")
    assert sim.allowed("ana")["file"] == []
    sim.do("file", by="ana")
    assert sim.state == "b"


def test_everything_that_was_not_filled_in_is_named_at_once() -> None:
    """W5."""
    sim = simulate(TEXT)
    assert refusal(lambda: sim.do("go", by="ana", comment="  ")) == [
        "“End date” has to be filled in.",
        "“Years” has to be filled in.",
        "A comment is required.",
    ]
    assert (sim.version, sim.facts) == (1, {})


def test_what_is_missing_is_named_beside_a_condition_that_fails() -> None:
    """W5: so that nobody fills in a step in vain; who may not take it is not told what it asks."""
    sim = simulate(TEXT.replace("to: b,", "to: b, when: urgent is true,", 1))
    assert refusal(lambda: sim.do("go", by="ana"))[1:] == [
        "“End date” has to be filled in.",
        "“Years” has to be filled in.",
        "A comment is required.",
    ]
    (reason,) = refusal(lambda: sim.do("go", by="cleo", comment="x"))[:1]
    assert reason == "Only the drafter may do this."
    assert not any("Years" in reason for reason in refusal(lambda: sim.do("go", by="cleo")))


def test_a_known_fact_need_not_be_filled_in_again_but_cannot_be_emptied() -> None:
    """W3."""
    sim = simulate(TEXT, {"years": 2})
    fields: dict[str, Any] = {"end_date": "2027-01-01", "years": None}
    assert refusal(lambda: sim.do("go", by="ana", comment="x", fields=fields)) == ["“Years” has to be filled in."]
    sim.do("go", by="ana", comment="x", fields={"end_date": "2027-01-01"})
    assert sim.facts == {"years": 2, "end_date": "2027-01-01"}


def test_a_new_value_lies_over_the_answer_which_stays_as_it_was_submitted() -> None:
    """W3."""
    sim = simulate(TEXT, {"years": 2})
    sim.do("go", by="ana", comment="x", fields=FILLED)
    assert sim.facts["years"] == 3
    assert sim.case.answers == {"years": 2}


def test_what_the_step_does_not_ask_is_refused() -> None:
    """W5: fields that a step does not ask for are refused."""
    sim = simulate(TEXT)
    reasons = refusal(lambda: sim.do("go", by="ana", comment="x", fields={**FILLED, "risk": "low"}))
    assert reasons == ["This step does not ask for “risk”."]
    assert sim.facts == {}


def test_a_step_that_opens_children_asks_for_what_they_require() -> None:
    """W3, W10: once for all of them, or for each."""
    inputs = asked(simulate(TEXT), "list")
    assert inputs.names == ("note", "day")
    assert inputs.children == {"visit": 2}
    sim = simulate(TEXT)
    assert refusal(lambda: sim.do("list", by="ana", fields={"note": "x"})) == ["“Day” has to be filled in."]
    sim.do("list", by="ana", fields={"note": "x", "day": "2026-04-01"})
    assert [(c.number, c.state, c.fields) for c in sim.children] == [
        (1, "planned", {"day": "2026-04-01"}),
        (2, "planned", {"day": "2026-04-01"}),
    ]
    days = [{"day": "2026-05-01", "place": "Lyon"}, {"day": "2026-05-02"}]
    sim.do("list", by="ana", fields={"visit": days})
    assert [c.fields for c in sim.children[2:]] == days


def test_the_fields_of_children_do_not_excuse_those_of_the_step() -> None:
    """W3."""
    sim = simulate(TEXT)
    reasons = refusal(lambda: sim.do("list", by="ana", fields={"visit": {"day": "2026-04-01"}}))
    assert reasons == ["“Note” has to be filled in."]
    assert refusal(lambda: sim.do("list", by="ana", fields={"note": "x", "visit": [{"place": "Lyon"}]})) == [
        "To open it, fill in: Day."
    ]


def test_a_fact_that_both_the_step_and_its_child_require_is_asked_once_for_both() -> None:
    """W3, W10."""
    sim = simulate(TEXT)
    assert asked(sim, "plan").names == ("day",)
    sim.do("plan", by="ana", fields={"day": "2026-04-01"})
    assert sim.facts["day"] == "2026-04-01"
    assert sim.children[0].fields == {"day": "2026-04-01"}
