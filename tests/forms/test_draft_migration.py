"""Drafts of an older version of a form on a newer one."""

from __future__ import annotations

import json
from typing import Any

from formengine.forms import Form, carry

OLD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "how": {"title": "How", "enum": ["post", "mail", "fax"]},
        "name": {"title": "Name", "type": "string"},
        "fax": {"title": "Fax", "type": "string"},
        "rows": {"type": "array", "items": {"oneOf": [
            {"title": "Person", "type": "object", "required": ["born"], "properties": {"born": {"type": "integer"}}},
            {"title": "Firm", "type": "object", "required": ["seat"], "properties": {"seat": {"type": "string"}}},
        ]}},
    },
}  # fmt: skip


def newer() -> dict[str, Any]:
    """A newer version: options and branches in another order, one field gone, one shorter, one more."""
    schema: dict[str, Any] = json.loads(json.dumps(OLD))
    schema["properties"]["how"]["enum"] = ["mail", "post"]
    schema["properties"]["name"]["maxLength"] = 3
    schema["properties"]["rows"]["items"]["oneOf"].reverse()
    del schema["properties"]["fax"]
    schema["properties"]["when"] = {"title": "When", "type": "string", "format": "date"}
    return schema


def test_choices_are_migrated_by_value() -> None:
    """F8: options and branches keep their meaning where their order changed."""
    old, new = Form(OLD), Form(newer())
    data = {"how": "post", "rows": [{"seat": "Paris"}, {"born": 1970}]}
    carried = carry(json.loads(json.dumps(old.draft(data))), old, new)
    assert new.resume(carried.draft).data == data
    assert (carried.gone, carried.changed, carried.unfit) == ([], [], [])
    assert carried.new == [("/when", "When")]


def test_changes_are_reported() -> None:
    """F8: a field that is gone, an answer that is no longer valid, a field that is new."""
    old, new = Form(OLD), Form(newer())
    carried = carry(old.draft({"how": "fax", "name": "Maya", "fax": "12"}), old, new)
    assert carried.gone == [("/fax", "Fax")]
    assert carried.unfit == [("/how", "How"), ("/name", "Name")]
    assert carried.new == [("/when", "When")]
    assert new.resume(carried.draft).data == {"how": "fax", "name": "Maya"}, "what was typed is not lost"


def test_a_malformed_draft_is_empty() -> None:
    """F8: O7: nothing is raised for any content of a draft."""
    old, new = Form(OLD), Form(newer())
    assert new.resume(carry({"f-r": [1, None], "x": "y"}, old, new).draft).data == {}
