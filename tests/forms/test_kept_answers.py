"""Answers that stay as they were: while other answers make them read-only, required by themselves, or equal options."""

from __future__ import annotations

import json
from typing import Any

import pytest

from formengine.forms import Form
from tests.forms.browser import posted
from tests.forms.test_contradictions import WHEN_ON, form_of
from tests.forms.test_form import fill

EITHER = {"if": {"properties": {"a": {"const": "x"}}, "required": ["a"]}, "else": {"required": ["a"]}}


@pytest.mark.parametrize(
    ("declared", "rule", "data"),
    [
        ({"const": "x"}, EITHER, {"a": "x"}),
        ({"type": "object", "properties": {"b": {"type": "string"}}}, {"if": {"required": ["a"]}, "else": {
            "allOf": [{"required": ["a"]}]}}, {"a": {}}),
        ({"type": "array", "items": {"type": "string"}}, EITHER, {"a": []}),
        ({"type": ["string", "null"]}, EITHER, {"a": None}),
        ({"const": "x"}, {"if": {"properties": {"a": False}}, "then": {"required": ["a"]}}, {"a": "x"}),
        ({"type": "object", "properties": {"b": {"type": "string"}}}, {"dependentRequired": {"a": ["a"]}}, {}),
    ],
    ids=["constant", "group", "list", "null", "absent", "dependent"],
)  # fmt: skip
def test_a_question_that_its_own_absence_requires(declared: Any, rule: Any, data: Any) -> None:
    """F4: T9: it is required whatever is answered, so that what the schema sets of it stays; one that only its own
    answer requires is not.
    """
    form = form_of({"n": {"type": "string"}, "a": declared}, **rule)
    typed = form.read(fill(form.render(), {"/n": "typed"}))
    assert typed.data == {"n": "typed", **data}
    assert form.read(posted(typed.html())).data == typed.data
    assert form.read(posted(form.render(typed.data)), typed.data).data == typed.data


@pytest.mark.parametrize("stored", [None, {"a": "before"}, {"b": "1"}])
@pytest.mark.parametrize("declared", [{"type": "string"}, {"enum": ["before", "typed"]}, {"type": "array", "items": {
    "type": "string"}, "$ref": "formengine:lines"}])  # fmt: skip
def test_what_was_typed_before_an_answer_made_it_read_only(declared: Any, stored: Any) -> None:
    """F3, F4: T9: what is stored stands there then, and what was typed is in its control again when the other answer
    is changed back; after a draft as well.
    """
    fixed = {"properties": {"a": {"readOnly": True}}}
    form = form_of({"on": {"type": "boolean"}, "a": declared, "b": {"type": "string"}}, **{
        "if": WHEN_ON, "then": fixed})  # fmt: skip
    if "$ref" in declared and stored:
        stored = {**stored, "a": ["before"]}
    typed = form.read(fill(form.render(stored), {"/a": "typed"}), stored)
    on = form.read(fill(typed.html(), {"/on": "Yes"}), stored)
    assert on.data.get("a", "") == ((stored or {}).get("a", "") if stored else typed.data["a"])
    again = form.read(posted(on.html()), stored)
    assert again.data == on.data
    assert form.read(fill(again.html(), {"/on": "No answer"}), stored).data == typed.data
    draft = json.loads(json.dumps(again.draft))
    assert form.read(fill(form.render(draft=draft), {"/on": "No answer"}), stored).data == typed.data


def test_a_branch_is_chosen_again_after_an_answer_made_its_group_read_only() -> None:
    """F3, F4: T9: the select of a group that is read-only for one answer is back as it was, with what was typed."""
    branches = [{"title": "Cat", "properties": {"x": {"type": "string"}}}, {"title": "Dog", "properties": {"y": {}}}]
    form = form_of({"on": {"type": "boolean"}, "g": {"type": "object", "oneOf": branches}}, **{
        "if": WHEN_ON, "then": {"properties": {"g": {"readOnly": True}}}})  # fmt: skip
    html = form.read(fill(form.render({"g": {}}), {"?/g": "Cat"}), {"g": {}}).html()
    cat = form.read(fill(html, {"/g/x": "Moon"}), {"g": {}})
    on = form.read(fill(cat.html(), {"/on": "Yes"}), {"g": {}})
    assert "Moon" not in str(on.data)
    assert form.read(fill(on.html(), {"/on": "No answer"}), {"g": {}}).data == cat.data == {"g": {"x": "Moon"}}


@pytest.mark.parametrize(
    ("schema", "data"),
    [({"enum": [0, 1]}, 0.0), ({"const": 3}, 3.0), ({"enum": [[0], "x"]}, [0.0]), ({"enum": [1.0, 2.0]}, 1),
     ({"type": "array", "uniqueItems": True, "items": {"enum": [0, 1, 2]}}, [2.0, 0])],
)  # fmt: skip
def test_an_option_that_equals_the_stored_number_leaves_it_as_it_was(schema: Any, data: Any) -> None:
    """F3, F19: 3.0 is the option 3, and is not changed to it by a post; another option chosen is that option."""
    for form, stored in ((form_of({"a": schema}), {"a": data}), (Form(schema), data)):
        assert repr(form.read(posted(form.render(stored)), stored).data) == repr(stored)


def test_a_question_that_only_its_own_consequence_declares() -> None:
    """F4: it is asked before it is answered too, or it could never be."""
    own = {"bar": {"type": "integer"}, "foo": {"type": "string"}}
    for rule in (
        {"dependentSchemas": {"bar": {"properties": own}}},
        {"if": {"properties": {"bar": {"type": "integer"}}, "required": ["bar"]}, "then": {"properties": own}},
    ):
        form = Form(rule)
        asked = form.read(fill(form.render(), {"/bar": "2"}))
        data = form.read(fill(asked.html(), {"/foo": "x"})).data
        assert data == {"bar": 2, "foo": "x"}
        assert form.read(posted(form.render(data)), data).data == data


@pytest.mark.parametrize("place", [{"type": "null", "default": None}, {"default": "grass", "readOnly": True}])
def test_a_default_that_nobody_could_type_makes_a_stored_list_no_longer(place: dict[str, Any]) -> None:
    """F3: seeds 7001756, 8001323: an empty list stays one."""
    form = Form({"properties": {"b": {"prefixItems": [place]}}, "required": ["b"]})
    stored: dict[str, Any] = {"b": []}
    assert form.read(posted(form.render(stored)), stored).data == stored


BROUGHT = {"properties": {"d": {"type": "array", "items": {"enum": ["x"]}, "uniqueItems": True}}}


@pytest.mark.parametrize("rule", [{"dependentSchemas": {"on": BROUGHT}}, {"if": {"required": ["on"]}, "then": BROUGHT}])
def test_a_default_that_its_control_does_not_show_sets_itself_no_more(rule: dict[str, Any]) -> None:
    """F4: seeds 7000564, 7003310: another rule makes a list of what is called up with the default of a text; there and
    back nothing is left of it."""
    text = {"title": "Text", "properties": {"d": {"default": "grass"}}}
    form = form_of({"on": {}}, allOf=[rule], anyOf=[text])
    before = form.read(fill(form.render({}), {"/on": "1"}))
    chosen = form.read(fill(before.html(), {"?": "Text"}))
    assert chosen.data == before.data == {"on": 1}


TEXT: dict[str, Any] = {"type": "string"}
GROUP: dict[str, Any] = {"type": "object", "properties": {"a": TEXT}}


@pytest.mark.parametrize(
    ("schema", "stored"),
    [
        (GROUP, {}),
        ({"type": "object", "properties": {"g": GROUP}}, {"g": {}}),
        ({"type": "object", "additionalProperties": TEXT}, {}),
        ({"type": ["object", "null"], "properties": {"a": TEXT}}, {}),
        ({"type": "array", "items": TEXT}, []),
        ({"type": ["array", "null"], "items": TEXT}, []),
        ({"type": "array", "prefixItems": [TEXT, TEXT]}, []),
        ({"type": "array", "items": {"type": "object", "properties": {"l": {"type": "array"}, "g": GROUP}}},
         [{"l": [], "g": {}}, {}]),
    ],
)  # fmt: skip
def test_an_empty_group_or_list_that_was_stored_stays(schema: dict[str, Any], stored: Any) -> None:
    """F2: T9: `{}` and `[]` are other data than none, by page and draft; on a new page nobody gives them, and where the
    schema takes none that is empty they are not kept."""
    form = Form({"type": "object", "properties": {"t": schema}})
    data = {"t": stored}
    answers = form.read(posted(form.render(data)), data)
    assert (answers.data, answers.valid) == (data, True)
    assert form.read(posted(answers.html()), data).data == data
    assert form.resume(form.draft(data)).data == data
    assert form.read(posted(form.render())).data == form.read(posted(form.render({}))).data == {}
    strict = Form({"type": "object", "properties": {"t": {**schema, "minItems": 1, "minProperties": 1}}})
    emptied = strict.read(posted(strict.render({"t": type(stored)()})))
    assert (emptied.data, emptied.valid) == ({}, True)


MAYBE_LIST = {"type": ["array", "null"], "items": {"type": "integer"}}
MAYBE_GROUP = {"type": ["object", "null"], "properties": {"a": TEXT}}


@pytest.mark.parametrize("inner", [MAYBE_LIST, MAYBE_GROUP])
def test_a_stored_null_of_a_row_or_place_stays(inner: dict[str, Any]) -> None:
    """F2: T9: null is other data than `[]` and `{}` for what may be null, in a row, a place or a map."""
    stored: list[tuple[dict[str, Any], Any]] = [
        ({"type": "array", "items": inner}, [None]),
        ({"type": "array", "prefixItems": [inner, TEXT]}, [None, "x"]),
        ({"type": "array", "prefixItems": [inner]}, [None]),
        ({"type": "object", "additionalProperties": inner}, {"k": None}),
    ]
    for schema, value in stored:
        form = Form({"type": "object", "properties": {"t": schema}})
        data = {"t": value}
        answers = form.read(posted(form.render(data)), data)
        assert (answers.data, answers.errors) == (data, [])
        assert form.read(posted(answers.html()), data).data == data
        assert form.resume(form.draft(data)).data == data


def test_a_member_without_a_name_stays() -> None:
    """F2: T9: JSON has names that are empty, which no row can be given: the map is shown as JSON."""
    form = Form({"type": "object", "properties": {"m": {"type": "object", "additionalProperties": TEXT}}})
    data = {"m": {"": "v", "k": "w"}}
    answers = form.read(posted(form.render(data)), data)
    assert (answers.data, answers.errors) == (data, [])


def test_a_type_comes_back_with_its_offer() -> None:
    """F4: T9: the type that was chosen stays chosen though other answers take it off offer for a while, on the page and
    in a draft; unless another one was chosen since.
    """
    form = form_of({"q": {"enum": ["yes", "no"]}, "v": {"type": ["string", "integer", "null"]}},
                   **{"if": {"properties": {"q": {"const": "no"}}, "required": ["q"]},
                      "then": {"properties": {"v": {"type": ["string", "integer"]}}}})  # fmt: skip
    page = form.render({"q": "yes", "v": None})
    (select,) = (name for name, value in posted(page) if value == "null" and name.endswith("-t"))
    without = form.read(fill(page, {"/q": "no"}))
    assert without.draft[select] == [""]
    for shown in (without.html(), form.render(draft=json.loads(json.dumps(without.draft)))):
        assert form.read(fill(shown, {"/q": "yes"})).draft[select] == ["null"]
        chosen = [(name, "string" if name == select else value) for name, value in posted(shown)]
        assert form.read(fill(form.read(chosen).html(), {"/q": "yes"})).draft[select] == ["string"]


def test_names_of_entries_keep_their_line_ends() -> None:
    """F5: F19: a page posts line ends in its own way; an entry that nobody renamed keeps the name that was stored, in
    maps in one another too, and its errors are at its controls.
    """
    texts = {"type": "object", "additionalProperties": {"type": "string", "maxLength": 3}}
    form = Form({"type": "object", "properties": {"m": {"type": "object", "additionalProperties": texts}}})
    data = {"m": {"a": {"b": "1"}, "c\rd": {"e\rf": "long text", "g": "2"}, "h": {"i": "3"}}}
    answers = form.read(posted(form.render(data)), data)
    assert json.dumps(answers.data) == json.dumps(data)
    assert [(error.pointer, error.keyword) for error in answers.errors] == [("/m/c\rd/e\rf", "maxLength")]
    assert answers.errors == form.validate(data)
