"""The simulation judges answers by the conditions of their form, as the portal does (W15, F19)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.source import read_yaml
from formengine.workflow import Simulation, parse_workflow
from formengine.workflow.simulated_portal import whole_form
from tests.workflow.builders import NOW, PEOPLE, ROLES, refusal

FORM: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": {"title": "Kind", "enum": ["a", "b"]}, "note": {"title": "Note", "type": "string"}},
    "if": {"properties": {"kind": {"const": "b"}}, "required": ["kind"]},
    "then": {
        "required": ["ethics"],
        "properties": {"ethics": {"title": "Ethics", "type": "string"}, "note": {"maxLength": 5}},
    },
}
TEXT = """
starts_in: a
states:
  a: {}
  c: {}
  z: {ends: true}
transitions:
  back: {from: a, to: c, who: [drafter], reopens: PARTS}
  note: {from: a, to: same, who: [drafter], requires: [note]}
  end: {from: any, to: z, who: [requester]}
"""


OWN_ROLES = ROLES.replace("{field: contact, outside: true}", "{team: finance}")


def sent(parts: str = "all", text: str = TEXT, **answers: Any) -> Simulation:
    text = f"title: Test\nkind: contract\n{OWN_ROLES}{text.replace('PARTS', parts)}"
    document, _ = read_yaml(text, "workflow.yaml")
    assert document is not None
    workflow, findings = parse_workflow(document, "test", {"ask": FORM})
    assert workflow is not None, findings
    return Simulation(workflow, "ask", {"kind": "a", **answers}, PEOPLE, NOW)


def test_a_form_is_compiled_once_for_a_workflow_its_language_and_kinds() -> None:
    """W15: simulations of one workflow share it; another workflow, also of the same text, has its own."""
    workflow, other = sent().workflow, sent().workflow
    form = whole_form(workflow, "ask", "en", {})
    assert form is not None
    assert whole_form(workflow, "ask", "en", {}) is form
    kinds = {"acme:site": {"type": "string"}}
    assert all(
        each is not form
        for each in (
            whole_form(other, "ask", "en", {}),
            whole_form(workflow, "ask", "fr", {}),
            whole_form(workflow, "ask", "en", kinds),
        )
    )
    assert whole_form(workflow, "nothing", "en", {}) is None


def test_corrected_answers_are_judged_by_the_whole_form() -> None:
    """F19: what another answer asks for is missed, and what none asks for any more goes."""
    sim = sent()
    sim.do("back", by="ana")
    reasons = refusal(lambda: sim.do("answer", by="cleo", fields={"kind": "b"}))
    assert len(reasons) == 1
    assert "thics" in reasons[0]
    sim.do("answer", by="cleo", fields={"kind": "b", "ethics": "EC-1"})
    assert sim.submissions[-1] == {"kind": "b", "ethics": "EC-1"}
    sim.do("back", by="ana")
    sim.do("answer", by="cleo", fields={"kind": "a"})
    assert sim.submissions[-1] == {"kind": "a"}


def test_a_closed_answer_stays_unless_the_form_finds_it_wrong() -> None:
    """F19: as in the portal."""
    sim = sent("[kind]", note="A long note")
    sim.do("back", by="ana")
    assert any(
        "Note" in reason
        for reason in refusal(lambda: sim.do("answer", by="cleo", fields={"kind": "b", "ethics": "EC-1"}))
    )
    sim.do("answer", by="cleo", fields={"kind": "b", "ethics": "EC-1", "note": "Short"})
    assert sim.facts["note"] == "Short"


@pytest.mark.parametrize(("kind", "length", "refused"), [("a", 9, False), ("b", 9, True), ("b", 3, False)])
def test_a_step_obeys_the_conditions_of_the_form(kind: str, length: int, refused: bool) -> None:
    """F19, W15: an answer that a step writes over fits the other answers."""
    sim = sent(ethics="EC-1") if kind == "b" else sent()
    sim.case.answers["kind"] = kind  # type: ignore[index]
    if refused:
        assert "Note" in refusal(lambda: sim.do("note", by="ana", fields={"note": "x" * length}))[0]
    else:
        sim.do("note", by="ana", fields={"note": "x" * length})
        assert sim.facts["note"] == "x" * length


def test_what_a_step_makes_obsolete_is_no_fact() -> None:
    """F19, W15: the form no longer asks for it; what was sent is kept, and counts again when it is asked for again."""
    sim = sent(kind="b", ethics="EC-1", text=TEXT.replace("requires: [note]", "requires: [kind, ethics]"))
    sim.do("note", by="ana", fields={"kind": "a", "ethics": "EC-2"})
    assert sim.facts == {"kind": "a"}
    assert sim.case.answers["ethics"] == "EC-1"
    assert refusal(lambda: sim.do("note", by="ana", fields={"kind": "b"})) == ["“Ethics” has to be filled in."]
    sim.do("note", by="ana", fields={"kind": "b", "ethics": "EC-3"})
    assert sim.facts == {"kind": "b", "ethics": "EC-3"}
