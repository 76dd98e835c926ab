"""The judge against the JSON Schema test suite, both dialects."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from formengine.forms import FormError, Validator
from tests.forms.exceptions import OPTIONAL
from tests.forms.fixtures import need, read

BY_DESIGN = ("$dynamicRef", "points outside", "contentSchema", "is not known here")


def _asserted(path: Path) -> bool:
    """Whether a file is of the optional part: formats are asserted here, so `format.json` is."""
    return "optional" in path.parts or path.name == "format.json"


@pytest.mark.parametrize(("folder", "dialect"), [("draft2020-12", "2020-12"), ("draft7", "draft-7")])
def test_required(folder: str, dialect: str) -> None:
    """F3: the specification's verdict on every required test that is not refused by design; the quick yes agrees."""
    counts: Counter[str] = Counter()
    wrong = []
    for path in sorted((need("json-schema-test-suite") / "tests" / folder).rglob("*.json")):
        if _asserted(path):
            continue
        for case in read(path):
            try:
                judge = Validator(case["schema"], dialect)
            except FormError as refusal:
                by_design = any(why in str(refusal) for why in BY_DESIGN)
                counts["refused by design" if by_design else str(refusal)] += 1
                continue
            for test in case["tests"]:
                errors = judge.errors(test["data"])
                slow = judge._judge._validator.is_valid(test["data"])
                counts["judged"] += 1
                assert slow == judge.is_valid(test["data"]) == (not errors), (path.name, test["description"])
                assert all(error.message and error.control_id is None for error in errors)
                if (not errors) != test["valid"]:
                    wrong.append((path.name, case["description"], test["description"]))
    print(folder, dict(counts))  # noqa: T201
    assert wrong == []
    assert counts["judged"] > 700
    assert set(counts) == {"judged", "refused by design"}


@pytest.mark.parametrize(("folder", "dialect"), [("draft2020-12", "2020-12"), ("draft7", "draft-7")])
def test_optional(folder: str, dialect: str) -> None:
    """F3: the optional tests and the formats, but for the listed ones."""
    wrong = []
    for path in sorted((need("json-schema-test-suite") / "tests" / folder / "optional").rglob("*.json")):
        for case in read(path):
            try:
                judge = Validator(case["schema"], dialect)
            except FormError:
                continue
            for test in case["tests"]:
                if judge.is_valid(test["data"]) != test["valid"] and test["description"] not in OPTIONAL:
                    wrong.append((path.name, case["description"], test["description"], test["data"]))
    assert wrong == []


def test_the_quick_yes_is_asked_of_field_kinds_too() -> None:
    """F3: a form of field kinds is judged the quick way, with the same verdict."""
    schema = {"type": "object", "properties": {"m": {"$ref": "formengine:money"}, "p": {"$ref": "formengine:party"}}}
    judge = Validator(schema)
    fits = {"m": {"amount": "1.50", "currency": "EUR"}, "p": {"name": "Acme", "country": "FR"}}
    assert judge._judge._swift.accepts(fits)
    for wrong in ({"m": {"amount": "1,5", "currency": "EUR"}}, {"p": {"name": "A", "country": "FRA"}}, {"p": {}}):
        assert not judge._judge._swift.accepts(wrong)
        assert judge.errors(wrong)
