"""The fields of a kind that a plugin brings stand in the order in which its schema declares them."""

from __future__ import annotations

from formengine.forms import KINDS, Form
from tests.forms.browser import Page


def test_fields_of_a_kind_stand_in_its_own_order() -> None:
    """F8: not in that of the alphabet."""
    site = {"type": "object", "properties": {name: {"type": "string"} for name in ("zip", "city", "area")}}
    schema = {"type": "object", "properties": {"site": {"$ref": "acme:site"}}}
    page = Page(Form(schema, kinds={**KINDS, "acme:site": site}).render())
    fields = [element["data-pointer"] for element in page.all("input") if "data-pointer" in element]
    assert fields == ["/site/zip", "/site/city", "/site/area"]
