"""Options of plugins in YAML: a finding names the mistyped key, and the right ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from formengine.workflow import load_workflow

WORKFLOW = """\
title: Options
kind: matter
starts_in: draft
roles:
  requester: {is: submitter}
  expert: {resolver: by_paper, with: OPTIONS}
states:
  draft: {}
  signing: {signatures: theirs, signed: done, declined: done, expired: done}
  done: {ends: true}
transitions:
  finish: {from: draft, to: done, who: [expert], when: {use: weekday, with: OPTIONS}, do: [{use: count, with: OPTIONS}]}
  sign: {from: draft, to: signing, who: [expert]}
signatures:
  theirs: {provider: house, with: OPTIONS, document: contract, order: [[expert]]}
"""
PROPERTIES = {
    "days": {"type": "integer"},
    "zone": {"type": "string"},
    "rows": {"type": "array", "items": {"enum": [1]}},
}
CLOSED = {"type": "object", "properties": PROPERTIES, "required": ["days"], "additionalProperties": False}
OPEN = {"type": "object", "properties": PROPERTIES, "required": ["days"]}


class House:
    def start(self, round: Any, seat: Any) -> None: ...
    def recall(self, seat: Any) -> None: ...
    def status(self, seat: Any) -> str:
        return "asked"


def findings(tmp_path: Path, options: str, params: Any) -> list[tuple[int, str, str]]:
    """Line, severity and message of each finding about options."""

    def includeme(config: Any) -> None:
        config.add_workflow_guard("weekday", lambda subject, options: True, params=params)
        config.add_workflow_action("count", lambda subject, options: None, params=params)
        config.add_approver_resolver("by_paper", lambda subject, options: [], params=params)
        config.add_signature_provider("house", House(), params=params)

    path = tmp_path / "workflow.yaml"
    path.write_text(WORKFLOW.replace("OPTIONS", options), "utf-8")
    _, found = load_workflow(path, plugins=[includeme])
    return [(f.line, f.severity, f.message) for f in found if f.code == "options"]


@pytest.mark.parametrize("params", [CLOSED, OPEN], ids=["closed", "open"])
def test_a_mistyped_required_key_is_named_with_the_right_one(tmp_path: Path, params: Any) -> None:
    """X2: once each, for resolver, guard, action and provider, whether or not the schema allows further keys."""
    message = '`dayz` is no option of this plugin; did you mean "days"?'
    assert sorted(findings(tmp_path, "{dayz: 5}", params)) == [(line, "error", message) for line in (6, 12, 12, 15)]


@pytest.mark.parametrize(
    ("options", "params", "severity", "message"),
    [
        ("{days: 5, zon: x}", CLOSED, "error", '`zon` is no option of this plugin; did you mean "zone"?'),
        ("{days: 5, zon: x}", OPEN, "warning", '`zon` is no option of this plugin; did you mean "zone"?'),
        ("{days: 5, x: 1}", CLOSED, "error", "`x` is no option of this plugin; known are days, rows, zone"),
        ("{}", OPEN, "error", "the option `days` is missing; known are days, zone, rows"),
        ("{days: soon}", OPEN, "error", "`days` does not fit: 'soon' is not of type 'integer'"),
        ("{days: 5, rows: [2]}", OPEN, "error", "`rows.0` does not fit: 2 is not one of [1]"),
    ],
)
def test_each_mistake_says_what_is_right(
    tmp_path: Path, options: str, params: Any, severity: str, message: str
) -> None:
    """X2."""
    assert {finding[1:] for finding in findings(tmp_path, options, params)} == {(severity, message)}


def test_other_keys_are_taken_where_the_schema_leaves_them_open(tmp_path: Path) -> None:
    assert findings(tmp_path, "{days: 5, colour: red}", OPEN) == []
    assert findings(tmp_path, "{anything: 5}", None) == []
