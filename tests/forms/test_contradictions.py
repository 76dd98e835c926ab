"""Forms whose rules work against each other: no answer is invented or lost in them."""

from __future__ import annotations

import io
from typing import Any

import pytest

from formengine.forms import Form, Upload
from tests.forms.browser import Page, posted
from tests.forms.oracles import linked
from tests.forms.test_form import at, fill, option_of, press

WHEN_TEXT = {"properties": {"d": {"type": "string"}}, "required": ["d"]}
WHEN_ON = {"properties": {"on": {"const": True}}, "required": ["on"]}


def form_of(properties: dict[str, Any], **more: Any) -> Form:
    """A form with these questions and rules."""
    return Form({"type": "object", "properties": properties, **more})


def test_an_answer_does_not_change_its_own_question() -> None:
    """F4: a rule that an answer sets off for its own question is judged; the control stays as it was."""
    for own in (
        {"properties": {"d": {}}, "if": WHEN_TEXT, "then": {"properties": {"d": {"maxLength": 3}}}},
        {"properties": {"d": {}}, "allOf": [{"if": WHEN_TEXT, "then": {"properties": {"d": {"maxLength": 3}}}}]},
        {"properties": {"d": {}}, "dependentSchemas": {"d": {"properties": {"d": {"type": "string", "maxLength": 3}}}}},
    ):
        form = form_of(**own)
        typed = form.read(fill(form.render(), {"/d": "grass"}))
        assert typed.data == {"d": "grass"}, own
        assert [error.keyword for error in typed.errors] == ["maxLength"]
        assert form.read(posted(typed.html())).data == typed.data
        assert form.read(posted(form.render(typed.data)), typed.data).data == typed.data


def test_an_option_is_no_telephone_number() -> None:
    """F4: two rules that call up one field; under both it is a choice, under one a text that reads what is typed."""
    form = Form({
        "type": "object", "properties": {"on": {"type": "boolean"}},
        "allOf": [
            {"if": {"required": ["on"]}, "then": {"properties": {"a": {"$ref": "formengine:phone"}}}},
            {"if": WHEN_ON, "then": {"properties": {"a": {"enum": ["112", "15"]}}}},
        ],
    })  # fmt: skip
    chosen = form.read(fill(form.read(fill(form.render(), {"/on": "true"})).html(), {"/a": "15"}))
    assert chosen.data == {"on": True, "a": "15"}
    off = form.read(fill(chosen.html(), {"/on": "false"}))
    assert off.data == {"on": False}
    assert form.read(fill(off.html(), {"/on": "true"})).data == chosen.data


BRANCHES = [
    {"title": "Cat", "properties": {"kind": {"const": "cat"}}, "required": ["kind"]},
    {"title": "Fish", "properties": {"kind": {"const": "fish"}, "water": {"default": "salt", "readOnly": True}}},
]


def test_an_empty_group_says_nothing_of_its_branch() -> None:
    """F3, F4: stored without an answer it stays so, though one branch alone takes that, and would set an answer."""
    form = form_of({"n": {"type": "string"}}, oneOf=BRANCHES)
    assert form.read(posted(form.render({})), {}).data == {}
    rows = form_of({"rows": {"type": "array", "items": {"type": "object", "default": {}, "oneOf": BRANCHES}}})
    added = rows.read(press(rows.render(), "add", "/rows"))
    assert rows.read(posted(added.html())).data == added.data == {}


def test_places_that_stood_there_stay() -> None:
    """F3: a list with a default in its first place and nothing that fits in its second; a person sees what is wrong."""
    places = [{"type": "string", "default": "grass"}, {"type": "boolean"}]
    form = form_of({"n": {"type": "string"}, "a": {"type": "array", "prefixItems": places, "minItems": 2}})
    stored = {"a": ["grass", None]}
    again = form.read(posted(form.render(stored)), stored)
    assert again.data == stored
    assert [(error.pointer, error.keyword) for error in again.errors] == [("/a/1", "type")]
    assert form.read(posted(again.html()), stored).data == stored


def test_a_default_that_stood_there_stays_where_it_fits_no_more() -> None:
    """F3: T9: the only answer of a list, which another rule refuses, is shown and told; emptied, the list is gone."""
    places = [{"type": "string", "default": "grass"}, {"type": "integer"}]
    short = {"type": "array", "prefixItems": places, "allOf": [{"items": {"maxLength": 3}}]}
    form, stored = form_of({"n": {"type": "string"}, "a": short}), {"a": ["grass"]}
    again = form.read(posted(form.render(stored)), stored)
    assert again.data == form.read(posted(again.html()), stored).data == stored
    assert [(error.pointer, error.keyword) for error in again.errors] == [("/a/0", "maxLength")]
    assert form.read(fill(again.html(), {"/a/0": ""}), stored).data == {}


ANYTHING = {"title": "Fixed", "type": ["string", "null", "integer"], "default": "grass", "readOnly": True}


def test_what_a_branch_sets_has_its_type() -> None:
    """F4: of several types the one of the read-only value is chosen with it, and all is gone with another branch."""
    form = form_of({"d": {"anyOf": [{"title": "Other", "type": "boolean"}, ANYTHING]}})
    set_there = form.read(fill(form.render(), {"?/d": "Fixed"}))
    assert set_there.data == {"d": "grass"}
    assert not any(element.get("name", "").endswith("-j") for element in Page(set_there.html()).elements)
    union = next(element["name"] for element in Page(set_there.html()).all("select"))
    other = option_of(Page(set_there.html()), union, "Other")
    assert form.read([*((k, v) for k, v in posted(set_there.html()) if k != union), (union, other)]).data == {}


def test_a_default_is_not_set_into_another_type() -> None:
    """F4: where a number is chosen, the text that is the default is not put into its control."""
    form = form_of({"d": {"anyOf": [{"title": "Other", "type": "boolean"}, {**ANYTHING, "readOnly": False}]}})
    branch = form.read(fill(form.render(), {"?/d": "Fixed"}))
    name = next(e["name"] for e in Page(branch.html()).all("select") if e["name"].endswith("-t"))

    def choose(html: str, type_name: str) -> Any:
        return form.read([*((key, value) for key, value in posted(html) if key != name), (name, type_name)])

    text = choose(branch.html(), "string")
    assert text.data == {"d": "grass"}
    number = choose(text.html(), "integer")
    assert number.data == {}
    assert choose(number.html(), "string").data == text.data


def test_a_refused_file_is_told_where_an_answer_makes_it_required() -> None:
    """F9: its control is read twice then, and the second time there is no file any more."""
    form = form_of({"a": {"$ref": "formengine:files"}, "b": {"type": "string"}}, dependentRequired={"b": ["a"]})
    html = form.read(fill(form.render(), {"/b": "x"})).html()
    name = at(Page(html), "/a")[0]["name"]
    controls: list[tuple[str, Any]] = [*posted(html), (name, Upload("paper.txt", "text/plain", io.BytesIO(b"")))]
    assert [error.keyword for error in form.read(controls).errors] == ["upload"]


def test_a_read_only_group_keeps_the_one_around_it() -> None:
    """F3: T9: it stood there empty, and stays when all beside it is emptied; page and API agree."""
    inner = {"type": "object", "readOnly": True, "properties": {"x": {"type": "string"}}}
    form = form_of({"n": {"type": "string"}, "g": {
        "type": "object", "required": ["a"], "properties": {"a": inner, "b": {"type": "string"}}}})  # fmt: skip
    stored = {"g": {"a": {}, "b": "typed"}}
    emptied = form.read(fill(form.render(stored), {"/g/b": ""}), stored)
    assert emptied.data == {"g": {"a": {}}}
    assert form.validate(emptied.data, before=stored) == []


def test_an_empty_list_that_is_read_only_stays() -> None:
    """F3: T9: where other answers require it no longer; for the API too."""
    form = form_of(
        {"e": {"type": "string"}, "d": {"type": "array", "readOnly": True, "items": {"type": "boolean"}}},
        dependentRequired={"e": ["d"]},
    )
    stored = {"e": "x", "d": list[bool]()}
    emptied = form.read(fill(form.render(stored), {"/e": ""}), stored)
    assert emptied.data == {"d": []}
    assert form.validate(emptied.data, before=stored) == []
    assert [error.keyword for error in form.validate({}, before=stored)] == ["readOnly"]


def test_two_values_in_one_control_are_the_last() -> None:
    """F5: as a key-value row may post them whose name made it a list before; the page shows what was read."""
    form = form_of({"e": {}})
    name = at(Page(form.render()), "/e")[0]["name"]
    twice = form.read([(name, "null"), (name, "2.5")])
    assert twice.data == {"e": 2.5}
    assert form.read(posted(twice.html())).data == twice.data


IN_FRANCE = {"properties": {"country": {"const": "FR"}}, "required": ["country"]}
ANY_REGION = {"type": "object", "properties": {"region": {"type": "string"}, "city": {"type": "string"}}}
REGIONS = {"properties": {"region": {"enum": ["Bretagne", "Corse"]}, "code": {"type": "string", "default": "0"}}}


def test_a_group_is_declared_again_for_one_answer() -> None:
    """F4, F5: a text in a group that is a choice for one answer: each keeps its own, and no option becomes a text."""
    form = form_of({"country": {"enum": ["FR", "DE"]}, "at": ANY_REGION}, **{
        "if": IN_FRANCE, "then": {"properties": {"at": REGIONS}}})  # fmt: skip
    german = form.read(fill(form.render(), {"/country": "DE", "/at/region": "Hessen", "/at/city": "Kassel"}))
    french = form.read(fill(german.html(), {"/country": "FR"}))
    assert french.data == {"country": "FR", "at": {"city": "Kassel", "code": "0"}}
    chosen = form.read(fill(french.html(), {"/at/region": "Corse"}))
    back = form.read(fill(chosen.html(), {"/country": "DE"}))
    assert back.data == german.data
    assert form.read(fill(back.html(), {"/country": "FR"})).data == chosen.data
    stored = form.read(fill(form.render(chosen.data), {"/country": "DE"}), chosen.data)
    assert stored.data == {"country": "DE", "at": {"city": "Kassel"}}


def test_the_rows_of_a_list_are_declared_again_for_one_answer() -> None:
    """F4, F5: likewise in the rows of a list, whose rows are texts or choices, or groups that hold them; and the places
    of a tuple that stand where rows stood.
    """
    for lasting, again, typed, chosen in (
        (ANY_REGION, REGIONS, {"/rows/0/region": "Hessen"}, {"/rows/0/region": "Corse"}),
        ({"type": "string"}, {"enum": ["Bretagne", "Corse"]}, {"/rows/0": "Hessen"}, {"/rows/0": "Corse"}),
    ):
        for then in ({"items": again}, {"prefixItems": [again], "items": False}):
            form = form_of({"country": {"enum": ["FR", "DE"]}, "rows": {"type": "array", "items": lasting}}, **{
                "if": IN_FRANCE, "then": {"properties": {"rows": then}}})  # fmt: skip
            german = form.read(fill(form.read(press(form.render(), "add", "/rows")).html(), typed))
            french = form.read(fill(german.html(), {"/country": "FR"}))
            assert "Hessen" not in str(french.data), then
            there = form.read(fill(french.html(), chosen))
            assert "Corse" in str(there.data), then
            back = form.read(fill(there.html(), {"/country": "DE"}))
            assert back.data["rows"] == german.data["rows"], then


def test_the_focus_is_on_a_new_row_that_means_something_else() -> None:
    """F8: a row whose control is another for one answer is found by the button that added it."""
    form = form_of({"country": {"enum": ["FR", "DE"]}, "rows": {"type": "array", "items": {"type": "string"}}}, **{
        "if": IN_FRANCE, "then": {"properties": {"rows": {"items": {"enum": ["Bretagne", "Corse"]}}}}})  # fmt: skip
    html = form.read(press(form.render({"country": "FR"}), "add", "/rows")).html()
    focused = [element for element in Page(html).elements if "autofocus" in element]
    assert [element["tag"] for element in focused] == ["fieldset"]  # of radio buttons


def test_an_option_that_is_an_object_stays_one() -> None:
    """F2, F3: a choice of whole objects, which a branch declares again with members that none of them has."""
    group = {"title": "P", "properties": {"b": {"type": "object", "properties": {"d": {"type": "string"}}}}}
    other = {"title": "Q", "properties": {"b": {"type": ["boolean", "null"]}, "c": {"type": "string"}}}
    form = form_of({"b": {"enum": [{"k": [1]}, True]}}, anyOf=[group, other])
    stored = {"b": {"k": [1]}}
    assert form.read(posted(form.render(stored)), stored).data == stored


def test_the_branch_is_the_one_that_shows_all_answers() -> None:
    """F2: of two branches that declare the same groups the one that has what was answered in them."""
    branches = [
        {"title": "P", "properties": {"b": {"type": "object", "required": ["d"], "properties": {
            "a": {"type": "string"}, "d": {"type": "string"}}}}},
        {"title": "Q", "properties": {"b": {"type": "object", "required": ["e"], "properties": {
            "a": {"type": "string"}, "c": {"type": "integer"}, "e": {"type": "string"}}}}},
    ]  # fmt: skip
    form = form_of({"n": {"type": "string"}}, oneOf=branches)
    stored = {"b": {"a": "x", "c": 0}}
    assert form.read(posted(form.render(stored)), stored).data == stored
    closed = {"unevaluatedProperties": False, "properties": {"a": {"type": "string"}}}
    open_ = {"properties": {"b": {"type": "object", "properties": {"c": {"type": "string"}}}, "k": {"type": "object"}}}
    alike = {"properties": {"b": {"type": "object", **closed}, "k": {"enum": ["one"]}}}
    form = form_of({"k": {"enum": ["one", "two"]}}, anyOf=[alike, open_])
    stored = {"b": {"c": "x"}, "k": "one"}
    assert form.read(posted(form.render(stored)), stored).data == stored


def test_a_branch_that_another_answer_excludes_shows_nothing() -> None:
    """F2: where an answer tells the inner branches apart, no other one of them speaks for the outer branch."""
    inner = [{"properties": {"kind": {"const": kind}, name: {"type": "integer"}}, "required": ["kind"]}
             for kind, name in (("dog", "b"), ("cat", "d"))]  # fmt: skip
    kinds = {"kind": {"enum": ["dog", "cat"]}}
    text = {"properties": {"b": {"type": "string"}}, "maxProperties": 0}
    branches = [{"title": "P", "properties": {"a": {"minProperties": 9}}}, {"title": "Q", "properties": {"a": text}}]
    form = form_of({"a": {"type": "object", "properties": kinds, "anyOf": inner}}, anyOf=branches)
    stored = {"a": {"kind": "cat", "b": "text"}}
    assert form.read(posted(form.render(stored)), stored).data == stored


def test_a_branch_that_data_still_fit_is_not_left() -> None:
    """F3: T9: where nothing else was answered, data without a read-only answer are those of its branch with the answer
    gone: page and API refuse them. With an answer that only the other branch takes, both accept.
    """
    free = {"title": "Free", "properties": {"x": {"type": "string"}, "y": {"type": "string"}}}
    paid = {"title": "Paid", "properties": {"x": {"type": "string"}, "fee": {"type": "number", "readOnly": True}}}
    form = form_of({"g": {"type": "object", "unevaluatedProperties": False, "anyOf": [paid, free]}})
    before = {"g": {"x": "1", "fee": 3}}
    html = form.read(fill(form.render(before), {"?/g": "Free"}), before).html()
    left = form.read(fill(html, {"/g/x": "2"}), before)
    assert left.data == {"g": {"x": "2"}}
    assert [(error.pointer, error.keyword) for error in left.errors] == [("/g/fee", "readOnly")]
    assert [(error.pointer, error.keyword) for error in form.validate(left.data, before=before)] == [
        ("/g/fee", "readOnly")
    ]
    assert left.errors[0].message == "“Fee” cannot be taken out. Choose again what it belongs to."
    page = Page(left.html())
    linked(page, left.errors)
    assert [element["tag"] for element in page.elements if element.get("id") == left.errors[0].control_id] == ["select"]
    told_apart = form.read(fill(html, {"/g/x": "2", "/g/y": "3"}), before)
    assert told_apart.data == {"g": {"x": "2", "y": "3"}}
    assert told_apart.errors == form.validate(told_apart.data, before=before) == []


def test_a_time_that_is_a_telephone_number_stays() -> None:
    """F3: of a text with the format of both, the control leaves out the offset, which comes back."""
    form = form_of({"a": {"$ref": "formengine:phone", "format": "time"}})
    stored = {"a": "10:03:00Z"}
    assert form.read(posted(form.render(stored)), stored).data == stored


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"enum": [{"k": [1]}, False], "oneOf": [{"type": ["object", "array"]}, {"type": "string"}]}, [{"k": [1]}]),
        ({"enum": ["a", 3], "anyOf": [{"type": "string"}, {"type": "number"}]}, ["a", 3]),
        ({"const": "a", "anyOf": [{"minLength": 1, "type": "string"}, {"format": "date", "type": "string"}]}, ["a"]),
        ({"oneOf": [{"enum": ["a", "b"]}, {"type": "number"}]}, ["b", 3]),
        ({"oneOf": [{"type": "boolean"}, {"enum": ["a", 1], "anyOf": [{"type": "string"}, {"minimum": 0}]}]}, ["a", 1]),
    ],
)
def test_options_beside_a_union_are_options(schema: Any, values: list[Any]) -> None:
    """F3, F4: where the values are known, one of them is chosen, whatever union stands beside them or calls them up; a
    stored one that no branch allows is shown and told, and so is one that is not on offer.
    """
    form = form_of({"a": schema})
    for value in [*values, {"k": 4}]:
        again = form.read(posted(form.render({"a": value})), {"a": value})
        assert again.data == {"a": value}
        assert bool(again.errors) == bool(form.validate({"a": value}))
    controls = [element for element in Page(form.render({"a": values[0]})).all("textarea") if "name" in element]
    assert controls == [], "nothing is typed as JSON"


@pytest.mark.parametrize("schema", [{"enum": ["x", "y"]}, {"type": "boolean"}, {"const": True}])
def test_no_default_in_a_control_that_is_there(schema: dict[str, Any]) -> None:
    """F3, F4: a second rule that brings a default for a field which a first one called up leaves it empty, though its
    empty control, such as radio buttons, posts nothing.
    """
    value = True if "enum" not in schema else "x"
    first = {"if": WHEN_ON, "then": {"properties": {"d": schema}, "required": ["d"]}}
    second = {"if": {"properties": {"more": {"const": True}}, "required": ["more"]},
              "then": {"properties": {"d": {"default": value}}}}  # fmt: skip
    form = form_of({"on": {"type": "boolean"}, "more": {"type": "boolean"}}, allOf=[first, second])
    on = form.read(fill(form.render(), {"/on": "true"}))
    more = form.read(fill(on.html(), {"/more": "true"}))
    assert more.data == {"on": True, "more": True}
    both = form.read(fill(form.render({"more": True}), {"/on": "true"}))
    assert both.data == {"on": True, "more": True, "d": value}, "set where it appears"


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ({"if": {"const": 1}, "else": False}, {"a": "x"}),
        ({"type": "string", "if": {"minLength": 3}, "then": False}, {"a": "123"}),
        ({"type": "object", "properties": {"x": {}}, "dependentSchemas": {"x": False}}, {"a": {"x": "1"}}),
        ({"type": "array", "items": {"type": "string", "if": {"minLength": 3}, "then": False}}, {"a": ["12", "123"]}),
        ({"oneOf": [{"type": "string", "if": {"minLength": 3}, "then": False}, {"type": "number"}]}, {"a": "123"}),
    ],
)  # fmt: skip
def test_an_answer_does_not_hide_itself(part: Any, data: Any) -> None:
    """F4: what a rule forbids for an answer itself is told at the answer, which stays."""
    form = form_of({"a": part})
    again = form.read(posted(form.render(data)), data)
    assert again.data == data
    assert [error.keyword for error in again.errors] == [error.keyword for error in form.validate(data)] != []
    linked(Page(again.html()), again.errors)


def test_what_is_no_group_deep_in_a_recursion() -> None:
    """F3: in a schema that refers to itself, a value of another type is shown at any depth and stays."""
    form = Form({"properties": {"a": {"$ref": "#"}}, "additionalProperties": False})
    for data in ({"a": {"a": False}}, {"a": {"a": {"a": [3]}}}):
        assert form.read(posted(form.render(data)), data).data == data


def test_a_root_that_its_own_answer_forbids() -> None:
    """F3: what is typed at the root as JSON keeps its type."""
    form = Form({"if": {"const": 1}, "else": False})
    assert [form.read(posted(form.render(data))).data for data in (1, "1", 2)] == [1, "1", 2]


def test_a_branch_hides_its_answer_beside_options() -> None:
    """F3: T9: where a branch of a union says that its answer is secret, the options beside it do not show it."""
    either = [{"type": "string", "writeOnly": True}, {"type": "number"}]
    form, data = form_of({"a": {"enum": ["secret", 1], "oneOf": either}}), {"a": "secret"}
    page = form.render(data)
    chosen = [option["value"] for option in Page(page).elements if {"checked", "selected"} & option.keys()]
    assert "secret" not in chosen
    assert "secret" not in form.summary(data)
    assert form.read(posted(page), data).data == data


@pytest.mark.parametrize("schema", [{"prefixItems": [{"type": "string"}]}, {"type": "array"}])
def test_more_than_a_closed_list_takes_is_shown(schema: dict[str, Any]) -> None:
    """F3: what is stored behind the last place of a list is not left out in silence: the list is shown as JSON."""
    form, data = form_of({"t": {**schema, "items": False}}), {"t": ["x", "y"]}
    again = form.read(posted(form.render(data)), data)
    assert again.data == data
    assert [error.keyword for error in again.errors] == ["items"]


def test_a_read_only_default_of_a_type_that_another_rule_excludes() -> None:
    """F3, F4: a branch of texts beside a group has no text that choosing no branch again would leave in it."""
    words = {"title": "Words", "type": "string", "default": "grass", "readOnly": True}
    form = form_of({"b": {"type": "object", "oneOf": [words, {"title": "Any", "enum": ["x", {"k": 1}]}]}})
    chosen = form.read(fill(form.render(), {"?/b": "Words"}))
    assert "grass" not in str(chosen.data)
    assert form.read(fill(chosen.html(), {"?/b": "Choose…"})).data == {}


def test_a_list_that_a_branch_declares_as_money() -> None:
    """F3: what is typed in a list is an answer also where a chosen branch says that the list is an amount of money."""
    places = {"type": "array", "prefixItems": [{"$ref": "formengine:iban"}], "minItems": 1}
    branches = [{"title": "P", "properties": {"a": {"$ref": "formengine:money"}}}, {"title": "Q"}]
    form, data = form_of({"a": places}, anyOf=branches), {"a": ["FR7630006000011234567890189"]}
    assert form.read(fill(form.render(data), {"?": "P"}), data).data == data


def test_data_that_speak_against_a_branch_do_not_choose_it() -> None:
    """F3, F5: an answer of another type than a branch says, to a question beside the union, does not choose the branch,
    which would set its constant and hide the answer."""
    named = {"properties": {"c": {"type": "integer"}, "kind": {"const": "cat"}}, "required": ["kind"]}
    form = form_of({"c": {"type": "array", "items": {"type": "string"}}}, anyOf=[named, {"required": ["kind"]}])
    data = {"c": ["x"]}
    assert form.read(posted(form.render(data)), data).data == data
