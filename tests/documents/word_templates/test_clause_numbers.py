"""Numbers of clauses as Word counts them, and references to them (S1)."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path

import pytest
from docx import Document

from formengine.documents import fill, to_html
from formengine.documents.word_templates.clause_numbers import numbers_of
from formengine.errors import DocumentRefused

SCRIPT = Path(__file__).parents[3] / "scripts" / "write_templates.py"
SOURCE = """# Title
## First {#first}
{% if two %}
## Second {#second}
+ See clause [#third].
- an item;
- another.
{% endif %}
## Third {#third}
+ See clause [#first] and [#annex].
{% if wrong %}
+ See clause [#second].
{% endif %}
### Plans {#annex}
"""


@pytest.fixture(scope="module")
def template() -> bytes:
    spec = importlib.util.spec_from_file_location("write_templates", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written: bytes = script.written(SOURCE, "en")
    return written


def test_clauses_are_counted_as_word_counts_them(template: bytes) -> None:
    document = Document(io.BytesIO(fill(template, {"two": True})))
    numbers = [number for number in numbers_of(document).values() if number]
    assert numbers == ["1.", "2.", "2.1", "(a)", "(b)", "3.", "3.1", "Annex 1"]


def test_references_follow_the_clauses_that_are_left_out(template: bytes) -> None:
    """S1: the number of the third clause is that of the document as it is filled."""
    both, without = (to_html(fill(template, {"two": two})) for two in (True, False))
    assert "2.1 See clause 3." in both
    assert "3.1 See clause 1 and Annex 1." in both
    assert "2.1 See clause 1 and Annex 1." in without


def test_a_reference_to_a_clause_that_is_left_out_is_refused(template: bytes) -> None:
    """S1: rather than printed wrong."""
    with pytest.raises(DocumentRefused, match="'_second', which is left out"):
        fill(template, {"two": False, "wrong": True})
