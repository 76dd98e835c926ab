"""What a form shows by a sentence is what checks and workflows take the sentence to mean."""

from __future__ import annotations

from itertools import product
from typing import Any

import jsonschema_rs
import pytest

from formengine.authoring.packs.shorthand import condition_schema
from tests.conditions.test_evaluation import judged

NUMBERS = (0, -3, -3.5, 5, 7.25, "0", "-0.0", "-3.0", "-003", "+7", "5", "5.00", "05", "5.", ".5", "12", " 7 ", "-12")
TEXTS = ("hello", "", "true", "false", "soon", "5 or 6", "-", ".", "9 days", "2026-01-30", "2026-02-01", "3000-01-01")
VALUES: tuple[Any, ...] = (
    *(None, True, False, [], [True], ["true"], ["-3.0"], [5], {"name": "hello"}, {"id": "soon"}),
    *(*NUMBERS, *TEXTS, *({"amount": number, "currency": "EUR"} for number in NUMBERS if isinstance(number, str))),
)
ORDER = ("over", "under", "at least", "at most", "is", "is not")
DATES = ("before", "after", "on or before", "on or after")
FIELDS: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({}, [f"{op} {n}" for op, n in product(ORDER, ("0", "5", "7", "-3", "-3.5", "0.5"))]),
    ({"$ref": "formengine:amount"}, [f"{op} {number}" for op, number in product(ORDER, ("5", "-3"))]),
    ({"$ref": "formengine:money"}, [f"{op} {number} EUR" for op, number in product(ORDER, ("0", "5", "-3"))]),
    ({"type": ["string", "boolean"]}, ["is true", "is false", "is not true", "contains true", "is not soon"]),
    ({}, ["contains true", "contains -3", "contains hell", "is one of soon, 5"]),
    ({"type": "string", "format": "date"}, [f"{op} 2026-01-31" for op in DATES]),
)  # fmt: skip


def test_a_form_shows_what_conditions_mean() -> None:
    """F4: also numbers, dates and yes or no that are written as text, and texts that are none of these."""
    differing = [
        (field, words, value)
        for field, sentences in FIELDS
        for words in sentences
        for fits in [jsonschema_rs.validator_for(condition_schema(f"x {words}", {"x": field})).is_valid]
        for value in VALUES
        if not (field.get("$ref") == "formengine:amount" and isinstance(value, int | float))  # no amount is one
        if fits({"x": value}) is not judged(f"x {words}", {"x": value})
    ]
    assert differing == []


def test_a_day_is_not_compared_with_what_may_have_a_time() -> None:
    """F4: on which day a moment falls depends on a time zone, which a form does not have."""
    for words in ("is 2026-01-31", "contains 2026-01-31"):
        with pytest.raises(ValueError, match=r"x may hold a date with a time.*write format: date in its schema"):
            condition_schema(f"x {words}", {"x": {}})
    assert condition_schema("x contains 2026-01-31", {"x": {"type": "string"}})
