"""Mistakes in forms that once passed in silence, or with advice that was of no help."""

from __future__ import annotations

import pytest

from tests.authoring.misleading import CHECK, FORM, site_findings

T = "title: {en: X, fr: X}"
UNTYPED = "does not say what its answer is, so that people may type anything; write type: string, or what it is"
SINGLE = (
    "whether a question is asked depends on single answers, such as expiry_date is VALUE; what compares two answers, "
    "or one with today, goes among checks: {when: expiry_date %s ..., says: ...}"
)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (f"x: {{{T}}}\n    y: {{{T}, maxLength: 9}}", [f"x {UNTYPED}; and for 1 more: y"]),
        (f"x: {{{T}, value: [a, b], type: string}}\nui: {{fields: {{x: {{widget: radios}}}}}}\n",
         ['value means nothing in a form; did you mean "const"?']),
        (f"x: {{title: {{en: {'A' * 2000}, fr: B}}, type: string}}",
         ["title has 2,000 characters, and is read as a label; write a few words, and the rest as description:"]),
        (f"x: {{{T}, type: string, required_when: always}}",
         ["write the question's name in the list of the form, beside `properties`: required: [mark, x]"]),
        (f"x: {{{T}, type: string, required_when: false}}",
         ["required_when takes a condition, such as paper is theirs; take it out: a question need not be answered "
          "unless it is required"]),
        (f"x: {{{T}, type: string, show_when: true}}",
         ["show_when takes a condition, such as paper is theirs; take it out: a question without it is always shown"]),
        (f"x: {{{T}, type: boolean, show_when: x is true}}",
         ["x cannot be shown by its own answer, which nobody can give while it is hidden; name another field"]),
        (f"x: {{{T}, type: boolean, required_when: x is true}}",
         ["whether x has to be answered depends on its own answer; name another field, or write it among checks:"]),
        (f"x: {{{T}, type: string, show_when: [or mark is b]}}",
         ["or mark is b: nothing stands before `or`; write - mark is b, or both on one line: ... or mark is b"]),
        (f"x: {{{T}, type: string, show_when: [mark is a, or, mark is b]}}",
         ["or: all lines of a list have to hold; where one of two will do, write one line: - mark is a or mark is b"]),
        (f"x: {{{T}, type: string, show_when: [mark is a, and already_used is true]}}",
         ["and already_used is true: all lines of a list have to hold, so leave `and` out: - already_used is true"]),
        (f"x: {{{T}, $ref: formengine/money}}",
         ['formengine/money is no file of the pack; the field kind is written $ref: "formengine:money"']),
        (f"x: {{{T}, type: string, show_when: expiry_date after used_since}}", [SINGLE % "after"]),
        (f"x: {{{T}, type: string, show_when: expiry_date on or before today}}", [SINGLE % "on or before"]),
        (f"x: {{{T}, type: string, show_when: expiry_date after 2026-01-31}}", []),
        (f"x: {{{T}, $ref: '#/$defs/fee'}}\n    y: {{{T}, type: string, show_when: x over 5000 EUR}}\n"
         "  $defs: {fee: {$ref: 'formengine:money'}}\n", []),
        (f"x: {{{T}, $ref: 'formengine:amount'}}\n    y: {{{T}, type: string, show_when: x over 5000}}", []),
        (f"x: {{{T}, $ref: 'formengine:amount'}}\n    y: {{{T}, type: string, show_when: x is many}}",
         ["x is an amount; write a number: x is 5000"]),
    ],
)  # fmt: skip
def test_a_mistake_in_a_form_is_told_once(fields: str, told: list[str]) -> None:
    """W13, A1: with what to write instead."""
    before, agent, after = FORM.partition("    agent: {")
    text = f"{before}    {fields}\n{agent}{after}" if not fields.endswith("\n") else f"{FORM}    {fields}"
    assert [finding.message for finding in site_findings({CHECK: text})] == told
