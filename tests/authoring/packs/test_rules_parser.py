"""Mistakes in `checks:` and `computed:` of a request type: each with its place and what to write."""

from __future__ import annotations

import pytest

from tests.authoring.sites import FORM, request_type

FILE = (
    FORM
    + """\
    starts_on: {title: {en: S, fr: S}, type: string, format: date}
    ends_on: {title: {en: E, fr: E}, type: string, format: date}
    months: {title: {en: M, fr: M}, type: integer}
    discount: {title: {en: D, fr: R}, $ref: "formengine:percentage"}
"""
)


def test_rules_without_a_mistake() -> None:
    """F16: F17: they are rules of the form, and the computed answer is read-only in its schema."""
    rules = """\
checks:
  - {when: ends_on after starts_on, says: {en: Later., fr: Plus tard.}}
computed: {ends_on: starts_on + months months}
"""
    parsed, findings = request_type(FILE + rules)
    assert findings == []
    assert parsed is not None
    assert parsed.rules["computed"] == {"ends_on": "starts_on + months months"}
    assert parsed.schema("fr")["properties"]["ends_on"]["readOnly"] is True


@pytest.mark.parametrize(
    ("rule", "column", "code", "says"),
    [
        ("checks: [{when: end_on after starts_on, says: No}]", 17, "unknown-fact", 'did you mean "ends_on"'),
        ("checks: [{when: ends_on after months, says: No}]", 17, "type", "compare two of one kind"),
        ("checks: [{when: ends_on > starts_on, says: No}]", 17, "condition", "write ends_on over starts_on"),
        ("checks: [{when: discount at most 20 %, says: No}]", 17, "type", "is a number; write discount at most 20"),
        ('checks: [{when: "discount over 10,5", says: No}]', 17, "type", "write discount over 10.5"),
        ("checks: [{when: ends_on after starts_on}]", 10, "missing", "says:"),
        ("checks: [{when: ends_on after starts_on, says: {en: No}}]", 48, "missing-language", "fr"),
        ("checks: [{when: ends_on after starts_on, says: No, att: [x]}]", 52, "unknown", 'did you mean "at"'),
        ("checks: [{each: months, when: months over 3, says: No}]", 17, "type", "no list of rows"),
        ("checks: {when: ends_on after starts_on}", 9, "kind", "takes a list"),
        ("computed: {end_on: starts_on + 1 month}", 12, "unknown-field", 'did you mean "ends_on"'),
        ("computed: {ends_on: starts_on + month months}", 21, "unknown-fact", "`month` is not a field"),
        ("computed: {ends_on: months}", 21, "type", "`ends_on` is a date"),
        ("computed: {ends_on: ends_on + 1 month}", 12, "circle", "ends_on → ends_on"),
    ],
)
def test_a_mistake_has_its_place(rule: str, column: int, code: str, says: str) -> None:
    """F16: F17: W13: file, line, column, and what to write instead."""
    _, findings = request_type(FILE + rule + "\n")
    assert [(finding.code, finding.line) for finding in findings] == [(code, FILE.count("\n") + 1)], findings
    assert says in findings[0].message
    assert findings[0].column == column


def test_a_computed_answer_that_takes_away_what_it_reads_is_told() -> None:
    """F17: W13: a warning at the calculation, with the way of the circle."""
    condition = "  if: {required: [ends_on]}\n  then: {properties: {months: false}}\n"
    _, findings = request_type(FILE + condition + "computed: {ends_on: starts_on + months months}\n")
    (finding,) = findings
    assert (finding.code, finding.severity, finding.line) == ("circle", "warning", FILE.count("\n") + 3)
    assert finding.message.startswith("months → ends_on → months: ")


def test_checks_that_never_hold_both_are_told() -> None:
    """F16, W13: an error at the second, with its line."""
    says = "says: {en: No., fr: Non.}"
    first, second = (
        f"  - {{when: {when}, {says}}}\n" for when in ("ends_on after starts_on", "starts_on after ends_on")
    )
    _, findings = request_type(FILE + "checks:\n" + first + second)
    (finding,) = findings
    assert (finding.code, finding.severity, finding.line) == ("contradiction", "error", FILE.count("\n") + 3)
