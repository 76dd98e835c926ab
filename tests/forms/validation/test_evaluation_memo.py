"""Data of many levels under schemas that lead back to themselves in several branches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from formengine.forms import Form, Validator
from tests.forms.browser import posted
from tests.support.cpu_time import cpu_limit

TEXT = {"type": "string"}
NEXT = {"$ref": "#/$defs/u"}


def form_of(node: Any) -> dict[str, Any]:
    """A form with one answer `u` of a schema that it may refer to as `NEXT`."""
    return {"type": "object", "properties": {"u": NEXT}, "$defs": {"u": node}}


OPEN = [{"type": "object", "title": f"T{n}", "properties": {f"a{n}": TEXT, "v": TEXT, "next": NEXT}} for n in range(3)]
TAGGED = [
    {"type": "object", "properties": {"k": {"const": n}, "v": TEXT, "next": NEXT}, "required": ["k"]} for n in range(4)
]
DEPENDENT = {
    "properties": {"v": TEXT},
    "dependentSchemas": {name: {"properties": {"next": NEXT}} for name in ("v", "k", "next")},
}
SCHEMAS = {
    "anyOf": {"anyOf": OPEN},
    "oneOf": {"oneOf": OPEN},
    "told apart": {"oneOf": TAGGED},
    "dependentSchemas": DEPENDENT,
    "list": {"anyOf": [{"type": "array", "items": NEXT}, {"type": "array", "prefixItems": [NEXT]}, *OPEN]},
}


def nested(levels: int, innermost: dict[str, Any]) -> dict[str, Any]:
    """Answers with so many groups in one another."""
    data = innermost
    for number in range(levels):
        data = {"k": number % 4, "next": data}
    return {"u": data}


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_level_is_judged_once(name: str) -> None:
    """F2, O7: T9: a hundred levels are judged as quickly as they are read, fitting or not, and as at three levels."""
    validator, form = Validator(form_of(SCHEMAS[name])), Form(form_of(SCHEMAS[name]))
    for innermost in ({"k": 0}, {"k": 0, "v": 5}, {"k": 9, "a1": 1}):
        shallow, deep = nested(3, innermost), nested(100, innermost)
        assert validator.is_valid(shallow) == Draft202012Validator(form_of(SCHEMAS[name])).is_valid(shallow)
        with cpu_limit(0.3):
            assert validator.is_valid(deep) == validator.is_valid(shallow)
            assert len(validator.errors(deep)) == len(validator.errors(shallow))
    page = nested(12 if name != "dependentSchemas" else 5, {"k": 0, "v": 5})
    with cpu_limit(1):
        assert form.validate(page)
        assert form.summary(page)
        assert not form.read(posted(form.render(page)), page).operation


def test_results_are_of_one_judgement() -> None:
    """F2: what was known of an object is forgotten with it; threads judge at a time, each by itself."""
    validator = Validator(form_of(SCHEMAS["anyOf"]))
    group: dict[str, Any] = {"v": "x"}
    assert validator.is_valid({"u": group})
    group["v"] = 5
    assert not validator.is_valid({"u": group})
    many = [nested(30, {"v": "x" if number % 2 else 5}) for number in range(8)]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(validator.is_valid, many)) == [False, True] * 4
