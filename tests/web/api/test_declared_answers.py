"""What a form declares, at any depth."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.web.api.declared_answers import DeclaredAnswers

PARTY = {"type": "object", "properties": {"name": {"type": "string"}}}
SCHEMA: dict[str, Any] = {
    "properties": {
        "paper": {"type": "string"},
        "party": {"$ref": "formengine:party"},
        "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}},
        "free": {"type": "object"},
        "open": {"type": "object", "properties": {"a": {}}, "additionalProperties": True},
    },
    "allOf": [{"if": {"properties": {"paper": {"const": "ours"}}}, "then": {"properties": {"extra": {}}}}],
    "$defs": {"row": {"type": "object", "properties": {"due": {}, "row": {"$ref": "#/$defs/row"}}}},
}


@pytest.mark.parametrize(
    ("answers", "declared"),
    [
        ({"paper": "ours", "state": "done"}, {"paper": "ours"}),
        ({"extra": 1}, {"extra": 1}),
        ({"party": {"name": "A", "owner": 1}}, {"party": {"name": "A"}}),
        ({"rows": [{"due": 1, "x": 2}, {"row": {"due": 1, "x": 2}}]}, {"rows": [{"due": 1}, {"row": {"due": 1}}]}),
        ({"free": {"any": 1}}, {"free": {"any": 1}}),
        ({"open": {"a": 1, "b": 2}}, {"open": {"a": 1, "b": 2}}),
        ({"party": "text"}, {"party": "text"}),
    ],
)
def test_drops_what_no_branch_declares(answers: dict[str, Any], declared: dict[str, Any]) -> None:
    """T14: mass assignment finds nothing to assign."""
    assert DeclaredAnswers(SCHEMA, {"formengine:party": PARTY}).only(answers) == declared
