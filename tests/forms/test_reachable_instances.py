"""O5: what is valid can be said, from the empty form, with its own buttons, selects and controls."""

from __future__ import annotations

from collections import Counter

import pytest

from formengine.forms import Form
from tests.forms.declared_values import Declared
from tests.forms.html_form_user import Person
from tests.forms.known_exceptions import UNREACHED
from tests.forms.oracles import same
from tests.forms.test_oracles import instances, samples


def test_valid_instances_are_reached(capsys: pytest.CaptureFixture[str]) -> None:
    """F2, F5: every valid instance of each sample can be entered without JavaScript, through the rendered page only."""
    counts: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for sample in samples():
        form, declared = Form(sample["schema"], ui=sample["uiSchema"]), Declared(sample["schema"])
        for instance in [item for item in instances(sample["name"]) if item["valid"]]:
            expected = declared.dropped(instance["data"])
            fine = same(Person(form, expected).fill_in(), expected)
            counts["reached" if fine else "other"] += 1
            missed[sample["name"]] += not fine
    with capsys.disabled():
        print("\nreached from the empty form", dict(counts))  # noqa: T201
    assert {name: many for name, many in missed.items() if many} == {
        name: many for name, (many, _) in UNREACHED.items()
    }
    assert counts["reached"] > 400


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            {"type": "array", "items": {"oneOf": [
                {"title": "Person", "type": "object", "required": ["kind", "born"],
                 "properties": {"kind": {"const": "person"}, "born": {"type": "integer"}}},
                {"title": "Firm", "type": "object", "required": ["kind", "seats"],
                 "properties": {"kind": {"const": "firm"}, "seats": {"type": "array", "items": {"type": "string"}}}},
            ]}},
            [{"kind": "firm", "seats": ["Paris", "Lyon"]}, {"kind": "person", "born": 1970}],
        ),
        (
            {"$ref": "#/$defs/t", "$defs": {"t": {"type": "object", "properties": {
                "v": {"type": "string"}, "next": {"$ref": "#/$defs/t"},
                "kids": {"type": "array", "items": {"$ref": "#/$defs/t"}}}}}},
            {"v": "a", "next": {"v": "b", "next": {"v": "c"}}, "kids": [{"v": "d", "kids": [{"v": "e"}]}]},
        ),
        (
            {"type": "object", "properties": {"rows": {"type": "array", "items": {
                "type": "object", "properties": {"how": {"enum": ["post", "mail"]}},
                "if": {"properties": {"how": {"const": "post"}}, "required": ["how"]},
                "then": {"properties": {"street": {"type": "string"}}, "required": ["street"]},
                "else": {"properties": {"mail": {"type": "string", "format": "email"}}}}}}},
            {"rows": [{"how": "post", "street": "1, rue X"}, {"how": "mail", "mail": "a@b.test"}]},
        ),
        (
            {"type": "object", "additionalProperties": {"type": ["integer", "string", "null"]},
             "patternProperties": {"^x-": {"type": "boolean"}}, "properties": {"": {"type": "string"}}},
            {"": "blank", "/": 1, "~é": "two", "x-yes": True, '"%<': 3},
        ),
        (
            {"type": "object", "properties": {"t": {"type": "array", "prefixItems": [
                {"type": "string"}, {"type": "boolean"}], "items": {"type": "number", "multipleOf": 0.01}}}},
            {"t": ["a", False, 0.29, 19.99]},
        ),
        (
            {"type": "object", "properties": {"a": {"type": "string"}},
             "dependentSchemas": {"a": {"properties": {"b": {"type": "string"}}, "required": ["b"],
                                        "dependentSchemas": {"b": {"properties": {"c": {"enum": [[1], {"k": 2}]}}}}}}},
            {"a": "1", "b": "2", "c": {"k": 2}},
        ),
    ],
    ids=["union in rows", "tree", "condition in rows", "key-value", "tuple", "chain"],
)  # fmt: skip
def test_hard_shapes_are_reached(schema: object, expected: object) -> None:
    """F2, F4: unions and conditions in rows, trees, names of any kind, tuples with more, chains of dependents."""
    form = Form(schema)
    assert form.validate(expected) == []
    assert same(Person(form, expected).fill_in(), expected)
