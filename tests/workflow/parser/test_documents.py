"""`documents:` of a workflow: who adds versions, and in which states (S2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from formengine.errors import Refused
from formengine.source import Finding, read_yaml
from formengine.workflow import load_workflow, parse_workflow
from formengine.workflow.definition.model import DocumentRule
from tests.workflow.builders import FORM, ROLES, TEAMS, simulate, workflow

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


@pytest.mark.parametrize("declared", [(), ("annex",)])
def test_a_condition_names_a_document_that_there_is(declared: tuple[str, ...]) -> None:
    """W13: also where neither the workflow nor its request types declare any; a workflow published so still runs."""
    states = STATES.replace("  a: {}\n", "  a: {when_true: [{when: document anex is there, go: b}]}\n")
    text = f"title: Test\nkind: contract\n{ROLES}{states.replace('documents:', '')}"
    document, _ = read_yaml(text, "workflow.yaml")
    assert document is not None
    _, messages = parse_workflow(document, "test", {"ask": FORM}, TEAMS, None, documents=declared)
    assert [finding.code for finding in messages] == ["unknown-document"]
    hint = '; did you mean "annex"?' if declared else "; declare it under documents:"
    assert messages[0].message == f"there is no document `anex`{hint}"
    published, messages = parse_workflow(
        document, "test", {"ask": FORM}, TEAMS, None, documents=declared, published=True
    )
    assert published is not None, messages


def test_a_file_is_checked_against_the_request_types_beside_it(tmp_path: Path) -> None:
    """W13, W15: `load_workflow` knows their documents, and those that people write."""
    step = "transitions:\n  go_on: {from: a, to: b, who: [drafter], requires_document: NAME}\n"
    lines = STATES.replace("transitions:\n", step).replace("  go_on: {from: a, to: b, who: [drafter]}\n", "")
    (tmp_path / "requests").mkdir()
    (tmp_path / "requests" / "ask.yaml").write_text("documents: {agreement: {from: paper}}\n", "utf-8")
    for name, findings in {"agreement": [], "minutes": [], "agrement": ["unknown-document"]}.items():
        text = f"title: Test\nkind: contract\n{ROLES}{lines}  minutes: {{title: Minutes}}\n".replace("NAME", name)
        (tmp_path / "workflow.yaml").write_text(text, "utf-8")
        assert [finding.code for finding in load_workflow(tmp_path / "workflow.yaml")[1]] == findings


def test_a_simulated_dossier_has_no_other_documents() -> None:
    """W15: another name is refused with the name that was meant, as the portal refuses its address."""
    sim = simulate(f"{STATES}  minutes: {{title: Minutes}}\n")
    with pytest.raises(Refused, match="did you mean “minutes”"):
        sim.document("minuts", by="ana")
    sim.document("minutes", by="ana")


def test_a_misspelt_id_among_the_documents_is_found() -> None:
    """W13: nothing uses it, and the request types declare one of nearly that name."""
    text = f"title: Test\nkind: contract\n{ROLES}{STATES}  agrement: {{title: Agreement}}\n"
    document, _ = read_yaml(text, "workflow.yaml")
    assert document is not None
    _, messages = parse_workflow(document, "test", {"ask": FORM}, TEAMS, None, documents=["agreement"])
    assert [finding.message for finding in messages] == [
        'nothing uses the document `agrement`; did you mean "agreement"?'
    ]
    published, messages = parse_workflow(
        document, "test", {"ask": FORM}, TEAMS, None, documents=["agreement"], published=True
    )
    assert published is not None, messages


def test_people_outside_add_no_versions() -> None:
    """W13: they have no account."""
    found = findings("{may_replace: [outsider]}")
    assert [finding.code for finding in found] == ["outside-uploads"], found
