"""The names of controls in the error summary, and of options."""

from __future__ import annotations

from typing import Any

from formengine.forms import Form
from tests.forms.browser import Page, posted
from tests.forms.test_form import fill, press

NAME = {"type": "object", "required": ["first", "city"], "properties": {
    "first": {"type": "string", "title": "First name"}, "city": {"type": "string", "title": "City"}}}  # fmt: skip


def links(html: str) -> list[str]:
    """The lines of the error summary, without their messages."""
    return [element["text"].partition(" – ")[0] for element in Page(html).all("a")]


def test_the_summary_says_whose_answer_is_missing() -> None:
    """F6: the title of the group stands before that of the field."""
    schema = {"type": "object", "required": ["landlord", "tenant"], "properties": {
        "landlord": {**NAME, "title": "Landlord"}, "tenant": {**NAME, "title": "Tenant"}}}  # fmt: skip
    french = Form(schema, locale="fr")
    assert links(french.read(posted(french.render({}))).html())[0] == "Landlord\u00a0: First name"
    answers = Form(schema).read(posted(Form(schema).render({})))
    assert links(answers.html()) == ["Landlord: First name", "Landlord: City", "Tenant: First name", "Tenant: City"]


def test_rows_and_groups_in_them_are_told_apart() -> None:
    """F6: a row by its title and number; groups of the same title by what is around them, else numbered."""
    party = {
        "type": "object",
        "title": "Party",
        "required": ["home"],
        "properties": {"home": {**NAME, "title": "Address"}},
    }
    schema: dict[str, Any] = {"type": "object", "required": ["buyers", "sellers"], "properties": {
        "buyers": {"type": "array", "minItems": 2, "items": party, "title": "Buyers"},
        "sellers": {"type": "array", "minItems": 1, "items": party, "title": "Sellers"}}}  # fmt: skip
    form = Form(schema)
    lines = links(form.read(posted(form.render())).html())
    assert lines == ["Buyers: Party 1: Address: First name", "Buyers: Party 1: Address: City",
                     "Party 2: Address: First name", "Party 2: Address: City",
                     "Sellers: Party 1: Address: First name", "Sellers: Party 1: Address: City"]  # fmt: skip
    twins = {"type": "object", "required": ["a", "b"], "properties": {"a": {"title": "Date"}, "b": {"title": "Date"}}}
    assert links(Form(twins).read([]).html()) == ["Date", "Date (2)"]


def test_a_group_in_a_row_is_named_with_the_list() -> None:
    """F6: *Currency* of the second row says which row it is."""
    fee = {"type": "object", "required": ["fee"], "properties": {"fee": {"$ref": "formengine:money", "title": "Fee"}}}
    form = Form({"type": "object", "properties": {"lines": {"type": "array", "minItems": 1, "items": fee}}})
    answers = form.read(fill(form.render({"lines": [{}]}), {"/lines/0/fee/amount": "1"}))
    assert links(answers.html()) == ["Lines: Entry 1: Fee: Currency"]


def test_every_row_around_an_answer_is_named() -> None:
    """F6: also where one row alone has an error; an entry of a map by its name, else by its number."""
    child = {**NAME, "title": "Child", "required": ["first"]}
    tenant = {**NAME, "title": "Tenant", "properties": {
        **NAME["properties"], "home": {**NAME, "title": "Address"},
        "children": {"type": "array", "title": "Children", "items": child}}}  # fmt: skip
    one_fails = {"first": "Ann", "city": "Rome", "home": {"first": "x"}, "children": [{"city": "Bath"}]}
    listed = Form({"properties": {"tenants": {"type": "array", "title": "Tenants", "items": tenant}}})
    data: dict[str, Any] = {"tenants": [{**one_fails, "home": {"first": "x", "city": "y"}, "children": []}, one_fails]}
    assert links(listed.render(data, listed.validate(data))) == [
        "Tenant 2: Address: City",
        "Tenant 2: Children: Child 1: First name",
    ]
    named = Form({"properties": {"tenants": {"type": "object", "title": "Locataires", "additionalProperties": tenant}}},
                 locale="fr")  # fmt: skip
    data = {"tenants": {"ann": one_fails, "bob": {"city": "Rome", "home": {"first": "x", "city": "y"}}}}
    nobody = [(name, "" if value == "bob" else value) for name, value in posted(named.render(data))]
    assert links(named.read(nobody).html()) == [
        "Locataires\u00a0: ann\u00a0: Address\u00a0: City",
        "Locataires\u00a0: ann\u00a0: Children\u00a0: Child 1\u00a0: First name",
        "Locataires\u00a0: Entrée 2\u00a0: Nom",
    ]


def test_two_choices_of_a_form_are_told_apart() -> None:
    """F6: a form without a title that asks for two branches names the second."""
    branch = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    pair = {"oneOf": [branch, {**branch, "properties": {"a": {"type": "integer"}}}]}
    other = {"anyOf": [{**branch, "title": "A"}, {**branch, "properties": {"a": {"type": "boolean"}}}]}
    form = Form({"type": "object", "allOf": [pair, other]})
    texts = [element["text"] for element in Page(form.read(posted(form.render())).html()).all("a")]
    assert len(texts) == len(set(texts)) > 1


def test_the_answers_say_the_branch_that_was_chosen() -> None:
    """F2: not the constant by which the schema knows it; a required group without an answer is left out."""
    kinds = [{"title": "A bank", "type": "object", "required": ["type"],
              "properties": {"type": {"const": "bank"}, "iban": {"type": "string", "title": "IBAN"}}},
             {"title": "A person", "type": "object", "required": ["type"],
              "properties": {"type": {"const": "person"}}}]  # fmt: skip
    fee = {"$ref": "formengine:money", "title": "Fee"}
    form = Form({"type": "object", "required": ["fee"], "properties": {"by": {"oneOf": kinds}, "fee": fee}})
    data = {"by": {"type": "bank", "iban": "x"}}
    assert form.entries(data) == [("By", "Type: A bank; IBAN: x")]
    assert "<dd>A bank</dd>" in form.summary(data)
    assert "{}" not in form.summary(data)
    assert "<dd>A person</dd>" in Form({"oneOf": kinds}).summary({"type": "person"})


def test_rows_without_a_title_are_named_with_their_list() -> None:
    """F6: an entry says nothing by its number alone; in lists within lists, both numbers are said."""
    city = {
        "type": "object",
        "required": ["city"],
        "properties": {"city": {"type": "string"}, "zip": {"type": "string"}},
    }
    several = {"type": "array", "items": city}
    form = Form({"type": "object", "properties": {"stops": several, "trips": {"type": "array", "items": several}}})
    data = {"stops": [{"zip": "1"}], "trips": [[{"zip": "1"}], [{"zip": "1"}, {"zip": "1"}]]}
    assert links(form.read(posted(form.render(data))).html()) == [
        "Stops: Entry 1: City", "Trips: Entry 1: Entry 1: City", "Trips: Entry 2: Entry 1: City",
        "Trips: Entry 2: Entry 2: City"]  # fmt: skip


def test_a_form_that_is_one_field_has_a_name() -> None:
    """F6: a root that is a text or a list is labelled and named in the summary."""
    form = Form({"type": "string", "minLength": 3})
    answers = form.read(fill(form.render(), {"": "x"}))
    assert links(answers.html()) == ["Answer"]
    assert [element["text"] for element in Page(answers.html()).all("label")] == ["Answer"]
    rows = Form({"type": "array", "items": {"type": "string", "minLength": 3}})
    assert links(rows.read(posted(rows.read(press(rows.render(), "add", "")).html())).html()) == ["Entry 1"]


def test_options_of_one_label_are_told_apart() -> None:
    """F6: two options with the same title show their values too."""
    schema = {"oneOf": [{"const": "fr", "title": "Yes"}, {"const": "be", "title": "Yes"}, {"const": 3, "title": "No"}]}
    page = Page(Form({"type": "object", "properties": {"x": schema}}).render({}))
    assert [element["text"] for element in page.all("option")] == ["No answer", "Yes (fr)", "Yes (be)", "No"]
