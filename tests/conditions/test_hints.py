"""Hints for mis-written conditions: they name the fact that the condition is about."""

from __future__ import annotations

import pytest

from formengine.conditions.hints import hint_for


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("urgent == true", "write urgent is true"),
        ("if value>3", "write value over 3"),
        ("not urgent", "write urgent is false, or urgent is empty"),
        ("!urgent", "write urgent is false, or urgent is empty"),
        ("urgent", "write urgent is true, or urgent is not empty"),
        ("value is between 1 and 2", "write value at least A and value at most B"),
        ("Is it urgent?", None),
    ],
)
def test_a_hint_names_the_fact(source: str, hint: str | None) -> None:
    """A2: a placeholder in capitals means nothing to an author who sees the grammar for the first time."""
    assert hint_for(source) == hint
