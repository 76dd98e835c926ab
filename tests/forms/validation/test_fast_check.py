"""The fast pre-check agrees with the exact validator wherever its verdict is final."""

from __future__ import annotations

import math
import random
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formengine.forms import FormError, Validator
from formengine.forms.schema.ecma_regex import compile_search
from formengine.forms.validation.fast_check import _PORTABLE_PATTERN
from formengine.forms.validation.keywords import is_multiple

PATTERNS = st.text("aZ09_-.\\d[](){}+*?^$|/ ,:2&~é", min_size=1, max_size=7)
TEXTS = st.lists(st.text("aZ09_-.\\[](){}+*?^$|/ ,:2\n&~é٣\u2028", max_size=5), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(pattern=PATTERNS, texts=TEXTS)
def test_patterns(pattern: str, texts: list[str]) -> None:
    """F3: random patterns on random texts."""
    try:
        validator = Validator({"pattern": pattern})
    except FormError:
        return
    for text in texts:
        assert validator.is_valid(text) == bool(compile_search(pattern)(text)), (pattern, text)


def test_portable_patterns() -> None:
    """F3: common patterns are portable; those that regex engines read differently are not."""
    assert all(
        map(_PORTABLE_PATTERN.fullmatch, ("^[A-Z]{2}-[0-9]{4}$", "^\\d{5}$", "^(a|b)+\\.c$", "^[a-z0-9._-]+@[a-z.]+$"))
    )
    assert not any(
        map(_PORTABLE_PATTERN.fullmatch, (".", "\\w", "\\s", "(?=a)", "\\1", "[a&&b]", "\\p{L}", "é", "[[a]]", "\\b"))
    )


def test_multiples() -> None:
    """F3: exact decimals: 19.99 is a multiple of 0.01, and the neighbouring floats are not."""
    chance = random.Random(3)
    for divisor in (0.01, 0.1, 0.05, 0.25, 1, 3, 7, 1.5, 1e-7, 100, 12.34):
        validator = Validator({"multipleOf": divisor})
        for _ in range(200):
            number = round(divisor * chance.randint(-(10**6), 10**6), 8)
            for value in (
                number,
                math.nextafter(number, math.inf),
                chance.uniform(-1e6, 1e6),
                chance.randint(-99, 10**17),
            ):
                assert validator.is_valid(value) == is_multiple(value, divisor), (divisor, value)
    assert Validator({"multipleOf": 2.5}).is_valid(1e308)
    assert not Validator({"multipleOf": 0.01}).is_valid(19.990000000000002)


WORDS = st.sampled_from(["a", "b", "", None, True, False])
CONDITIONS = st.recursive(
    st.one_of(
        st.builds(lambda word: {"const": word}, WORDS),
        st.builds(lambda words: {"enum": words}, st.lists(WORDS, min_size=1, max_size=3, unique_by=repr)),
        st.builds(lambda kinds: {"type": kinds}, st.lists(st.sampled_from(
            ["string", "boolean", "null", "object", "array"]), min_size=1, max_size=2, unique=True)),
        st.builds(lambda names: {"required": names}, st.lists(st.sampled_from("abc"), unique=True)),
        st.booleans(),
    ),
    lambda schemas: st.one_of(
        st.builds(lambda properties: {"properties": properties}, st.dictionaries(
            st.sampled_from("abc"), schemas, max_size=3)),
        st.builds(lambda keyword, branches: {keyword: branches}, st.sampled_from(["allOf", "anyOf", "oneOf"]), st.lists(
            schemas, min_size=1, max_size=3)),
        st.builds(lambda schema: {"not": schema}, schemas),
    ),
    max_leaves=8,
)  # fmt: skip
ANSWERS = st.recursive(
    WORDS | st.sampled_from([0, 1, 1.0, 10**400, math.nan]),
    lambda values: st.dictionaries(st.sampled_from("abc"), values, max_size=3) | st.lists(values, max_size=2),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(schema=CONDITIONS, answers=st.lists(ANSWERS, min_size=1, max_size=10))
def test_final_rejections(schema: Any, answers: list[Any]) -> None:
    """F3, F4: of conditions on text, the fast verdict is final and that of the exact validator."""
    checker = Validator(schema)._checker
    assert checker._rejects_exactly
    for answer in answers:
        assert checker._fast.is_valid(answer) == (not checker._root.errors(answer, ())), (schema, answer)


def test_rejections_that_are_not_final() -> None:
    """F3: where a schema mentions numbers, patterns or references, the exact validator decides."""
    for schema in (
        {"const": 1},
        {"enum": ["a", 2]},
        {"type": "integer"},
        {"pattern": "x"},
        {"$ref": "#"},
        {"const": "a", "enum": ["a", 1]},
    ):
        assert not Validator({"properties": {"a": schema}})._checker._rejects_exactly
    assert Validator({"properties": {"a": {"const": "x"}}})._checker._rejects_exactly


def test_numbers_beyond_floats() -> None:
    """F3: 1e400 and an integer of 400 digits are validated, never an exception."""
    validator = Validator({"type": "number", "multipleOf": 5, "minimum": 0})
    assert validator.is_valid(10**400)
    assert not validator.is_valid(10**400 + 1)
    for infinite in (math.inf, -math.inf, math.nan):
        assert isinstance(validator.is_valid(infinite), bool)
        assert isinstance(validator.errors({"a": infinite}), list)


def test_members_without_a_name() -> None:
    """F3: an empty name is a step of the path to what is wrong, as any other; jsonschema-rs leaves it out."""
    words = {"additionalProperties": {"type": "string"}}
    for data, pointer in (({"": {"b": 1}}, "//b"), ({"": {"": 1}}, "//"), ({"b": {"": 1}, "": {}}, "/b/")):
        errors = Validator({"additionalProperties": words}).errors(data)
        assert [(error.pointer, error.message) for error in errors] == [(pointer, "Write a text.")]


def test_names_that_look_like_positions() -> None:
    """F3: years as names of members and of schemas; jsonschema-rs says them as positions in a list."""
    words = {"additionalProperties": {"type": "string"}}
    errors = Validator(words).errors({"a": "", "b": 1, "1": 1, "01": 2})
    assert [error.pointer for error in errors] == ["/b", "/1", "/01"]
    errors = Validator({"additionalProperties": words}).errors({"2026": {"b": 1}})
    assert [error.pointer for error in errors] == ["/2026/b"]
    schema = {"pattern": "\\bé(?=a)", "dependentSchemas": {"1": {"required": ["x"]}}}
    assert [error.keyword for error in Validator(schema).errors({"1": 1})] == ["required"]


def test_an_empty_pattern_of_names() -> None:
    """F3: it is true of every name, also beside a pattern that is written as a keyword."""
    validator = Validator({"patternProperties": {"": {"type": "string"}, "type": {"minimum": 0}}})
    assert not validator.is_valid({"a": 1})
    assert [error.pointer for error in validator.errors({"a": 1})] == ["/a"]


@pytest.mark.parametrize(
    "types", [None, True, *["string", "integer", "number", "boolean", "null", "object", "array"], ["string", "null"]]
)
def test_schemas_of_types_alone(types: Any) -> None:
    """F3: that a type alone decides changes no verdict, for whatever is no JSON as well."""
    schema = types if types is True else {"title": "Any"} | ({} if types is None else {"type": types})
    validator = Validator(schema)
    values = ["a", "\ud800", 7, True, False, None, 1.5, 2.0, math.nan, math.inf, [math.inf], {"a": 1}, [], 10**400]
    for value in values:
        assert validator.is_valid(value) == (not validator._checker.errors(value)), (schema, value)


def test_only_what_is_wrong_is_validated_again() -> None:
    """F3: of 300 answers with one wrong, the exact validator evaluates only the keywords of the wrong one."""
    names = [f"answer{number}" for number in range(300)]
    address = {"$ref": "formengine:address"}
    schema = {"properties": {name: {"type": "string", "maxLength": 9} for name in names} | {"home": address}}
    home = {"lines": ["1 High Street"], "city": "York", "postcode": "YO1", "country": "GB"}
    validator = Validator(schema)
    answers = dict.fromkeys(names, "short") | {"answer7": "much too long", "home": home}
    calls: list[str] = []

    def note(frame: Any, event: str, argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.endswith("validation/keywords.py"):
            calls.append(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        errors = validator.errors(answers)
    finally:
        sys.setprofile(None)
    assert [(error.pointer, error.keyword) for error in errors] == [("/answer7", "maxLength")]
    assert calls.count("<lambda>") == 1
    assert len(calls) < 8, calls


def test_python_that_is_no_json() -> None:
    """F3: a set, bytes or a date in data fits no type and is no exception where a form is judged; a validator's errors
    name its place.
    """
    validator = Validator({"properties": {"a": {"enum": ["x", [1]]}, "b": {"const": 1}, "c": {"uniqueItems": True}}})
    for odd in ({1}, b"x", object(), {"y": {1}}, (1, [2])):
        assert validator.is_valid({"a": odd}) is False
        violations = validator._checker.errors({"b": odd, "a": odd})
        assert [violation.keyword for violation in violations] == ["enum", "const"]
        assert isinstance(validator.is_valid({"c": [odd, odd]}), bool)
