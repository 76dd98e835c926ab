"""Findings about acknowledgements: each cause once, with the words to write (W19, W13)."""

from __future__ import annotations

import pytest

from formengine.source import read_yaml
from formengine.workflow import parse_workflow
from tests.workflow.builders import FORM, ROLES, TEAMS

FLOW = """title: Test
kind: contract
{roles}
starts_in: a
states:
  a: {{}}
  held: {{{state}}}
  done: {{}}
  late: {{}}
  z: {{ends: true}}
transitions:
  go: {{from: a, to: held, who: [drafter]}}
  more: {{from: [held, done, late], to: late, who: [drafter]}}
  check: {{from: late, to: done, who: [drafter]}}
  end: {{from: any, to: z, who: [requester]}}
acknowledgements: {{notice: {{{notice}}}}}
"""
STATE, NOTICE = "acknowledgement: notice, acknowledged: done", "steps: [{people: [finance]}]"


def findings(state: str, notice: str, more: str = "") -> list[str]:
    text = FLOW.format(roles=ROLES, state=state, notice=notice) + more
    document, read = read_yaml(text, "workflow.yaml")
    assert document is not None, read
    _, found = parse_workflow(document, "test", {"ask": FORM}, TEAMS, None, None)
    return [finding.message for finding in found]


@pytest.mark.parametrize(
    "notice",
    [
        NOTICE,
        "steps: [{people: finance}]",
        "steps: [{people: [{team: finance, need: 1}, chief]}, {people: [board]}], need: majority, comment: required",
        f"{NOTICE}, title: {{en: Notice, fr: Avis}}, button: Read, statement: '**Keep**', adds: [board], shows: [note]",
        f"{NOTICE}, remind: every 2 days, late: {{after: 3 days, tell: [chief]}}, notify: {{acknowledged: [board]}}",
    ],
)
def test_what_is_right_has_no_finding(notice: str) -> None:
    """W19: every key of the language."""
    assert findings(STATE, notice) == []


@pytest.mark.parametrize(
    ("state", "notice", "message"),
    [
        (STATE, "steps: [{approvers: [finance]}]", "who acknowledges is not named by `approvers:`; write `people:`"),
        (STATE, "people: [finance]", "who acknowledges is not named by `people:`; write `steps: [{people: [...]}]`"),
        (STATE, "order: [[finance]]", "who acknowledges is not named by `order:`; write `steps: [{people: [...]}]`"),
        (STATE, "statement: Hello", "steps is missing; write for example steps: [{people: [staff]}]"),
        (STATE, "steps: [{people: [fynance]}]", 'there is no role `fynance`; did you mean "finance"?'),
        (
            STATE,
            "steps: [{people: [finance], need: 5}]",
            "5 must acknowledge, but there are only 2 of them; ask for fewer or add people",
        ),
        (STATE, f"{NOTICE}, comment: always", "comment cannot be always; known are none, optional, required"),
        (
            STATE,
            f"{NOTICE}, expires: 5 days",
            "`notice` expires after 5 days; say in `held` which state follows: `expired: STATE`",
        ),
        (
            f"{STATE}, expired: late",
            NOTICE,
            "`notice` never expires; give it `expires: 14 days`, or leave `expired` out",
        ),
        ("acknowledgement: notice", NOTICE, "`held` does not say `acknowledged:`, the state that follows"),
        (
            "acknowledgement: notice, approved: done",
            NOTICE,
            "`approved` is not what becomes of an acknowledgement; write `acknowledged:`",
        ),
        (
            "acknowledgment: notice, acknowledged: done",
            NOTICE,
            'acknowledgment is not a key here; did you mean "acknowledgement"?',
        ),
        (
            "acknowledgement: notise, acknowledged: done",
            NOTICE,
            'there is no acknowledgement `notise`; did you mean "notice"?',
        ),
        (
            "approval: notice, approved: done, rejected: late",
            NOTICE,
            "there is no approval `notice`; notice is declared in `acknowledgements`; write acknowledgement: notice",
        ),
    ],
)
def test_a_mistake_has_one_finding(state: str, notice: str, message: str) -> None:
    """W19, W13: that says what to write."""
    assert findings(state, notice) == [message]


def test_the_count_of_an_acknowledgement_is_a_fact() -> None:
    """W19: and an unknown name in it is found."""
    assert findings(f"{STATE}, when_true: [{{when: votes of notice at least 2, go: late}}]", NOTICE) == []
    found = findings(f"{STATE}, when_true: [{{when: open seats of notise is 0, go: late}}]", NOTICE)
    assert found == ['there is no approval, signatures or acknowledgement `notise`; did you mean "notice"?']
