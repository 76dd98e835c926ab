"""What is no JSON, no locale and no post is told to the programmer, at once and with what to write."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from functools import partial
from typing import Any

import pytest
from markupsafe import Markup

from formengine.forms import KINDS, Form, FormError, Upload, Validator, import_ui_schema, restore

SCHEMA = {"title": "Lease", "type": "object", "properties": {"due": {}, "tags": {"type": "array"}}}
FORM = Form(SCHEMA)


class Size(Enum):
    SMALL = "small"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"due": date(2026, 3, 31)}, r"^/due is a date, .* write it as text, '2026-03-31'"),
        ({"tags": [{"a", "b"}]}, r"^/tags/0 is a set, .* write a list"),
        ({"due": b"x"}, r"^/due is a bytes, .* decode it"),
        ({"due": Decimal("1.50")}, r"^/due is a Decimal, .* '1.50'"),
        ({"due": {1: "x"}}, r"^/due has the name 1: .* '1'"),
        ({"due": [Size.SMALL]}, r"^/due/0 is a Size"),
        ({"due": [1j]}, r"^/due/0 is a complex"),
        ({"due": [...]}, r"^/due/0 is an ellipsis"),
        (object(), r"^the data is an object"),
    ],
)
def test_data_that_are_no_json_are_a_type_error(data: Any, says: str) -> None:
    """F15: in whatever takes data; never a wrong verdict."""
    for call in (FORM.render, FORM.validate, FORM.summary, FORM.draft, Validator(SCHEMA).errors):
        with pytest.raises(TypeError, match=says):
            call(data)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (float("nan"), r"^/due is nan, which is no number in JSON"),
        (-float("inf"), r"^/due is -inf, which is no number in JSON"),
        (10**5000, r"^/due is a number of more than 4000 digits"),
        ("\ud800", r"^/due holds half a character"),
    ],
    ids=["nan", "infinity", "digits", "surrogate"],
)
def test_data_that_no_page_can_hold_are_a_type_error(value: Any, says: str) -> None:
    """F15: Python writes what JSON and UTF-8 do not have; an answer is never that."""
    for call in (FORM.render, FORM.validate, FORM.summary, FORM.draft, lambda data: FORM.read([], data)):
        with pytest.raises(TypeError, match=says):
            call({"due": value})


def test_data_too_deep_for_a_page_are_a_type_error() -> None:
    """F15: a text that is a group of 3,000 levels."""
    deep: Any = {}
    for _ in range(3000):
        deep = {"o": deep}
    form = Form({"properties": {"a": {"type": "string"}}})
    for call in (form.render, form.validate, form.summary):
        with pytest.raises(TypeError, match="nested too deeply for a page"):
            call({"a": deep})


def test_kinds_and_uploads_of_wrong_types_are_a_type_error() -> None:
    """F8, F9, F15: told where they are made."""
    with pytest.raises(TypeError, match="the URI of a kind is 1"):
        Form(SCHEMA, kinds={1: {}})  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="the name of an upload is 3"):
        Upload(3, "text/plain", None)  # type: ignore[arg-type]


def test_deep_data_are_no_type_error() -> None:
    """F15, F6: however deep."""
    deep: Any = "x"
    for _ in range(20_000):
        deep = [deep]
    assert FORM.validate({"tags": deep}) is not None


def cycles() -> list[Any]:
    """A map and a list in which they stand themselves, in two places, and a map in a list in it."""
    fields: dict[str, Any] = {"due": {}}
    fields["due"]["tags"] = fields["properties"] = fields["ui:options"] = fields
    rows: list[Any] = ["x"]
    rows += [rows, rows]
    return [fields, rows, {"due": [fields]}]


OWN_MEMBER = [
    lambda cycle: Form(SCHEMA, ui={"due": cycle}),
    lambda cycle: Form(SCHEMA, ui={"fields": {"due": {"help": cycle}}}),
    lambda cycle: import_ui_schema({"due": {"ui:options": cycle}}, SCHEMA),
    lambda cycle: import_ui_schema({}, {"properties": cycle}),
    *(lambda cycle, key=key: Form(SCHEMA, rules={key: cycle}) for key in ("checks", "computed", "errors")),
    lambda cycle: Form(SCHEMA, kinds={**KINDS, "acme:site": {"default": cycle}}),
    lambda cycle: Validator(True, kinds={**KINDS, "acme:site": {"default": cycle}}),
    *(lambda cycle, call=call: call({"due": cycle}) for call in (FORM.render, FORM.validate, FORM.summary, FORM.draft)),
    *(lambda cycle, call=call: call({"due": cycle}) for call in (FORM.complete, partial(restore, {}, form=FORM))),
    lambda cycle: FORM.read([], {"due": cycle}),
    lambda cycle: Validator(SCHEMA).errors({"due": cycle}),
    lambda cycle: Validator({"type": "number"}).is_valid(cycle),
    lambda cycle: Form({"properties": {"due": cycle}}),
    lambda cycle: Validator({"properties": {"due": {"default": cycle}}}),
]


@pytest.mark.parametrize("call", OWN_MEMBER)
def test_what_is_its_own_member_is_an_error(call: Any) -> None:
    """F15: with the place, of a schema as its other errors; no call without an end, and no RecursionError."""
    for cycle in cycles():
        with pytest.raises((TypeError, FormError), match="its own member") as error:
            call(cycle)
        assert "/" in str(error.value)


def test_what_stands_twice_is_no_error() -> None:
    """F15: YAML writes it by an anchor."""
    street = {"help": "With its number"}
    tags = ["x"]
    form = Form(SCHEMA, ui={"fields": {"due": street, "tags": street}})
    assert form.validate({"due": tags, "tags": [tags, tags]}) == []


@pytest.mark.parametrize("errors", cycles())
def test_a_list_of_errors_that_holds_itself_is_a_type_error(errors: Any) -> None:
    """F15: as other lists that hold no FieldError."""
    for call in (lambda: FORM.render(errors=errors), lambda: FORM.read([]).refuse([errors])):
        with pytest.raises(TypeError, match="takes a FieldError"):
            call()


def test_a_subclass_of_text_is_a_text() -> None:
    """F15: Markup and members of an enumeration are judged as their text, also by formats."""
    for text, valid in ((Markup("2026-03-31"), True), (Markup("soon"), False), (Weekday.FIRST, False)):
        assert Validator({"format": "date"}).is_valid(text) is valid


class Weekday(StrEnum):
    FIRST = "monday"


@pytest.mark.parametrize(("locale", "says"), [("xx", "en, fr"), ("fr-XX", "en, fr"), (None, "en, fr"), ("", "en, fr")])
def test_an_unknown_locale_is_a_value_error(locale: Any, says: str) -> None:
    """F15: of a form and of the judge."""
    for make in (Form, Validator):
        with pytest.raises(ValueError, match=says):
            make({}, locale=locale)


def test_a_regional_locale_speaks_its_language() -> None:
    """F15: and writes numbers as its region does; one of a language without sentences says them in English."""
    fee = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "n": {"type": "number"}}}
    rules = {"errors": {"a": {"minLength": {"en": "Longer.", "fr": "Plus long."}}}}
    fee["properties"]["a"]["minLength"] = 2
    for locale in ("fr-FR", "fr_CA", "fr-CH", "de-CH"):
        form = Form(fee, locale=locale, rules=rules)
        french = locale[:2] == "fr"
        answer = "Répondez à cette question." if french else "Answer this question."
        assert [error.message for error in form.read([]).errors] == [answer]
        assert [error.message for error in form.validate({"a": "x"})] == ["Plus long." if french else "Longer."]
    assert "1.234,5" in Form(fee, locale="de").summary({"n": 1234.5})
    assert "1\u202f234,5" in Form(fee, locale="fr-FR").summary({"n": 1234.5})


def test_a_map_is_no_post() -> None:
    """F15: it has one value a name, where a post has several."""
    with pytest.raises(TypeError, match="pairs"):
        FORM.read({"a": "b"})


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: Form(SCHEMA, "fr"), r"^ui is 'fr', and takes a map .*locale=\"fr\""),
        (lambda: FORM.render(draft="x"), "^draft is 'x', and takes a map"),
        (lambda: FORM.render(errors=["No"]), "^an error is 'No', and takes a FieldError"),
        (lambda: FORM.read([]).refuse(["No"]), "^an error is 'No', and takes a FieldError"),
        (lambda: FORM.read(None), "^controls are"),
        (lambda: FORM.read([(next(iter(FORM.draft({}))), b"x")]), r"^the control f-.* holds b'x': .* Upload\("),
    ],
)
def test_arguments_of_another_kind_are_a_type_error(call: Any, says: str) -> None:
    """F15: no AttributeError from within the library."""
    with pytest.raises(TypeError, match=says):
        call()


def test_html_is_markup_and_objects_describe_themselves() -> None:
    """F15: templates print it as it is; a debugger shows what it is."""
    answers = FORM.read([])
    for html in (FORM.render(), answers.html(), FORM.summary({}), FORM.answer_html({}, "due")[1]):
        assert isinstance(html, Markup)
    assert repr(FORM) == "<Form 'Lease' (en): due, tags>"
    assert repr(answers) == "<Answers: valid, {}>"
    assert repr(Validator(True)) == "<Validator True>"


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda: Form({}, files=3), TypeError, "save"),  # type: ignore[arg-type]
        (lambda: Form({}, kinds=["acme:site"]), TypeError, "URIs"),  # type: ignore[arg-type]
        (lambda: Form({}, kinds={**KINDS, "acme:site": []}), TypeError, "acme:site .* takes a schema"),
        (lambda: FORM.at("2026"), TypeError, "time zone"),  # type: ignore[arg-type]
        (lambda: FORM.at(datetime(2026, 3, 31)), TypeError, "time zone"),  # noqa: DTZ001
        (lambda: FORM.with_ids(None), ValueError, "None is no prefix of ids"),  # type: ignore[arg-type]
        (lambda: FORM.in_zone("Mars/Olympus"), ValueError, "Europe/Paris"),
        (lambda: FORM.in_zone(""), ValueError, "Europe/Paris"),
    ],
)
def test_wrong_arguments_are_told_at_once(call: Any, kind: type[Exception], says: str) -> None:
    """F15: by the function that takes them, not by one that meets them later."""
    with pytest.raises(kind, match=says):
        call()


def test_options_of_a_field_that_does_not_exist_are_a_finding() -> None:
    """F15: with the name that was meant; rows and groups are known as well."""
    row = {"type": "object", "properties": {"amount": {"type": "number"}}}
    schema = {"type": "object", "properties": {"due": {}, "lines": {"type": "array", "items": row}}}
    form = Form(schema, ui={"fields": {"dew": {"help": "When?"}, "/lines/*/amuont": {}, "/lines/*/amount": {}}})
    found = [(finding.pointer, finding.code, finding.severity) for finding in form.findings]
    assert found == [
        ("/fields/dew", "unknown-field", "warning"),
        ("/fields/~1lines~1*~1amuont", "unknown-field", "warning"),
    ]
    assert "due" in form.findings[0].message


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"required": ("a",)}, "is no JSON value; write a list"),
        ({"properties": {"a": {"title": {"en": "A"}}}}, "title must be a text, in the language of the form"),
    ],
)
def test_a_schema_that_is_no_json_says_what_to_write(schema: Any, says: str) -> None:
    """F15: a tuple for a list, and texts by language."""
    with pytest.raises(FormError, match=says):
        Form(schema)


def test_a_language_without_sentences_is_a_finding() -> None:
    """F15: an Italian form has English buttons and errors; one of a region has those of its language."""
    (finding,) = Form({"type": "object"}, locale="it").findings
    assert (finding.code, finding.severity) == ("language", "warning")
    assert "no sentence of ours is in it:" in finding.message
    assert Form({"type": "object"}, locale="fr-CA").findings == []


def test_findings_say_what_to_write_in_python() -> None:
    """F15: the words of request types, and a widget that is misspelt."""
    fields: dict[str, Any] = {"a": {"type": "string"}, "b": {"type": "string", "show_when": "a is x"}}
    form = Form({"properties": fields, "checks": []}, ui={"fields": {"a": {"widget": "textaera"}}})
    told = [finding.message for finding in form.findings]
    assert any("write if, then and else" in message for message in told)
    assert any('rules={"checks": ...}' in message for message in told)
    assert any('did you mean "textarea"?' in message for message in told)
