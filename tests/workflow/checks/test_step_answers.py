"""Steps that write over an answer: what the form requires beside it is asked for in the step, too (F19)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.source import read_yaml
from formengine.workflow import parse_workflow
from tests.workflow.builders import TEAMS

WORKFLOW = """
title: Test
kind: contract
starts_in: a
roles:
  requester: {is: submitter}
states:
  a: {}
  z: {ends: true}
transitions:
  change: {from: a, to: same, who: [requester], requires: [NAMES]}
  end: {from: a, to: z, who: [requester]}
"""
TEXT = {"type": "string"}
FIELDS: dict[str, Any] = {"paper": {"enum": ["ours", "theirs"]}, "file": TEXT, "note": TEXT}
THEIRS = {"properties": {"paper": {"const": "theirs"}}, "required": ["paper"]}
THEN_FILE = {"if": THEIRS, "then": {"required": ["file"]}, "else": {"properties": {"file": False}}}


def warnings(names: str, **form: Any) -> list[str]:
    document, _ = read_yaml(WORKFLOW.replace("NAMES", names), "workflow.yaml")
    assert document is not None
    _, findings = parse_workflow(document, "test", {"ask": {"properties": FIELDS, **form}}, TEAMS)
    return [str(finding) for finding in findings if finding.code == "step-answers"]


@pytest.mark.parametrize(
    "form",
    [
        {"allOf": [THEN_FILE]},
        {"$defs": {"rule": THEN_FILE}, "allOf": [{"$ref": "#/$defs/rule"}]},
        {"$defs": {"theirs": THEIRS}, "if": {"$ref": "#/$defs/theirs"}, "then": {"required": ["file"]}},
        {"dependentRequired": {"paper": ["file"]}},
        {"dependentSchemas": {"paper": {"required": ["file"]}}},
        {"dependencies": {"paper": ["file"]}},
    ],
)
def test_an_answer_that_the_form_then_requires_and_the_step_leaves_out(form: dict[str, Any]) -> None:
    """F19, W13: through conditions, references and dependencies, with its place and what to write."""
    assert warnings("paper", **form) == [
        "workflow.yaml:11:60: warning: beside some values of `paper` the form of `ask` requires `file`, which this "
        "step does not ask for; write requires: [paper, file]"
    ]
    assert warnings("paper, file", **form) == []
    assert warnings("note", **form) == []
    assert warnings("paper", required=["file"], **form) == []
