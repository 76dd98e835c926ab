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
        ("n over 7", "n under 3"),
        ("n over 5", "n is 3"),
        ("a after 2026-01-31", "a before 2025-01-31"),
        ("kind is x", "kind is y"),
    ],
)
def test_checks_that_never_hold_both(conditions: tuple[str, ...]) -> None:
    """F16, W13: T9: an error at the second, which names both and says what to do; in rows too."""
    for more in ({}, {"each": "rows"}):
        (finding,) = findings(*conditions, **more)
        assert (finding.part, finding.pointer) == ("rules", f"/checks/{len(conditions) - 1}/when")
        assert (finding.code, finding.severity) == ("contradiction", "error")
        assert conditions[0].split(" and ")[0] in finding.message
        question = "all that they compare" if conditions[0][-1] in "abm" else "the question"
        assert f"whoever answers {question} cannot send the form; take one of them out" in finding.message


@pytest.mark.parametrize(
    "conditions",
    [("a after b", "b before a"), ("a on or after b", "b on or after a"), ("n over 5", "n under 7"),
     ("a after b or b after a", "b after a"), ("kind is x", "kind is y or n over 5"),
     ("n at least 7", "n at most 7"), ("n is not 7", "n over 6"), ("kind is x", "kind is not y"),
     ("any of rows.n over 5", "any of rows.n under 3")],
)  # fmt: skip
def test_checks_that_may_hold_both(conditions: tuple[str, ...]) -> None:
    """F16: nothing is said of others."""
    assert findings(*conditions) == []


def test_checks_of_rows_and_of_the_form_are_of_other_answers() -> None:
    """F16: the same words mean others there."""
    rules = {"checks": [{"when": "a after b", "says": "No."}, {"when": "b after a", "says": "No.", "each": "rows"}]}
    assert Form(SCHEMA, rules=rules).findings == []


def test_checks_that_hold_in_pairs_but_not_together() -> None:
    """F16: the choices that several leave, and absence, which needs no answer to be contradicted."""
    (finding,) = findings("kind is not x", "kind is not y", "kind is one of x, y")
    assert "`kind is not x`, `kind is not y` and `kind is one of x, y` never hold together" in finding.message
    (finding,) = findings("n over 1", "n over 3", "n under 2")
    assert "`n over 3` and `n under 2` never hold both" in finding.message
    (finding,) = findings("a is empty", "a is not empty")
    assert "never hold both: nobody can send the form" in finding.message


def test_many_checks_are_compared_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """F16, W13: T9: a check is compared with a few others alone, however many there are; each is told once."""
    compared: list[int] = []
    for name in ("_is_opposed", "_accepts"):
        judge = getattr(opposed_checks, name)
        monkeypatch.setattr(opposed_checks, name, lambda *both, judge=judge: compared.append(1) or judge(*both))
    alike = " and ".join([*["a after b"] * 10, *[f"n over {number}" for number in range(10)]])
    assert [finding.pointer for finding in findings(*[alike] * 20, "b after a")] == ["/checks/20/when"]
    assert len(compared) < 2_000
