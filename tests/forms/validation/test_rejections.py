"""Verdicts and violations by way of jsonschema-rs are those of the exact validator, which are those of `jsonschema`."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from formengine.forms import FormError, Validator
from formengine.forms.schema.dialect import dialect_of
from formengine.forms.schema.older_drafts import converted
from tests.forms.validation.reference_validator import ReferenceValidator, plain

EXAMPLES = int(os.environ.get("FORMENGINE_EXAMPLES", "300"))
NAMES = st.sampled_from(["a", "b", "ab", "c d", "", "1"])
PATTERNS = st.sampled_from(
    ["", "a", "^b", "^a.$", "\\s", "^(?=.*a)b", "(?<!a)b", "[^a]$", "\\bb", "(a)\\1", "\\p{L}{2}", "é|~&"]
)
NUMBERS = st.sampled_from([0, 1, 1.0, 2, -3, 0.1, 0.3, 2.5, 19.99, 10**20, 1e300])
TEXTS = ["", "a", "b", "ab", "ba", "é b", "2026-02-30", "2026-02-28", "#a1b", "data:,\n", "é&", "\ud800b"]
UUIDS = ["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-aa98-11ea-b4aa-73b441d16380\n"]
SCALARS = NUMBERS | st.sampled_from([*TEXTS, *UUIDS, None, True, False])
VALUES = st.recursive(
    SCALARS,
    lambda values: st.dictionaries(NAMES, values, max_size=4) | st.lists(values, max_size=4),
    max_leaves=10,
)
FORMATS = ["date", "email", "uuid", "duration", "color", "data-url", "iban", "regex", "unknown"]
TYPES = st.sampled_from(["string", "number", "integer", "boolean", "null", "object", "array"])
ASSERTIONS = [
    st.tuples(st.just("type"), TYPES | st.lists(TYPES, min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("const"), VALUES),
    st.tuples(st.just("enum"), st.lists(VALUES, min_size=1, max_size=3)),
    st.tuples(st.sampled_from(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), NUMBERS),
    st.tuples(st.just("multipleOf"), st.sampled_from([1, 2, 0.1, 0.01, 2.5])),
    st.tuples(
        st.sampled_from(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]),
        st.integers(0, 3),
    ),
    st.tuples(st.just("uniqueItems"), st.booleans()),
    st.tuples(st.just("pattern"), PATTERNS),
    st.tuples(st.just("format"), st.sampled_from(FORMATS)),
    st.tuples(st.just("required"), st.lists(NAMES, unique=True, max_size=3)),
    st.tuples(
        st.just("dependentRequired"), st.dictionaries(NAMES, st.lists(NAMES, unique=True, max_size=2), max_size=2)
    ),
    st.tuples(st.just("$ref"), st.sampled_from(["#/$defs/x", "#/$defs/y", "#z"])),
    st.tuples(st.sampled_from(["minContains", "maxContains"]), st.integers(0, 2)),
]  # fmt: skip


def _schema(keywords: list[tuple[str, Any]]) -> dict[str, Any]:
    return dict(keywords)


def _larger(schemas: Any) -> Any:
    """Schemas with these within them."""
    single = [
        "not", "if", "then", "else", "contains", "propertyNames", "items", "additionalProperties", "additionalItems",
        "unevaluatedProperties", "unevaluatedItems",
    ]  # fmt: skip
    lists = st.lists(schemas, min_size=1, max_size=3)
    applicators = [
        st.tuples(
            st.sampled_from(["properties", "dependentSchemas", "dependencies"]),
            st.dictionaries(NAMES, schemas, max_size=3),
        ),
        st.tuples(st.just("patternProperties"), st.dictionaries(PATTERNS, schemas, max_size=2)),
        st.tuples(st.sampled_from(["allOf", "anyOf", "oneOf", "prefixItems"]), lists),
        st.tuples(st.just("items"), lists),
        st.tuples(st.sampled_from(single), schemas),
    ]  # fmt: skip
    return st.lists(st.one_of(*applicators, *ASSERTIONS), max_size=4).map(_schema)


SCHEMAS = st.recursive(
    st.booleans() | st.lists(st.one_of(*ASSERTIONS), max_size=2).map(_schema), _larger, max_leaves=12
)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES <= 300)
@given(
    schema=_larger(SCHEMAS),
    definitions=st.tuples(SCHEMAS, SCHEMAS, _larger(SCHEMAS)),
    dialect=st.sampled_from(["2020-12", "draft-7"]),
    values=st.lists(VALUES, min_size=1, max_size=8),
)
def test_random_schemas(schema: Any, definitions: Any, dialect: str, values: list[Any]) -> None:
    """F3: random schemas of every keyword on random data: the same violations in the same order."""
    schema = {**schema, "$defs": {"x": definitions[0], "y": definitions[1], "z": {**definitions[2], "$anchor": "z"}}}
    try:
        validator = Validator(schema, dialect)
    except FormError:
        return
    converted_schema = converted(schema, dialect_of(schema, dialect)).schema
    reference, checker = ReferenceValidator(converted_schema, "2020-12"), validator._checker
    for value in values:
        expected = reference.errors(value)
        assert plain(checker._root.errors(value, ())) == plain(expected), (schema, value)
        assert plain(checker.errors(value)) == plain(expected), (schema, value)
        assert validator.is_valid(value) == (not expected), (schema, value)
