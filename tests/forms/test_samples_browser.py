"""The conditional, repeating and union samples of RJSF in Chromium, by keyboard alone, with and without JavaScript."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.forms.fixtures import need, read
from tests.forms.keyboard import Typist
from tests.forms.public_forms import TASKS
from tests.forms.served_form import Forms
from tests.support.browser import NewPage

pytestmark = pytest.mark.browser
PETS, AGE = "Do you have any pets?", "How old is your pet?"
CASES: dict[str, tuple[dict[str, Any], Any]] = {
    "ifThenElse": (
        {"answers": {"/animal": "Fish", "/food": "worms", "/water": "sea"}},
        {"animal": "Fish", "food": "worms", "water": "sea"},
    ),
    "oneOf": ({"answers": {"/ipsum": "abc"}, "branches": {"": 1}}, {"ipsum": "abc"}),
    "anyOf": (
        {
            "answers": {"/age": "41", "/idCode": "X1", "/items/0/bar": "b"},
            "branches": {"": 1, "/items/0": 1},
            "rows": {"/items": 1},
        },
        {"age": 41, "items": [{"bar": "b"}], "idCode": "X1"},
    ),
    "arrays": (
        {
            "answers": {
                "/listOfStrings/0": "a",
                "/listOfStrings/1": "b",
                "/multipleChoicesList": {"foo", "qux"},
                "/fixedItemsList/0": "c",
                "/nestedList/0/0": "deep",
            },
            "rows": {"/listOfStrings": 2, "/nestedList": 1, "/nestedList/0": 1, "/defaultsAndMinItems": 5},
        },
        {
            "listOfStrings": ["a", "b"],
            "multipleChoicesList": ["foo", "qux"],
            "fixedItemsList": ["c"],
            "nestedList": [["deep"]],
            "defaultsAndMinItems": ["carp", "trout", "bream", "unidentified", "unidentified"],
        },
    ),
    "propertyDependencies": (
        {
            "answers": {
                "/unidirectional/name": "Tim",
                "/bidirectional/name": "Jill",
                "/bidirectional/billing_address": "Lyon",
                "/bidirectional/credit_card": "12",
            }
        },
        {
            "unidirectional": {"name": "Tim"},
            "bidirectional": {"name": "Jill", "billing_address": "Lyon", "credit_card": 12},
        },
    ),
    "nested": (
        {
            "answers": {
                "/title": "Tasks",
                "/tasks/0/title": "One",
                "/tasks/1/title": "Two",
                "/tasks/1/done": {"Done?"},
            },
            "rows": {"/tasks": 2},
        },
        {"title": "Tasks", "tasks": [{"title": "One", "done": False}, {"title": "Two", "done": True}]},
    ),
    "schemaDependencies": (
        {
            "answers": {
                "/simple/name": "Randy",
                "/simple/credit_card": "12",
                "/simple/billing_address": "Lyon",
                f"/conditional/{PETS}": "Yes: One",
                f"/conditional/{AGE}": "6",
            },
        },
        {
            "simple": {"name": "Randy", "credit_card": 12, "billing_address": "Lyon"},
            "conditional": {PETS: "Yes: One", AGE: 6},
        },
    ),
    "layoutGrid": TASKS["layoutGrid"],
    "references": TASKS["references"],
}


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
@pytest.mark.parametrize("name", CASES)
def test_by_keyboard_alone(served_forms: Forms, new_page: NewPage, name: str, script: bool) -> None:
    """F4, F5, O8: from the empty form to valid answers, no pointer touched; the browser has nothing to complain of."""
    page = new_page(java_script_enabled=script)
    status: list[str] = []
    page.on("console", lambda message: status.append(message.text) if message.type in ("error", "warning") else None)
    sample = read(need("rjsf-samples") / f"{name}.json")
    task, expected = CASES[name]
    page.goto(served_forms.add(name, sample["schema"], ui=sample["uiSchema"]))
    Typist(page, script=script, **task).fill()
    data = json.loads(page.locator("#data").inner_text())
    assert {key: data[key] for key in expected} == expected
    assert status == []
