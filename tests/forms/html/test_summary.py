"""Answers as text: rows told apart, on one line."""

from formengine.forms import Form


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
