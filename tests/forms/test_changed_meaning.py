"""Answers keep their meaning when other answers change what is asked: nothing is invented, nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.forms import Form
from tests.forms.browser import Page, posted
from tests.forms.test_form import at, fill

CAT = {"title": "Cat", "properties": {"kind": {"const": "cat"}, "food": {"enum": ["milk", "grass"]},
                                      "name": {"type": "string"}}}  # fmt: skip
FISH = {"title": "Fish", "properties": {"kind": {"const": "fish"}, "food": {"enum": ["flakes", "worms"]},
                                        "name": {"type": "string"}}}  # fmt: skip
PET: dict[str, Any] = {"type": "object", "properties": {"pet": {"type": "object", "oneOf": [CAT, FISH]}}}
TEXT = {"type": "string"}
WHO: dict[str, Any] = {"type": "object", "properties": {"who": {"enum": ["cat", "fish"]}, "name": {"type": "string"}}}


def case(value: str, **properties: Any) -> dict[str, Any]:
    """A condition on `who`."""
    return {"if": {"properties": {"who": {"const": value}}, "required": ["who"]}, "then": {"properties": properties}}


def test_an_option_of_one_branch_is_never_read_as_one_of_another() -> None:
    """F4: the cat's grass does not become the fish's worms; it is back with the cat, and the name, asked alike by both,
    stays.
    """
    form = Form(PET)
    html = form.read(fill(form.render({}), {"?/pet": "Cat"})).html()
    cat = form.read(fill(html, {"/pet/food": "grass", "/pet/name": "Moon"}))
    assert cat.data == {"pet": {"kind": "cat", "food": "grass", "name": "Moon"}}
    fish = form.read(fill(cat.html(), {"?/pet": "Fish"}))
    assert fish.data == {"pet": {"kind": "fish", "name": "Moon"}}
    assert form.read(fill(fish.html(), {"?/pet": "Cat"})).data == cat.data


def test_an_option_that_a_condition_takes_away_is_kept_and_told() -> None:
    """F4: what was chosen and is no longer on offer is shown as it is, with an error; it becomes no other option."""
    form = Form({**WHO, "properties": {**WHO["properties"], "food": {"title": "Food"}}, "allOf": [
        case("cat", food={"enum": ["milk", "grass"]}), case("fish", food={"enum": ["flakes", "grass", "worms"]}),
    ]})  # fmt: skip
    cat = form.read(fill(form.render({"who": "cat"}), {"/food": "milk"}))
    fish = form.read(fill(cat.html(), {"/who": "fish"}))
    assert fish.data == {"who": "fish", "food": "milk"}
    assert [(error.pointer, error.keyword) for error in fish.errors] == [("/food", "enum")]
    chosen = [element for element in Page(fish.html()).all("option") if "selected" in element]
    assert [element["text"] for element in chosen] == ["fish", "milk"]
    assert form.read(posted(fish.html())).data == fish.data
    again = form.read(fill(fish.html(), {"/food": "grass"}))
    assert again.data == {"who": "fish", "food": "grass"}
    assert again.valid


def test_an_option_is_never_read_as_text() -> None:
    """F4: where conditions turn a choice into a text, the choice is not typed into it, and comes back."""
    form = Form({**WHO, "properties": {**WHO["properties"], "food": {"title": "Food"}}, "allOf": [
        case("cat", food={"enum": ["milk", "grass"]}), case("fish", food={"type": "string"}),
    ]})  # fmt: skip
    cat = form.read(fill(form.render({"who": "cat"}), {"/food": "milk"}))
    fish = form.read(fill(cat.html(), {"/who": "fish"}))
    assert fish.data == {"who": "fish"}
    typed = form.read(fill(fish.html(), {"/food": "flies"}))
    assert typed.data == {"who": "fish", "food": "flies"}
    assert form.read(fill(typed.html(), {"/who": "cat"})).data == {"who": "cat", "food": "milk"}


def test_what_was_typed_stays_while_conditions_only_add_rules() -> None:
    """F4: a field that is asked anyway keeps its text when a condition makes it required or shorter."""
    form = Form({**WHO, "allOf": [case("cat", name={"maxLength": 3})]})
    typed = form.read(fill(form.render({"who": "fish"}), {"/name": "Wanda"}))
    cat = form.read(fill(typed.html(), {"/who": "cat"}))
    assert cat.data == {"who": "cat", "name": "Wanda"}
    assert [error.keyword for error in cat.errors] == ["maxLength"]


def test_nothing_then_text_is_no_text_null() -> None:
    """F2: Nothing, then Text, is an empty text control; a text is back after a detour over another type."""
    form = Form({"type": "object", "properties": {"x": {"type": ["string", "null", "integer"]}}})
    text = form.read(fill(form.read(fill(form.render({"x": 5}), {"?/x": "Text"})).html(), {"/x": "hello"}))
    assert text.data == {"x": "hello"}
    number = form.read(fill(text.html(), {"?/x": "Whole number"}))
    assert number.data == {"x": 5}
    assert form.read(fill(number.html(), {"?/x": "Text"})).data == {"x": "hello"}
    nothing = form.read(fill(form.render({"x": None}), {"?/x": "Nothing"}))
    assert form.read(fill(nothing.html(), {"?/x": "Text"})).data.get("x") != "null"


def test_the_rows_of_one_branch_are_not_those_of_another() -> None:
    """F4: a list of names, a detour over a list of numbers: each has its own rows."""
    form = Form({"type": "object", "properties": {"l": {"oneOf": [
        {"title": "Names", "type": "array", "items": {"type": "string"}},
        {"title": "Numbers", "type": "array", "items": {"type": "integer"}},
    ]}}})  # fmt: skip
    names = form.read(posted(form.render({"l": ["a", "b"]})))
    numbers = form.read(fill(names.html(), {"?/l": "Numbers"}))
    assert numbers.data == {}
    assert form.read(fill(numbers.html(), {"?/l": "Names"})).data == {"l": ["a", "b"]}


def test_two_unions_of_one_place_are_chosen_apart() -> None:
    """F4: the second branch of one condition's union is not the second of another's."""
    person = {"title": "Person", "required": ["born"], "properties": {"born": {"type": "integer"}}}
    firm = {"title": "Firm", "required": ["no"], "properties": {"no": {"type": "integer"}}}
    state = {"title": "State", "required": ["flag"], "properties": {"flag": {"type": "string"}}}
    form = Form({**WHO, "allOf": [case("cat", owner={"oneOf": [person, firm]}),
                                  case("fish", owner={"oneOf": [state, person]})]})  # fmt: skip
    firm_chosen = form.read(fill(form.render({"who": "cat"}), {"?/owner": "Firm"}))
    fish = form.read(fill(firm_chosen.html(), {"/who": "fish"}))
    select = next(element for element in Page(fish.html()).all("select") if "data-choice-for" in element)
    assert not [option for option in Page(fish.html()).options(select) if "selected" in option]
    back = Page(form.read(fill(fish.html(), {"/who": "cat"})).html())
    assert at(back, "/owner/no"), "the firm is still chosen for the cat"


@pytest.mark.parametrize("size", [3, 14], ids=["checkboxes", "select"])
def test_order_of_several_is_kept(size: int) -> None:
    """F2: the order in which several options were stored is kept, in checkboxes and in a long list."""
    options = [f"o{number}" for number in range(size)]
    items = {"type": "array", "uniqueItems": True, "items": {"enum": options}}
    form = Form({"type": "object", "properties": {"l": items}})
    stored = {"l": [options[2], options[0]]}
    answers = form.read(posted(form.render(stored)))
    assert answers.data == stored
    assert form.read(posted(answers.html())).data == stored
    assert form.resume(json.loads(json.dumps(answers.draft))).data == stored


def test_options_of_any_json_value_are_posted_as_they_are() -> None:
    """F2: texts with quotes and control characters, numbers, objects, null: each option is read as what it is."""
    values: list[Any] = [
        "a \"b\" <c> & 'd'",
        "\u0085\ue001",
        "",
        1,
        1.5,
        True,
        None,
        {"a": [1]},
        ["é"],
        "1",
        "true",
    ]
    form = Form({"type": "object", "required": ["x"], "properties": {"x": {"enum": values}}})
    for value in values:
        answers = form.read(posted(form.render({"x": value})))
        assert answers.data == {"x": value}
        assert type(answers.data["x"]) is type(value)
        assert len([element for element in Page(answers.html()).all("option") if "selected" in element]) == 1


def test_a_hostile_option_is_no_answer_of_the_schema() -> None:
    """F3: T9: a posted value that no option has is judged like any other, and a number no JSON can hold is none."""
    form = Form({"type": "object", "properties": {"x": {"enum": ["a", "b"]}, "any": {}}})
    page = Page(form.render({}))
    for text in ('"c"', "7", "[[[[", "1e400", "NaN", '{"a": 1}'):
        controls = [(name, text if at(page, "/x")[0]["name"] == name else value) for name, value in page.controls()]
        answers = form.read(controls)
        assert not answers.valid
        assert "Infinity" not in json.dumps(answers.data)
        assert "Infinity" not in json.dumps(form.read(fill(form.render({}), {"/any": text})).data)


def test_a_post_means_the_same_in_another_language() -> None:
    """F2, F4: a page in English is read by the form in French, with fields of a condition and of a chosen branch; two
    fields that differ in nothing but their titles stay two.
    """

    def form(locale: str, **titles: str) -> Form:
        name = {"type": "string", "title": titles["name"]}
        bank = {"type": "object", "title": titles["bank"], "properties": {"name": name}}
        person = {**bank, "title": titles["person"], "properties": {"name": {**name, "title": titles["surname"]}}}
        asked = {"who": {"enum": ["cat", "fish"]}, "by": {"oneOf": [bank, person]}}
        which = case("cat", which={"type": "string", "title": titles["which"]})
        return Form({"type": "object", "properties": asked, **which}, locale=locale)

    english = form("en", name="Name", bank="A bank", person="A person", surname="Surname", which="Which?")
    french = form(
        "fr", name="Nom", bank="Une banque", person="Une personne", surname="Nom de famille", which="Lequel ?"
    )
    chosen = english.read(fill(english.render({"who": "cat"}), {"?/by": "A bank"}))
    filled = fill(chosen.html(), {"/by/name": "Ann", "/which": "Tom"})
    assert french.read(filled).data == {"who": "cat", "which": "Tom", "by": {"name": "Ann"}}
    other = english.read(fill(english.read(filled).html(), {"?/by": "A person"}))
    assert other.data == {"who": "cat", "which": "Tom"}
    assert french.read(fill(french.resume(other.draft).html(), {"?/by": "Une banque"})).data["by"] == {"name": "Ann"}


def fields_of(form: Form, data: Any) -> list[str]:
    """The pointers of the fields of a page, in order."""
    return list(dict.fromkeys(element["data-pointer"] for element in Page(form.render(data)).elements
                              if "data-pointer" in element and "data-op" not in element))  # fmt: skip


def test_fields_stand_after_the_question_that_calls_them_up() -> None:
    """F4: whatever the order of the conditions, a field is asked after its question, and one declared anyway stays."""
    who, more = case("cat", claws=TEXT), {"if": {"required": ["claws"]}, "then": {"properties": {"cut": TEXT}}}
    form = Form({**WHO, "allOf": [more, who, case("fish", name={"maxLength": 3}, tank=TEXT)]})
    assert fields_of(form, {"who": "cat", "claws": "x"}) == ["/who", "/claws", "/cut", "/name"]
    assert fields_of(form, {"who": "fish"}) == ["/who", "/tank", "/name"]
    plain = Form({**WHO, **case("cat", claws=TEXT, fur=TEXT)})
    assert fields_of(plain, {"who": "cat"}) == ["/who", "/claws", "/fur", "/name"]


def test_a_default_is_set_when_its_field_appears() -> None:
    """F4: text, 0, yes, a list and a group that a condition calls up show their defaults; once, never over one."""
    group = {"type": "object", "properties": {"x": {"type": "integer", "default": 7}}}
    form = Form({**WHO, **case("cat", d={"type": "string", "default": "hello"}, n={"type": "integer", "default": 0},
                               flag={"type": "boolean", "default": True}, g=group,
                               l={"type": "array", "items": TEXT, "default": ["a"]})})  # fmt: skip
    cat = form.read(fill(form.render(), {"/who": "cat"}))
    assert cat.data == {"who": "cat", "d": "hello", "n": 0, "flag": True, "l": ["a"], "g": {"x": 7}}
    emptied = form.read([*((name, value) for name, value in fill(cat.html(), {"/d": "", "/n": "5", "/g/x": ""})
                           if name != at(Page(cat.html()), "/flag")[0]["name"])])  # fmt: skip
    assert emptied.data == {"who": "cat", "n": 5, "l": ["a"]}
    fish = form.read(fill(emptied.html(), {"/who": "fish"}))
    assert fish.data == {"who": "fish"}
    assert form.read(fill(fish.html(), {"/who": "cat"})).data == emptied.data
    assert form.resume(json.loads(json.dumps(emptied.draft))).data == emptied.data


def test_a_default_is_not_set_in_data_that_lack_it() -> None:
    """F4: a form rendered for data shows the data; what is empty there stays empty."""
    form = Form(
        {**WHO, **case("cat", d={"type": "string", "default": "hello"}, flag={"type": "boolean", "default": True})}
    )
    assert form.read(posted(form.render({"who": "cat"}))).data == {"who": "cat"}


def test_a_default_of_a_field_that_other_answers_hide() -> None:
    """F4: a property that a condition takes away (`false`) has its default when it appears."""
    hide = {"if": {"properties": {"who": {"const": "cat"}}, "required": ["who"]},
            "else": {"properties": {"name": False}}}  # fmt: skip
    schema = {**WHO, "properties": {**WHO["properties"], "name": {"type": "string", "default": "Moon"}}, **hide}
    form = Form(schema)
    assert form.read(fill(form.render(), {"/who": "cat"})).data == {"who": "cat", "name": "Moon"}
    assert form.read([]).data == {}


def test_a_default_of_a_chosen_branch() -> None:
    """F4: the fields of a branch, and a branch that is one field, have their defaults when it is chosen."""
    branches = [{"title": "Club", "properties": {"club": {"type": "string", "default": "Ajax"}}, "required": ["club"]},
                {"title": "None", "properties": {"none": {"const": True}}, "required": ["none"]}]  # fmt: skip
    leaf = {"oneOf": [{"type": "integer", "title": "Count", "default": 3}, {"type": "string", "title": "Words"}]}
    form = Form({"type": "object", "properties": {"c": {"oneOf": branches}, "leaf": leaf}})
    chosen = form.read(fill(form.render(), {"?/c": "Club", "?/leaf": "Count"}))
    assert chosen.data == {"c": {"club": "Ajax"}, "leaf": 3}
    changed = form.read(fill(chosen.html(), {"/leaf": ""}))
    assert changed.data == {"c": {"club": "Ajax"}}


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_answers_of_an_open_branch_stay_with_their_branch(keyword: str) -> None:
    """F4: data that several branches allow are shown in the one that declares them, so that none is lost."""
    first = {"title": "First", "type": "object", "properties": {"a": {"type": "string"}}}
    second = {"title": "Second", "type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    if keyword == "oneOf":
        first["maxProperties"], second["minProperties"] = 2, 2  # both allow {a, b}, and the judge says so
    form = Form({"type": "object", "properties": {"x": {keyword: [first, second]}}})
    for data in ({"x": {"a": "1", "b": "2"}}, {"x": {"b": "2", "a": "1"}}):
        assert form.read(posted(form.render(data))).data == data
    other = {"type": "object", "additionalProperties": {"type": "string"}}
    form = Form({"type": "object", "properties": {"x": {"anyOf": [first, other]}}})
    assert form.read(posted(form.render({"x": {"z": "1"}}))).data == {"x": {"z": "1"}}
