"""A form that changed while somebody filled it in: what is told of answers that it has no place for."""

from __future__ import annotations

from typing import Any

from formengine.forms import Form
from formengine.services.drafts.changed_forms import _from_data


def test_a_write_only_answer_to_a_form_that_is_unreadable_is_named_alone() -> None:
    """F8: F2: where a list that the older form names is gone, its answers are told, what is write-only without text."""
    code = {"type": "string", "writeOnly": True}
    older: dict[str, Any] = {
        "properties": {"name": {"type": "string"}, "floor": {"$ref": "formengine:list/floors"}},
        "$defs": {"access": {"properties": {"pin": code}}, "again": {"anyOf": [{"$ref": "#/$defs/again"}]}},
        "allOf": [{"properties": {"code": code, "access": {"$ref": "#/$defs/access"}, "x": {"$ref": "#/$defs/again"}}}],
    }
    data = {"name": "Ann", "floor": "3", "code": "S1", "access": {"pin": "S2"}, "x": "y"}
    carried = _from_data(Form({"properties": {"name": {"type": "string"}}}), data, older)
    assert dict(carried.changes.gone) == {"floor": "3", "code": "", "access": "", "x": "y"}
