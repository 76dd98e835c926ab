"""Formats and patterns that only we judge, beside jsonschema-rs or within its schema: the verdict is the same."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Validator
from formengine.forms.validation.own_checks import checks_beside
from tests.forms.validation.reference_validator import ReferenceValidator
from tests.support.cpu_time import cpu_limit

IBAN = {"format": "iban"}
WORD = {"pattern": "\\bq\\b"}
TEXTS = ["GB82WEST12345698765432", "GB82WEST12345698765433", "q", "a q", "éq", "xq", "xqé q", "(", 7, None, {}, []]


def _nested(text: Any) -> list[Any]:
    return [text, {"a": text}, {"a": {"a": text}}, {"r": [text]}, {"r": [{"a": text}, text]}, [text]]


@pytest.mark.parametrize(
    ("schema", "beside"),
    [
        ({"properties": {"a": IBAN, "b": {"type": "string"}}}, True),
        ({"properties": {"a": WORD}, "required": ["a"]}, True),
        ({"properties": {"r": {"type": "array", "items": {"$ref": "#/$defs/x"}}}, "$defs": {"x": WORD}}, True),
        ({"allOf": [{"properties": {"a": {"properties": {"a": {**WORD, **IBAN}}}}}]}, True),
        ({"properties": {"a": {"pattern": "(q)\\1?"}, "r": {"items": {"format": "regex"}}}}, True),
        ({"properties": {"a": {"$ref": "#"}}, **IBAN}, False),
        ({"not": {"properties": {"a": WORD}}}, False),
        ({"anyOf": [{"properties": {"a": IBAN}}, {"properties": {"a": WORD}}]}, False),
        ({"if": {"properties": {"a": WORD}}, "then": {"required": ["r"]}}, False),
        ({"prefixItems": [True], "items": WORD}, False),
        ({"properties": {"a": IBAN}, "additionalProperties": IBAN}, False),
    ],
)
def test_verdicts(schema: Any, beside: bool) -> None:
    """F3: where a check always applies it is made beside jsonschema-rs, elsewhere within it; both as the reference."""
    validator, reference = Validator(schema), ReferenceValidator(schema, "2020-12")
    assert (validator._checker.accepts.__name__ == "<lambda>") is beside
    for text in TEXTS:
        for data in _nested(text):
            expected = not reference.errors(data)
            assert validator.is_valid(data) == expected == (not validator.errors(data)), (schema, data)


def test_many_ways_to_one_schema() -> None:
    """F3: references that double at each level take no time that doubles."""
    definitions: dict[str, Any] = {"x0": IBAN}
    for level in range(1, 30):
        both = {"$ref": f"#/$defs/x{level - 1}"}
        definitions[f"x{level}"] = {"properties": {"a": both, "b": both}}
    with cpu_limit(2):
        validator = Validator({"$ref": "#/$defs/x29", "$defs": definitions})
        assert validator.is_valid({"a": {"b": "x"}})
    root = validator._checker._root
    assert checks_beside(root, {}) == []
