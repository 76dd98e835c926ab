"""The titles of options, by field and value."""

from __future__ import annotations

from formengine.services.case.option_titles import option_titles


def test_titles_at_any_depth_belong_to_their_field() -> None:
    """D2: of rows, of conditions and of the site's lists; one value may have several titles; constants without a title
    and titles of fields are none.
    """
    form = {
        "title": "A form",
        "properties": {
            "paper": {"title": "Paper", "oneOf": [{"const": "ours", "title": "Our paper"}, {"const": "plain"}]},
            "rows": {"items": {"properties": {"size": {"anyOf": [{"const": 1, "title": {"en": "One", "fr": "Un"}}]}}}},
            "entity": {"$ref": "formengine:list/entities"},
            "other": {"$ref": "formengine:list/nowhere"},
        },
        "if": {"properties": {"paper": {"const": "ours"}}},
        "then": {"properties": {"paper": {"oneOf": [{"const": "ours", "title": "Our own paper"}]}}},
    }
    assert option_titles(form, {"entities": {"acme": {"en": "Acme SAS", "fr": "Acme SAS"}}}) == {
        ("paper", "ours"): ("Our paper", "Our own paper"),
        ("size", "1"): ("One", "Un"),
        ("entity", "acme"): ("Acme SAS",),
    }
