"""Checks that can never both hold are told to their author."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form
from formengine.forms.rules import opposed_checks
from formengine.forms.schema.form_finding import FormFinding

DATE = {"type": "string", "format": "date"}
FIELDS = {"a": DATE, "b": DATE, "n": {"type": "number"}, "m": {"type": "number"}, "kind": {"enum": ["x", "y"]}}
ROWS = {"type": "array", "items": {"type": "object", "properties": FIELDS}}
SCHEMA: dict[str, Any] = {"type": "object", "properties": {**FIELDS, "rows": ROWS}}


def findings(*conditions: str, **more: str) -> list[FormFinding]:
    """The findings of a form with these checks."""
    return Form(SCHEMA, rules={"checks": [{"when": when, "says": "No.", **more} for when in conditions]}).findings


@pytest.mark.parametrize(
    "conditions",
    [
        ("a after b", "b after a"),
        ("a after b", "a before b"),
        ("a after b", "a on or before b"),
        ("a after b and b after a",),
        ("n over m", "m at least n"),
        ("kind is x", "kind is not x"),
        ("n over 5", "n at most 5"),
    ],
)
def test_checks_that_never_hold_both(conditions: tuple[str, ...]) -> None:
    """F16, W13: T9: a warning at the second, which names both and says what to do; in rows too."""
    for more in ({}, {"each": "rows"}):
        (finding,) = findings(*conditions, **more)
        assert (finding.part, finding.pointer) == ("rules", f"/checks/{len(conditions) - 1}/when")
        assert (finding.code, finding.severity) == ("contradiction", "warning")
        assert conditions[0].split(" and ")[0] in finding.message
        question = "the question" if "5" in conditions[0] or "x" in conditions[0] else "all that they compare"
        assert f"whoever answers {question} cannot send the form; take one of them out" in finding.message


@pytest.mark.parametrize(
    "conditions",
    [("a after b", "b before a"), ("a on or after b", "b on or after a"), ("n over 5", "n under 7"),
     ("a after b or b after a", "b after a"), ("kind is x", "kind is y or n over 5")],
)  # fmt: skip
def test_checks_that_may_hold_both(conditions: tuple[str, ...]) -> None:
    """F16: nothing is said of others."""
    assert findings(*conditions) == []


def test_checks_of_rows_and_of_the_form_are_of_other_answers() -> None:
    """F16: the same words mean others there."""
    rules = {"checks": [{"when": "a after b", "says": "No."}, {"when": "b after a", "says": "No.", "each": "rows"}]}
    assert Form(SCHEMA, rules=rules).findings == []


def test_many_checks_are_compared_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """F16, W13: T9: a check is compared with a few others alone, however many there are; each is told once."""
    compared: list[int] = []
    is_opposed = opposed_checks._is_opposed
    monkeypatch.setattr(opposed_checks, "_is_opposed", lambda *both: compared.append(1) or is_opposed(*both))
    alike = " and ".join([*["a after b"] * 10, *[f"n over {number}" for number in range(10)]])
    assert [finding.pointer for finding in findings(*[alike] * 20, "b after a")] == ["/checks/20/when"]
    assert len(compared) < 500
