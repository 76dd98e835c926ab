"""Properties that are asked for and declared nowhere get a field, so that the form can be sent."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import Form
from tests.forms.browser import Page, posted
from tests.forms.test_form import at, fill

TEXT: dict[str, Any] = {"type": "string"}
ON: dict[str, Any] = {"properties": {"on": {"const": "yes"}}, "required": ["on"]}


def form_of(**schema: Any) -> Form:
    return Form({"type": "object", "properties": {"on": TEXT, "last": TEXT}, **schema})


@pytest.mark.parametrize(
    "schema",
    [
        {"required": ["full_name"]},
        {"allOf": [{"required": ["full_name"]}]},
        {"if": ON, "then": {"required": ["full_name"]}},
        {"dependentRequired": {"on": ["full_name"]}},
        {"dependentSchemas": {"on": {"required": ["full_name"]}}},
        {"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"on": ["full_name"]}},
        {"required": ["full_name"], "additionalProperties": {"title": "Full name", "minLength": 2}},
        {"required": ["full_name"], "patternProperties": {"^full": TEXT}, "additionalProperties": False},
        {"required": ["full_name"], "propertyNames": {"maxLength": 9}, "unevaluatedProperties": TEXT},
        {"$ref": "#/$defs/named", "$defs": {"named": {"required": ["full_name"]}}},
    ],
    ids=lambda schema: " ".join(schema),
)
def test_what_is_only_asked_for_is_a_field(schema: dict[str, Any]) -> None:
    """F2, F4: named by the property, required, sent by page and API alike, and back from stored answers."""
    form = form_of(**schema)
    on = form.read(fill(form.render(), {"/on": "yes"}))
    assert [(error.pointer, error.keyword) in [("/full_name", "required"), ("/full_name", "dependentRequired")]
            for error in on.errors] == [True]  # fmt: skip
    page = Page(on.html())
    (control,) = at(page, "/full_name")
    assert control["name"] == on.errors[0].control_id
    assert "Full name" in [label["text"].split("*")[0].split("(")[0].strip() for label in page.all("label")]
    sent = form.read(fill(on.html(), {"/full_name": "Ida Bell"}))
    assert sent.data == {"on": "yes", "full_name": "Ida Bell"}
    assert sent.errors == form.validate(sent.data) == []
    assert form.read(posted(form.render(sent.data)), sent.data).data == sent.data


def test_the_schema_of_further_properties_is_that_of_the_field() -> None:
    """F2: what is known of any further property is known of one that is asked for."""
    form = form_of(required=["months", "x-paid"], additionalProperties={"type": "integer"},
                   patternProperties={"^x-": {"type": "boolean"}})  # fmt: skip
    sent = form.read(fill(form.render(), {"/months": "12", "/x-paid": "Yes"}))
    assert sent.data == {"months": 12, "x-paid": True}
    assert sent.valid


def test_in_groups_and_rows() -> None:
    """F2: likewise wherever an object is."""
    group = {"type": "object", "required": ["town"], "properties": {"street": TEXT}}
    form = form_of(properties={"home": group, "rows": {"type": "array", "minItems": 1, "items": group}},
                   required=["home", "rows"])  # fmt: skip
    sent = form.read(fill(form.render(), {"/home/town": "Lyon", "/rows/0/town": "Paris"}))
    assert sent.data == {"home": {"town": "Lyon"}, "rows": [{"town": "Paris"}]}
    assert sent.valid


@pytest.mark.parametrize(
    "closed", [{"additionalProperties": False}, {"unevaluatedProperties": False}, {"propertyNames": {"enum": ["on"]}}]
)
def test_what_the_object_refuses_is_no_field(closed: dict[str, Any]) -> None:
    """F2: the schema contradicts itself there, and the error says what is missing."""
    form = form_of(required=["name"], **closed)
    assert at(Page(form.render()), "/name") == []
    assert "required" in [error.keyword for error in form.read(posted(form.render())).errors]


def test_a_branch_that_is_still_to_be_chosen_may_declare_it() -> None:
    """F2, F4: what the chosen branch does not declare is a text, and what it declares is its own."""
    days = {"title": "Days", "properties": {"term": {"type": "integer"}}}
    form = form_of(
        required=["term"], oneOf=[days, {"title": "Words", "properties": {"note": TEXT}, "required": ["note"]}]
    )
    assert at(Page(form.render()), "/term") == []
    chosen = form.read(fill(form.render(), {"?": "Days"}))
    assert form.read(fill(chosen.html(), {"/term": "30"})).data == {"term": 30}
    words = form.read(fill(chosen.html(), {"?": "Words"}))
    sent = form.read(fill(words.html(), {"/term": "a month", "/note": "n"}))
    assert sent.data == {"term": "a month", "note": "n"}


def test_one_of_several_that_nothing_declares() -> None:
    """F2: each is a field, of which one will do."""
    form = form_of(anyOf=[{"required": ["phone"]}, {"required": ["mail"]}])
    assert not form.read(posted(form.render())).valid
    sent = form.read(fill(form.render(), {"/mail": "a@b.test"}))
    assert sent.data == {"mail": "a@b.test"}
    assert sent.valid


def test_a_field_that_its_own_answer_would_take_away_stays() -> None:
    """F4: two that are asked for while the other is missing are both there, whatever is typed."""
    form = form_of(allOf=[
        {"if": {"not": {"required": ["phone"]}}, "then": {"required": ["mail"]}},
        {"if": {"not": {"required": ["mail"]}}, "then": {"required": ["phone"]}},
    ])  # fmt: skip
    both = form.read(fill(form.render(), {"/mail": "a@b.test", "/phone": "1"}))
    assert both.data == {"mail": "a@b.test", "phone": "1"}
    assert form.read(posted(both.html())).data == both.data


def test_what_is_typed_as_json_stays_so() -> None:
    """F3: of a schema without a type an answer that asks for another makes no group, which would lose the rest."""
    form, data = Form({"dependentRequired": {"a": ["b"]}}), {"a": 1, "b": 2, "c": 3}
    assert form.read(posted(form.render(data)), data).data == data
