"""A length of time that cannot be read: what to write instead."""

from __future__ import annotations

import pytest

from tests.authoring.misleading import FLOW, WORKFLOW, site_findings


@pytest.mark.parametrize(
    ("length", "instead"),
    [
        ("1 week 2 days", "9 days"),
        ("1 year and 6 months", "18 months"),
        ("1 month 2 days", "for example 5 working days, "),
    ],
)
def test_a_length_in_several_units_is_told_in_one(length: str, instead: str) -> None:
    """W13: where both are always the same."""
    (finding,) = site_findings({FLOW: WORKFLOW.replace("within: 2 working days", f"within: {length}")})
    assert f"is not a duration; write {instead}" in finding.message
