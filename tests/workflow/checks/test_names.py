"""Check of names: each unknown name is one finding, however many places use it."""

from __future__ import annotations

from formengine.source import read_yaml
from formengine.workflow import parse_workflow

TEXT = """
title: Test
kind: matter
starts_in: open
roles:
  requester: {is: submitter}
  boss: {manager_of: chieff}
states: {open: {}, done: {ends: true}}
transitions:
  finish: {from: open, to: done, who: [chieff]}
  stop: {from: open, to: done, who: [requester, boss]}
"""


def test_an_unknown_role_is_a_single_finding_for_sources_and_transitions() -> None:
    """W13: `manager_of` and `who` use the same names of roles."""
    document, _ = read_yaml(TEXT, "workflow.yaml")
    assert document is not None
    _, findings = parse_workflow(document, "test")
    assert [(finding.line, finding.code) for finding in findings] == [(7, "unknown-role")]
    assert "also on line 10" in findings[0].message
