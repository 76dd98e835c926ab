"""Error messages, keyword by keyword, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from formengine.forms import Form, Validator

OTHER = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
CASES: list[tuple[str, dict[str, Any], Any, str, str]] = [
    ("type", {"type": "string"}, 5, "Write a text.", ""),
    ("type", {"type": "number"}, "x", "Write a number", ""),
    ("type", {"type": "integer"}, 1.5, "Write a whole number", ""),
    ("type", {"type": "boolean"}, "x", "Answer yes or no", ""),
    ("type", {"type": "object"}, [], "a group of answers", ""),
    ("type", {"type": "array"}, {}, "a list of answers", ""),
    ("type", {"type": "null"}, 5, "Leave this empty", ""),
    ("enum", {"enum": ["x", "y"]}, "z", "Choose one", ""),
    ("const", {"const": "x"}, "z", "x", ""),
    ("const", {"const": True}, False, "ticked", ""),
    ("required", {**OTHER, "required": ["a"]}, {}, "Answer this", "/a"),
    ("dependentRequired", {**OTHER, "dependentRequired": {"a": ["b"]}}, {"a": "1"}, "Answer this", "/b"),
    ("minLength", {"minLength": 3}, "x", "at least 3", ""),
    ("maxLength", {"maxLength": 3}, "xxxx", "at most 3", ""),
    ("pattern", {"pattern": "^A", "examples": ["A1"]}, "x", "A1", ""),
    ("format", {"format": "date"}, "x", "2026-03-31", ""),
    ("format", {"format": "email"}, "x", "name@example.com", ""),
    ("format", {"format": "uri"}, "x", "https://example.com", ""),
    ("minimum", {"minimum": 1000.5}, 1, "1,000.5 or more", ""),
    ("maximum", {"maximum": 5}, 6, "5 or less", ""),
    ("exclusiveMinimum", {"exclusiveMinimum": 5}, 5, "more than 5", ""),
    ("exclusiveMaximum", {"exclusiveMaximum": 5}, 5, "less than 5", ""),
    ("multipleOf", {"multipleOf": 0.01}, 0.001, "multiple of 0.01", ""),
    ("minItems", {"minItems": 2}, [1], "at least 2", ""),
    ("maxItems", {"maxItems": 1}, [1, 2], "only one", ""),
    ("uniqueItems", {"uniqueItems": True}, [1, 1], "same", ""),
    ("contains", {"contains": {"const": 1}}, [2], "missing", ""),
    ("maxContains", {"contains": {"const": 1}, "maxContains": 1}, [1, 1], "too many", ""),
    ("minProperties", {"minProperties": 2}, {"a": 1}, "at least 2", ""),
    ("maxProperties", {"maxProperties": 1}, {"a": 1, "b": 2}, "at most one", ""),
    ("propertyNames", {"propertyNames": {"maxLength": 1}}, {"long": 1}, "name", "/long"),
    ("additionalProperties", {**OTHER, "additionalProperties": False}, {"c": 1}, "not asked for", ""),
    ("unevaluatedProperties", {**OTHER, "unevaluatedProperties": False}, {"c": 1}, "not asked for", ""),
    ("unevaluatedItems", {"prefixItems": [{}], "unevaluatedItems": False}, [1, 2], "more entries", ""),
    ("items", {"prefixItems": [{}], "items": False}, [1, 2], "more entries", ""),
    ("not", {"not": {"type": "string"}}, "x", "not accepted", ""),
    ("oneOf", {"oneOf": [{"minLength": 1, "type": "string"}, {"maxLength": 9}]}, "x", "Choose one", ""),
    ("anyOf", {"anyOf": [{"type": "array"}, {"type": "object"}]}, "x", "Choose", ""),
    ("false", {"properties": {"a": False}}, {"a": 1}, "", "/a"),
]


@pytest.mark.parametrize(("keyword", "schema", "data", "excerpt", "pointer"), CASES)
def test_each_keyword(keyword: str, schema: dict[str, Any], data: Any, excerpt: str, pointer: str) -> None:
    """F6: each keyword gives one error, at its pointer, that says in plain words what to do, in English and French."""
    messages = {}
    for locale in ("en", "fr"):
        (error,) = Validator(schema, locale=locale).errors(data)
        assert (error.keyword, error.pointer) == (keyword, pointer)
        messages[locale] = error.message
        assert re.match(r"[A-ZÀ-Ý«“\d]", error.message)
        assert error.message.endswith(".")
        assert not re.search(r"is not of type|does not match|Traceback|None|True|False|\{|\}|\[|\]|u'", error.message)
        (form_error,) = Form(schema, locale=locale).validate(data)
        assert form_error.keyword == keyword
    assert excerpt in messages["en"]
    assert messages["en"] != messages["fr"]
    assert not re.search(r" [:;?!»]", messages["fr"].replace("\u00a0", "_").replace("\u202f", "_"))


def test_only_the_chosen_branch_gives_errors() -> None:
    """F6: of a oneOf, only the errors of the chosen branch are shown; of dependent errors, only the first cause."""
    person = {"title": "Person", "type": "object", "required": ["born"], "properties": {"born": {"type": "integer"}}}
    firm = {
        "title": "Firm",
        "type": "object",
        "required": ["no"],
        "properties": {"no": {"minLength": 5, "type": "string"}},
    }
    form = Form({"type": "object", "properties": {"who": {"oneOf": [person, firm]}}})
    draft = form.draft({"who": {"no": "12345"}})
    short = {name: ["1"] if values == ["12345"] else values for name, values in draft.items()}
    assert [(error.pointer, error.keyword) for error in form.resume(short).errors] == [("/who/no", "minLength")]
    wrong = Form({"type": "array", "items": {"type": "object", "required": ["a"], "properties": {"a": {"enum": [1]}}}})
    errors = wrong.validate([{"a": 2}, {}, {"a": 1}])
    assert [(error.pointer, error.keyword) for error in errors] == [("/0/a", "enum"), ("/1/a", "required")]
