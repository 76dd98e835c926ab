"""The quick answer is never wrong: where jsonschema-rs answers for a keyword, it says what our own judge says."""

from __future__ import annotations

import math
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from formengine.forms import FormError, Validator
from formengine.forms.validation.fast_check import _PORTABLE_PATTERN

PATTERNS = st.text("aZ09_-.\\d[](){}+*?^$|/ ,:2&~é", min_size=1, max_size=7)
TEXTS = st.lists(st.text("aZ09_-.\\[](){}+*?^$|/ ,:2\n&~é٣\u2028", max_size=5), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(pattern=PATTERNS, texts=TEXTS)
def test_patterns(pattern: str, texts: list[str]) -> None:
    """F3: a pattern that is left to jsonschema-rs finds what ours finds, in every text."""
    try:
        judge = Validator({"pattern": pattern})
    except FormError:
        return
    for text in texts:
        assert judge.is_valid(text) == judge._checker._validator.is_valid(text), (pattern, text)


def test_tame_patterns_are_common() -> None:
    """F3: what authors write every day is tame; what engines read in two ways is not."""
    assert all(
        map(_PORTABLE_PATTERN.fullmatch, ("^[A-Z]{2}-[0-9]{4}$", "^\\d{5}$", "^(a|b)+\\.c$", "^[a-z0-9._-]+@[a-z.]+$"))
    )
    assert not any(
        map(_PORTABLE_PATTERN.fullmatch, (".", "\\w", "\\s", "(?=a)", "\\1", "[a&&b]", "\\p{L}", "é", "[[a]]", "\\b"))
    )


def test_multiples() -> None:
    """F3: decimals as people write them: 19.99 is a multiple of 0.01, and its neighbours are not."""
    chance = random.Random(3)
    for divisor in (0.01, 0.1, 0.05, 0.25, 1, 3, 7, 1.5, 1e-7, 100, 12.34):
        judge = Validator({"multipleOf": divisor})
        for _ in range(200):
            number = round(divisor * chance.randint(-(10**6), 10**6), 8)
            for one in (
                number,
                math.nextafter(number, math.inf),
                chance.uniform(-1e6, 1e6),
                chance.randint(-99, 10**17),
            ):
                assert judge.is_valid(one) == judge._checker._validator.is_valid(one), (divisor, one)
    assert Validator({"multipleOf": 2.5}).is_valid(1e308)
    assert not Validator({"multipleOf": 0.01}).is_valid(19.990000000000002)


WORDS = st.sampled_from(["a", "b", "", None, True, False])
CONDITIONS = st.recursive(
    st.one_of(
        st.builds(lambda one: {"const": one}, WORDS),
        st.builds(lambda some: {"enum": some}, st.lists(WORDS, min_size=1, max_size=3, unique_by=repr)),
        st.builds(lambda kinds: {"type": kinds}, st.lists(st.sampled_from(
            ["string", "boolean", "null", "object", "array"]), min_size=1, max_size=2, unique=True)),
        st.builds(lambda names: {"required": names}, st.lists(st.sampled_from("abc"), unique=True)),
        st.booleans(),
    ),
    lambda inside: st.one_of(
        st.builds(lambda some: {"properties": some}, st.dictionaries(st.sampled_from("abc"), inside, max_size=3)),
        st.builds(lambda key, some: {key: some}, st.sampled_from(["allOf", "anyOf", "oneOf"]), st.lists(
            inside, min_size=1, max_size=3)),
        st.builds(lambda one: {"not": one}, inside),
    ),
    max_leaves=8,
)  # fmt: skip
ANSWERS = st.recursive(
    WORDS | st.sampled_from([0, 1, 1.0, 10**400, math.nan]),
    lambda inside: st.dictionaries(st.sampled_from("abc"), inside, max_size=3) | st.lists(inside, max_size=2),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(schema=CONDITIONS, answers=st.lists(ANSWERS, min_size=1, max_size=10))
def test_a_quick_no(schema: Any, answers: list[Any]) -> None:
    """F3, F4: of conditions on words, yes or no of jsonschema-rs is what our own judge says; and it is asked."""
    judge = Validator(schema)._checker
    for one in answers:
        known = judge._fast.verdict(one)
        assert known is None or known == judge._validator.is_valid(one), (schema, one)
    assert not isinstance(schema, dict) or judge._fast.verdict("b") is not None


def test_a_no_about_numbers_is_asked_again() -> None:
    """F3: where numbers, patterns or formats are spoken of, only a yes counts."""
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


def test_numbers_that_no_float_holds() -> None:
    """F3: 1e400 and a whole number of 400 digits are judged, never an exception."""
    judge = Validator({"type": "number", "multipleOf": 5, "minimum": 0})
    assert judge.is_valid(10**400)
    assert not judge.is_valid(10**400 + 1)
    for infinite in (math.inf, -math.inf, math.nan):
        assert isinstance(judge.is_valid(infinite), bool)
        assert isinstance(judge.errors({"a": infinite}), list)
