"""Rounds about several documents: which providers take them, and how they are written (S7, S11)."""

from __future__ import annotations

import pytest

from formengine.source import Finding, read_yaml
from formengine.workflow import parse_workflow
from formengine.workflow.definition.vocabulary import Provider, Vocabulary
from tests.workflow.builders import FORM, ROLES, TEAMS

LINES = """
starts_in: a
documents: {contract: {title: Contract}, annex: {title: Annex}}
states:
  a: {}
  b: {signatures: both, signed: z, declined: z}
  z: {ends: true}
transitions:
  go_on: {from: a, to: b, who: [drafter]}
signatures:
  both:
    provider: elsewhere
    document: DOCUMENTS
    order: [[drafter]]
"""


class OfOne:
    """A provider that was written for one document in a round."""


class OfSeveral:
    """A provider that says that it takes several."""

    several_documents = True


def findings(documents: str, provider: object) -> list[Finding]:
    return findings_in(LINES.replace("DOCUMENTS", documents), provider)


def findings_in(lines: str, provider: object) -> list[Finding]:
    """The findings of a workflow with these lines beside its roles."""
    words = Vocabulary.builtin().with_word("providers", "elsewhere", Provider("elsewhere", provider))
    text = f"title: Test\nkind: contract\n{ROLES}{lines}"
    document, unread = read_yaml(text, "workflow.yaml")
    assert document is not None, unread
    return parse_workflow(document, "test", {"ask": FORM}, TEAMS, None, words)[1]


@pytest.mark.parametrize(
    ("documents", "provider", "codes"),
    [
        ("[contract, annex]", OfOne(), ["several-documents"]),
        ("[contract, annex]", OfSeveral(), []),
        ("[contract]", OfOne(), []),
        ("contract", OfOne(), []),
    ],
)
def test_a_provider_is_asked_for_as_many_documents_as_it_takes(
    documents: str, provider: object, codes: list[str]
) -> None:
    """S7, S11: one that was written for one document goes on working; the finding names those that take several."""
    found = [finding for finding in findings(documents, provider) if finding.severity == "error"]
    assert [finding.code for finding in found] == codes
    assert all("`elsewhere` takes one document" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("declared", "step", "codes"),
    [
        ("{title: Contract, client: never}", "", ["signed-unread"]),
        ("{title: Contract, client: when_shared}", "", ["signed-unread"]),
        ("{title: Contract, several: true}", "", ["several-of-kind"]),
        ("{title: Contract, client: sometimes}", "", ["client"]),
        ("{title: Contract}", "do: [{share: contract}]", ["not-shared"]),
        ("{title: Contract}", "do: [{share: opinion}]", []),
        ("{title: Contract}", "do: [{share: minutes}]", ["several-of-kind"]),
        ("{title: Contract}", "do: [{turn: {contract: counterparty}}]", []),
        ("{title: Contract}", "do: [{turn: {minutes: us}}]", ["several-of-kind"]),
        ("{title: Contract}", "do: [{turn: {contract: them}}]", ["choice"]),
        ("{title: Contract}", "do: [{turn: {contrat: us}}]", ["unknown-document"]),
        ("{title: Contract}", "do: [{share: opinoin}]", ["unknown-document"]),
        ("{title: Contract}", "do: [{turn: {}}]", ["do"]),
        ("{title: Contract}", "do: [{share: opinion, if_written: keep}]", ["do"]),
        ("{title: Contract}", "do: [{draft: contract, if_written: keep, at_most: 2}]", ["do"]),
        ("{title: Contract}", "do: [{draft: contract, if_written: keep}]", []),
    ],
)
def test_who_reads_a_document_fits_what_is_done_with_it(declared: str, step: str, codes: list[str]) -> None:
    """S2, W13: what is signed is read by whoever signs, and a step shares one document that is shared one by one."""
    others = "opinion: {title: Opinion, client: when_shared}, minutes: {title: Minutes, several: true}"
    lines = LINES.replace("{contract: {title: Contract}", f"{{contract: {declared}, {others}")
    lines = (
        lines.replace("who: [drafter]", f"who: [drafter], {step}").replace(", }", "}").replace("DOCUMENTS", "contract")
    )
    found = findings_in(lines, OfOne())
    assert [finding.code for finding in found if finding.severity == "error"] == codes


def test_steps_of_children_name_one_document_too() -> None:
    """S2, W13: and the finding stands at the step of the child."""
    child = """
children:
  clause:
    starts_in: open
    states: {open: {}, agreed: {ends: true}}
    transitions: {agree: {from: open, to: agreed, who: [drafter], do: [{turn: {contract: us}}, {share: contract}]}}
"""
    lines = LINES.replace("{contract: {title: Contract}", "{contract: {title: Contract, several: true}")
    found = [f for f in findings_in(lines.replace("DOCUMENTS", "annex") + child, OfOne()) if f.severity == "error"]
    assert [(finding.code, finding.line) for finding in found] == [("several-of-kind", found[0].line)] * 2
    assert "say by hand whose turn" in found[0].message


def test_a_misspelt_document_is_found_where_it_is_used() -> None:
    """S2: not where it is declared, also where every use is misspelt alike, as a request type declares it."""
    lines = LINES.replace("DOCUMENTS", "contrct").replace("provider: elsewhere", "provider: in_app")
    lines += "approvals:\n  board: {document: contrct, steps: [{approvers: [drafter]}]}\n"
    text = f"title: Test\nkind: contract\n{ROLES}{lines}"
    document, _ = read_yaml(text, "workflow.yaml")
    assert document is not None
    found = parse_workflow(document, "test", {"ask": FORM}, TEAMS, None, Vocabulary.builtin(), documents=["contract"])[
        1
    ]
    misspelt = next(finding for finding in found if "contrct" in finding.message)
    used = next(number for number, line in enumerate(text.splitlines(), 1) if "contrct" in line)
    assert (misspelt.code, misspelt.line in (used, len(text.splitlines()))) == ("unknown-document", True)
    assert 'did you mean "contract"' in misspelt.message
