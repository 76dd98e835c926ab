"""Findings of the library: what `formengine check` says of a schema, without a site."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.authoring import check_site
from formengine.forms import Form
from formengine.forms.schema import advice
from formengine.forms.schema.advice import remarks
from formengine.json_equality import hashable
from formengine.json_schema import KEYWORDS
from formengine.workflow.definition.vocabulary import Vocabulary
from tests.authoring.sites import FORM, REQUEST, bundle

TWO = {"type": "object", "properties": {"a": {"type": "boolean"}, "b": {"type": "string"}}}
HIDES = {"if": {"properties": {"a": {"const": True}}, "required": ["a"]}, "then": {"properties": {"b": False}}}
ENDLESS = {**TWO, "allOf": [HIDES], "if": {"required": ["b"]}}
MISTAKES: list[tuple[dict[str, Any], str, str, str]] = [
    ({"type": "string", "maxLenght": 5}, "/maxLenght", "keyword", 'did you mean "maxLength"'),
    ({"type": "string", "format": "e-mail"}, "/format", "format", 'did you mean "email"'),
    ({"type": "string", "minLength": 9, "maxLength": 5}, "/minLength", "bounds", "nothing could be answered"),
    ({"type": "string", "minimum": 3}, "/minimum", "idle", "minimum says nothing of a text; write minLength"),
    ({"type": "array", "items": {"type": "string"}, "maxLength": 3}, "/maxLength", "idle", "write maxItems"),
    ({"type": ["integer", "null"], "pattern": "^1"}, "/pattern", "idle", "pattern says nothing of a whole number"),
    ({"type": "string", "format": "date", "minimum": 3}, "/minimum", "idle", "{when: field on or after 2026-01-31"),
    ({"$ref": "formengine:money", "minimum": 100}, "/minimum", "idle", "{when: field at least 100 EUR, says: ...}"),
    ({"oneOf": [{"const": "a"}, {"const": "a"}]}, "/oneOf/1/const", "twice", "stands twice"),
    ({"enum": ["office", "shop"], "default": "shp"}, "/default", "default", 'did you mean "shop"'),
    ({"type": "integer", "default": "ten"}, "/default", "default", "Write a whole number"),
    ({"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}}}, "/required/0", "undeclared",
     "write b: {type: string} under properties"),
    ({"type": "object", "required": ["citty"], "properties": {"city": {"type": "string"}}}, "/required/0", "required",
     'did you mean "city"?'),
    ({"type": "object", "properties": {"a": {"type": "string"}}, "dependentRequired": {"a": ["b"]}},
     "/dependentRequired/a/0", "undeclared", "b is asked for but not declared"),
    ({"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}}, "additionalProperties": False},
     "/required/0", "required", "b is required but is not a field here"),
    ({"type": "object", "required": ["b"], "properties": {"a": {}}, "propertyNames": {"enum": ["a"]}}, "/required/0",
     "required", "b is required but is not a field here"),
    ({"type": "object", "properties": {"a": {}}, "if": {"properties": {"a": {"type": "string"}}, "required": ["a"]},
      "then": {"properties": {"a": {"type": "string", "format": "date"}}}}, "/then/properties/a", "own-answer",
     "brings this format, type to a itself"),
    ({"type": "object", "properties": {"a": {"type": "string"}},
      "dependentSchemas": {"a": {"properties": {"a": {"format": "date"}}}}}, "/dependentSchemas/a/properties/a",
     "own-answer", "write it where a is declared"),
    (ENDLESS | {"else": {"properties": {"a": False}}}, "/allOf/0/then", "contradiction", "without b another rule"),
    (ENDLESS | {"else": {"properties": {"a": {"type": "object"}}}}, "/allOf/0/then", "contradiction", "takes b away"),
    (ENDLESS | {"if": {"not": {"required": ["b"]}}, "then": {"properties": {"a": False}}}, "/allOf/0/then",
     "contradiction", "take one of the rules out"),
    ({**TWO, "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": {"properties": {"b": False}}}},
     "/dependentSchemas/a", "contradiction", "nobody can send the form with it"),
    ({**TWO, "allOf": [{"properties": {"b": {"type": "integer"}}}]}, "/allOf/0/properties/b", "exclusion",
     "no answer to b fits both this and what is said of it at /properties/field/properties/b"),
    ({"type": "integer", "enum": ["010", 20]}, "/enum/0", "choice-type",
     "010 is a text, and the question takes a whole number; write 10"),
    ({"type": "string", "enum": [2024]}, "/enum/0", "choice-type", 'write "2024", between quotation marks'),
    ({"type": "integer", "enum": ["", 20]}, "/enum/0", "choice-type",
     "an empty text stands here, and the question takes a whole number"),
    ({"type": "null", "minimum": 3}, "/minimum", "idle", "minimum says nothing of null"),
    ({"type": "array", "minItems": 1001, "items": {"type": "string"}}, "/minItems", "bounds", "write 1000 or less"),
    ({"type": "object", "minProperties": 1}, "/type", "no-questions", "write its questions under properties"),
    ({"type": "array", "maxItems": 3}, "/type", "no-items", "write items: {type: string}, or what an entry is"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "pointer", "code", "says"), MISTAKES, ids=lambda value: str(value)[:20])
def test_the_library_says_what_check_says(field: dict[str, Any], pointer: str, code: str, says: str) -> None:
    """F15, A1: one implementation, so the same words; with a pointer there, with a line here."""
    form = Form({"type": "object", "properties": {"field": field}})
    (finding,) = [each for each in form.findings if each.code == code or each.code != "exclusion"]
    assert (finding.part, finding.pointer, finding.code) == ("schema", f"/properties/field{pointer}", code)
    assert says in finding.message
    text = FORM + f"    field: {json.dumps({'title': {'en': 'F', 'fr': 'F'}, **field})}\n"
    told = [each for each in check_site(bundle({REQUEST: text}), Vocabulary.builtin()) if each.code == code]
    assert [each.message for each in told] == [finding.message]
    assert [each.severity for each in told] == [finding.severity]


def test_a_right_schema_has_no_findings() -> None:
    """F15: conditions, references, kinds and an older draft included."""
    schema = {
        "$schema": "http://json-schema.org/draft-04/schema#",
        "id": "http://example.com/lease",
        "type": "object",
        "required": ["months"],
        "properties": {"months": {"$ref": "#/definitions/months"}, "rent": {"$ref": "formengine:money"}},
        "definitions": {"months": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "default": 12}},
    }
    assert Form(schema).findings == []
    constants = {"law": {"type": "object", "const": {"fr": "a"}}, "kind": {"const": {"kind": "a"}}}
    assert Form({"type": "object", "properties": constants}).findings == [], "a constant is no list of choices"


DEFINITIONS = {
    "person": {"type": "object", "properties": {"name": {"type": "string"}}},
    "few": {"type": "integer", "maximum": 5},
    "place": {"enum": ["office", "shop"]},
    "posted": {"properties": {"how": {"const": "post"}}},
    "dated": {"properties": {"how": {"format": "date"}}},
}
HOW = {"type": "object", "properties": {"how": {"enum": ["post", "mail"]}}}
BEHIND_REFERENCES: list[tuple[dict[str, Any], list[str]]] = [
    ({"$ref": "#/$defs/person", "required": ["nmae"]}, ["/required/0 required"]),
    ({"allOf": [{"$ref": "#/$defs/person"}], "required": ["nmae"]}, ["/required/0 required"]),
    ({"$ref": "#/$defs/person", "required": ["zip"]}, ["/required/0 undeclared"]),
    ({"$ref": "#/$defs/person", "required": ["name"]}, []),
    ({"$ref": "formengine:address", "required": ["nmae"]}, []),
    ({"$ref": "#/$defs/few", "minimum": 9}, ["/minimum bounds"]),
    ({"$ref": "#/$defs/place", "default": "shp"}, ["/default default"]),
    ({**HOW, "if": {"$ref": "#/$defs/posted"}, "then": {"required": ["how"]}}, ["/if if-always"]),
    ({**HOW, "dependentSchemas": {"how": {"$ref": "#/$defs/dated"}}}, ["/dependentSchemas/how own-answer"]),
]


@pytest.mark.parametrize(("field", "told"), BEHIND_REFERENCES, ids=lambda value: str(value)[:40])
def test_mistakes_are_seen_through_references(field: dict[str, Any], told: list[str]) -> None:
    """F15: what a reference within the form leads to counts as if it stood there; the finding is at the reference."""
    form = Form({"type": "object", "properties": {"field": field}, "$defs": DEFINITIONS})
    assert [f"{finding.pointer} {finding.code}" for finding in form.findings] == [
        f"/properties/field{at}" for at in told
    ]


JUNK: list[Any] = [None, 1, [], {}, [["x"]], [{"a": 1}], {"a": 1}]


def test_junk_at_any_keyword_is_no_crash() -> None:
    """F15, A1: what an author wrote in place of a type, a bound or a list is looked at by every rule; none of them
    fails, and the next mistake is told.
    """
    for keyword in sorted(KEYWORDS | {"$ref", "$defs"}):
        fields = {f"x{number}": {"type": "string", "minimum": 3, keyword: junk} for number, junk in enumerate(JUNK)}
        rules = [{"if": {"properties": fields}, "then": {keyword: junk}} for junk in JUNK[-2:]]
        schema = {"type": "object", "properties": {**fields, "z": {"type": "string", "maxItems": 2}}, "allOf": rules}
        assert ("properties", "z", "maxItems") in {remark.path for remark in remarks(schema)}, keyword


@pytest.mark.parametrize(("bound", "amount"), [(5, "5 EUR"), ("5 USD", "5 USD"), ("7.5", "7.5 EUR"), ([], "100 EUR")])
def test_a_bound_of_money_is_told_with_its_currency(bound: Any, amount: str) -> None:
    """F15: as it was written, once."""
    (told,) = remarks({"$ref": "formengine:money", "maximum": bound})
    assert told.message.endswith(f"{{when: field at most {amount}, says: ...}}")


def test_many_choices_are_compared_in_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """F15, T14: each with all before it at once."""
    compared: list[object] = []
    monkeypatch.setattr(advice, "hashable", lambda value: compared.append(value) or hashable(value))
    (finding,) = Form({"properties": {"code": {"enum": [*range(20_000), 1.0, 7]}}}).findings
    assert (finding.code, finding.pointer) == ("twice", "/properties/code/enum/20001")
    assert len(compared) == 20_002
