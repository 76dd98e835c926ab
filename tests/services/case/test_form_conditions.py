"""When a step's small form asks for an answer: as the whole form does, through references and dependencies (F19)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms.corrected_answers import fits
from formengine.services.case.form_conditions import known_beside, shown_when

FIELDS: dict[str, Any] = {"paper": {"enum": ["ours", "theirs"]}, "note": {"type": "string"}}
THEIRS = {"properties": {"paper": {"const": "theirs"}}, "required": ["paper"]}
FILE = {"properties": {"file": {"type": "string"}}}
FORMS = [
    {"if": THEIRS, "then": FILE},
    {"$defs": {"rule": {"if": THEIRS, "then": FILE}}, "$ref": "#/$defs/rule"},
    {"$defs": {"theirs": THEIRS, "file": FILE}, "if": {"$ref": "#/$defs/theirs"}, "then": {"$ref": "#/$defs/file"}},
    {"$defs": {"loop": {"if": THEIRS, "then": FILE, "allOf": [{"$ref": "#/$defs/loop"}]}}, "$ref": "#/$defs/loop"},
]
DEPENDENT = [{"dependentSchemas": {"paper": FILE}}, {"dependencies": {"paper": FILE}}]


def shown(form: dict[str, Any], answers: dict[str, Any]) -> Any:
    """Whether the step asks for the file beside answers that stay as they are."""
    whole = {"properties": FIELDS, **form}
    return known_beside(shown_when(whole, "file"), ["file"], answers, lambda schema, value: fits(schema, value, {}))


@pytest.mark.parametrize("form", FORMS)
def test_conditions_hold_through_references(form: dict[str, Any]) -> None:
    """F19: a condition or its branch may stand under `$defs`; one that refers to itself comes to an end."""
    assert shown(form, {"paper": "theirs"}) is True
    assert shown(form, {"paper": "ours"}) is False
    assert shown(form, {}) is False


@pytest.mark.parametrize("form", DEPENDENT)
def test_conditions_hold_through_dependencies(form: dict[str, Any]) -> None:
    """F19: what a form asks for once another answer is there."""
    assert shown(form, {"paper": "ours"}) is True
    assert shown(form, {"note": "x"}) is False
