"""What random forms showed: small forms of the same kind, each with what must hold of it."""

from __future__ import annotations

import io
from typing import Any

import pytest

from formengine.forms import Form, Upload
from tests.forms.browser import Page, posted
from tests.forms.oracles import linked
from tests.forms.test_form import fill, press

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def form_of(properties: dict[str, Any], **rest: Any) -> Form:
    """A form of some properties."""
    return Form({"type": "object", "properties": properties, **rest})


@pytest.mark.parametrize("choice", [{"type": ["integer", "string"]}, {"oneOf": [TEXT, NUMBER]}], ids=["type", "union"])
def test_an_error_at_a_read_only_choice_has_a_control(choice: dict[str, Any]) -> None:
    """F6: what is required, read-only and not there has no select, so that its error stands at the question itself."""
    form = form_of({"a": {**choice, "readOnly": True}}, required=["a"])
    answers = form.read(posted(form.render()))
    assert [error.pointer for error in answers.errors] == ["/a"]
    linked(Page(answers.html()), answers.errors)


def test_a_branch_that_is_read_only_can_be_left_again() -> None:
    """F2: the choice itself is not read-only where only one of its branches is."""
    fixed = {"title": "Fixed", "type": "number", "default": 2.5, "readOnly": True}
    form = form_of({"e": {"oneOf": [fixed, {"title": "Words", **TEXT}]}})
    chosen = form.read(fill(form.render(), {"?/e": "Fixed"}))
    assert chosen.data == {"e": 2.5}
    assert form.read(fill(chosen.html(), {"?/e": "Choose…"})).data == {}


def test_a_constant_set_by_the_schema_is_chosen_by_nobody() -> None:
    """F4: where another branch makes it a choice, or null an option, nothing is chosen there."""
    fish = {"title": "Fish", "required": ["kind", "no"],
            "properties": {"kind": {"enum": ["fish"]}, "no": {"type": "null"}, "x": TEXT}}  # fmt: skip
    other = {"title": "Other", "properties": {"kind": {"enum": ["fish"]}, "no": {"type": "null"}, "y": TEXT}}
    form = form_of({"c": {"type": "object", "oneOf": [fish, other]}})
    html = form.read(fill(form.render(), {"?/c": "Fish"})).html()
    chosen = form.read(fill(html, {"/c/x": "z"}))
    assert chosen.data == {"c": {"kind": "fish", "no": None, "x": "z"}}
    assert form.read(posted(chosen.html())).data == chosen.data
    assert form.read(fill(chosen.html(), {"?/c": "Other"})).data == {}
    assert form.read(posted(form.render(chosen.data)), chosen.data).data == chosen.data


def test_a_default_chooses_among_types_when_its_field_appears() -> None:
    """F4: null and text alike, in a branch that was just chosen: shown, kept, and posted again."""
    for default, shown in ((None, None), ("grass", "grass"), (7, 7)):
        several = {"type": ["string", "null", "integer"], "default": default}
        form = form_of({"c": {"oneOf": [{"title": "One", "properties": {"b": several}}, {"title": "Two", **TEXT}]}})
        chosen = form.read(fill(form.render(), {"?/c": "One"}))
        assert chosen.data == {"c": {"b": shown}}
        assert form.read(posted(chosen.html())).data == chosen.data


@pytest.mark.parametrize(
    "group",
    [
        {"required": ["b"], "properties": {"b": {"const": 1, "default": True}}},
        {"required": ["b"], "properties": {"b": {"const": 1, "default": 1}}},
        {"required": ["b", "x"], "properties": {"b": {"const": None}, "x": TEXT}},
    ],
    ids=["true is not one", "default", "null"],
)
def test_a_constant_is_no_answer_of_an_untouched_group(group: dict[str, Any]) -> None:
    """F2: whatever its default is, and null as well."""
    form = form_of({"g": {"type": "object", **group}})
    for html in (form.render(), form.render({})):
        answers = form.read(posted(html))
        assert (answers.data, answers.errors) == ({}, [])


@pytest.mark.parametrize(
    ("schema", "before", "data"),
    [
        ({"b": {"type": "object", "required": ["d"],
                "properties": {"d": {"type": ["string", "null"], "default": "x", "readOnly": True}}}}, {}, {}),
        ({"b": {"type": "object", "required": ["e"],
                "properties": {"e": {"type": "object", "properties": {"x": TEXT}, "readOnly": True}}}}, {}, {}),
        ({"t": {"type": "array", "prefixItems": [{"type": ["integer", "null"], "readOnly": True}, TEXT]}},
         {"x": 1}, {"t": [None, "a"]}),
        ({"l": {"type": "array", "items": {"type": "object", "readOnly": True,
                "properties": {"a": {"type": "integer", "default": 7}}}}}, {"x": 1}, {"l": [{"a": 7}]}),
    ],
    ids=["null of a default", "empty group", "place of a tuple", "defaults of a new row"],
)  # fmt: skip
def test_what_a_page_posts_changes_nothing_read_only(schema: Any, before: Any, data: Any) -> None:
    """F3: T9: an empty control, an empty place and a default are no change, for the API as for the page."""
    assert form_of(schema).validate(data, before=before) == []


def test_an_untouched_read_only_tuple_stays_out_of_its_group() -> None:
    """F2, F3: the places of a required read-only tuple are nothing that stood there."""
    pair = {"type": "array", "prefixItems": [TEXT, {"type": ["string", "null"]}], "readOnly": True}
    form = form_of({"b": {"type": "object", "required": ["b"], "properties": {"b": pair}}})
    assert form.read(posted(form.render({})), {}).data == {}


def test_a_new_value_in_a_read_only_group_is_told() -> None:
    """F3: T9: where nothing stood, data that are neither empty nor the default of the schema are a change."""
    row = {"type": "object", "readOnly": True, "properties": {"a": {"type": "integer", "default": 7}, "b": TEXT}}
    form = form_of({"l": {"type": "array", "items": row}})
    errors = form.validate({"l": [{"a": 8, "b": "x"}]}, before={"x": 1})
    assert [(error.pointer, error.keyword) for error in errors] == [("/l/0/a", "readOnly"), ("/l/0/b", "readOnly")]


def test_a_read_only_answer_keeps_its_group() -> None:
    """F3: T9: a group that is emptied is not gone with a read-only answer that stood in it, for page and API."""
    group = {
        "type": "object",
        "required": ["x"],
        "properties": {"x": TEXT, "fee": {"type": "integer", "readOnly": True}},
    }
    form, data = form_of({"g": group}), {"g": {"x": "a", "fee": 3}}
    emptied = form.read(fill(form.render(data), {"/g/x": ""}), data)
    assert emptied.data == {"g": {"fee": 3}}
    assert [error.pointer for error in emptied.errors] == ["/g/x"]
    assert [error.pointer for error in form.validate({}, before=data)] == ["/g/fee"]


def test_options_of_several_parts_are_read_in_words() -> None:
    """F2: an object or a list to choose is no JSON on the page; an empty one is."""
    places = [{"name": "Lyon", "zip_code": 69}, ["a", 2], {}]
    form = form_of({"place": {"enum": places}})
    labels = [option["text"] for option in Page(form.render()).all("option")]
    assert labels == ["No answer", "Name: Lyon, Zip code: 69", "a, 2", "{}"]


def test_a_union_to_choose_is_marked_as_optional() -> None:
    """F6: its select says so as every other control does, and whether it is required, until something is chosen."""
    either = {"oneOf": [{"title": "Words", **TEXT}, {"title": "Number", **NUMBER}]}
    form = form_of({"a": either, "b": either, "c": {"type": ["string", "integer"]}}, required=["b"])
    page = Page(form.render())
    labels = [label["text"] for label in page.all("label")]
    assert labels == ["A: which? (optional)", "B: which?", "C: which? (optional)"]
    assert [select.get("aria-required") for select in page.all("select")] == [None, "true", None]


def test_a_default_that_was_taken_back_stays_away() -> None:
    """F4: no type chosen is an answer too: the default is not set again after a detour over another branch."""
    several = {"type": ["integer", "string"], "default": 7}
    cow = {"title": "Cow", "type": "object", "properties": {"name": TEXT, "e": several}}
    form = form_of({"c": {"oneOf": [cow, {"title": "Words", **TEXT}]}})
    data = {"c": {"name": "Io"}}
    stored = form.read(posted(form.render(data)), data)
    assert stored.data == data
    words = form.read(fill(stored.html(), {"?/c": "Words"}), data)
    assert form.read(fill(words.html(), {"?/c": "Cow"}), data).data == data


def test_the_summary_is_in_the_order_of_the_page() -> None:
    """F6: also for errors that were found without the page, as for data that came another way."""
    form = form_of({"a": TEXT, "b": TEXT}, required=["a"], anyOf=[{"required": ["b"]}])
    errors = form.validate({})[::-1]
    links = [link["href"] for link in Page(form.render({}, errors)).all("a")]
    order = [f"#{element['id']}" for element in Page(form.render({}, errors)).elements if "id" in element]
    assert links == sorted(links, key=order.index)
    assert len(links) > 1


def test_a_read_only_default_of_a_branch_goes_with_it() -> None:
    """F3, F4: what the schema set in one branch is no answer to another, and nothing once no branch is chosen."""
    form = form_of({"a": {"oneOf": [{"title": "Fixed", "default": "7", "readOnly": True}, {"title": "Words", **TEXT}]}})
    chosen = form.read(fill(form.render(), {"?/a": "Fixed"}))
    assert chosen.data == {"a": "7"}
    for label in ("Choose…", "Words"):
        assert form.read(fill(chosen.html(), {"?/a": label})).data == {}


@pytest.mark.parametrize("declared", [TEXT, {"$ref": "formengine:files"}], ids=["same kind", "another kind"])
def test_a_read_only_default_of_a_condition_goes_with_it(declared: dict[str, Any]) -> None:
    """F3, F4: and what was typed or stored before is there again."""
    fixed = {"a": {"readOnly": True, "default": "set"}}
    form = form_of(
        {"on": {"type": "boolean"}, "a": declared},
        **{"if": {"properties": {"on": {"const": True}}, "required": ["on"]}, "then": {"properties": fixed}},
    )
    text = {"/a": "mine"} if declared is TEXT else {}
    typed = form.read(fill(form.render(), text))
    on = form.read(fill(typed.html(), {"/on": "Yes"}))
    assert on.data == {"on": True, "a": "set"}
    assert form.read(fill(on.html(), {"/on": "No answer"})).data == typed.data
    if text:
        stored = form.read(fill(form.render({"a": "mine"}), {"/on": "Yes"}), {"a": "mine"})
        assert stored.data == {"on": True, "a": "mine"}
        assert form.validate(stored.data, before={"a": "mine"}) == []


def test_a_branch_that_says_nothing_of_its_values_can_be_answered() -> None:
    """F2: what is typed there is JSON, as for a field without a type."""
    form = form_of({"a": {"anyOf": [{"title": "Words", **TEXT}, {"title": "Anything"}]}})
    chosen = form.read(fill(form.render(), {"?/a": "Anything"}))
    answers = form.read(fill(chosen.html(), {"/a": '{"k": [1]}'}))
    assert answers.data == {"a": {"k": [1]}}
    assert form.read(posted(answers.html())).data == answers.data


def test_a_time_typed_is_no_account_number_under_other_answers() -> None:
    """F4: a text that one condition reads by the clock is not taken, without its offset, where another reads it as
    something else.
    """
    when = {"properties": {"a": {"type": "string", "format": "date-time"}}}
    form = form_of(
        {"on": {"type": "boolean"}, "a": TEXT},
        **{"if": {"properties": {"on": {"const": True}}, "required": ["on"]}, "then": when},
    )
    html = form.read(fill(form.render(), {"/on": "Yes"})).html()
    at = form.read(fill(html, {"/a": "2026-06-02T10:30"}))
    assert at.data == {"on": True, "a": "2026-06-02T10:30:00Z"}
    off = form.read(fill(form.render(at.data), {"/on": "No answer"}), at.data)
    assert off.data == {}
    assert form.read(fill(off.html(), {"/on": "Yes"}), at.data).data == at.data


@pytest.mark.parametrize("before", [None, {}, {"g": {"pin": "0000", "code": "x"}}])
def test_what_is_in_a_write_only_group_is_taken_and_never_shown(before: Any) -> None:
    """F2: each answer in it replaces the one before where something was typed, and none is on a page again."""
    group = {"type": "object", "writeOnly": True, "properties": {"pin": TEXT, "code": TEXT}}
    form = form_of({"g": group, "x": TEXT})
    answers = form.read(fill(form.render(before), {"/g/pin": "s3cret"}), before)
    kept = {"code": "x"} if before else {}
    assert answers.data == {"g": {"pin": "s3cret", **kept}}
    assert "s3cret" not in answers.html()
    stored = answers.data
    assert "s3cret" not in form.render(stored) + form.summary(stored) + str(form.entries(stored))
    assert form.read(posted(form.render(stored)), stored).data == stored


@pytest.mark.parametrize(
    ("schema", "data"),
    [({"$ref": "formengine:lines"}, ["a", "b"]), ({"uniqueItems": True, "items": {"enum": ["x", "y"]}}, ["x"])],
)
def test_a_write_only_list_that_is_left_empty_stays(schema: dict[str, Any], data: list[str]) -> None:
    """F2: lines and several choices are one control, whose emptiness means that nothing was typed."""
    form, stored = form_of({"e": {"type": "array", **schema, "writeOnly": True}}), {"e": data}
    assert form.read(posted(form.render(stored)), stored).data == stored


def test_a_write_only_default_of_a_branch_that_was_changed_stays_changed() -> None:
    """F2, F4: that its default was set once is nothing that was typed now."""
    dog = {"title": "Dog", "properties": {"kind": {"const": "dog"}, "a": {**TEXT, "default": "one"}}}
    cow = {"title": "Cow", "properties": {"kind": {"const": "cow"}, "b": TEXT}}
    form = form_of({"d": {"type": "object", "oneOf": [dog, cow], "writeOnly": True}})
    data = {"d": {"kind": "dog", "a": "two"}}
    assert form.read(posted(form.render(data)), data).data == data


def test_a_write_only_file_is_replaced_by_another() -> None:
    """F2, F9: a file that is chosen counts as typed."""
    form = form_of({"doc": {"$ref": "formengine:file", "writeOnly": True}})
    name = next(element["name"] for element in Page(form.render()).all("input") if element.get("type") == "file")
    first = form.read([(name, Upload("a.txt", "text/plain", io.BytesIO(b"a")))]).data
    assert form.read(posted(form.render(first)), first).data == first
    second = form.read([(name, Upload("b.txt", "text/plain", io.BytesIO(b"b")))], first).data
    assert second["doc"]["name"] == "b.txt"


@pytest.mark.parametrize("rest", [{}, {"items": False}], ids=["open", "closed"])
def test_a_list_that_becomes_a_tuple_keeps_its_rows(rest: dict[str, Any]) -> None:
    """F4: its first rows are the answers at the places, and rows again when the condition no longer holds."""
    pair = {"prefixItems": [{"title": "Buyer", **TEXT}], **rest}
    form = form_of(
        {"on": {"type": "boolean"}, "l": {"type": "array", "items": TEXT}},
        **{"if": {"properties": {"on": {"const": True}}, "required": ["on"]}, "then": {"properties": {"l": pair}}},
    )
    rows = {"l": ["Ann", "Bo", "Cy"]}
    on = form.read(fill(form.render(rows), {"/on": "Yes"}), rows)
    assert on.data["l"] == (["Ann"] if rest else rows["l"])
    assert form.read(fill(on.html(), {"/on": "No answer"}), rows).data == rows
    moved = form.read(press(form.render(rows), "up", "/l/1"), rows)
    back = form.read(fill(form.read(fill(moved.html(), {"/on": "Yes"})).html(), {"/on": "No answer"}))
    assert back.data == {"l": ["Bo", "Ann", "Cy"]}
    stored = form.read(posted(form.render(on.data)), on.data).data
    assert stored == on.data
    assert form.read(fill(form.render(stored), {"/on": "No answer"}), stored).data["l"] == on.data["l"]


def test_an_empty_file_is_refused_beside_one_that_is_kept() -> None:
    """F9: a file of no bytes is told at its control, by its name; where a file is required, none was given; the other
    files of the same post stay.
    """
    form = form_of({"main": {"$ref": "formengine:file"}, "more": {"$ref": "formengine:files"}}, required=["main"])
    page = Page(form.render())
    main, more = (element["name"] for element in page.all("input") if element.get("type") == "file")
    answers = form.read([
        (main, Upload("contract.pdf", "application/pdf", io.BytesIO(b""))),
        (more, Upload("notes.txt", "text/plain", io.BytesIO(b"words"))),
        (more, Upload("blank.txt", "text/plain", io.BytesIO(b"")))])  # fmt: skip
    assert [(error.pointer, error.message) for error in answers.errors] == [
        ("/main", "“contract.pdf” is empty."), ("/more", "“blank.txt” is empty.")]  # fmt: skip
    assert [file["name"] for file in answers.data["more"]] == ["notes.txt"]
    assert "main" not in answers.data
    linked(Page(answers.html()), answers.errors)
    again = form.read(posted(answers.html()))
    assert [(error.pointer, error.keyword) for error in again.errors] == [("/main", "required")]
    assert again.data == answers.data


def test_an_rjsf_ui_schema_names_options_and_orders_fields() -> None:
    """F2: what a uiSchema says of the schema holds for `Form(ui=...)` as for an imported one: names of options, the
    order of fields, what is read-only.
    """
    schema = {"type": "object", "properties": {
        "law": {"enum": ["fr", "de"]}, "ok": {"type": "boolean"}, "fee": {**NUMBER, "default": 3}}}  # fmt: skip
    form = Form(schema, ui={"ui:order": ["fee", "*"], "law": {"ui:enumNames": ["French", "German"]},
                            "ok": {"ui:enumNames": ["Agreed", "Refused"]}, "fee": {"ui:readonly": True}})  # fmt: skip
    html = form.render()
    texts = [option["text"] for option in Page(html).all("option")]
    assert texts == ["No answer", "French", "German", "No answer", "Agreed", "Refused"]
    answers = form.read(fill(html, {"/law": "German", "/ok": "Agreed", "/fee": "99"}))
    assert list(answers.data.items()) == [("fee", 3), ("law", "de"), ("ok", True)]
    assert "German" in form.summary(answers.data)
    assert Form(schema, ui={"fields": {"law": {"help": "Which?"}}}).render().count("German") == 0


def test_a_summary_titles_the_places_of_a_tuple_and_leaves_years_whole() -> None:
    """F6: a place has a title as a field has, the rows behind it none; a year has no thousands separator."""
    pair = {"type": "array", "prefixItems": [{"title": "Buyer", **TEXT}, {"title": "Seller", **TEXT}], "items": TEXT}
    form = form_of({"deal": pair, "fiscalYear": {**NUMBER, "minimum": 1990}, "years": NUMBER})
    data = {"deal": ["Ann", "Bo", "Cy"], "fiscalYear": 2026, "years": 2026}
    assert dict(form.entries(data)) == {
        "Deal": "Buyer: Ann; Seller: Bo; Cy", "Fiscal year": "2026", "Years": "2,026"}  # fmt: skip
    assert "<dt>Buyer</dt><dd>Ann</dd>" in form.summary(data)
    assert "1990 at least." in form.render()


def test_an_empty_place_of_a_tuple_is_shown_empty() -> None:
    """F2: the null that stands there before one that is answered is no JSON to be edited, and comes back as it was."""
    form = form_of({"t": {"type": "array", "prefixItems": [NUMBER, {"enum": ["x", "y"]}, TEXT]}})
    data = {"t": [None, None, "a"]}
    html = form.render(data)
    assert "font-monospace" not in html
    assert form.read(posted(html), data).data == data
    assert form.read(fill(html, {"/t/0": "3", "/t/1": "y"}), data).data == {"t": [3, "y", "a"]}


@pytest.mark.parametrize(("locale", "hint"), [("en", "From 0 to 9. In steps of 0.5."), ("fr", "Par pas de 0,5.")])
def test_the_steps_of_a_number_are_said(locale: str, hint: str) -> None:
    """F6: before anything is typed; whole numbers need no word."""
    form = Form({"properties": {"n": {"type": "number", "minimum": 0, "maximum": 9, "multipleOf": 0.5}}}, locale=locale)
    assert hint in form.render()
    assert "steps" not in Form({"properties": {"n": {"type": "integer", "multipleOf": 1}}}).render()


def test_a_read_only_branch_may_be_chosen_with_its_default() -> None:
    """F3: T9: for the API as for the page; with any other value it may not."""
    fixed = {"title": "Fixed", "type": "string", "default": "grass", "readOnly": True}
    form, before = form_of({"b": {"oneOf": [{"title": "Yes or no", "type": "boolean"}, fixed]}}), {"b": True}
    chosen = form.read(fill(form.render(before), {"?/b": "Fixed"}), before)
    assert chosen.data == {"b": "grass"}
    assert form.validate(chosen.data, before=before) == []
    assert [error.keyword for error in form.validate({"b": "corn"}, before=before)] == ["readOnly"]
