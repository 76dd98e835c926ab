"""A part of a form: what one of several people sees and sends of it (F20)."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from formengine.forms import Form, Upload
from formengine.forms.form_part import FormPart, PartFields, fields_but, fields_of
from tests.forms.test_form import fill

CANARY = "canary-7391"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["title", "budget"],
    "properties": {
        "title": {"type": "string"},
        "amount": {"type": "integer", "title": "Amount"},
        "budget": {"type": "string", "title": "Budget"},
        "cost_centre": {"type": "string", "default": "CC-1"},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}},
        "secret": {"type": "string"},
        "contract": {"$ref": "formengine:file"},
    },
    "if": {"properties": {"amount": {"minimum": 1000}}, "required": ["amount"]},
    "then": {"properties": {"reason": {"type": "string", "title": "Reason"}}, "required": ["reason"]},
    "anyOf": [{"required": ["secret"]}, {"required": ["contract"]}],
}
FORM = Form(SCHEMA)
FINANCE = fields_of(("budget", "cost_centre", "lines", "reason"))
OTHERS = {"title": CANARY, "amount": 5, "secret": CANARY}


def part(others: dict[str, Any] = OTHERS, fields: PartFields = FINANCE) -> FormPart:
    return FormPart(FORM, fields, others)


def control(html: str, pointer: str) -> str:
    """The name of the control at a pointer."""
    match = re.search(rf'<(?:input|textarea|select)[^>]*data-pointer="{pointer}"[^>]*>', html)
    assert match is not None, pointer
    name = re.search(r'name="([^"]+)"', match[0])
    assert name is not None
    return name[1]


def test_only_the_own_fields_are_on_the_page() -> None:
    """F20: the answers of others are nowhere, not in hidden controls either; the own defaults are there."""
    html = part().render()
    assert CANARY not in html
    pointers = set(re.findall(r'data-pointer="(/[^"/]+)"', html))
    assert pointers == {"/budget", "/cost_centre", "/lines"}
    assert 'value="CC-1"' in html


def test_what_is_posted_for_the_fields_of_others_is_not_read() -> None:
    """F20: a forged post changes nothing but the own fields."""
    title, budget = control(FORM.render(), "/title"), control(part().render(), "/budget")
    answers = part().read([(title, "forged"), (budget, "2027")])
    assert answers.data == {"budget": "2027"}
    assert answers.whole == {**OTHERS, "budget": "2027"}
    assert "forged" not in str(answers.draft)
    assert CANARY not in answers.html() + str(answers.draft)


@pytest.mark.parametrize(("shown", "read", "number"), [("en", "fr", 1250), ("fr", "en", 1.25)])
def test_numbers_of_a_part_are_read_in_the_language_of_their_page(shown: str, read: str, number: float) -> None:
    """F12: F20: also where whoever fills it in has changed the portal's language in another tab."""
    schema = {"type": "object", "properties": {"rate": {"type": "number"}, "other": {"type": "string"}}}
    page, reader = (FormPart(Form(schema, locale=locale), fields_of(["rate"]), {}) for locale in (shown, read))
    assert reader.read(fill(page.render(), {"/rate": "1,250"})).data == {"rate": number}


def test_only_the_own_errors_count() -> None:
    """F20: a required field of another part is not missing here, and a rule across parts is judged with the whole."""
    answers = part({}).read([])
    assert [error.pointer for error in answers.errors] == ["/budget"]
    assert [error.pointer for error in part({}).validate({})] == ["/budget"]
    assert part({}).validate({"budget": "2027"}) == []


def test_an_answer_of_another_calls_up_an_own_field() -> None:
    """F20: conditions see all the answers, whoever gave them."""
    large = part({**OTHERS, "amount": 5000})
    html = large.render()
    assert control(html, "/reason")
    assert [error.pointer for error in large.read([(control(html, "/budget"), "2027")]).errors] == ["/reason"]
    assert large.asked({}) == ["reason", "budget", "cost_centre", "lines"]
    assert "reason" not in part().asked({})


def test_a_button_changes_the_own_rows_alone() -> None:
    """F20: rows are added to the own list; a button of another part does nothing."""
    html = part().render()
    name = next(value for value in re.findall(r'value="(add [^"]+)"', html))
    answers = part().read([("fe-op", name)])
    assert answers.operation
    assert "/lines/0/text" in answers.html()
    assert not FormPart(FORM, fields_of(("budget",)), OTHERS).read([("fe-op", name)]).operation


def test_a_draft_comes_back_as_it_was() -> None:
    """F20: a draft holds the own controls, and is shown again beside what others have sent since."""
    answers = part({}).read([(control(part({}).render(), "/budget"), "2027")])
    again = part().resume(answers.draft)
    assert again.data["budget"] == "2027"
    assert CANARY not in again.html()


def test_a_file_of_another_part_is_none_of_the_own() -> None:
    """F20: the id of a file that another part holds does not bring it here."""
    files = FORM._context.files

    theirs = files.save(Upload("theirs.txt", "text/plain", io.BytesIO(b"canary")))
    schema = {"type": "object", "properties": {"a": {"$ref": "formengine:file"}, "b": {"$ref": "formengine:file"}}}
    form = Form(schema, files=files)
    own = FormPart(form, fields_of(("b",)), {"a": theirs})
    name = next(iter(n for n in form.draft({"b": theirs}) if own.part_fields.holds(n)))
    answers = own.read([(name, theirs["id"])])
    assert answers.data == {}
    assert "theirs.txt" not in answers.html()


@pytest.mark.parametrize("others", [{}, {"budget": CANARY, "reason": CANARY}])
def test_whoever_fills_in_the_rest_sees_all_but_the_parts(others: dict[str, Any]) -> None:
    """F20: what is in no part is the requester's, and what belongs to no field at all."""
    rest = FormPart(FORM, fields_but(FINANCE.names), others)
    html = rest.render()
    assert CANARY not in html
    assert {"/title", "/amount", "/secret"} <= set(re.findall(r'data-pointer="(/[^"/]+)"', html))
    assert "/budget" not in html
    assert [error.pointer for error in rest.read([]).errors] == ["/title"]


RULES = {
    "checks": [{"when": "most at least cost", "says": "Too little."}],
    "computed": {"rest": "sum of lines.amount"},
}
RULED = Form(
    {
        "type": "object",
        "properties": {
            "cost": {"type": "integer"},
            "most": {"type": "integer"},
            "rest": {"type": "integer"},
            "lines": {"type": "array", "items": {"type": "object", "properties": {"amount": {"type": "integer"}}}},
        },
    },
    rules=RULES,
)


def test_a_check_is_judged_where_its_answers_are_seen() -> None:
    """F20, F16: by the part that sees the other answer; else with the whole form."""
    blind = FormPart(RULED, fields_of(("most",)), {"cost": 9})
    seeing = FormPart(RULED, fields_of(("most",)), {"cost": 9}, ("cost",))
    assert blind.validate({"most": 3}) == []
    assert [error.message for error in seeing.validate({"most": 3})] == ["Too little."]
    name = control(seeing.render(), "/most")
    assert blind.read([(name, "3")]).valid
    assert [error.pointer for error in seeing.read([(name, "3")]).errors] == ["/most"]


def test_computed_answers_are_worked_out_from_all_parts() -> None:
    """F20, F17: for whoever has the field; nobody's post changes it."""
    rows = {"lines": [{"amount": 2}, {"amount": 3}]}
    assert FormPart(RULED, fields_of(("rest", "most")), rows).complete({"most": 1}) == {"most": 1, "rest": 5}
    assert FormPart(RULED, fields_of(("most",)), rows).complete({"most": 1}) == {"most": 1}
