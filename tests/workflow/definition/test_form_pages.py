"""Pages of forms, by which a workflow names several fields at once (F19)."""

from __future__ import annotations

from formengine.workflow.definition.form_pages import fields_of_parts, pages_of

PAGES = {
    "ui": {
        "steps": [
            {"id": "who", "title": "Parties", "fields": ["buyer", "seller"]},
            {"title": {"en": "The price", "fr": "Le prix"}, "fields": ["price"]},
            {"title": "?", "fields": ["note"]},
            "nonsense",
        ]
    }
}


def test_a_page_is_named_by_its_id_or_its_title() -> None:
    """F19: one whose title makes no id has none."""
    assert pages_of(PAGES) == {"who": ("buyer", "seller"), "the_price": ("price",)}
    assert pages_of({"ui": {"steps": "x"}}) == pages_of({"ui": None}) == pages_of({}) == {}


def test_pages_become_their_fields() -> None:
    """F19: each once; a field's name goes before a page's, and what is neither stays."""
    pages = pages_of(PAGES)
    assert fields_of_parts(["price", "who", "buyer"], pages, ["price"]) == ("price", "buyer", "seller")
    assert fields_of_parts(["the_price"], {}, []) == ("the_price",)
