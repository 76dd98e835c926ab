"""Questions that two rules exclude from being answered are told, and no others."""

from __future__ import annotations

import json
from random import Random
from time import process_time
from typing import Any

import pytest

from formengine.forms import Validator
from formengine.forms.schema import exclusions as exclusions_module
from formengine.forms.schema.exclusions import exclusions
from tests.forms.random_person import FEW_COUNTRIES
from tests.forms.random_schemas import FITTING, VALUES, RandomSchemas

TEXT: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer"}
TIME = {"type": "string", "format": "time"}
PHONE = {"$ref": "formengine:phone"}
LONG = "a" * 27
"""A name for which a pattern that backtracks takes seconds."""
WHEN_ON = {"properties": {"on": {"const": True}}, "required": ["on"]}


def branches(*kinds: str) -> dict[str, Any]:
    return {"oneOf": [{"properties": {"kind": {"const": kind}}, "required": ["kind"]} for kind in kinds]}


def told(schema: dict[str, Any]) -> list[str]:
    return ["/".join(map(str, exclusion.path)) for exclusion in exclusions(schema)]


def of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {"a": schema}}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (TEXT, NUMBER),
        (TIME, {"type": "string", "format": "date"}),
        (PHONE, TIME),
        ({"enum": ["x", "y"]}, {"const": "z"}),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, TEXT),
        (TIME, {"enum": ["soon", "late"]}),
        ({"$ref": "#/$defs/text"}, {"type": ["integer", "null"]}),
        (branches("cat", "dog"), branches("fish")),
    ],
)
def test_what_no_answer_fits_is_told(first: dict[str, Any], second: dict[str, Any]) -> None:
    """F15: types, formats, kinds, choices, branches; always, in a case, deep in groups and in rows."""
    defs = {"$defs": {"text": TEXT}}
    assert told({**of(first), "allOf": [of(second)], **defs}) == ["allOf/0/properties/a"]
    assert told({**of(first), "if": WHEN_ON, "then": of(second), **defs}) == ["then/properties/a"]
    assert told({**of(of(first)), "oneOf": [of(of(second))], **defs}) == ["oneOf/0/properties/a/properties/a"]
    rows = [of({"items": of(schema)}) for schema in (first, second)]
    assert told({**rows[0], "dependentSchemas": {"on": rows[1]}, **defs}) == [
        "dependentSchemas/on/properties/a/items/properties/a"
    ]


SAME_QUESTION = {"title": "on", "required": ["on"], "properties": {"on": {"const": True}}}


@pytest.mark.parametrize(
    ("schema", "where"),
    [
        ({"allOf": [{"if": WHEN_ON, "then": of(TEXT)}, {"if": SAME_QUESTION, "then": of(NUMBER)}]},
         ["allOf/1/then/properties/a"]),
        ({"allOf": [{"if": WHEN_ON, "else": of(TEXT)}, {"if": SAME_QUESTION, "else": of(NUMBER)}]},
         ["allOf/1/else/properties/a"]),
        ({"dependentSchemas": {"on": of(TEXT)}, "allOf": [{"dependentSchemas": {"on": of(NUMBER)}}]},
         ["allOf/0/dependentSchemas/on/properties/a"]),
        ({"dependentSchemas": {"on": of(TEXT)}, "if": {"required": ["on"]}, "then": of(NUMBER)},
         ["dependentSchemas/on/properties/a"]),
        ({**of({"items": TEXT}), "allOf": [of({"items": NUMBER})]}, ["allOf/0/properties/a/items"]),
        ({**of(TEXT), "allOf": [{"additionalProperties": NUMBER}]}, ["allOf/0/additionalProperties"]),
        ({**of(TEXT), "patternProperties": {"^a": NUMBER}}, ["patternProperties/^a"]),
        (of({"items": {"allOf": [{"if": WHEN_ON, "then": of(TEXT)}, {"if": WHEN_ON, "then": of(NUMBER)}]}}),
         ["properties/a/items/allOf/1/then/properties/a"]),
    ],
)  # fmt: skip
def test_rules_that_apply_to_the_same_answers_are_compared(schema: dict[str, Any], where: list[str]) -> None:
    """F15: two rules under one condition, whatever it is called; entries of lists; rules of names."""
    assert told(schema) == where


@pytest.mark.parametrize(
    "schema",
    [
        {"if": WHEN_ON, "then": of(TEXT), "else": of(NUMBER)},
        {"allOf": [{"if": WHEN_ON, "then": of(TEXT)}, {"if": WHEN_ON, "else": of(NUMBER)}]},
        {"allOf": [{"if": WHEN_ON, "then": of(TEXT)}, {"if": {"required": ["off"]}, "then": of(NUMBER)}]},
        {"if": WHEN_ON, "then": of({"if": WHEN_ON, "then": of(TEXT)}), **of({"properties": {"b": NUMBER}})},
        {**of(TEXT), "additionalProperties": NUMBER, "allOf": [{"patternProperties": {"^b": NUMBER}}]},
        {"oneOf": [of(TEXT), of(NUMBER)]},
        {**of(TEXT), "if": WHEN_ON, "then": {"properties": {"a": False}}},
        {**of({"type": "number"}), "allOf": [of(NUMBER)]},
        {**of({"type": ["string", "null"], "format": "date"}), "allOf": [of({"type": ["null", "string"], **TIME})]},
        {**of(TEXT), "allOf": [of(TIME), of({"pattern": "^1"})]},
        {**of(branches("cat", "dog")), "allOf": [of(branches("dog"))]},
    ],
)
def test_what_some_answer_fits_is_not_told(schema: dict[str, Any]) -> None:
    """F15: cases that do not apply together, a question that is hidden, and types that have values in common."""
    assert told(schema) == []


@pytest.mark.parametrize(
    "part",
    [
        {"patternProperties": {"(": NUMBER}},
        {"patternProperties": {"^(?=(a+)+$)x": NUMBER}},
        {"patternProperties": {1: NUMBER}},
        {"patternProperties": {None: NUMBER}},
        {"patternProperties": None},
        {"patternProperties": ["a"]},
        {"properties": None, "additionalProperties": NUMBER},
        {"if": {"required": [LONG, 1]}, "then": of(NUMBER)},
        {"if": {"required": True}, "then": of(NUMBER)},
        {"if": {"anyOf": 1, "properties": 2}, "then": of(NUMBER)},
        {"dependentSchemas": ["x"]},
        {"required": 1, "properties": {LONG: {"type": {"x": 1}, "pattern": ["x"], "allOf": 1, "oneOf": {"y": 1}}}},
        {"properties": {LONG: {"required": [["x"]], "properties": {"b": NUMBER}, "enum": 1, "type": [["x"], "sting"]}}},
    ],
)
def test_a_schema_that_is_not_valid_is_passed_over(part: dict[str, Any]) -> None:
    """F15: these rules are looked at before a form is compiled, which says what is wrong with its schema."""
    started = process_time()
    text = {"properties": {LONG: {"type": "string", "enum": ["x"], "required": ["b"], "properties": {"b": TEXT}}}}
    list(exclusions({**text, "allOf": [part, {**text, "allOf": [part]}]}))
    assert process_time() - started < 1


@pytest.mark.parametrize(("patterns", "names"), [(1500, 1500), (5000, 50)])
def test_patterns_are_compared_with_a_limited_number_of_names(patterns: int, names: int) -> None:
    """F15, T14: the rest of a form with so many patterns is not judged."""
    schema = {
        "properties": {f"name{number}": TEXT for number in range(names)},
        "patternProperties": {f"^a{number}": NUMBER for number in range(patterns)},
    }
    started = process_time()
    assert list(exclusions(schema)) == []
    assert process_time() - started < 1


@pytest.mark.parametrize(("declared", "is_told"), [(100, True), (300, False)])
def test_the_number_of_pairs_that_are_compared_has_a_limit(declared: int, is_told: bool) -> None:
    """F15, T14: a form that declares one question hundreds of times is not judged to its end."""
    schema = {"allOf": [of({"title": "A"})] * (declared - 2) + [of(TEXT), of(NUMBER)]}
    copies = json.loads(json.dumps(schema))
    assert bool(told(copies)) == is_told


def test_a_field_kind_that_several_rules_declare_is_not_compared_with_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """F15: an amount of money has forty schemas."""
    compared: list[int] = []
    judge = exclusions_module._always
    monkeypatch.setattr(exclusions_module, "_always", lambda *given: compared.append(1) or judge(*given))
    money = {"properties": {f"price{number}": {"$ref": "formengine:money"} for number in range(20)}}
    assert list(exclusions({"allOf": [money, json.loads(json.dumps(money)), money]})) == []
    assert compared == []


def test_no_value_fits_what_is_told() -> None:
    """F15: of random schemas, the judge accepts none of many values."""
    values = [*VALUES, *FITTING.values(), "ab", [], {}, ["x"], {"kind": "cat"}, {"kind": "dog"}, 0.5]
    count = 0
    for seed in range(300):
        schemas = RandomSchemas(Random(seed))
        pair = [schemas.part(1), schemas.part(1)]
        whole = {"allOf": [of(schema) for schema in pair], "$defs": schemas.defs}
        if "allOf/1/properties/a" in told(whole):
            count += 1
            judge = Validator(whole, kinds=FEW_COUNTRIES)
            assert [value for value in values if judge.is_valid({"a": value})] == [], pair
    assert count > 100
