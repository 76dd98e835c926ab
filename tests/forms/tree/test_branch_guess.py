"""The branches that are guessed for data, where several of them accept what is there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.forms.browser import posted
from tests.forms.test_random_faults import NUMBER, TEXT, form_of


def test_answers_are_shown_in_the_branch_of_a_branch_that_declares_them() -> None:
    """F2, F4: answers that are incomplete, which branches without closed properties accept as well: in the union of
    another branch is the one that declares them, and of two that do, one with the type that they have.
    """
    flag = {"type": "boolean"}
    kinds = {
        "anyOf": [
            {"title": "Any", "properties": {"a": flag}},
            {
                "title": "Cat",
                "properties": {"kind": {"const": "cat"}, "a": {"type": "integer"}},
                "required": ["kind", "a"],
            },
            {"title": "Dog", "properties": {"kind": {"const": "dog"}, "d": flag}, "required": ["kind"]},
        ]
    }
    rent = {"title": "Rent", "properties": {"d": {"$ref": "formengine:money"}}}
    form = form_of({"u": {"oneOf": [{"title": "None", "properties": {"a": flag}}, {"title": "Kinds", **kinds}, rent]}})
    for u in ({"kind": "cat"}, {"d": {"amount": "12"}}, {"a": True}):
        assert form.read(posted(form.render({"u": u}))).data == {"u": u}
    inner = {
        "anyOf": [
            {"title": "Open", "properties": {"c": flag}},
            {"title": "Set", "properties": {"kind": {"const": "set"}, "a": flag}, "required": ["kind"]},
        ]
    }
    form = form_of({"u": {"anyOf": [{"title": "Inner", **inner}, {"title": "Plain", "properties": {"a": flag}}]}})
    assert form.read(posted(form.render({"u": {"a": True}}))).data == {"u": {"a": True}}, "no constant is set"


def test_data_are_shown_in_the_branch_that_declares_them_though_another_accepts_them() -> None:
    """F2: a branch that ignores what it does not know accepts anything; half an answer is not lost to it."""
    place = {"type": "object", "required": ["city", "street"], "properties": {"city": TEXT, "street": TEXT}}
    form = form_of({"e": {"oneOf": [
        {"title": "Place", "properties": {"place": place}},
        {"title": "Sum", "properties": {"sum": NUMBER}}]}})  # fmt: skip
    data = {"e": {"place": {"city": "Lyon"}}}
    assert form.read(posted(form.render(data)), data).data == data


def test_a_branch_is_not_chosen_for_what_every_branch_has() -> None:
    """F2: a member that the object itself declares says nothing of its branches: the one that accepts it is shown."""
    dog = {"title": "Dog", "required": ["kind"], "properties": {"kind": {"const": "dog"}, "d": {"type": "null"}}}
    cow = {"title": "Cow", "properties": {"kind": {"const": "cow"}, "milk": TEXT}}
    form = form_of({"c": {"properties": {"d": {}}, "anyOf": [dog, cow]}})
    data = {"c": {"d": "text"}}
    assert form.read(posted(form.render(data)), data).data == data


def test_invalid_data_are_shown_in_the_branch_that_only_they_declare() -> None:
    """F2: members that the form itself declares say nothing of its branches; the others are not lost."""
    fish = {"title": "Fish", "required": ["kind"],
            "properties": {"c": {"type": "string", "minLength": 9}, "kind": {"const": "fish"}}}  # fmt: skip
    cow = {
        "title": "Cow",
        "required": ["kind", "milk"],
        "properties": {"a": TEXT, "milk": TEXT, "kind": {"const": "cow"}},
    }
    form = form_of({"c": TEXT}, anyOf=[fish, cow])
    data = {"c": "x", "a": "y"}
    assert form.read(posted(form.render(data)), data).data["a"] == "y"


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
@pytest.mark.parametrize(
    "asked",
    [
        {"type": "object", "properties": {"city": TEXT}},
        {"type": "array", "items": TEXT},
        {"type": "null"},
        {"const": "x"},
    ],
    ids=str,
)
def test_valid_data_are_not_guessed_into_a_branch_whose_page_adds_to_them(keyword: str, asked: dict[str, Any]) -> None:
    """F2: T9: though it is the one that declares an answer of theirs, which stays as the other branch takes it."""
    ship = {"title": "Ship", "required": ["asked"], "properties": {"carrier": TEXT}}
    pick_up = {"title": "Pick up", "properties": {"shop": TEXT}}
    form = form_of({"ref": TEXT, "asked": asked}, **{keyword: [ship, pick_up]})
    data = {"ref": "1", "carrier": "DHL"}
    answers = form.read(posted(form.render(data)), data)
    assert (answers.data, answers.valid) == (data, True)
    assert "DHL" in str(form.summary(data))
