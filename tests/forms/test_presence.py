"""A group and a row are there when somebody answered something in them."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import KINDS, Form
from tests.forms.browser import Page, posted
from tests.forms.test_form import at, fill, press

TEXT = {"type": "string"}
NAME = {"type": "object", "required": ["first"], "properties": {"first": {"type": "string"}}}


def form_with(**group: Any) -> Form:
    """A form with an optional text `n` and an optional group `g`."""
    return Form(
        {"type": "object", "properties": {"n": {"type": "string"}, "g": {"type": "object", **group}}}, kinds=KINDS
    )


UNTOUCHED = {
    "required group": {"required": ["name"], "properties": {"name": NAME}},
    "required list": {"required": ["l"], "properties": {"l": {"type": "array", "minItems": 1, "items": NAME}}},
    "const": {"required": ["kind", "x"], "properties": {"kind": {"const": "spouse"}, "x": {"type": "string"}}},
    "enum of one": {"required": ["kind", "x"], "properties": {"kind": {"enum": [3]}, "x": {"type": "string"}}},
    "null": {"required": ["nothing", "x"], "properties": {"nothing": {"type": "null"}, "x": {"type": "string"}}},
    "default": {"required": ["x"], "properties": {"country": {"type": "string", "default": "FR"}, "x": TEXT}},
    "money": {"required": ["fee"], "properties": {"fee": {"$ref": "formengine:money"}}},
    "address": {"required": ["home"], "properties": {"home": {"$ref": "formengine:address"}}},
    "party": {"required": ["other"], "properties": {"other": {"$ref": "formengine:party"}}},
    "checkbox": {"required": ["sure", "x"], "properties": {"sure": {"type": "boolean"}, "x": {"type": "string"}}},
    "consent": {"required": ["ok"], "properties": {"ok": {"const": True}}},
    "tuple": {"required": ["t"], "properties": {"t": {"type": "array", "minItems": 2, "prefixItems": [NAME, NAME]}}},
    "null or text": {"required": ["x"], "properties": {"x": {"type": ["string", "null"]}, "y": {"type": "integer"}},
                     "dependentRequired": {"x": ["y"]}},
}  # fmt: skip


@pytest.mark.parametrize("group", UNTOUCHED.values(), ids=UNTOUCHED.keys())
def test_a_form_that_nobody_touched_demands_nothing_of_an_optional_group(group: dict[str, Any]) -> None:
    """F2, F4: new or rendered for {}, the form posts {} and is valid, as {} is for the API; one group deeper too."""
    deep = Form(
        {"type": "object", "properties": {"o": {"type": "object", "properties": {"g": {"type": "object", **group}}}}}
    )
    for form in (form_with(**group), deep):
        for page in (form.render(), form.render({})):
            answers = form.read(posted(page))
            assert (answers.data, answers.errors) == ({}, [])
            assert form.read(posted(answers.html())).data == {}


def test_one_answer_brings_the_whole_group() -> None:
    """F4: what a group requires is asked once anything in it is answered; a required constant in it is set."""
    form = form_with(**UNTOUCHED["const"])
    assert form.read(fill(form.render(), {"/g/x": "Zoe"})).data == {"g": {"kind": "spouse", "x": "Zoe"}}
    form = form_with(**UNTOUCHED["default"])
    country = form.read(fill(form.render(), {"/g/country": "DE"}))
    assert country.data == {"g": {"country": "DE"}}
    assert [error.pointer for error in country.errors] == ["/g/x"]
    form = form_with(**UNTOUCHED["required list"])
    html = form.read(press(form.render(), "add", "/g/l")).html()
    named = form.read(fill(html, {"/g/l/0/first": "Zoe"}))
    assert named.data == {"g": {"l": [{"first": "Zoe"}]}}
    emptied = form.read(fill(named.html(), {"/g/l/0/first": ""}))
    assert emptied.data == {}, "what is emptied again is gone"


def test_defaults_are_an_answer_where_they_are_valid() -> None:
    """F2: a group whose visible defaults need nothing else is stored as it is shown."""
    form = form_with(
        properties={"auto": {"type": "boolean", "default": True}, "months": {"type": "integer", "default": 12}}
    )
    assert form.read(posted(form.render())).data == {"g": {"auto": True, "months": 12}}


def test_a_group_that_was_there_stays() -> None:
    """F2: data with nothing but a default or a constant in a group come back as they were, valid or not."""
    for name, value in (("default", {"country": "FR"}), ("const", {"kind": "spouse"}), ("enum of one", {"kind": 3})):
        form = form_with(**UNTOUCHED[name])
        answers = form.read(posted(form.render({"g": value})))
        assert answers.data == {"g": value}
        assert not answers.valid
        assert form.read(posted(answers.html())).data == {"g": value}


def test_an_optional_constant_is_a_choice() -> None:
    """F2: a constant that is not required is not set by itself."""
    form = form_with(required=["x"], properties={"x": {"type": "string"}, "kind": {"const": "vip"}})
    typed = form.read(fill(form.render(), {"/g/x": "Zoe"}))
    assert typed.data == {"g": {"x": "Zoe"}}
    assert form.read(fill(typed.html(), {"/g/kind": "vip"})).data == {"g": {"x": "Zoe", "kind": "vip"}}


def test_conditions_of_an_untouched_group_see_what_is_shown() -> None:
    """F4: a default that is shown calls up its fields, though the group is not there yet."""
    group = {"required": ["x"], "properties": {"how": {"enum": ["post", "mail"], "default": "post"}, "x": TEXT},
             "if": {"properties": {"how": {"const": "post"}}, "required": ["how"]},
             "then": {"properties": {"street": {"type": "string"}}}}  # fmt: skip
    form = form_with(**group)
    answers = form.read(posted(form.render()))
    assert answers.data == {}
    assert at(Page(answers.html()), "/g/street")


def test_an_empty_row_is_told_when_the_form_is_sent() -> None:
    """F2, F6: a row that nobody filled is no answer, keeps its place on the page, and is told when sent; the rows
    around it are judged and shown at their own controls.
    """
    person = {"type": "object", "properties": {"a": {"type": "string", "minLength": 2}, "ok": {"type": "boolean"}}}
    form = Form({"type": "object", "properties": {"l": {"type": "array", "title": "People", "items": person}}})
    html = form.render({"l": [{"a": "one"}]})
    for _ in range(2):
        html = form.read(press(html, "add", "/l")).html()
    order = [
        element["data-pointer"] for element in Page(html).elements if element.get("data-pointer", "").endswith("/a")
    ]
    assert order == ["/l/0/a", "/l/1/a", "/l/2/a"]
    sent = form.read(fill(html, {"/l/2/a": "x"}))
    assert sent.data == {"l": [{"a": "one"}, {"a": "x"}]}
    assert [(error.pointer, error.keyword) for error in sent.errors] == [("/l/2", "row"), ("/l/1/a", "minLength")]
    page = Page(sent.html())
    order = [element["data-pointer"] for element in page.elements if element.get("data-pointer", "").endswith("/a")]
    assert order == ["/l/0/a", "/l/2/a", "/l/1/a"], "it stays where it was put"
    assert all(error.control_id in page.ids for error in sent.errors)
    mended = form.read(fill(form.read(press(sent.html(), "remove", "/l/2")).html(), {"/l/1/a": "two"}))
    assert (mended.data, mended.valid) == ({"l": [{"a": "one"}, {"a": "two"}]}, True)


def test_empty_rows_and_empty_texts_that_were_there_stay() -> None:
    """F2: rows that are an empty text, an empty group, no or null in the data come back as they were."""
    items: list[tuple[Any, list[Any]]] = [
        ({"type": "string"}, ["", "a", ""]),
        ({"type": "object", "properties": {"x": {"type": "string"}}}, [{}, {"x": "1"}, {}]),
        ({"type": "boolean"}, [False, True]),
        ({"type": ["string", "null"]}, [None, "a"]),
        ({"type": "string", "default": "x"}, ["x", "y"]),
        ({"const": "c"}, ["c", "c"]),
        ({"type": "array", "items": {"type": "string"}}, [[], ["a"]]),
    ]
    for schema, rows in items:
        form = Form({"type": "object", "properties": {"l": {"type": "array", "items": schema}}})
        answers = form.read(posted(form.render({"l": rows})))
        assert answers.data == {"l": rows}
        assert form.read(posted(answers.html())).data == {"l": rows}


def test_rows_that_the_list_needs_are_asked_at_their_controls() -> None:
    """F6: empty rows up to `minItems` of a list that is there are entries, so that each missing answer is named."""
    form = Form(
        {"type": "object", "required": ["l"], "properties": {"l": {"type": "array", "minItems": 2, "items": NAME}}}
    )
    answers = form.read(posted(form.render()))
    assert [error.pointer for error in answers.errors] == ["/l/0/first", "/l/1/first"]
    half = form.read(fill(form.render(), {"/l/1/first": "Zoe"}))
    assert half.data == {"l": [{}, {"first": "Zoe"}]}


NULLABLE = {"type": ["string", "null"]}
BLANK_ROWS: list[dict[str, Any]] = [
    TEXT, NULLABLE, {"type": ["string", "integer", "null"]}, {"type": "integer"}, {"enum": ["x", "y"]},
    {"type": "object", "properties": {"a": TEXT}}, {"type": "object", "required": ["a"], "properties": {"a": NULLABLE}},
    {"type": "object", "properties": {"a": {"const": "x"}, "b": TEXT}, "required": ["a"]},
    {"type": "array", "items": TEXT}, {"type": "object", "additionalProperties": TEXT},
]  # fmt: skip


@pytest.mark.parametrize("items", BLANK_ROWS, ids=str)
@pytest.mark.parametrize("least", [1, 2, 3])
def test_a_row_that_stands_there_by_itself_is_no_answer(items: dict[str, Any], least: int) -> None:
    """F2, F3, F6: a list that needs entries has none until somebody fills them in: page and API say so, at the row."""
    rows = {"type": "array", "minItems": least, "items": items}
    group = {"type": "object", "required": ["l"], "properties": {"n": TEXT, "l": rows}}
    optional = {"type": "object", "properties": {"g": group}}
    for schema, around, typed in ((group, "", {}), (optional, "/g", {"/g/n": "x"})):
        form = Form(schema)
        answers = form.read(fill(form.render(), typed))
        inside = answers.data["g"] if around else answers.data
        assert inside["l"] == []
        assert [(error.pointer, error.keyword) for error in answers.errors] == [(f"{around}/l", "minItems")]
        assert [error.pointer for error in form.validate(answers.data)] == [f"{around}/l"]
        rows_shown = [element.get("id", "") for element in Page(answers.html()).elements]
        row = next(node for node in answers._root.walk() if node.pointer == f"{around}/l/0")
        if not around:
            assert answers.errors[0].control_id in rows_shown
            assert answers.errors[0].control_id.startswith(row.name)
            assert form.read(posted(answers.html())).data == answers.data


def test_a_row_that_is_filled_counts_and_one_that_is_not_does_not() -> None:
    """F2, F6: partly filled lists hold what was filled; a row in which nothing can be filled in fills itself."""
    form = Form(
        {"type": "object", "required": ["l"], "properties": {"l": {"type": "array", "minItems": 2, "items": TEXT}}}
    )
    answers = form.read(fill(form.render(), {"/l/1": "x"}))
    assert (answers.data, [error.pointer for error in answers.errors]) == ({"l": ["x"]}, ["/l"])
    assert form.read(fill(answers.html(), {"/l/1": "y"})).data == {"l": ["y", "x"]}, "the rows stay where they are"
    assert form.validate({"l": ["", "x"]}) == [], "a program may give an empty text"
    for items, rows in (({"const": "c"}, ["c"]), ({"type": "null"}, [None]), ({"additionalProperties": False}, [{}])):
        fixed = {"type": "array", "minItems": 1, "items": {"type": ["object", "string", "null"], **items}}
        if "additionalProperties" in items:
            fixed["items"] = {"type": "object", **items}
        form = Form({"type": "object", "required": ["l"], "properties": {"l": fixed}})
        answers = form.read(posted(form.render()))
        assert (answers.data, answers.errors) == ({"l": rows}, [])


@pytest.mark.parametrize(
    ("places", "least", "typed", "data", "missing"),
    [
        ([TEXT, TEXT, TEXT], 0, {"/t/2": "x"}, [None, None, "x"], ["/t/0", "/t/1"]),
        ([TEXT, NULLABLE], 2, {}, [None, None], ["/t/0"]),
        ([TEXT, NULLABLE, TEXT], 0, {"/t/2": "x"}, [None, None, "x"], ["/t/0"]),
        ([TEXT, TEXT, NULLABLE], 0, {}, [], []),
        ([TEXT, TEXT, NULLABLE], 0, {"/t/1": "x"}, [None, "x"], ["/t/0"]),
        ([NULLABLE, TEXT], 0, {"/t/1": "x"}, [None, "x"], []),
        ([TEXT, {"type": "boolean"}], 1, {"/t/0": "x"}, ["x"], []),
    ],
)
def test_a_gap_in_a_tuple_is_a_missing_answer(
    places: list[Any], least: int, typed: dict[str, str], data: list[Any], missing: list[str]
) -> None:
    """F2, F3, F6: an empty place before one that is answered is null, which is no text: page and API ask for it."""
    schema = {"type": "array", "prefixItems": places, "minItems": least}
    form = Form({"type": "object", "required": ["t"], "properties": {"t": schema}})
    answers = form.read(fill(form.render(), typed))
    assert answers.data == {"t": data}
    assert [(error.pointer, error.message) for error in answers.errors] == [
        (pointer, "Answer this question.") for pointer in missing
    ]
    assert [error.pointer for error in form.validate(answers.data)] == missing
    assert form.read(posted(form.render(answers.data)), answers.data).data == answers.data


def test_a_name_without_a_value_is_a_missing_answer() -> None:
    """F2, F6: of a map of texts, a name that was typed asks for its text; one that is stored as empty stays."""
    form = Form({"type": "object", "properties": {"m": {"type": "object", "additionalProperties": TEXT}}})
    html = form.read(press(form.render(), "add", "/m")).html()
    named = form.read([(name, "k" if name.endswith("-k") else value) for name, value in posted(html)])
    assert [(error.pointer, error.message) for error in named.errors] == [("/m/k", "Answer this question.")]
    assert form.read(posted(form.render({"m": {"k": ""}}))).data == {"m": {"k": ""}}


@pytest.mark.parametrize("items", [{"const": "c"}, {"type": "null"}, {"type": "object", "required": ["k"],
                                   "properties": {"k": {"const": 1}}}], ids=str)  # fmt: skip
@pytest.mark.parametrize(("required", "least"), [([], 0), ([], 1), (["l"], 0), (["l"], 1)])
def test_a_row_in_which_nothing_can_be_filled_in_is_there_once_it_is_added(
    items: dict[str, Any], required: list[str], least: int
) -> None:
    """F2, F6: *Add* makes an entry of a constant or null, in a list that may be left out too; nothing is invented."""
    rows = {"type": "array", "minItems": least, "items": items}
    form = Form({"type": "object", "required": required, "properties": {"l": rows}})
    before = form.read(posted(form.render())).data.get("l", [])
    assert len(before) == (least if required else 0)
    sent = form.read(posted(form.read(press(form.render(), "add", "/l")).html()))
    assert sent.valid
    assert len(sent.data["l"]) == len(before) + 1
    assert form.read(posted(sent.html())).data == form.read(posted(form.render(sent.data))).data == sent.data


@pytest.mark.parametrize("least", [0, 2])
@pytest.mark.parametrize("items", [TEXT, NAME, {"type": "boolean"}], ids=str)
def test_an_added_row_that_stays_empty_is_told(items: dict[str, Any], least: int) -> None:
    """F2, F6: in a list that may be left out, whatever number of entries it needs once it is there."""
    form = Form({"type": "object", "properties": {"l": {"type": "array", "minItems": least, "items": items}}})
    sent = form.read(posted(form.read(press(form.render(), "add", "/l")).html()))
    assert (sent.data, [(error.pointer, error.keyword) for error in sent.errors]) == ({}, [("/l/0", "row")])


@pytest.mark.parametrize(
    ("group", "empty"),
    [({"type": "object", "properties": {"a": TEXT}}, {}), ({"type": "array", "items": TEXT}, [])],
    ids=["group", "list"],
)
def test_an_empty_group_in_a_place_or_under_a_name_is_a_missing_answer(group: dict[str, Any], empty: Any) -> None:
    """F2, F6: page and API ask for it; one that is stored as empty stays."""
    pair = {"type": "array", "prefixItems": [group, TEXT]}
    entries = {"type": "object", "additionalProperties": group}
    form = Form({"type": "object", "properties": {"t": pair, "m": entries}})
    html = form.read(press(form.render(), "add", "/m")).html()
    typed = [(name, "k" if name.endswith("-k") else value) for name, value in fill(html, {"/t/1": "x"})]
    answers = form.read(typed)
    assert answers.data == {"t": [None, "x"], "m": {"k": None}}
    missing = [(pointer, "Answer this question.") for pointer in ("/t/0", "/m/k")]
    assert [(error.pointer, error.message) for error in answers.errors] == missing
    assert {error.control_id for error in answers.errors} <= set(Page(answers.html()).ids)
    assert form.read(posted(answers.html())).data == answers.data
    stored = {"t": [empty, "x"], "m": {"k": empty}}
    for page in (form.render(stored), form.render(draft=form.draft(stored))):
        assert form.read(posted(page)).data == stored


def test_nothing_that_is_chosen_is_an_answer() -> None:
    """F2: a row for which *Nothing* is chosen among several types is null."""
    form = Form(
        {"type": "object", "properties": {"l": {"type": "array", "items": {"type": ["string", "integer", "null"]}}}}
    )
    html = form.read(press(form.render(), "add", "/l")).html()
    answers = form.read(fill(html, {"?/l/0": "Nothing"}))
    assert (answers.data, answers.errors) == ({"l": [None]}, [])
