"""The workflow library as it is promised: loading a file, and a dossier in memory (W15)."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from formengine.workflow import Child, Deadline, Mail, Refused, Seat, Simulation, Step, load_workflow
from tests.workflow.builders import NOW, at, simulate
from tests.workflow.engine.test_rounds import approving

PACK = """
title: Contract
kind: contract
starts_in: draft
calendar: paris
roles:
  requester: {is: submitter}
  drafter: {team: contracts, one_person: true}
  other_side: {field: contact, outside: true}
states:
  draft: {deadlines: [{within: 1 working day, then: {tell: [drafter]}}]}
  check: {approval: internal, approved: out, rejected: draft}
  out: {signatures: both, signed: done, declined: draft}
  done: {ends: true}
transitions:
  ask: {from: draft, to: check, who: [drafter]}
  withdraw: {from: any, to: done, who: [requester]}
approvals:
  internal: {steps: [{name: {en: Finance, fr: Finances}, approvers: [{team: finance}]}]}
signatures:
  both: {document: contract, order: [[other_side]]}
"""
FORM = {"type": "object", "properties": {"contact": {"$ref": "formengine:contact"}}}
PARIS = {"paris": {"zone": "Europe/Paris", "country": "FR", "hours": "09:00-18:00"}}
PEOPLE = {"requester": ["cleo"], "team:contracts": ["ana"], "team:finance": ["bo"]}
ANSWERS = {"contact": {"name": "Cy", "email": "cy@acme.example"}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "nda_contract"
    folder.mkdir()
    (folder / "workflow.yaml").write_text(PACK, "utf-8")
    return folder / "workflow.yaml"


def test_a_dossier_is_run_from_its_file_to_its_end(path: Path) -> None:
    """W15: with the functions and values of the public interface."""
    workflow, findings = load_workflow(path, forms={"ask": FORM}, calendars=PARIS)
    assert workflow is not None, findings
    assert workflow.id == "nda_contract"
    sim = Simulation(
        workflow, request="ask", answers=ANSWERS, people=PEOPLE, now=NOW, calendars=PARIS, documents=("contract",)
    )
    due = datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert (sim.state, sim.version, sim.facts) == ("draft", 1, ANSWERS)
    assert sim.deadlines == [Deadline("Draft", due, "running")]
    sim.claim("drafter", by="ana")
    sim.do("ask", by="ana")
    assert sim.seats == [Seat(1, 0, "Finance", "finance", "bo", "approval", "open")]
    sim.decide("approve", by="bo")
    assert sim.seats == [Seat(1, 0, "Other side", "other_side", "cy@acme.example", "signature", "open")]
    sim.sign(by="cy@acme.example")
    assert sim.history == [
        Step(NOW, "ana", "ask", "draft", "check", None),
        Step(NOW, "bo", "approved", "check", "out", None),
        Step(NOW, "cy@acme.example", "signed", "out", "done", None),
    ]
    assert Mail("approval_asked", "bo", NOW) in sim.mails
    assert (sim.version, sim.allowed("ana"), sim.children) == (5, {}, [])


@pytest.mark.parametrize(
    ("call", "parameters"),
    [
        (load_workflow, ["path", "forms", "teams", "calendars", "plugins"]),
        (Simulation, ["workflow", "request", "answers", "people", "now", "calendars", "documents"]),
        (Simulation.allowed, ["self", "by", "child"]),
        (Simulation.do, ["self", "transition", "by", "comment", "fields", "child"]),
        (Simulation.claim, ["self", "role", "by"]),
        (Simulation.document, ["self", "document", "by"]),
        (Simulation.decide, ["self", "decision", "by", "comment"]),
        (Simulation.sign, ["self", "by"]),
        (Simulation.decline, ["self", "by", "reason"]),
        (Simulation.add_approver, ["self", "person", "step", "by"]),
        (Simulation.remove_approver, ["self", "person", "by"]),
        (Simulation.delegate, ["self", "by", "to"]),
        (Simulation.advance, ["self", "to"]),
        (Seat, ["round", "step", "name", "role", "person", "kind", "status"]),
        (Deadline, ["name", "due", "status"]),
        (Mail, ["kind", "to", "at"]),
        (Step, ["at", "by", "transition", "before", "after", "comment"]),
        (Child, ["kind", "number", "state", "fields"]),
    ],
)
def test_what_is_promised_is_called_as_it_is_promised(call: Any, parameters: list[str]) -> None:
    """W15: names and order of parameters."""
    assert list(inspect.signature(call).parameters)[: len(parameters)] == parameters


def test_a_file_with_errors_loads_nothing_and_says_where(path: Path) -> None:
    """W15, W13."""
    path.write_text(PACK.replace("to: check", "to: chek"), "utf-8")
    workflow, findings = load_workflow(path, forms={"ask": FORM}, calendars=PARIS)
    assert workflow is None
    assert [(finding.file, finding.line, finding.severity, finding.code) for finding in findings] == [
        (str(path), 16, "error", "unknown-state")
    ]


def test_what_is_not_given_is_not_checked(path: Path) -> None:
    """W15: teams and calendars."""
    assert load_workflow(path, forms={"ask": FORM})[0] is not None
    assert load_workflow(path, forms={"ask": FORM}, teams={"teams": {"contracts": {}}})[0] is None
    assert load_workflow(path, forms={"ask": FORM}, calendars={})[0] is None


def test_plugins_bring_their_words(path: Path) -> None:
    """W15, X1: directives that do not concern workflows are ignored."""

    def includeme(config: Any) -> None:
        config.add_workflow_guard("open_today", lambda subject, options: "It is a holiday.")
        config.add_site_check("pigeon", lambda site: [])

    path.write_text(PACK.replace("to: check, ", "to: check, when: {use: open_today}, "), "utf-8")
    assert load_workflow(path, forms={"ask": FORM}, calendars=PARIS)[0] is None
    workflow, _ = load_workflow(path, forms={"ask": FORM}, calendars=PARIS, plugins=[includeme])
    assert workflow is not None
    sim = Simulation(workflow, "ask", ANSWERS, PEOPLE, NOW)
    assert sim.allowed("ana")["ask"] == ["It is a holiday."]


def test_a_guard_is_not_asked_for_somebody_whom_who_excludes(path: Path) -> None:
    """T32: a stranger to a step learns nothing of a plugin, and cannot keep it busy."""
    asked = []

    def includeme(config: Any) -> None:
        config.add_workflow_guard("open_today", lambda subject, options: asked.append(subject.actor) or True)

    path.write_text(PACK.replace("to: check, ", "to: check, when: {use: open_today}, "), "utf-8")
    workflow, _ = load_workflow(path, forms={"ask": FORM}, calendars=PARIS, plugins=[includeme])
    assert workflow is not None
    sim = Simulation(workflow, "ask", ANSWERS, PEOPLE, NOW)
    asked.clear()
    assert sim.allowed("nobody")["ask"] != []
    assert asked == []
    assert sim.allowed("ana")["ask"] == []
    assert len(asked) == 1


def test_without_a_calendar_it_is_monday_to_friday_nine_to_five_utc(path: Path) -> None:
    """W9: the default."""
    workflow, _ = load_workflow(path, forms={"ask": FORM})
    assert workflow is not None
    friday = datetime(2026, 3, 6, 16, tzinfo=UTC)
    assert Simulation(workflow, "ask", ANSWERS, PEOPLE, friday).deadlines[0].due == datetime(2026, 3, 9, 16, tzinfo=UTC)


def test_moments_of_any_zone_are_told_in_utc() -> None:
    """W9: all is stored in UTC."""
    text = """
starts_in: a
states: {a: {deadlines: [{within: 1 hour, then: {go: z}}]}, z: {ends: true}}
transitions: {end: {from: a, to: z, who: [requester]}}
"""
    sim = simulate(text, now=NOW.astimezone(timezone(timedelta(hours=-7))))
    assert sim.deadlines[0].due == at(hours=1)
    assert sim.deadlines[0].due.tzinfo is UTC
    sim.advance(to=at(hours=2).astimezone(timezone(timedelta(hours=5))))
    assert (sim.history[0].at, sim.history[0].at.tzinfo, sim.now) == (at(hours=1), UTC, at(hours=2))


def test_a_step_that_a_vote_led_to_carries_what_the_voter_said() -> None:
    """W15."""
    sim = approving("steps: [{approvers: [chief]}]")
    sim.decide("reject", by="ines", comment="The cap is too low.")
    assert [(step.transition, step.by, step.comment) for step in sim.history] == [
        ("ask", "ana", None),
        ("rejected", "ines", "The cap is too low."),
    ]


def test_time_goes_forward_in_a_zone() -> None:
    """W15: a naive datetime is refused."""
    sim = approving("steps: [{approvers: [chief]}]")
    with pytest.raises(ValueError, match="aware"):
        sim.advance(to=NOW.replace(tzinfo=None) + timedelta(days=1))
    with pytest.raises(ValueError, match="forward"):
        sim.advance(to=NOW - timedelta(days=1))


def test_a_refusal_carries_its_reasons_and_changes_nothing(path: Path) -> None:
    """W5, W11."""
    workflow, _ = load_workflow(path, forms={"ask": FORM})
    assert workflow is not None
    sim = Simulation(workflow, "ask", ANSWERS, PEOPLE, NOW)
    opened = list(sim.mails)
    with pytest.raises(Refused) as caught:
        sim.do("ask", by="cleo")
    assert caught.value.reasons == ["Only the drafter may do this."] == sim.allowed("cleo")["ask"]
    assert (sim.version, sim.history, sim.mails, sim.case.claims) == (1, [], opened, {})


def test_texts_are_english_where_given_else_the_first_language() -> None:
    """W15: of deadlines and seats."""
    text = """
starts_in: a
states:
  a: {title: {fr: Rédaction}, deadlines: [{within: 1 day, then: {tell: [chief]}}]}
  b: {title: {fr: Visa, en: Visa}, approval: visa, approved: z, rejected: a}
  z: {ends: true}
transitions:
  ask: {from: a, to: b, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
approvals: {visa: {steps: [{name: {fr: Direction, en: Management}, approvers: [chief]}]}}
"""
    sim = simulate(text, language="fr")
    assert sim.deadlines[0].name == "Rédaction"
    sim.do("ask", by="ana")
    assert sim.seats[0].name == "Management"
