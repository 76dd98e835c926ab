"""Answers to read, as a list of terms and as lines of text."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form

NOTE = {"note": {"type": "string", "title": "Note"}}


@pytest.mark.parametrize(
    ("kind", "answer", "text"),
    [
        ("money", {"amount": "12.50", "currency": "EUR"}, "€12.50"),
        ("party", {"name": "Acme", "country": "FR", "id": "17"}, "Acme (France)"),
        ("contact", {"name": "Ann", "email": "ann@example.com"}, "Ann – ann@example.com"),
        ("address", {"lines": ["1 Quai"], "city": "Lyon", "country": "FR"}, "1 Quai; Lyon; France"),
        ("money", {}, ""),
    ],
)
def test_answers_beside_a_kind_are_written_after_it(kind: str, answer: dict[str, Any], text: str) -> None:
    """F12: what a schema asks beside a `$ref` to a kind, and an entry that the author did not name."""
    field = {
        "$ref": f"formengine:{kind}",
        "title": "It",
        "properties": NOTE,
        "additionalProperties": {"type": "string"},
    }
    form = Form({"type": "object", "properties": {"it": field}})
    assert form.entries({"it": answer}) == ([("It", text)] if text else [])
    data = {"it": {**answer, "note": "per month", "Ref": "7"}}
    further = "Note: per month; Ref: 7"
    assert form.entries(data) == [("It", f"{text}; {further}" if text else further)]
    assert "<dt>Note</dt><dd>per month</dd>" in form.summary(data)


def test_entries_of_the_form_itself_are_answers() -> None:
    """F12: the rows of a name and a value that belong to the whole form, in a mail and in a part of the summary."""
    text = {"type": "string"}
    form = Form({"type": "object", "properties": {"s": text}, "additionalProperties": text})
    data = {"s": "a", "Cost centre": "4711"}
    assert form.entries(data) == [("S", "a"), ("Cost centre", "4711")]
    assert "4711" in form.summary(data, only=["Cost centre"])
    assert "4711" not in form.summary(data, only=["s"])


def test_entries_tell_rows_apart() -> None:
    """N1: a semicolon between two rows, commas within one; lines of a text do not break the line."""
    power = {"what": {"title": "Power", "type": "string"}, "where": {"title": "Where", "$ref": "formengine:address"}}
    rows = {"title": "Powers", "type": "array", "items": {"type": "object", "properties": power}}
    opinion = {"title": "Opinion", "$ref": "formengine:markdown"}
    form = Form({"properties": {"powers": rows, "opinion": opinion}})
    paris = {"lines": ["1 rue de la Paix"], "postcode": "75002", "city": "Paris", "country": "FR"}
    powers = [{"what": "Sign sales", "where": paris}, {"what": "Sign purchases"}]
    assert form.entries({"powers": powers, "opinion": "# Risk\n\n- low\n- known"}) == [
        ("Powers", "Power: Sign sales, Where: 1 rue de la Paix, 75002 Paris, France; Power: Sign purchases"),
        ("Opinion", "Risk; low; known"),
    ]
