"""Refused schemas: always a FormError with a pointer and a sentence, when the form is compiled."""

from __future__ import annotations

import datetime
import random
import socket
import threading
from typing import Any

import pytest

from formengine.forms import Form, FormError, Validator
from tests.forms.browser import Page
from tests.forms.oracles import whole
from tests.support.cpu_time import cpu_limit

LOOP = "leads back to itself"


@pytest.mark.parametrize(
    ("schema", "pointer", "message"),
    [
        ({"properties": {"a": {"$dynamicRef": "#x"}}}, "/properties/a/$dynamicRef", "write $ref"),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema", "items": {"$recursiveRef": "#"}},
         "/items/$recursiveRef", "write $ref"),
        ({"$vocabulary": {"https://example.com/v": True}}, "/$vocabulary", "not supported"),
        ({"items": {"contentSchema": {}}}, "/items/contentSchema", "not supported"),
        ({"items": {"$ref": "https://example.com/x.json"}}, "/items/$ref", "nothing is ever fetched"),
        ({"properties": {"a": {"$ref": "file:///etc/passwd"}}}, "/properties/a/$ref", "nothing is ever fetched"),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "/properties/a/$ref", "leads nowhere"),
        ({"properties": {"a": {"$ref": "formengine:mony"}}}, "/properties/a/$ref", "formengine:money"),
        ({"$ref": "#/x", "x": {"type": 5}}, "/$ref", "no schema"),
        ({"$ref": "#/x", "x": {"pattern": "["}}, "/$ref/pattern", "never closed"),
        ({"$ref": "#"}, "/$ref", LOOP),
        ({"allOf": [{"$ref": "#"}]}, "/allOf/0/$ref", LOOP),
        ({"not": {"$ref": "#"}}, "/not/$ref", LOOP),
        ({"if": {"$ref": "#"}, "then": {}}, "/if/$ref", LOOP),
        ({"anyOf": [{"type": "string"}, {"$ref": "#"}]}, "/anyOf/1/$ref", LOOP),
        ({"dependentSchemas": {"a": {"$ref": "#"}}}, "/dependentSchemas/a/$ref", LOOP),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"allOf": [{"$ref": "#/$defs/a"}]}}}, "/$defs/a/$ref", LOOP),
        ({"properties": {"a": {"pattern": "^(a+)+$"}}}, "/properties/a/pattern", "can take for ever"),
        ({"patternProperties": {"^(a*)*$": {}}}, "/patternProperties/^(a*)*$", "can take for ever"),
        ({"pattern": "(?=x)(a|aa)+$"}, "/pattern", "can take for ever"),
        ({"pattern": "^(?!q)(?:a?){30}a{30}$"}, "/pattern", "can take for ever"),
        ({"properties": {"a": {"pattern": "\\Z"}}}, "/properties/a/pattern", "means nothing"),
        ({"pattern": "x" * 6000}, "/pattern", "longer"),
        ({"properties": {"a": {"type": "strin"}}}, "/properties/a/type", 'did you mean "string"'),
        ({"properties": {"a": {"title": 5}}}, "/properties/a/title", "title must be a text"),
        ({"multipleOf": 0}, "/multipleOf", "more than 0"),
        ({"minimum": "1000 EUR"}, "/minimum", "minimum must be a number; write 1000"),
        ({"minimum": "010"}, "/minimum", "minimum must be a number; write 10"),
        ({"maximum": "1.000,00"}, "/maximum", "maximum must be a number; write 1000"),
        ({"maximum": "1_000"}, "/maximum", "maximum must be a number; write 1000"),
        ({"maximum": ".inf"}, "/maximum", "maximum must be a number; where there is no limit, leave it out"),
        ({"oneOf": []}, "/oneOf", "may not be empty"),
        ({"properties": []}, "/properties", "must be a map"),
        ({"properties": {1: {}}}, "/properties", "must be a text"),
        ({"default": datetime.date(2026, 1, 1)}, "/default", "no JSON value"),
        ({"minimum": float("nan")}, "/minimum", "finite"),
        ({"enum": [1, float("inf")]}, "/enum/1", "finite"),
        ({"title": "\ud800"}, "/title", "no JSON value"),
        ({"$id": "http://[::1"}, "/$id", "no address"),
        ({"$schema": "https://example.com/schema"}, "/$schema", "not known here"),
        (None, "", "a schema is a map"),
        ([], "", "a schema is a map"),
    ],
)  # fmt: skip
def test_refused_schemas(schema: Any, pointer: str, message: str) -> None:
    """F2: Form and Validator refuse what cannot be rendered or validated safely, with a pointer and a sentence."""
    for compile_schema in (Form, Validator):
        with pytest.raises(FormError) as refusal:
            compile_schema(schema)
        assert refusal.value.pointer == pointer
        assert message in refusal.value.message
        assert "is not of type" not in refusal.value.message


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"in": {"$ref": "#"}}},
        {"items": {"$ref": "#"}},
        {"additionalProperties": {"$ref": "#"}},
        {"allOf": [{"properties": {"in": {"$ref": "#"}}}]},
        {"required": ["in"], "properties": {"in": {"$ref": "#"}}},
        {"prefixItems": [{"$ref": "#"}], "minItems": 1, "default": []},
        {"$ref": "#here", "$defs": {"a": {"$anchor": "here", "type": "string"}}},
        {"$id": "https://x.test/b/", "$ref": "#/$defs/c", "$defs": {"c": {"$id": "d/", "$ref": "e"},
                                                                      "x": {"$id": "d/e"}}},
        {"$id": "https://x.test/a", "$ref": "b", "$defs": {"c": {"$id": "https://x.test/b", "type": "string"}}},
        {"pattern": "^(?=.*[0-9])(?=.*[a-z]).{8,}$"},
        {"pattern": "^(?!-)([a-z]+-)*[a-z]+$"},
        True,
        False,
        {},
    ],
)  # fmt: skip
def test_accepted_schemas(schema: Any) -> None:
    """F2: recursive trees, anchors, nested `$id`, look-ahead: nothing is refused that tiers 1 and 2 promise."""
    form = Form(schema)
    whole(Page(form.render()))
    whole(Page(form.read([]).html()))
    assert Validator(schema).is_valid("aaaaaaa1") == (not form.validate("aaaaaaa1"))


def test_nothing_is_fetched() -> None:
    """F2: a remote reference is refused without any connection."""
    hits: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/schema.json"

        def accept() -> None:
            try:
                server.accept()[0].close()
                hits.append(1)
            except TimeoutError:
                pass

        listener = threading.Thread(target=accept)
        listener.start()
        for schema in ({"$ref": url}, {"$id": url, "$ref": "other.json"}, {"$schema": url}, {"items": {"$ref": url}}):
            with pytest.raises(FormError):
                Form(schema)
        Form({"$id": url, "type": "string"}).read([])
        listener.join()
    assert hits == []


KEYWORDS = [
    "type", "properties", "items", "$ref", "enum", "const", "oneOf", "allOf", "anyOf", "if", "then", "else", "required",
    "pattern", "format", "$id", "$schema", "$anchor", "$defs", "additionalProperties", "dependencies", "definitions",
    "title", "default", "examples", "prefixItems", "minItems", "multipleOf", "contains", "not", "propertyNames",
    "patternProperties", "dependentSchemas", "unevaluatedProperties", "minLength", "maximum", "uniqueItems", "a",
]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 1.5, 1e308, "", "a", "#", "#/$defs/a", "string", "object", "array", "date", "(", "^a+$",
    [], {}, ["a"], ["string", "null"], {"a": {}}, {"$ref": "#"}, {"type": "object"}, [{}], [True], "formengine:money",
]  # fmt: skip


SCHEMAS = {"items", "not", "contains", "if", "then", "else", "additionalProperties", "propertyNames"}
LISTS = {"oneOf", "allOf", "anyOf", "prefixItems"}
MAPS = {"properties", "$defs", "patternProperties", "dependentSchemas"}
PLAIN: dict[str, list[Any]] = {
    "type": ["string", "object", "array", "integer", ["string", "null"]], "required": [["a"]],
    "enum": [[1, "a", None]],
    "pattern": ["^a", "(?=a)b"], "format": ["date", "email"], "title": ["T"], "minItems": [0, 2], "minLength": [1],
    "multipleOf": [0.01, 3], "maximum": [5], "uniqueItems": [True], "$ref": ["#/$defs/a", "#/properties/a"],
}  # fmt: skip


def random_schema(chance: random.Random, depth: int = 0) -> Any:
    """A mostly valid schema, in which some keywords have any value."""
    schema: dict[str, Any] = {}
    for keyword in chance.sample(KEYWORDS, chance.randint(0, 4 if depth < 4 else 0)):
        if chance.random() < 0.04:
            schema[keyword] = chance.choice(VALUES)
        elif keyword in SCHEMAS:
            schema[keyword] = random_schema(chance, depth + 1)
        elif keyword in LISTS:
            schema[keyword] = [random_schema(chance, depth + 1) for _ in range(2)]
        elif keyword in MAPS:
            schema[keyword] = {"a": random_schema(chance, depth + 1)}
        elif keyword in PLAIN:
            schema[keyword] = chance.choice(PLAIN[keyword])
    return schema


def test_a_random_schema_is_compiled_or_refused() -> None:
    """F2, F15: each of 300 random schemas is refused with a FormError, or rendered and validated in a second."""
    chance, counts = random.Random(20), {"refused": 0, "rendered": 0}
    for _ in range(300):
        schema = random_schema(chance)
        with cpu_limit(1):
            try:
                form = Form(schema)
            except FormError:
                counts["refused"] += 1
            else:
                counts["rendered"] += 1
                answers = form.read([])
                answers.html()
                form.validate(chance.choice(VALUES))
                form.render(chance.choice(VALUES))
    assert min(counts.values()) > 30
