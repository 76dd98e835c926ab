"""What a lawyer writes instead of the word of the language: one finding, which says what to write."""

from __future__ import annotations

import pytest

from formengine.source import read_yaml
from formengine.workflow import parse_workflow
from tests.workflow.builders import FORM, TEAMS

WORKFLOW = """\
title: Board
kind: contract
starts_in: review
roles:
  lead: {team: contracts}
  requester: {is: submitter}
  board: {team: finance}
fields:
  received_on: {title: Received on, type: string, format: date}
documents:
  minutes: {title: Minutes}
states:
  review: {title: Review, category: open, when_true: [{when: document minutes is there, go: voting}]}
  correcting: {title: Correcting, category: waiting}
  voting: {title: Voting, category: in_progress, approval: vote, approved: done, rejected: done}
  done: {title: Done, category: done, ends: true}
transitions:
  send_back: {title: Send back, from: review, to: correcting, who: [lead], reopens: all}
  longer: {title: Longer, from: review, to: same, who: [lead], do: [{extend: reply, by: 1 month}]}
  stop: {title: Stop, from: review, to: done, who: [lead, requester], when: received_on before today}
  vote: {title: Vote, from: review, to: voting, who: [lead], requires: [received_on]}
approvals:
  vote:
    steps: [{approvers: [board]}]
    need: majority
    remind: every 2 days
    late: {after: 4 days, tell: [lead]}
deadlines:
  - {id: reply, after: 1 month, of: received_on, stops_in: [done], then: {tell: [lead]}}
"""


def findings_of(text: str) -> list[str]:
    document, findings = read_yaml(text, "workflow.yaml")
    if document is not None:
        calendars = {"business": {"zone": "Europe/Paris"}}
        _, more = parse_workflow(document, "test", {"ask": FORM}, TEAMS, calendars, None, ["contract"])
        findings = [*findings, *more]
    return [finding.message for finding in findings]


def test_the_workflow_of_these_cases_is_right() -> None:
    """W13: no false alarm."""
    assert findings_of(WORKFLOW) == []


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("every 2 days", "every week", "'every week' is not a duration; write every 1 week"),
        ("every 2 days", "every other day", "write every 2 days"),
        ("every 2 days", "2 day", "people are reminded again and again here; write remind: every 2 days"),
        ("every 2 days", "[2 days]", "remind takes one length, not a list; write for example 5 working days"),
        ("every 2 days", "2", "write what it counts: 2 working days"),
        ("every 2 days", "tous les 2 jours", "write every 2 days"),
        ("late: {after: 4 days, tell: [lead]}", "late: 4 days", "keys with values; write late: {after: 4 days"),
        ("then: {tell: [lead]}", "then: lead", "keys with values; write then: {tell: [ROLE]}"),
        ("after: 1 month", "after: one month", "'one month' is not a duration; write 1 month"),
        ("do: [{extend: reply, by: 1 month}]", "do: {extend: reply, by: 1 month}", "put [ ] around it"),
        ("before today", "before 31 December 2025", "after `before` write a date such as 2026-01-31"),
        ("before today", "before 31/12/2025", "`received_on` is a date; write received_on before 2025-12-31"),
        ("majority", "simple majority", "write majority"),
        ("majority", "two-thirds", "write two_thirds"),
        ("majority", "60%", "write 3/5"),
        ("reopens: all", "reopens: true", "write reopens: all"),
        ("reopens: all", "reopens: [all]", "write reopens: all"),
        ("document minutes is there", "minutes is there", "write document minutes is there"),
        ("minutes: {title: Minutes}", "minutes: Minutes", "minutes: {title: Minutes}"),
        ("board: {team: finance}", "board: bo@example.com", "write board: {position: ID}, and the position"),
        ("board: {team: finance}", "board: {person: bo@example.com}", "write board: {position: ID}, and the position"),
    ],
)
def test_one_mistake_is_one_finding_that_says_what_to_write(right: str, wrong: str, sentence: str) -> None:
    """W13, A2: the words of everyday language, and the shapes that people try first."""
    assert right in WORKFLOW
    messages = findings_of(WORKFLOW.replace(right, wrong, 1))
    assert len(messages) == 1, messages
    assert sentence in messages[0]
