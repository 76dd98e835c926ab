"""A length of time that stands in a fact, in calculated dates of a workflow: conditions, `set` and deadlines (W18)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from formengine.errors import Refused
from formengine.source import read_yaml
from formengine.workflow import Simulation, parse_workflow

TEXT = """
title: Contract
kind: contract
starts_in: draft
fields:
  signed_on: {title: Signed on, type: string, format: date}
  term: {title: Term, type: integer}
  ends_on: {title: Ends on, type: string, format: date}
roles:
  requester: {is: submitter}
  lawyer: {team: legal}
states:
  draft: {}
  running:
    deadlines:
      - {name: Term, on: signed_on + term months, then: {go: over}}
  over: {}
  end: {ends: true}
transitions:
  sign:
    from: draft
    to: running
    who: [lawyer]
    requires: [signed_on, term]
    do: [{set: {ends_on: signed_on + term months}}]
  prolong: {from: running, to: same, who: [lawyer], requires: [term]}
  close: {from: [running, over], to: end, who: [lawyer], when: today at least signed_on + term months}
  withdraw: {from: any, to: end, who: [requester]}
"""
PEOPLE = {"requester": ["cleo"], "team:legal": ["ana"]}


@pytest.fixture
def contract() -> Simulation:
    """Signed on 31 January 2026, for one month."""
    document, findings = read_yaml(TEXT, "contract.yaml")
    assert document is not None, findings
    files = {"teams": {"legal": {"members": ["ana"]}}, "positions": {}}
    workflow, checked = parse_workflow(document, "contract", {"ask": {"properties": {}}}, files)
    assert workflow is not None, checked
    sim = Simulation(workflow, "ask", {}, PEOPLE, datetime(2026, 1, 31, 9, tzinfo=UTC))
    sim.do("sign", by="ana", fields={"signed_on": "2026-01-31", "term": 1})
    return sim


def test_a_length_from_a_fact_is_counted_in_set_and_deadline(contract: Simulation) -> None:
    """W18, W9: one month from 31 January is the whole of 28 February; a longer term moves the deadline."""
    assert contract.facts["ends_on"] == "2026-02-28"
    assert [deadline.last_day for deadline in contract.case.deadlines] == ["2026-02-28"]
    contract.do("prolong", by="ana", fields={"term": 2})
    assert [deadline.last_day for deadline in contract.case.deadlines] == ["2026-03-31"]
    contract.advance(datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert contract.state == "running"
    contract.advance(datetime(2026, 4, 1, 12, tzinfo=UTC))
    assert contract.state == "over"


def test_a_length_from_a_fact_is_counted_in_a_condition(contract: Simulation) -> None:
    """W18, W5: `when` compares today with it."""
    contract.advance(datetime(2026, 2, 27, 12, tzinfo=UTC))
    with pytest.raises(Refused):
        contract.do("close", by="ana")
    contract.advance(datetime(2026, 2, 28, 12, tzinfo=UTC))
    contract.do("close", by="ana")
    assert contract.state == "end"
