"""Questions and choices without titles, in a site of several languages."""

from __future__ import annotations

import pytest

from tests.authoring.checks.test_texts import WORKFLOW, warnings
from tests.authoring.sites import REQUEST


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("notice_period: {type: string}",
         "9: notice_period has no title, and is called “Notice period” in every language; write title: "
         "{en: ..., fr: ...}"),
        ("a_date: {type: string}\n    b_date: {type: string}\n    c: {type: string}\n    VAT: {type: string}",
         "9: a_date has no title, and is called “A date” in every language; write title: {en: ..., fr: ...}; "
         "and for 1 more: b_date"),
        ("rows: {title: R, type: array, items: {type: object, properties: {fee: {type: number}}}}",
         "9: fee has no title, and is called “Fee” in every language; write title: {en: ..., fr: ...}"),
        ("rank: {title: R, enum: [partner, 'no', EUR, 'of counsel, Paris', clerk]}",
         "9: the choices of rank have no titles, and read partner, of counsel, Paris, clerk in every language; write "
         "oneOf: [{const: partner, title: {en: ..., fr: ...}}, "
         '{const: "of counsel, Paris", title: {en: ..., fr: ...}}, '
         "{const: clerk, title: {en: ..., fr: ...}}] in place of enum"),
        ("rank: {title: R, oneOf: [{const: partner}, {const: x, title: X}]}\n    b: {title: B, enum: [one, two]}",
         "9: the choices of rank have no titles, and read partner in every language; write oneOf: [{const: partner, "
         "title: {en: ..., fr: ...}}]; and for 1 more: b"),
        ("c: {title: C, enum: [EUR, b, fr, en-GB, '2026', ana@example.com]}\n    n: {title: N, enum: [1, 2]}", ""),
        ("r: {title: R, enum: [low, high], enumNames: [Low, High]}\n    p: {$ref: '#/$defs/party'}\n"
         "  $defs: {party: {title: Party, type: string}}\n"
         "  if: {properties: {r: {enum: [low, mid]}}, required: [r]}\n  then: {properties: {r: {minLength: 2}}}", ""),
        ("secret: {type: string}\nui: {fields: {secret: {widget: hidden}}}", ""),
    ],
)  # fmt: skip
def test_questions_and_choices_have_titles_in_a_site_of_two_languages(fields: str, message: str) -> None:
    """A2, O8: else the words of the file are read in French; codes, numbers and addresses are the same in both."""
    question = "    question: {title: {en: Your question, fr: Votre question}, type: string}\n"
    assert warnings(REQUEST, question, f"{question}    {fields}\n") == ([message] if message else [])


def test_fields_of_a_workflow_have_titles_too() -> None:
    """W13: they are asked in the forms of steps."""
    expected = "4: risk has no title, and is called “Risk” in every language; write title: {en: ..., fr: ...}"
    added = "starts_in: received\nfields: {risk: {type: string}}"
    assert warnings(WORKFLOW, "starts_in: received", added) == [expected]
