"""Types of facts from the schemas of fields: those of field kinds are seen through their `$ref`."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.conditions.fact_types import describe
from formengine.forms.kinds.builtin import KINDS

PLUGIN = {
    "acme:rate": {"type": "number", "minimum": 0},
    "acme:discount": {"$ref": "acme:rate", "title": "Discount"},
    "acme:cap": {"$ref": "formengine:money"},
    "acme:level": {"enum": ["low", "high"]},
    "acme:round": {"$ref": "acme:round"},
    "acme:fee": {"type": "object", "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}}},
}


def test_each_built_in_kind_has_a_type() -> None:
    """W4: W13: a condition on a field of a built-in kind is checked; decimal text may be compared as a number."""
    unknown = [uri for uri in KINDS if describe("field", {"$ref": uri}, {}).kind == "unknown"]
    assert unknown == ["formengine:amount"]
    assert describe("discount", {"$ref": "formengine:percentage"}, {}).kind == "number"


@pytest.mark.parametrize(
    ("reference", "kind"),
    [
        ("acme:rate", "number"),
        ("acme:discount", "number"),
        ("acme:cap", "money"),
        ("acme:level", "text"),
        ("acme:round", "unknown"),
        ("acme:fee", "unknown"),
        ("acme:other", "unknown"),
    ],
)
def test_a_kind_of_a_plugin_has_the_type_of_its_schema(reference: str, kind: str) -> None:
    """W4: W13: also where it refers to another kind; an object of its own may be money, and stays unchecked."""
    schema: dict[str, Any] = {"$ref": reference, "title": "Ours"}
    fact = describe("field", schema, {}, PLUGIN)
    assert (fact.kind, fact.title, fact.schema) == (kind, "Ours", schema)
    rows = describe("rows", {"type": "array", "items": {"properties": {"rate": schema}}}, {}, PLUGIN)
    assert rows.columns["rate"].kind == kind


def test_references_that_lead_round_have_no_type() -> None:
    """W4: a chain of local references is followed to its end; one without an end is of no known type."""
    root = {
        "$defs": {
            "a": {"$ref": "#/$defs/b"},
            "b": {"$ref": "#/$defs/a"},
            "c": {"$ref": "#/$defs/d"},
            "d": {"format": "date"},
        }
    }
    assert describe("x", {"$ref": "#/$defs/a"}, root).kind == describe("x", {}, root).kind
    assert describe("x", {"$ref": "#/$defs/c"}, root).kind == "date"
