"""Drafts of an older version of a form on a newer one."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from formengine.forms import Form, carry, restore
from formengine.forms.tree.control_names import segment
from tests.forms.browser import posted
from tests.forms.test_form import fill, press

OLD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "how": {"title": "How", "enum": ["post", "mail", "fax"]},
        "name": {"title": "Name", "type": "string"},
        "fax": {"title": "Fax", "type": "string"},
        "rows": {"type": "array", "items": {"oneOf": [
            {"title": "Person", "type": "object", "required": ["born"], "properties": {"born": {"type": "integer"}}},
            {"title": "Firm", "type": "object", "required": ["seat"], "properties": {"seat": {"type": "string"}}},
        ]}},
    },
}  # fmt: skip


def newer() -> dict[str, Any]:
    """A newer version: options and branches in another order, one field gone, one shorter, one more."""
    schema: dict[str, Any] = json.loads(json.dumps(OLD))
    schema["properties"]["how"]["enum"] = ["mail", "post"]
    schema["properties"]["name"]["maxLength"] = 3
    schema["properties"]["rows"]["items"]["oneOf"].reverse()
    del schema["properties"]["fax"]
    schema["properties"]["when"] = {"title": "When", "type": "string", "format": "date"}
    return schema


def test_choices_are_migrated_by_value() -> None:
    """F8: options and branches keep their meaning where their order changed."""
    old, new = Form(OLD), Form(newer())
    data = {"how": "post", "rows": [{"seat": "Paris"}, {"born": 1970}]}
    carried = carry(json.loads(json.dumps(old.draft(data))), old, new)
    assert new.resume(carried.draft).data == data
    assert (carried.gone, carried.changed, carried.unfit) == ([], [], [])
    assert carried.new == [("/when", "When")]


def test_changes_are_reported() -> None:
    """F8: a field that is gone, an answer that is no longer valid, a field that is new."""
    old, new = Form(OLD), Form(newer())
    carried = carry(old.draft({"how": "fax", "name": "Maya", "fax": "12"}), old, new)
    assert carried.gone == [("/fax", "Fax")]
    assert carried.unfit == [("/how", "How"), ("/name", "Name")]
    assert carried.new == [("/when", "When")]
    assert new.resume(carried.draft).data == {"how": "fax", "name": "Maya"}, "what was typed is not lost"


TEXT: dict[str, Any] = {"type": "string"}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
GROUP: dict[str, Any] = {"type": "object", "properties": {"b": {"type": "integer"}}}
PAIR: dict[str, Any] = {"type": "array", "prefixItems": [TEXT, {"type": "integer"}], "items": False}


@pytest.mark.parametrize(
    ("before", "now", "value", "unfit"),
    [
        (TEXTS, PAIR, ["q", "w", "e", "r"], [("/t", "T")]),
        (TEXTS, TEXT, ["x", "y"], [("/t", "T")]),
        (GROUP, TEXT, {"b": 1}, [("/t", "T")]),
        (TEXT, GROUP, "x", [("/t", "T")]),
        (True, TEXTS, ["x", "y"], []),
        (True, TEXTS, ["x", 1], [("/t", "T")]),
    ],
)
def test_a_list_or_group_that_its_field_still_shows_is_not_gone(
    before: Any, now: dict[str, Any], value: Any, unfit: list[tuple[str, str]]
) -> None:
    """F8: what the new form shows as JSON, or the old one did, is kept: unfit where it is refused, and not new."""
    old, new = (Form({"type": "object", "properties": {"t": schema}}) for schema in (before, now))
    carried = carry(old.draft({"t": value}), old, new)
    assert new.resume(carried.draft).data == {"t": value}
    assert (carried.gone, carried.changed, carried.unfit, carried.new) == ([], [], unfit, [])
    assert all(carried.texts[pointer] for pointer, _ in unfit)


def test_a_group_in_the_control_of_a_number_stays_a_group() -> None:
    """F8: T9: it stands there as JSON, and is no text that somebody typed."""
    places = [{"type": ["integer", "null"]}], [{"enum": [1.5, None, {"a": 1}, {}]}, {"type": "object"}]
    schema = {"anyOf": [{"type": "array", "prefixItems": place, "minItems": 1} for place in places]}
    schema["anyOf"][0]["items"] = {"type": "boolean"}
    form = Form({"type": "object", "properties": {"t": schema, "n": {"type": "integer"}}})
    for data in ({"t": [{}, {}, False]}, {"n": {}}, {"n": "{}"}):
        carried = carry(form.draft(data), form, form)
        assert form.resume(carried.draft).data == data


def test_a_list_that_the_new_form_refuses_is_reported() -> None:
    """F8: an option of several that is gone, and more rows than there may be: told at the list, and nothing is lost."""
    several = {"title": "Where", "type": "array", "uniqueItems": True, "items": {"enum": ["x", "y", "z"]}}
    rows = {"title": "Who", "type": "array", "items": {"type": "string"}}
    fewer = {"several": {**several, "items": {"enum": ["x", "z"]}}, "rows": {**rows, "maxItems": 1}}
    old, new = Form({"properties": {"several": several, "rows": rows}}), Form({"properties": fewer})
    data = {"several": ["y", "z"], "rows": ["Maya", "Paul"]}
    carried = carry(old.draft(data), old, new)
    assert carried.unfit == [("/several", "Where"), ("/rows", "Who")]
    assert carried.texts == {"/several": "y; z", "/rows": "Maya; Paul"}
    assert new.resume(carried.draft).data == data


def test_a_malformed_draft_is_empty() -> None:
    """F8: O7: nothing is raised for any content of a draft."""
    old, new = Form(OLD), Form(newer())
    assert new.resume(carry({"f-r": [1, None], "x": "y"}, old, new).draft).data == {}


def test_answers_to_be_moved_by_hand_are_given_as_text() -> None:
    """F8: what is gone or refused is told in the words of the old form; what is needed only now is told."""
    newest = newer()
    newest["properties"]["amount"] = {"title": "Amount", "type": "number"}
    newest["required"] = ["amount", "when"]
    older = json.loads(json.dumps(OLD))
    older["properties"]["amount"] = {"title": "Amount", "type": "number"}
    older["properties"]["why"] = {"title": "Why", "type": "string"}
    older["properties"]["how"] = {"title": "How", "oneOf": [{"const": "fax", "title": "By fax"}, {"const": "post"}]}
    carried = carry(Form(older).draft({"how": "fax", "why": "Two\nlines", "name": "Maya"}), Form(older), Form(newest))
    assert carried.gone == [("/why", "Why")]
    assert carried.texts == {"/why": "Two\nlines", "/how": "By fax", "/name": "Maya"}
    assert carried.required == [("/amount", "Amount")], "a new field is told as new"


def test_a_text_that_became_a_number_stands_in_its_control() -> None:
    """F8: and a number that became a text, in a row as well: as it was typed, not in quotes beside the field."""
    row = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "number"}}}
    turned = {"type": "object", "properties": {"a": {"type": "number"}, "b": {"type": "string"}}}
    old, new = (
        Form(
            {"type": "object", "properties": {**part["properties"], "l": {"type": "array", "items": part}}}, locale="fr"
        )
        for part in (row, turned)
    )
    html = old.read(press(old.render(), "add", "/l")).html()
    typed = old.read(fill(html, {"/a": "1250", "/b": "12,5", "/l/0/a": "a dozen", "/l/0/b": "3"}))
    carried = carry(json.loads(json.dumps(typed.draft)), old, new)
    assert "font-monospace" not in new.render(draft=carried.draft)
    assert new.resume(carried.draft).data == {"a": 1250, "b": "12,5", "l": [{"a": "a dozen", "b": "3"}]}
    assert (carried.gone, carried.changed, carried.unfit) == ([], [], [("/l/0/a", "A")])


def test_what_was_typed_before_hiding_is_kept_unless_it_would_be_an_answer() -> None:
    """F8, F4: text of a hidden field comes back with it; it never turns up in a field that the new form shows."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"paper": {"enum": ["ours", "theirs"]}, "why": {"type": "string"}},
        "if": {"properties": {"paper": {"const": "ours"}}},
        "then": {"properties": {"why": False}},
    }
    old, new = Form(schema), Form(json.loads(json.dumps(schema)) | {"title": "Newer"})
    typed = {**old.draft({"paper": "theirs", "why": "price"}), **old.draft({"paper": "ours"})}
    assert old.resume(typed).data == {"paper": "ours"}
    carried = carry(typed, old, new)
    assert (carried.gone, carried.new) == ([], [])
    back = {**carried.draft, **{name: values for name, values in old.draft({"paper": "theirs"}).items() if name in
            new.draft({"paper": "ours"})}}  # fmt: skip
    assert new.resume(back).data == {"paper": "theirs", "why": "price"}
    always = Form({"type": "object", "properties": {"paper": {}, "why": {"type": "string"}}})
    assert always.resume(carry(typed, old, always).draft).data == {"paper": "ours"}


NESTED: dict[str, Any] = {
    "type": "object",
    "properties": {"animals": {"type": "array", "items": {
        "type": "object", "properties": {"kind": {"enum": ["cat", "fish"]}, "age": {"type": "integer"}},
        "allOf": [{"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
                   "then": {"properties": {"food": {"type": "object", "properties": {"name": {"type": "string"}}}}}}
                  for kind in ("cat", "fish")],
    }}},
}  # fmt: skip


def test_a_draft_is_shown_though_its_controls_have_another_name_now() -> None:
    """F8: answers saved by a release that named the controls of conditional fields otherwise are shown by value; so are
    the rows that they are in, and what is no answer is kept.
    """
    form = Form(NESTED)
    data = {"animals": [{"kind": "cat", "age": 3, "food": {"name": "grass"}}, {"kind": "fish"}]}
    saved = form.draft(data)
    new_name = next(name for name, texts in saved.items() if texts == ["grass"])
    old_name = re.sub("-v[a-z2-7]{8}", "-vaaaaaaaa", new_name)
    draft = {old_name if name == new_name else name: texts for name, texts in saved.items()} | {"f-zzzzzzzz": ["typed"]}
    assert form.resume(draft).data != data
    restored = restore(json.loads(json.dumps(draft)), data, form)
    assert form.resume(restored.controls).data == data
    assert restored.controls["f-zzzzzzzz"] == ["typed"]
    assert restored.lost == {}
    moved = {name.replace("-0-", "-7-").replace("-1-", "-4-"): texts for name, texts in draft.items()}
    rows = next(name for name in moved if name.endswith("-r"))
    restored = restore({**moved, rows: ["7 4"]}, data, form)
    assert form.resume(restored.controls).data == data, "rows have other keys in a draft than in data"


def test_the_draft_of_another_form_is_told() -> None:
    """F8, F15: what fits is shown, with an error for the rest; a field that a newer version lacks is told otherwise."""
    lease = Form({"properties": {"name": {"type": "string"}, "rent": {"type": "integer"}}})
    order = Form({"properties": {"name": {"type": "string"}, "pieces": {"type": "integer"}}}, locale="fr")
    draft = lease.draft({"name": "Ann", "rent": 3})
    resumed = order.resume(draft)
    told = "Une partie de ce brouillon provient d’un autre formulaire et n’a pas été reprise."
    assert resumed.data == {"name": "Ann"}
    assert [(error.pointer, error.keyword, error.message) for error in resumed.errors] == [("", "draft", told)]
    for html in (order.render(draft=draft), resumed.html(), resumed.html(errors=())):
        assert html.count(told) == 2, "in the summary and at the form"
    assert order.read(posted(resumed.html())).errors == []
    assert order.resume(carry(draft, lease, order).draft).errors == []
    assert order.resume({**order.draft({"name": "Ann"}), "step": ["2"]}).errors == []


def test_an_answer_that_no_control_shows_is_told() -> None:
    """F8: what was saved and is asked nowhere now is given as text; a draft that shows all stays as it is."""
    form = Form(NESTED)
    data = {"animals": [{"kind": "cat", "coat": "black"}]}
    draft = form.draft(data)
    assert restore(draft, data, form).gone == [("Coat", "black")]
    assert restore(draft, {"animals": [{"kind": "cat"}]}, form).controls is draft


def test_a_write_only_answer_that_no_control_shows_is_named_alone() -> None:
    """F8: F2: what the branch that was left, a definition or a group declare as write-only is told without its text."""
    secret = {"type": "string", "writeOnly": True}
    form = Form({
        "type": "object", "properties": {"kind": {"enum": ["a", "b"]}}, "$defs": {"pin": secret},
        "if": {"properties": {"kind": {"const": "a"}}, "required": ["kind"]},
        "then": {"properties": {"pin": {"$ref": "#/$defs/pin"}, "note": {"type": "string"},
                                "card": {"writeOnly": True, "properties": {"number": {"type": "string"}}}}},
    })  # fmt: skip
    data = {"kind": "b", "pin": "S1", "note": "n", "card": {"number": "S2"}}
    restored = restore(form.draft({"kind": "b"}), data, form)
    assert sorted(restored.gone) == [("Note", "n"), ("Number", ""), ("Pin", "")]


def test_a_secret_of_a_tuple_leaves_its_place() -> None:
    """F8: what stands behind it is not shown in place of it."""
    places = [{"title": "Code", **TEXT}, {"title": "Note", **TEXT}]
    secret = [{**places[0], "writeOnly": True}, places[1]]
    old, new = (
        Form({"type": "object", "properties": {"both": {"type": "array", "prefixItems": rows, "items": TEXT}}})
        for rows in (secret, places)
    )
    for typed, kept in ((["s3cret", "public", "more"], [None, "public", "more"]), (["s3cret"], [])):
        data = new.resume(carry(old.draft({"both": typed}), old, new).draft).data
        assert data.get("both", []) == kept


NAMED: dict[str, Any] = {"type": "object", "patternProperties": {"^p-": TEXT}, "additionalProperties": False}
SECRETS: dict[str, Any] = {"type": "array", "items": {"type": "string", "format": "date"}, "writeOnly": True}


@pytest.mark.parametrize(
    ("schema", "typed", "data"),
    [
        (NAMED, {"-x-r": ["0"], "-x-0-k": ["k"], "-x-0": [""]}, {"k": None}),
        (NAMED, {"-x-r": ["0"], "-x-0-k": ["kind"], "-x-0": ["true"]}, {"kind": True}),
        (SECRETS, {"-r": ["0 1"], "-0": [""], "-0-w": ["1"], "-1": [""], "-1-w": ["1"]}, [None, None]),
        ({"type": "string", "writeOnly": True}, {"": [""], "-w": ["1"]}, None),
    ],
)
def test_what_a_form_refuses_is_carried(schema: Any, typed: dict[str, list[str]], data: Any) -> None:
    """F8: T9: an entry under a name that its map refuses, and a secret that is to be typed again, with their errors."""
    form = Form({"type": "object", "properties": {"t": schema}})
    draft = {f"f-{segment('t')}{end}": texts for end, texts in typed.items()}
    answers = form.resume(draft)
    assert answers.data == ({} if data is None else {"t": data})
    assert answers.errors
    carried = carry(draft, form, form)
    assert form.resume(carried.draft).data == answers.data
    assert form.resume(carried.draft).errors == answers.errors
    assert (carried.gone, carried.changed, carried.unfit) == ([], [], [])


def test_a_stored_entry_whose_name_is_refused_is_shown() -> None:
    """F3: T9: it stands in its row, where its name can be corrected."""
    form, stored = Form({"type": "object", "properties": {"t": NAMED}}), {"t": {"p-1": "x", "kind": True}}
    again = form.read(posted(form.render(stored)), stored)
    assert again.data == stored
    assert [(error.pointer, error.keyword) for error in again.errors] == [
        ("/t", "additionalProperties"), ("/t/kind", "unknown-name")]  # fmt: skip


def test_a_list_that_was_missing_is_not_told_as_changed() -> None:
    """F8: its empty row is no answer, and none that a newer form would refuse."""
    rows = {"type": "object", "properties": {"l": {**TEXTS, "minItems": 1}}, "required": ["l"]}
    form = Form({"type": "object", "properties": {"t": {"type": "array", "prefixItems": [rows, {"type": "boolean"}]}}})
    name = f"f-{segment('t')}"
    row = f"{name}-0-{segment('l')}"
    draft = {f"{name}-r": [""], f"{row}-r": ["0"], f"{row}-0": [""], f"{name}-1": ["true"]}
    answers = form.resume(draft)
    assert [(error.pointer, error.keyword) for error in answers.errors][:1] == [("/t/0/l", "required")]
    carried = carry(draft, form, form)
    assert (carried.gone, carried.changed, carried.unfit) == ([], [], [])
