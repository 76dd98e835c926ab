"""The fast pre-check agrees with the exact validator wherever its verdict is final."""

from __future__ import annotations

import math
import random
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from formengine.forms import FormError, Validator
from formengine.forms.validation.fast_check import _PORTABLE_PATTERN


def exact_validator(validator: Validator) -> Any:
    """The exact validator without the pre-check of subschemas."""
    checking = validator._checker._validator
    return type(checking)(checking.schema, registry=checking._registry)


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
        assert validator.is_valid(text) == exact_validator(validator).is_valid(text), (pattern, text)


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
                assert validator.is_valid(value) == exact_validator(validator).is_valid(value), (divisor, value)
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
    validator = Validator(schema)
    checker = validator._checker
    for answer in answers:
        verdict = checker._fast.verdict(answer)
        assert verdict is None or verdict == exact_validator(validator).is_valid(answer), (schema, answer)
    assert not isinstance(schema, dict) or checker._fast.verdict("b") is not None


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
        assert Validator({"properties": {"a": schema}})._checker._fast.verdict({"a": None}) in (None, True)
    assert Validator({"properties": {"a": {"const": "x"}}})._checker._fast.verdict({"a": "y"}) is False


def test_numbers_beyond_floats() -> None:
    """F3: 1e400 and an integer of 400 digits are validated, never an exception."""
    validator = Validator({"type": "number", "multipleOf": 5, "minimum": 0})
    assert validator.is_valid(10**400)
    assert not validator.is_valid(10**400 + 1)
    for infinite in (math.inf, -math.inf, math.nan):
        assert isinstance(validator.is_valid(infinite), bool)
        assert isinstance(validator.errors({"a": infinite}), list)


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
        if event == "call" and frame.f_code.co_filename.endswith("jsonschema/_keywords.py"):
            calls.append(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        errors = validator.errors(answers)
    finally:
        sys.setprofile(None)
    assert [(error.pointer, error.keyword) for error in errors] == [("/answer7", "maxLength")]
    assert {"maxLength"} <= set(calls) <= {"maxLength", "type", "<genexpr>"}
    assert len(calls) < 10
