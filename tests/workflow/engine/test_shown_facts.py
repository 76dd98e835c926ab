"""What a seat shows its holder: the facts of the request, of the step that asked, and of `shows`."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.workflow import Simulation, load_workflow
from formengine.workflow.engine.shown_facts import shown_asking
from tests.workflow.builders import FORM, simulate

ANSWERS: dict[str, Any] = {
    "value": {"amount": "70000.00", "currency": "EUR"},
    "paper": "ours",
    "years": 3,
    "due_on": "2026-05-04",
    "note": "Presses for the Lyon plant",
    "contact": {"name": "Cy", "email": "cy@acme.example"},
}
CHOSEN = ["value", "years", "due_on", "note", "contact"]


def deal(round_keys: str = "", step_keys: str = "", signature_keys: str = "") -> str:
    """A deal that is put to finance by a step with a provision, then signed by finance and by the other side."""
    return f"""
fields:
  provision: {{title: Provision, $ref: "formengine:money"}}
  opinion: {{title: Opinion, type: string, client: sees}}
starts_in: draft
states:
  draft: {{}}
  check: {{approval: internal, approved: signing, rejected: draft}}
  signing: {{signatures: both, signed: done, declined: draft}}
  done: {{ends: true}}
transitions:
  ask: {{from: draft, to: check, who: [drafter], requires: [provision, opinion]}}
  sell: {{from: draft, to: done, who: [drafter], requires: [provision], approval_first: internal}}
  withdraw: {{from: any, to: done, who: [requester]}}
approvals:
  internal:
    {{steps: [{{name: Finance, approvers: [{{role: finance, when: paper is ours}}, board]{step_keys}}}]{round_keys}}}
signatures:
  both: {{document: contract, order: [[chief, outsider]]{signature_keys}}}
"""


def asked(definition: str, step: str = "ask") -> Simulation:
    sim = simulate(definition, answers=ANSWERS, documents=("contract",))
    provision = {"amount": "9000.00", "currency": "EUR"}
    fields = {"provision": provision, **({"opinion": "Take it"} if step == "ask" else {})}
    sim.do(step, by="ana", comment="Between us: they would go lower.", fields=fields)
    return sim


def shows(sim: Simulation, person: str) -> list[str]:
    return next(list(seat.shows) for seat in sim.seats if seat.person == person)


def comment(sim: Simulation, person: str) -> str | None:
    round_ = sim.case.rounds[-1]
    return next(shown_asking(sim.workflow, round_, seat).comment for seat in round_.seats if seat.person == person)


def test_a_seat_shows_the_request_and_what_the_step_required() -> None:
    """W7: amount, other party, dates, summary, what the step depends on, then what the drafter had to say."""
    sim = asked(deal())
    assert shows(sim, "bo") == ["value", "paper", "years", "due_on", "note", "contact", "provision", "opinion"]
    assert sim.seats[0].shows["provision"] == {"amount": "9000.00", "currency": "EUR"}
    assert comment(sim, "bo") == "Between us: they would go lower."


def test_lists_groups_and_kinds_with_figures_are_shown_without_being_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """W7: percentages, decimal texts, rows and groups with figures; no list of words, no address."""
    rows = {"type": "object", "properties": {"share": {"$ref": "formengine:percentage"}, "who": {"type": "string"}}}
    shown = {
        "rate": ({"$ref": "formengine:percentage"}, 12.5),
        "sum": ({"$ref": "formengine:amount"}, "10.00"),
        "shares": ({"type": "array", "items": rows}, [{"share": 40, "who": "Cy"}]),
        "price": ({"type": "object", "properties": {"net": {"$ref": "formengine:money"}}}, {"net": ANSWERS["value"]}),
        "cap": ({"anyOf": [{"type": "number"}, {"type": "null"}]}, 3),
    }
    left_out = {
        "words": ({"type": "array", "items": {"type": "string"}}, ["one"]),
        "seat": ({"$ref": "formengine:address"}, {"lines": ["1 Mill Lane"], "city": "Leeds", "country": "GB"}),
    }
    asked_for = {**shown, **left_out}
    monkeypatch.setitem(
        FORM, "properties", FORM["properties"] | {name: field for name, (field, _) in asked_for.items()}
    )
    sim = simulate(deal(), answers=ANSWERS | {name: value for name, (_, value) in asked_for.items()})
    provision = {"amount": "9000.00", "currency": "EUR"}
    sim.do("ask", by="ana", fields={"provision": provision, "opinion": "Take it"})
    assert set(shows(sim, "bo")) - {"paper", "provision", "opinion"} == {*CHOSEN, *shown}


def test_the_step_that_waits_for_the_approval_is_the_one_that_asked() -> None:
    """W7: with `approval_first`, its fields and comment are shown."""
    sim = asked(deal(), "sell")
    assert shows(sim, "bo")[-1] == "provision"
    assert comment(sim, "bo") == "Between us: they would go lower."


@pytest.mark.parametrize(
    ("round_keys", "step_keys", "expected"),
    [
        (", shows: [paper]", "", ["paper", "provision", "opinion"]),
        (", shows: []", "", ["provision", "opinion"]),
        (", shows: [paper]", ", shows: [years, value]", ["years", "value", "provision", "opinion"]),
        (", shows: [opinion, urgent]", "", ["opinion", "provision"]),
    ],
)
def test_shows_says_more_or_less(round_keys: str, step_keys: str, expected: list[str]) -> None:
    """W7: `shows` of the round, and that of a step in its place; a fact without a value is left out."""
    assert shows(asked(deal(round_keys, step_keys)), "bo") == expected


def test_signers_read_what_was_approved_and_the_other_party_what_concerns_it() -> None:
    """W8: who signs for us reads on what the approval was given; outside, `shows` alone and no comment."""
    sim = asked(deal(signature_keys=", shows: [value]"))
    for person in ("bo", "vi"):
        sim.decide("approve", by=person)
    assert shows(sim, "ines") == ["value", "provision", "opinion"]
    assert comment(sim, "ines") == "Between us: they would go lower."
    assert shows(sim, "cy@acme.example") == ["value"]
    assert comment(sim, "cy@acme.example") is None


def test_the_submission_asks_for_a_round_of_the_first_state() -> None:
    """W7: nobody has taken a step yet; the requester asked."""
    definition = """
starts_in: check
states: {check: {approval: internal, approved: done, rejected: done}, done: {ends: true}}
transitions: {withdraw: {from: check, to: done, who: [requester]}}
approvals: {internal: {steps: [{name: Finance, approvers: [finance]}]}}
"""
    sim = simulate(definition, answers=ANSWERS)
    assert shows(sim, "bo") == CHOSEN
    assert sim.case.rounds[0].asking.by == "cleo"


def test_a_fact_that_is_shown_has_to_exist(tmp_path: Any) -> None:
    """W13: a mistyped name in `shows` is found where it stands."""
    text = """title: Deal
kind: contract
starts_in: check
roles: {requester: {is: submitter}, finance: {team: finance}}
states: {check: {approval: internal, approved: done, rejected: done}, done: {ends: true}}
transitions: {withdraw: {from: check, to: done, who: [requester]}}
approvals:
  internal:
    shows: [valu]
    steps: [{name: Finance, approvers: [finance], shows: [years, paperr]}]
"""
    (tmp_path / "workflow.yaml").write_text(text, "utf-8")
    definition, findings = load_workflow(tmp_path / "workflow.yaml", forms={"ask": FORM})
    assert definition is None
    assert [(finding.line, finding.code) for finding in findings] == [(9, "unknown-fact"), (10, "unknown-fact")]
    assert "did you mean" in findings[0].message
