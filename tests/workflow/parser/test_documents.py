"""`documents:` of a workflow: who adds versions, and in which states (S2)."""

from __future__ import annotations

import pytest

from formengine.source import Finding, read_yaml
from formengine.workflow import parse_workflow
from formengine.workflow.definition.model import DocumentRule
from tests.workflow.builders import FORM, ROLES, TEAMS, workflow

STATES = """
starts_in: a
states:
  a: {}
  b: {}
  z: {ends: true}
transitions:
  go_on: {from: a, to: b, who: [drafter]}
  end: {from: any, to: z, who: [requester]}
documents:
"""


def rule(lines: str) -> DocumentRule:
    return workflow(f"{STATES}  minutes: {lines}\n").document_rules["minutes"]


def findings(lines: str) -> list[Finding]:
    text = f"title: Test\nkind: contract\n{ROLES}{STATES}  minutes: {lines}\n"
    document, unread = read_yaml(text, "workflow.yaml")
    assert document is not None, unread
    return parse_workflow(document, "test", {"ask": FORM}, TEAMS, None)[1]


def test_roles_stand_for_every_state_that_does_not_end() -> None:
    """S2: `may_replace: [roles]`, and never once the dossier has ended."""
    assert rule("{may_replace: [drafter, finance]}").may_replace == {"drafter": ("a", "b"), "finance": ("a", "b")}


def test_roles_in_named_states_alone() -> None:
    """S2: `in` for all roles, or states with each role."""
    assert rule("{may_replace: [drafter, legal_admin], in: [b]}").may_replace == {
        "drafter": ("b",),
        "legal_admin": ("b",),
    }
    assert rule("{may_replace: {drafter: [a], finance: [a, b]}}").may_replace == {
        "drafter": ("a",),
        "finance": ("a", "b"),
    }


def test_a_title_alone_leaves_the_default() -> None:
    """S2: None stands for whoever is in charge, and whom a step asks for the document."""
    assert rule("{title: {en: Minutes, fr: Procès-verbal}}").may_replace is None


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ("{may_replace: [draftor]}", "unknown-role", "drafter"),
        ("{may_replace: {draftor: [a]}}", "unknown-role", "drafter"),
        ("{may_replace: [drafter], in: [c]}", "unknown-state", "`c`"),
        ("{may_replace: {drafter: [c]}}", "unknown-state", "`c`"),
        ("{may_replace: {drafter: [a, z]}}", "documents", "`z` ends"),
        ("{may_replace: [drafter], in: [z]}", "documents", "`z` ends"),
        ("{in: [a]}", "documents", "may_replace"),
        ("{may_replace: {drafter: [a]}, in: [b]}", "documents", "beside a list"),
        ("{may_replce: [drafter]}", "unknown-key", "may_replace"),
    ],
)
def test_a_mistake_is_found_where_it_stands(lines: str, code: str, words: str) -> None:
    """W13, S2: with what to write instead."""
    found = findings(lines)
    assert [finding.code for finding in found] == [code], [str(finding) for finding in found]
    assert words in found[0].message
    assert found[0].line == 21


@pytest.mark.parametrize("declared", [(), ("annex",)])
def test_a_document_that_nobody_declares_is_found(declared: tuple[str, ...]) -> None:
    """W13: also where `documents:` of the workflow alone declares one; else its approval could never be given."""
    step = "transitions:\n  go_on: {from: a, to: b, who: [drafter], requires_document: minute}\n"
    lines = STATES.replace("transitions:\n", step).replace("  go_on: {from: a, to: b, who: [drafter]}\n", "")
    text = f"title: Test\nkind: contract\n{ROLES}{lines}  minutes: {{may_replace: [drafter]}}\n"
    document, _ = read_yaml(text, "workflow.yaml")
    assert document is not None
    _, messages = parse_workflow(document, "test", {"ask": FORM}, TEAMS, None, documents=declared)
    assert [finding.code for finding in messages] == ["unknown-document"]
    assert "minutes" in messages[0].message
