"""Schemas of older drafts: what they become in 2020-12, what their authors are told, and where errors point."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import pytest

from formengine.forms import KINDS, Form, FormError, Validator
from formengine.forms.schema.dialect import DIALECTS, dialect_of
from formengine.forms.schema.older_drafts import converted
from tests.forms.browser import Page, posted
from tests.forms.oracles import whole
from tests.forms.schema.test_checks import random_schema

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
DRAFT_6 = "http://json-schema.org/draft-06/schema#"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"
DRAFT_2019 = "https://json-schema.org/draft/2019-09/schema"


def _converted(schema: dict[str, Any], dialect: str) -> dict[str, Any]:
    copy = dict(converted(schema, dialect).schema)
    assert copy.pop("$schema") == "https://json-schema.org/draft/2020-12/schema"
    return copy


@pytest.mark.parametrize(
    ("dialect", "schema", "expected"),
    [
        ("draft-4", {"minimum": 0, "exclusiveMinimum": True}, {"exclusiveMinimum": 0}),
        ("draft-4", {"maximum": 9, "exclusiveMaximum": False}, {"maximum": 9}),
        ("draft-6", {"exclusiveMaximum": 9, "maximum": 8}, {"exclusiveMaximum": 9, "maximum": 8}),
        ("draft-4", {"id": "https://x.test/a#", "items": {"id": "#b"}},
         {"$id": "https://x.test/a", "items": {"$anchor": "b"}}),
        ("draft-7", {"properties": {"a": {"$id": "#/properties/a"}}}, {"properties": {"a": {}}}),
        ("draft-4", {"properties": {"id": {"type": "string"}}}, {"properties": {"id": {"type": "string"}}}),
        ("draft-4", {"items": [{"type": "string"}], "additionalItems": False},
         {"prefixItems": [{"type": "string"}], "items": False}),
        ("draft-6", {"items": [{}]}, {"prefixItems": [{}], "items": True}),
        ("2019-09", {"items": [{}]}, {"prefixItems": [{}]}),
        ("draft-7", {"items": {}, "additionalItems": False}, {"items": {}}),
        ("draft-7", {"dependencies": {"a": ["b"], "c": {"required": ["d"]}}},
         {"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["d"]}}}),
        ("2020-12", {"dependencies": {"a": ["b"]}}, {"dependentRequired": {"a": ["b"]}}),
        ("draft-4", {"definitions": {"a": {}}, "$ref": "#/definitions/a", "minLength": 3, "title": "A"},
         {"definitions": {"a": {}}, "$ref": "#/definitions/a", "title": "A"}),
        ("draft-7", {"items": [{"type": "integer"}, {"$ref": "#/items/0"}]},
         {"prefixItems": [{"type": "integer"}, {"$ref": "#/prefixItems/0"}], "items": True}),
        ("draft-7", {"dependencies": {"a b": {"type": "object"}}, "not": {"$ref": "#/dependencies/a%20b"}},
         {"dependentSchemas": {"a b": {"type": "object"}}, "not": {"$ref": "#/dependentSchemas/a%20b"}}),
        ("draft-4", {"x": {"y": {"minimum": 1, "exclusiveMinimum": True}}, "items": {"$ref": "#/x/y"}},
         {"x": {"y": {"exclusiveMinimum": 1}}, "items": {"$ref": "#/x/y"}}),
        ("2019-09", {"items": {"$recursiveRef": "#"}, "$recursiveAnchor": True}, {"items": {"$ref": "#"}}),
        ("2019-09", {"$ref": "#/$defs/a", "$recursiveRef": "#", "$defs": {"a": {}}},
         {"$ref": "#/$defs/a", "allOf": [{"$ref": "#"}], "$defs": {"a": {}}}),
        ("2019-09", {"contains": {"const": 1}, "minContains": 2, "unevaluatedItems": False},
         {"allOf": [{"not": {"not": {"contains": {"const": 1}, "minContains": 2}}}], "unevaluatedItems": False}),
    ],
)  # fmt: skip
def test_conversion(dialect: str, schema: dict[str, Any], expected: dict[str, Any]) -> None:
    """F2: each keyword as the migration notes of the specification have it; the schema as written is not changed."""
    before = repr(schema)
    assert _converted(schema, dialect) == expected
    assert repr(schema) == before


def test_nothing_to_convert() -> None:
    """F2: a schema in 2020-12 is taken as it is."""
    schema = {"properties": {"a": {"prefixItems": [{"type": "string"}]}}}
    assert converted(schema, "2020-12").schema is schema


@pytest.mark.parametrize(
    ("schema", "path", "words"),
    [
        ({"$schema": DRAFT_4, "properties": {"a": {"const": 1}}}, ("properties", "a", "const"), "draft-06"),
        ({"$schema": DRAFT_6, "if": {}, "then": {"type": "string"}}, ("if",), "draft-07"),
        ({"$schema": DRAFT_7, "dependentRequired": {"a": ["b"]}}, ("dependentRequired",), "2019-09"),
        ({"$schema": DRAFT_4, "properties": {"a": {"divisibleBy": 2}}}, ("properties", "a", "divisibleBy"),
         "multipleOf"),
        ({"properties": {"a": {"minimum": 1, "exclusiveMinimum": True}}}, ("properties", "a", "exclusiveMinimum"),
         "$schema: http://json-schema.org/draft-04/schema#"),
        ({"$schema": DRAFT_4, "exclusiveMaximum": True}, ("exclusiveMaximum",), "says nothing without maximum"),
        ({"properties": {"a": {"items": [{}]}}}, ("properties", "a", "items"), "read as draft-7"),
        ({"$schema": DRAFT_7, "$ref": "formengine:money", "default": {}, "readOnly": True}, ("$ref",),
         "default, readOnly"),
    ],
)  # fmt: skip
def test_notes(schema: dict[str, Any], path: tuple[str, ...], words: str) -> None:
    """F2: what a draft does not read is left out, and said where it stands."""
    note = converted(schema, dialect_of(schema, "2020-12")).notes[0]
    assert note.path == path
    assert words in note.message
    finding = Form(schema).findings[0]
    assert (finding.part, finding.pointer, finding.message) == ("schema", "/" + "/".join(path), note.message)


@pytest.mark.parametrize(
    ("schema", "dialect"),
    [
        ({"$schema": DRAFT_4}, "draft-4"),
        ({"$schema": "http://json-schema.org/draft-04/schema"}, "draft-4"),
        ({"$schema": "http://json-schema.org/draft-04/hyper-schema#"}, "draft-4"),
        ({"$schema": "https://json-schema.org/draft-06/schema#"}, "draft-6"),
        ({"$schema": DRAFT_7}, "draft-7"),
        ({"$schema": DRAFT_2019}, "2019-09"),
        ({"$schema": "http://json-schema.org/schema#"}, "2020-12"),
        ({"properties": {"a": {"minimum": 1, "exclusiveMinimum": True}}}, "draft-4"),
        ({"definitions": {"a": {"id": "#a"}}}, "draft-4"),
        ({"items": {"$recursiveRef": "#"}}, "2019-09"),
        ({"properties": {"a": {"items": [{}]}}}, "draft-7"),
        ({"properties": {"id": {"type": "string"}}, "definitions": {}}, "2020-12"),
    ],
)
def test_dialect(schema: dict[str, Any], dialect: str) -> None:
    """F2: `$schema` says the draft; without one, what only that draft allows does."""
    assert dialect_of(schema, "2020-12") == dialect


def test_a_draft_4_form() -> None:
    """F2: bounds and tuples of a draft-4 schema are asked, judged and told apart from those of 2020-12."""
    schema = {
        "$schema": DRAFT_4,
        "type": "object",
        "properties": {
            "age": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
            "pair": {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]},
        },
    }
    form = Form(schema)
    whole(Page(form.render()))
    assert form.schema is schema
    assert [error.pointer for error in form.validate({"age": 0, "pair": ["a", 1]})] == ["/age"]
    assert [error.pointer for error in form.validate({"age": 1, "pair": [1, 1]})] == ["/pair/0"]
    assert Validator(schema).is_valid({"age": 1, "pair": ["a", 1]})


@pytest.mark.parametrize(
    ("schema", "pointer", "words"),
    [
        ({"$schema": DRAFT_4, "properties": {"a": {"type": "string", "required": True}}}, "/properties/a/required",
         'name "a" in that list'),
        ({"$schema": "http://json-schema.org/draft-03/schema#"}, "/$schema", "multipleOf for divisibleBy"),
        ({"$schema": DRAFT_7, "items": [{"type": "strin"}]}, "/items/0/type", 'did you mean "string"'),
        ({"$schema": DRAFT_7, "dependencies": {"a": {"pattern": "["}}}, "/dependencies/a/pattern", "never closed"),
        ({"$schema": DRAFT_4, "items": [{"$ref": "#/definitions/b"}]}, "/items/0/$ref", "leads nowhere"),
        ({"$schema": DRAFT_2019, "$recursiveAnchor": True, "items": {"$id": "b", "$recursiveRef": "#"}},
         "/$recursiveAnchor", "write $ref"),
        ({"$schema": DRAFT_4, "id": "http://[::1"}, "/id", "no address"),
        ({"$schema": DRAFT_4, "properties": {"a": {"id": "http://[::1", "type": "string"}}}, "/properties/a/id",
         "no address"),
    ],
)  # fmt: skip
def test_refused(schema: dict[str, Any], pointer: str, words: str) -> None:
    """F2: errors point into the schema as its author wrote it."""
    for compile_schema in (Form, Validator):
        with pytest.raises(FormError) as refusal:
            compile_schema(schema)
        assert (refusal.value.pointer, words in refusal.value.message) == (pointer, True), refusal.value.message


def test_an_empty_fragment() -> None:
    """F2: a `$id` may end in #, in every draft; references to it and within it are followed."""
    for word, uri in (("$id", "https://json-schema.org/draft/2020-12/schema"), ("id", DRAFT_4)):
        schema = {
            "$schema": uri,
            word: "https://x.test/form#",
            "type": "object",
            "definitions": {"name": {"type": "string"}},
            "properties": {"a": {"$ref": "#/definitions/name"}, "b": {"$ref": "https://x.test/form#/definitions/name"}},
        }
        assert [error.pointer for error in Form(schema).validate({"a": 1, "b": 2})] == ["/a", "/b"]


def test_schemas_given_by_name() -> None:
    """F15: a `$ref` to another file is followed where the caller gives that schema, of whatever draft, as a kind."""
    address = {"$schema": DRAFT_4, "definitions": {"no": {"type": "integer", "minimum": 0, "exclusiveMinimum": True}}}
    schema = {"properties": {"no": {"$ref": "address.schema.json#/definitions/no"}}}
    with pytest.raises(FormError, match="kinds="):
        Form(schema)
    form = Form(schema, kinds={**KINDS, "address.schema.json": address})
    assert [error.pointer for error in form.validate({"no": 0})] == ["/no"]
    assert form.read(posted(form.render({"no": 3}))).data == {"no": 3}


def test_option_names() -> None:
    """F2: `enumNames` names the values of an `enum`; in a list, and where it names some only."""
    schema = {
        "properties": {
            "law": {"type": "string", "enum": ["FR", "DE", "IT"], "enumNames": ["French", "German"]},
            "laws": {"type": "array", "uniqueItems": True, "items": {"enum": ["x", "y"], "enumNames": ["Ex", "Why"]}},
        }
    }
    form = Form(schema)
    page = form.render()
    assert all(label in page for label in ("French", "German", "IT", "Ex", "Why"))
    assert "French" in form.summary({"law": "FR"})
    assert form.read(posted(form.render({"law": "FR", "laws": ["y"]}))).data == {"law": "FR", "laws": ["y"]}
    assert [error.pointer for error in form.validate({"law": "French"})] == ["/law"]


def test_malformed_schemas() -> None:
    """F2: a malformed schema of any draft is converted without an exception, and refused by its compiler at most."""
    chance = random.Random(4)
    for _ in range(150):
        schema = random_schema(chance)
        for dialect in DIALECTS:
            with suppress(FormError):
                Validator(schema, dialect)
