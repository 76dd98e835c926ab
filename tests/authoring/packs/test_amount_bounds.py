"""Amounts that are compared with a number, in the schema that `show_when` becomes."""

from __future__ import annotations

import jsonschema_rs

from formengine.authoring.packs.shorthand import condition_schema


def test_amounts_in_text_are_compared_as_numbers() -> None:
    """F4: `5000.00` is 5000, and `700` is under it."""
    siblings, form = {"fee": {"$ref": "#/$defs/fee"}}, {"$defs": {"fee": {"$ref": "formengine:amount"}}}
    for sentence, expected in (("fee is 5000", "010"), ("fee over 5000", "001"), ("fee is not 5000", "101")):
        fits = jsonschema_rs.validator_for(condition_schema(sentence, siblings, form)).is_valid
        assert [fits({"fee": text}) for text in ("700", "5000.00", "12000.5")] == [digit == "1" for digit in expected]
