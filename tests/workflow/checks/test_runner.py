"""Seeded mistakes: one a file, each found at its line, with little else beside it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from formengine.source import Finding, read_yaml
from formengine.workflow import parse_workflow
from tests.workflow.builders import FORM, TEAMS

HERE = Path(__file__).parent
MISTAKES = sorted((HERE / "mistakes").glob("*.yaml"))
FORMS: dict[str, Any] = {
    "ask": FORM,
    "other": {"properties": {**FORM["properties"], "other": {"enum": ["yes", "no"]}}},
}


def findings_in(path: Path) -> list[Finding]:
    document, findings = read_yaml(path.read_text("utf-8"), path.name)
    if document is None:
        return findings
    calendars = {"business": {"zone": "Europe/Paris"}}
    _, workflow_findings = parse_workflow(document, "test", FORMS, TEAMS, calendars, None, ["contract"])
    return [*findings, *workflow_findings]


def test_there_are_enough_of_them() -> None:
    assert len(MISTAKES) >= 60


def test_a_clean_workflow_has_no_findings() -> None:
    """W13: no false alarm."""
    assert findings_in(HERE / "clean.yaml") == []


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_a_mistake_is_found_at_its_line(path: Path) -> None:
    """W13, W4, A2: each mistake is found where it stands, with at most two that follow from it."""
    expected = re.match(r"# expect: (\S+) on line (\d+)", path.read_text("utf-8"))
    assert expected is not None
    findings = findings_in(path)
    places = [(finding.code, finding.line) for finding in findings]
    assert (expected[1], int(expected[2])) in places, [str(finding) for finding in findings]
    assert len(findings) <= 3, [str(finding) for finding in findings]
    severity = "warning" if path.stem.startswith("warn_") else "error"
    assert {finding.severity for finding in findings if finding.code == expected[1]} == {severity}


@pytest.mark.parametrize(
    ("stem", "suggestion"),
    [("state_in_to", "triage"), ("role_in_who", "drafter"), ("enum", "high"), ("team", "finance")],
)
def test_the_right_word_is_suggested(stem: str, suggestion: str) -> None:
    """W13: what to write instead."""
    messages = [finding.message for finding in findings_in(HERE / "mistakes" / f"{stem}.yaml")]
    assert any(f'did you mean "{suggestion}"?' in message for message in messages), messages
