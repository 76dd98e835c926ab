"""readOnly and writeOnly: what a post never changes, and what a page never shows."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from formengine.forms import Form, Upload, carry
from tests.forms.browser import Page, posted
from tests.forms.test_form import at, fill, press

FEE: dict[str, Any] = {"type": "object", "properties": {
    "fee": {"type": "number", "default": 100, "readOnly": True}, "x": {"type": "string"}}}  # fmt: skip
PARTS: dict[str, Any] = {"type": "object", "properties": {
    "group": {"type": "object", "readOnly": True, "properties": {
        "a": {"type": "string"}, "choice": {"enum": ["p", "q"]}, "ok": {"type": "boolean"}}},
    "rows": {"type": "array", "items": {"type": "object", "properties": {
        "id": {"type": "integer", "readOnly": True}, "name": {"type": "string"}}}},
    "fixed": {"type": "array", "readOnly": True, "items": {"type": "string"}},
    "who": {"readOnly": True, "oneOf": [
        {"title": "Person", "type": "object", "required": ["born"], "properties": {"born": {"type": "integer"}}},
        {"title": "Text", "type": "string"}]},
    "several": {"type": "array", "uniqueItems": True, "readOnly": True, "items": {"enum": [1, 2, 3]}},
    "x": {"type": "string"},
}}  # fmt: skip
DATA: dict[str, Any] = {
    "group": {"a": "1", "choice": "q", "ok": True}, "rows": [{"id": 7, "name": "Ann"}, {"id": 8, "name": "Bo"}],
    "fixed": ["u", "v"], "who": {"born": 1970}, "several": [3, 1], "x": "old",
}  # fmt: skip


def hostile(html: str) -> list[tuple[str, str]]:
    """The post of a page with every control that has a pointer changed, hidden ones too."""
    names = {element["name"] for element in Page(html).elements if "data-pointer" in element and "name" in element}
    return [(name, "2" if name in names else value) for name, value in Page(html).controls()]


def test_a_post_does_not_change_a_default_that_is_read_only() -> None:
    """F3: T9: a new form keeps the read-only default whatever is posted, or not posted."""
    form = Form(FEE)
    for controls in (fill(form.render(), {"/fee": "1", "/x": "y"}), fill(form.render(), {"/fee": "", "/x": "y"})):
        assert form.read(controls).data == {"fee": 100, "x": "y"}
    assert form.read(fill(form.render({"fee": 3}), {"/fee": "1"}), {"fee": 3}).data == {"fee": 3}


def test_a_post_does_not_change_what_is_read_only_in_groups_lists_and_unions() -> None:
    """F3: T9: with the data that the page showed, a hostile post changes what is not read-only alone."""
    form = Form(PARTS)
    html = form.render(DATA)
    changed = form.read(hostile(html), DATA).data
    assert changed == {**DATA, "x": "2", "rows": [{"id": 7, "name": "2"}, {"id": 8, "name": "2"}]}
    assert form.read(posted(html), DATA).data == DATA
    assert form.read([], DATA).data == {key: value for key, value in DATA.items() if key not in ("x", "rows")}


def test_rows_keep_their_read_only_answers_when_they_move() -> None:
    """F3: a read-only answer belongs to its row, wherever the row goes; a new row has none."""
    form = Form(PARTS)
    moved = form.read(press(form.render(DATA), "up", "/rows/1"), DATA)
    assert moved.data["rows"] == [{"id": 8, "name": "Bo"}, {"id": 7, "name": "Ann"}]
    added = form.read(press(moved.html(), "add", "/rows"), DATA)
    filled = form.read(fill(added.html(), {"/rows/2/name": "Cy", "/rows/2/id": "99"}), DATA)
    assert filled.data["rows"][2] == {"name": "Cy"}


def test_a_new_row_has_nothing_of_a_row_that_was_taken_out() -> None:
    """F3: T9: neither its read-only answer nor its write-only one, though it stands at the same place."""
    row = {"id": {"type": "integer", "readOnly": True}, "pin": {"type": "string", "writeOnly": True}}
    items = {"type": "object", "properties": {**row, "name": {"type": "string"}}}
    form = Form({"type": "object", "properties": {"rows": {"type": "array", "items": items}}})
    data = {"rows": [{"id": 7, "pin": "1", "name": "Ann"}, {"id": 8, "pin": "2", "name": "Bo"}]}
    rest = form.read(press(form.render(data), "remove", "/rows/1"), data)
    added = form.read(press(rest.html(), "add", "/rows"), data)
    filled = form.read(fill(added.html(), {"/rows/1/name": "Cy"}), data)
    assert filled.data["rows"] == [data["rows"][0], {"name": "Cy"}]


def test_what_is_read_only_has_no_buttons() -> None:
    """F2: neither rows of a read-only list nor its files can be added or removed on the page."""
    page = Page(Form(PARTS).render(DATA))
    assert not [button for button in page.buttons if button["data-pointer"].startswith(("/fixed", "/who", "/group"))]
    assert not [element for element in page.all("select") if element.get("data-choice-for") == "/who"]


def test_a_read_only_file_stays() -> None:
    """F9: a read-only file is named, and neither removed nor replaced by a post."""
    form = Form({"type": "object", "properties": {"doc": {"$ref": "formengine:file"}}})
    control = at(Page(form.render()), "/doc")[0]["name"]
    data = form.read([(control, Upload("a.txt", "text/plain", io.BytesIO(b"x")))]).data
    fixed = Form({"type": "object", "properties": {"doc": {"$ref": "formengine:file", "readOnly": True}}}).with_files(
        form._context.files
    )
    page = Page(fixed.render(data))
    assert not [element for element in page.all("input") if element.get("type") == "file"]
    assert "a.txt" in fixed.render(data)
    assert fixed.read([(control, Upload("b.txt", "text/plain", io.BytesIO(b"y")))], data).data == data


@pytest.mark.parametrize(
    ("data", "before", "wrong"),
    [
        ({"fee": 1}, None, ["/fee"]),
        ({"fee": 100}, None, []),
        ({}, None, []),
        ({"fee": 100}, {"fee": 3}, ["/fee"]),
        ({"fee": 3}, {"fee": 3}, []),
        ({}, {"fee": 3}, ["/fee"]),
    ],
)
def test_json_data_may_not_change_what_is_read_only(data: Any, before: Any, wrong: list[str]) -> None:
    """F3: T9: data that came another way are told at the pointer of the read-only answer that they change."""
    errors = Form(FEE).validate(data, before=before)
    assert [(error.pointer, error.keyword) for error in errors] == [(pointer, "readOnly") for pointer in wrong]
    assert Form(FEE).validate(data) == []


def test_what_is_write_only_is_never_shown() -> None:
    """F2: neither the page nor the summary shows it; left empty, it stays as it was."""
    form = Form(
        {"type": "object", "properties": {"pin": {"type": "string", "writeOnly": True}, "x": {"type": "string"}}}
    )
    data = {"pin": "s3cret", "x": "y"}
    html = form.render(data)
    assert "s3cret" not in html + form.summary(data) + str(form.entries(data)) + form.read(posted(html), data).html()
    assert form.read(posted(html), data).data == data
    assert form.read(fill(html, {"/pin": "new"}), data).data == {"pin": "new", "x": "y"}


PIN: dict[str, Any] = {"type": "string", "writeOnly": True}


@pytest.mark.parametrize(
    "changed",
    [
        {"pin": {"type": "string"}, "group": {"type": "object", "properties": {"pin": {"type": "string"}}}},
        {"pin": {"type": "integer"}, "group": {"type": "string"}, "codes": {"type": "string"}},
        {"pin": {"enum": ["a"]}, "codes": {"type": "array", "items": {"type": "string"}}},
        {},
    ],
)
def test_a_changed_form_does_not_show_what_was_write_only(changed: dict[str, Any]) -> None:
    """F2, F8: a draft has it, for who typed it; a form that would show it now begins without it, and says so."""
    fields = {
        "pin": PIN,
        "group": {"type": "object", "properties": {"pin": PIN}},
        "codes": {"type": "array", "items": PIN},
    }
    old, new = (Form({"type": "object", "properties": properties}) for properties in (fields, changed))
    controls = {"/pin": "s3cret", "/group/pin": "s3cret", "/codes/0": "s3cret", "/codes/1": "s3cret"}
    answers = old.read(fill(old.render({"codes": ["", ""]}), controls))
    assert json.dumps(answers.draft).count("s3cret") == 4
    carried = carry(answers.draft, old, new)
    told = {pointer for pointer, _ in (*carried.gone, *carried.changed, *carried.unfit)}
    assert {"/pin", "/group/pin"} <= told
    assert "s3cret" not in f"{carried} {new.render(draft=carried.draft)} {old.render(draft=answers.draft)}"
    same = carry(answers.draft, old, Form({"type": "object", "properties": {**fields, "x": {"type": "string"}}}))
    assert json.dumps(same.draft).count("s3cret") == 4


@pytest.mark.parametrize("required", [["pin"], []])
def test_what_is_write_only_is_not_lost_in_silence(required: list[str]) -> None:
    """F2, F3: where a button, an error or a draft draws the page again, one is told to type it again; and may leave it
    out where it is optional, by sending the form once more."""
    rows = {"type": "array", "items": {"type": "string"}}
    pin = {"type": "string", "writeOnly": True}
    form = Form({"type": "object", "required": required, "properties": {"pin": pin, "l": rows}})
    button = press(form.render(), "add", "/l")[-1]
    typed = form.read([*fill(form.render(), {"/pin": "s3cret"}), button])
    for again in (typed, form.resume(typed.draft)):
        page = again.html()
        assert "s3cret" not in page
        assert "Type this again" in page
        sent = form.read(fill(page, {"/l/0": "x"}))
        assert [(error.pointer, error.keyword) for error in sent.errors] == [("/pin", "unkept")]
        assert "Type it again, or send the form once more without it." in sent.html()
        assert form.read(fill(sent.html(), {"/pin": "s3cret"})).data["pin"] == "s3cret"
        left_out = form.read(posted(sent.html()))
        assert [error.keyword for error in left_out.errors] == (["required"] if required else [])
        assert "pin" not in left_out.data
        assert "Type this again" not in left_out.html()


class Reversed:
    """A seal for tests: the text, written backwards behind the name of its control."""

    def seal(self, name: str, text: str) -> str:
        return f"{name} {text[::-1]}"

    def open(self, name: str, sealed: str) -> str | None:
        start, _, text = sealed.partition(" ")
        return text[::-1] if start == name else None


SECRETS: dict[str, Any] = {"type": "object", "properties": {
    "x": {"enum": ["yes", "no"]}, "n": {"type": "number"}, "word": {"type": "string", "writeOnly": True},
    "keys": {"type": "array", "writeOnly": True, "uniqueItems": True, "items": {"enum": ["red-key", "blue-key"]}}},
    "if": {"properties": {"x": {"const": "yes"}}, "required": ["x"]},
    "then": {"properties": {"group": {"type": "object", "writeOnly": True, "properties": {
        "pin": {"type": "string"}, "doc": {"$ref": "formengine:file"}}}}}}  # fmt: skip


def test_what_is_write_only_is_in_no_hidden_control() -> None:
    """F2, F7: neither what is stored nor what was typed, on the page of other fields and while its field is hidden.
    With a seal it is there in the end; without, one is told to type it again. Stored answers stay."""
    plain = Form(SECRETS)
    sealed = plain.sealed_by(Reversed())
    stored = {"x": "yes", "n": 1, "word": "hush-word", "keys": ["red-key"], "group": {"pin": "hush-pin"}}
    typed = {"/word": "new-word", "/group/pin": "new-pin", "/keys": "red-key"}

    def is_told(page: str) -> bool:
        return any(secret in page for secret in ("hush-", "new-", 'value="&quot;red', 'value="[&quot;'))

    for form in (plain, sealed):
        unchanged = form.read(posted(form.render(stored, only={"n"})), stored)
        pages = [form.render(stored, only={"n"}), unchanged.html(only={"n"})]
        assert (unchanged.data, unchanged.errors) == (stored, [])
        asked = form.read(fill(form.render(), {"/x": "yes"})).html()
        first = form.read(fill(asked, typed))
        hidden = form.read(fill(asked, {**typed, "/x": "no"}))
        second = form.resume(first.draft)
        pages += [page.html(only={"n"}) for page in (first, second)] + [hidden.html(only={"x"})]
        last = form.read(fill(pages[2], {"/n": "2"}))
        back = form.read(fill(pages[4], {"/x": "yes"}))
        assert not [page for page in (*pages, last.html(only={"n"}), back.html(only={"x"})) if is_told(page)]
        new = {"word": "new-word", "keys": ["red-key"], "group": {"pin": "new-pin"}} if form is sealed else {}
        assert last.data == {"x": "yes", "n": 2, **new}
        assert {error.pointer for error in last.errors} == (
            set() if form is sealed else {"/word", "/keys", "/group/pin"}
        )
        assert back.data == {"x": "yes", **new}
    stranger = [(name, f"f-x{value}" if name.endswith("-s") else value) for name, value in posted(pages[2])]
    assert {error.keyword for error in sealed.read(stranger).errors} == {"unkept"}


def test_no_error_shows_what_is_write_only() -> None:
    """F2, F6: of a number that is two, that has too many digits, and of a time that comes twice."""
    kinds = {"n": {"type": "number"}, "t": {"type": "string", "format": "date-time"}}
    fields = {name: {**kind, "writeOnly": True} for name, kind in kinds.items()}
    form = Form({"type": "object", "properties": fields}, locale="fr").in_zone("Europe/Paris")
    for pointer, typed in (("/n", "4.711"), ("/n", "4711,00000000000000001"), ("/t", "2026-10-25T02:47")):
        answers = form.read(fill(form.render(), {pointer: typed}))
        assert [error.pointer for error in answers.errors] == [pointer]
        assert not any(part in answers.html() for part in ("4711", "4,711", "02:47"))


def test_what_is_write_only_in_a_branch_stays() -> None:
    """F2: T9: which branch or type is chosen is posted with every page, and is nothing typed."""
    secret = {"title": "Secret", "type": ["integer", "string"], "writeOnly": True}
    other = {"title": "Time", "type": "string", "format": "time"}
    group = {"title": "Group", "type": "object", "properties": {"pin": {"type": "string", "writeOnly": True}}}
    for union, data in (
        ({"type": "string", "oneOf": [other, secret]}, {"a": "1001"}),
        ({"oneOf": [other, group]}, {"a": {"pin": "1001"}}),
    ):
        form = Form({"type": "object", "properties": {"a": union, "x": {"type": "string"}}})
        html = form.render(data)
        assert "1001" not in html
        assert form.read(fill(html, {"/x": "y"}), data).data == {**data, "x": "y"}
    assert form.read(fill(html, {"/a/pin": "2002"}), data).data == {"a": {"pin": "2002"}}


def test_a_null_of_an_untouched_group_is_no_answer() -> None:
    """F2, F3: a page that is shown again with answers posts no read-only null that they did not have."""
    group = {"type": "object", "required": ["a"], "properties": {
        "a": {"type": ["string", "null"], "readOnly": True}, "d": {"type": "string"}}}  # fmt: skip
    form = Form({"type": "object", "properties": {"e": {"type": "string"}, "b": group}})
    for data in ({}, {"e": "x"}, {"b": {"a": None}}, {"b": {"a": "y", "d": "z"}}):
        assert form.read(posted(form.render(data)), data).data == data


def test_a_read_only_constant_is_like_a_read_only_default() -> None:
    """F2, F3: it brings no group that needs more, and a new row has it at once, not with the next post."""
    kept = {"const": "grass", "readOnly": True}
    group = {"type": "object", "required": ["x"], "properties": {"d": kept, "x": {"type": "string"}}}
    form = Form({"type": "object", "properties": {"g": group}})
    untouched = form.read(posted(form.render()))
    assert (untouched.data, untouched.errors) == ({}, [])
    assert form.read(fill(form.render(), {"/g/x": "y"})).data == {"g": {"d": "grass", "x": "y"}}
    row = {"type": "object", "properties": {"d": kept, "e": {"type": "string"}}}
    form = Form({"type": "object", "properties": {"l": {"type": "array", "items": row}}})
    added = form.read(press(form.render(), "add", "/l"))
    assert added.data == form.read(posted(added.html())).data == {"l": [{"d": "grass"}]}


@pytest.mark.parametrize("item", [{"type": "boolean", "default": True}, {"type": "string", "default": "x"}])
def test_rows_of_a_write_only_list_keep_what_stood_there(item: dict[str, Any]) -> None:
    """F3: T9: their empty controls mean no change, also where an empty control is told from a default."""
    form, data = (
        Form({"properties": {"l": {"type": "array", "items": item, "writeOnly": True}}}),
        {"l": [item["default"]]},
    )
    html = form.render(data)
    assert form.read(posted(html), data).data == data


def test_a_null_that_nobody_stored_is_no_read_only_answer() -> None:
    """F3: T9: a post that claims that an empty read-only control held null changes nothing."""
    form = Form({"properties": {"a": {"type": ["string", "null"], "readOnly": True}, "b": {"type": "string"}}})
    stored = {"b": "x"}
    name = at(Page(form.render(stored)), "/a")[0]["name"]
    assert form.read([*posted(form.render(stored)), (f"{name}-n", "null")], stored).data == stored


@pytest.mark.parametrize("value", ["S", 3, {"z": "S"}])
def test_entries_of_a_map_keep_what_is_write_only(value: Any) -> None:
    """F3: T9: the name of an entry is on the page, its write-only value is not; posted as it is, both stay."""
    entry: dict[str, Any] = {"type": {str: "string", int: "integer", dict: "object"}[type(value)]}
    if isinstance(value, dict):
        entry["properties"] = {"z": {"type": "string"}}
    secret = {**entry, "writeOnly": True}
    maps = [{"additionalProperties": secret}, {"patternProperties": {"^k": secret}},
            {"additionalProperties": entry, "writeOnly": True}]  # fmt: skip
    for schema in maps:
        form, data = Form({"properties": {"m": {"type": "object", **schema}}}), {"m": {"k": value}}
        assert form.read(posted(form.render(data)), data).data == data


def test_a_read_only_place_stays_when_the_rows_behind_it_go() -> None:
    """F2: T9: an empty list that stood at it is not taken out with the last entry, which page and API agree on."""
    places = [{"type": "number"}, {"$ref": "formengine:lines", "readOnly": True}]
    form = Form({"type": "object", "properties": {"e": {"type": "array", "prefixItems": places}}, "required": ["e"]})
    stored = {"e": [None, [], "more"]}
    removed = form.read(press(form.render(stored), "remove", "/e/2"), stored)
    assert removed.data == {"e": [None, []]}
    assert not [error for error in form.validate(removed.data, before=stored) if error.keyword == "readOnly"]


def test_a_read_only_default_appears_with_the_default_around_it() -> None:
    """F2, F4: T9: with the post that calls the group up, not with the next one."""
    inner = {"type": "object", "properties": {"fee": {"type": "string", "default": "grass", "readOnly": True}}}
    group = {"type": "object", "properties": {"b": inner}, "default": {}}
    on = {"properties": {"on": {"const": True}}, "required": ["on"]}
    form = Form({"type": "object", "properties": {"on": {"type": "boolean"}}, "if": on,
                 "then": {"properties": {"c": group}}})  # fmt: skip
    called = form.read(fill(form.render(), {"/on": "Yes"}))
    assert called.data == form.read(posted(called.html())).data == {"on": True, "c": {"b": {"fee": "grass"}}}
