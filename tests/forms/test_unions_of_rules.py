"""Unions that several rules of a form bring: asked once, in their place, with errors at the branch chosen in each."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form
from tests.forms.browser import Page, posted
from tests.forms.test_form import fill
from tests.support.cpu_time import cpu_limit


def test_a_union_that_two_rules_bring_is_asked_once() -> None:
    """F2, F4: by reference or as a copy, from two answers or from `allOf`: one choice answers both."""
    text = {"type": "string"}
    union = {"oneOf": [{"title": f"T{number}", "properties": {f"a{number}": text}, "required": [f"a{number}"]}
                       for number in range(2)]}  # fmt: skip
    pets = {"properties": {"pet": text, "other": text}, "$defs": {"union": union}, "type": "object"}
    ref = {"$ref": "#/$defs/union"}
    data = {"pet": "x", "other": "y", "a1": "z"}
    for rules in ({"dependentSchemas": {"pet": ref, "other": ref}}, {"allOf": [ref, ref]}, {"allOf": [ref, {**union}]}):
        form = Form({**pets, **rules})
        html = form.render(data)
        assert len(Page(html).all("select")) == 1, rules
        assert form.read(posted(html)).data == data


def test_a_union_that_two_rules_write_otherwise_is_asked_once() -> None:
    """F4: in another order, by another keyword or title, or with a branch more; what was chosen stays when the rule
    comes whose union is the first, and a branch that only one of them has leaves the other to be chosen.
    """
    text = {"type": "string"}
    person, firm, trust = ({"title": name.title(), "properties": {name: text}, "required": [name]}
                           for name in ("person", "firm", "trust"))  # fmt: skip
    first = [person, firm]
    for other in (
        {"oneOf": [firm, person]}, {"anyOf": first}, {"oneOf": [{**person, "title": "Human"}, firm]},
        {"oneOf": [person, firm, trust]},
    ):  # fmt: skip
        rules = {"dependentSchemas": {"a": {"oneOf": first}, "b": other}}
        form = Form({"type": "object", "properties": {"a": text, "b": text}, **rules})
        chosen = form.read(fill(form.read(fill(form.render(), {"/b": "x"})).html(), {"?": "Firm"}))
        typed = form.read(fill(chosen.html(), {"/firm": "Acme", "/a": "x"}))
        assert (typed.data, typed.valid) == ({"a": "x", "b": "x", "firm": "Acme"}, True), other
        for page in (typed.html(), form.render(typed.data)):
            assert len(Page(page).all("select")) == 1, other
            assert form.read(posted(page)).data == typed.data
    trusts = {"dependentSchemas": {"a": {"oneOf": [person, firm, trust]}, "b": {"oneOf": first}}}
    form = Form({"type": "object", "properties": {"a": text, "b": text}, **trusts})
    answers = form.read(fill(form.render({"a": "x", "b": "x"}), {"?": "Trust"}))
    assert len(Page(answers.html()).all("select")) == 2


def test_a_union_that_an_answer_calls_up_stands_after_its_question() -> None:
    """F4, F6: with what its branch asks, behind a question that the answer calls up too; errors come in that order."""
    text = {"type": "string"}
    person = {"title": "Person", "properties": {"name": text}, "required": ["name"]}
    firm = {"title": "Firm", "properties": {"seat": text}, "required": ["seat"]}
    brought = {"properties": {"why": text}, "required": ["why"], "oneOf": [person, firm]}
    asks = {"if": {"properties": {"a": {"const": "x"}}, "required": ["a"]}, "then": brought}
    for rules in (asks, {"dependentSchemas": {"a": brought}}):
        form = Form({"type": "object", "properties": {"z": text, "a": text, "b": text}, "required": ["b"], **rules})
        asked = form.read(fill(form.render(), {"/a": "x"}))
        answers = form.read(fill(asked.html(), {"?": "Firm"}))
        for page, pointers in ((asked.html(), ["/z", "/a", "/why", "?", "/b"]),
                               (answers.html(), ["/z", "/a", "/why", "?", "/seat", "/b"])):  # fmt: skip
            controls = [element for element in Page(page).all("input", "select") if element.get("type") != "hidden"]
            assert [element.get("data-pointer", "?") for element in controls] == pointers
        assert [error.pointer for error in answers.errors] == ["/why", "/seat", "/b"]
        assert [error.pointer for error in asked.errors] == ["/why", "", "/b"]


def test_groups_that_two_answers_lead_back_to_are_asked_once_at_each_level() -> None:
    """F2, F4: thirty levels of a group that two of its answers bring, which were twice as many at each level."""
    group = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
             "dependentSchemas": {name: {"properties": {"next": {"$ref": "#/$defs/g"}}} for name in "ab"}}  # fmt: skip
    form = Form({"$ref": "#/$defs/g", "$defs": {"g": group}})
    data: dict[str, Any] = {"a": "end"}
    for _ in range(30):
        data = {"a": "x", "b": "y", "next": data}
    with cpu_limit(1):
        answers = form.read(posted(form.render(data)))
    assert (answers.data, answers.errors) == (data, [])


@pytest.mark.parametrize("keyword", ["oneOf", "anyOf"])
def test_errors_are_those_of_the_branch_chosen_in_each_of_two_unions(keyword: str) -> None:
    """F5, F6: two unions of one object with as many branches, one by reference: what is wrong in each chosen branch is
    told at its control, and what is to be chosen at the select that waits.
    """
    word = {"type": "string", "minLength": 3}

    def union(*names: str) -> dict[str, Any]:
        return {keyword: [{"title": name, "properties": {name: word}, "required": [name]} for name in names]}

    first = union("p", "q")
    second = {keyword: [{"$ref": "#/$defs/r-2"}, {"$ref": "#/$defs/s"}]}
    definitions = dict(zip(("r-2", "s"), union("r", "s")[keyword], strict=True))
    form = Form({"type": "object", "allOf": [first, second], "$defs": definitions})
    for names in ("ps", "qr", "qs"):
        errors = form.validate(dict.fromkeys(names, "x"))
        assert [(error.pointer, error.keyword) for error in errors] == [(f"/{name}", "minLength") for name in names]
    selects = [select["id"] for select in Page(form.render({"p": "xyz"})).all("select")]
    assert [error.control_id for error in form.validate({"p": "xyz"})] == selects[1:]
