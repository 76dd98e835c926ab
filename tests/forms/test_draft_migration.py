"""Drafts of an older form on a newer one."""

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
    """Options and branches in another order, one field gone, one shorter, one more."""
    schema: dict[str, Any] = json.loads(json.dumps(OLD))
    schema["properties"]["how"]["enum"] = ["mail", "post"]
    schema["properties"]["name"]["maxLength"] = 3
    schema["properties"]["rows"]["items"]["oneOf"].reverse()
    del schema["properties"]["fax"]
    schema["properties"]["when"] = {"title": "When", "type": "string", "format": "date"}
    return schema


def test_a_choice_stays_the_same_choice_whatever_its_place() -> None:
    """F8: options and branches are carried by value, not by number."""
    old, new = Form(OLD), Form(newer())
    data = {"how": "post", "rows": [{"seat": "Paris"}, {"born": 1970}]}
    carried = carry(json.loads(json.dumps(old.draft(data))), old, new)
    assert new.resume(carried.draft).data == data
    assert (carried.gone, carried.changed, carried.unfit) == ([], [], [])
    assert carried.new == [("/when", "When")]


def test_what_changed_is_told() -> None:
    """F8: a field that is asked no more, an answer that fits no more, a field that is new."""
    old, new = Form(OLD), Form(newer())
    carried = carry(old.draft({"how": "fax", "name": "Maya", "fax": "12"}), old, new)
    assert carried.gone == [("/fax", "Fax")]
    assert carried.unfit == [("/how", "How"), ("/name", "Name")]
    assert carried.new == [("/when", "When")]
    assert new.resume(carried.draft).data == {"how": "fax", "name": "Maya"}, "what was typed is not lost"


def test_junk_is_a_draft_of_nothing() -> None:
    """F8: O7: whatever a draft holds, nothing is raised."""
    old, new = Form(OLD), Form(newer())
    assert new.resume(carry({"f-r": [1, None], "x": "y"}, old, new).draft).data == {}
