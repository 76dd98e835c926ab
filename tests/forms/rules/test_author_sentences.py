"""The author's own error messages: by field and keyword, and of a field kind."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.forms import KINDS, Form, FormError, Validator
from tests.forms.browser import Page, posted

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["registration", "rent"],
    "properties": {
        "registration": {"type": "string", "title": "Registration", "pattern": "^[0-9]{9}$", "maxLength": 9},
        "rent": {"$ref": "formengine:money", "title": "Rent"},
        "topics": {"type": "array", "uniqueItems": True, "items": {"enum": ["tax", "labour"]}},
        "paper": {"$ref": "formengine:file"},
        "parts": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string", "maxLength": 3}},
            },
        },
    },
    "if": {"required": ["topics"]},
    "then": {"properties": {"why": {"type": "string", "minLength": 5}}, "required": ["why"]},
}
DIGITS = {"en": "Nine digits, without spaces.", "fr": "Neuf chiffres, sans espace."}
ERRORS: dict[str, Any] = {
    "registration": {"pattern": DIGITS, "any": "It is on the letterhead."},
    "/parts/*/name": {"required": "Who is it?", "any": "Three letters."},
    "/rent/amount": {"pattern": "Write the rent of a year."},
    "topics": {"any": "One of our topics."},
    "paper": {"maximum": "A megabyte is enough."},
    "why": {"required": "Say why."},
}
FORM = Form(SCHEMA, rules={"errors": ERRORS})


def messages(data: Any, form: Form = FORM) -> dict[tuple[str, str], str]:
    """The messages of the errors in data, by pointer and keyword."""
    return {(error.pointer, error.keyword): error.message for error in form.validate(data)}


def test_the_keyword_named_wins_over_any() -> None:
    """F18: in the language of the form, else in the first."""
    data = {"registration": "123 456 789 0", "rent": {"amount": "1", "currency": "EUR"}}
    assert messages(data) == {
        ("/registration", "pattern"): DIGITS["en"],
        ("/registration", "maxLength"): "It is on the letterhead.",
    }
    assert (
        messages(data, Form(SCHEMA, locale="fr", rules={"errors": ERRORS}))["/registration", "pattern"]
        == (DIGITS["fr"])
    )
    swapped = {"errors": {"registration": {"pattern": {"fr": "Neuf chiffres.", "de": "Neun Ziffern."}}}}
    assert messages(data, Form(SCHEMA, rules=swapped))["/registration", "pattern"] == "Neuf chiffres."


def test_required_is_looked_up_at_the_member_that_is_missing() -> None:
    """F18: in every row, and of a field that a condition calls up."""
    found = messages({"parts": [{"name": "Ann"}, {}, {"name": "Anna"}], "topics": ["tax"]})
    assert found["/registration", "required"] == "It is on the letterhead."
    assert found["/rent", "required"] == "Answer this question."
    assert found["/parts/1/name", "required"] == "Who is it?"
    assert found["/parts/2/name", "maxLength"] == "Three letters."
    assert found["/why", "required"] == "Say why."


def test_a_control_that_shows_more_than_one_value_has_the_sentences_of_its_field() -> None:
    """F18: choices, a file; a part of money has its own."""
    sized = {**SCHEMA["properties"], "paper": {"$ref": "formengine:file", "properties": {"size": {"maximum": 1000000}}}}
    form = Form({**SCHEMA, "properties": sized}, rules={"errors": ERRORS})
    data = {
        "topics": ["wine"],
        "rent": {"amount": "much", "currency": "EUR"},
        "paper": {"id": "a", "name": "a.pdf", "size": 2_000_000},
    }
    found = messages(data, form)
    assert found["/topics/0", "enum"] == "One of our topics."
    assert found["/rent/amount", "pattern"] == "Write the rent of a year."
    assert found["/paper/size", "maximum"] == "A megabyte is enough."


def test_a_post_shows_the_sentence_at_the_control_and_once_in_the_summary() -> None:
    """F18, F6: two keywords that have one sentence are one line."""
    form = Form(SCHEMA, rules={"errors": {"registration": {"any": "Nine digits."}}})
    answers = form.read(posted(form.render({"registration": "1234 5678 90"})))
    assert [error.keyword for error in answers.errors if error.pointer == "/registration"] == ["pattern", "maxLength"]
    page = Page(answers.html())
    lines = [element["text"] for element in page.all("a")]
    assert lines.count("Registration – Nine digits.") == 1
    control = next(element for element in page.elements if element.get("data-pointer") == "/registration")
    described = control["aria-describedby"].split()
    assert any("Nine digits." in element["text"] for element in page.elements if element.get("id") in described)


@pytest.mark.parametrize("says", [DIGITS, {"pattern": DIGITS}, {"any": DIGITS, "maxLength": "Short."}])
def test_a_field_kind_says_what_is_wrong_with_it(says: Any) -> None:
    """F18: in every form; a form's own sentence comes before it, and a missing answer is the form's to ask for."""
    kinds = {**KINDS, "acme:number": {"type": "string", "allOf": [{"pattern": "^[0-9]{9}$"}], "x-says": says}}
    schema = {"type": "object", "required": ["number"], "properties": {"number": {"$ref": "acme:number"}}}
    french = Form(schema, locale="fr", kinds=kinds)
    assert [error.message for error in french.validate({"number": "x"})] == [DIGITS["fr"]]
    assert [error.message for error in french.validate({})] == ["Répondez à cette question."]
    own = Form(schema, kinds=kinds, rules={"errors": {"number": {"any": "Look it up."}}})
    assert [error.message for error in own.validate({"number": "x"})] == ["Look it up."]


def test_the_judge_alone_knows_the_sentence_of_a_kind() -> None:
    """F18: without a form, too."""
    kinds = {**KINDS, "acme:number": {"type": "string", "pattern": "^[0-9]{9}$", "x-says": DIGITS}}
    judge = Validator({"items": {"$ref": "acme:number"}}, kinds=kinds, locale="fr")
    assert [error.message for error in judge.errors(["x"])] == [DIGITS["fr"]]


def test_sentences_that_nobody_would_read_are_found() -> None:
    """F18: unknown fields and keywords are errors, keywords that the field does not have warnings."""
    errors = {
        "registraton": {"any": "x"},
        "registration": {"patern": "x", "minLength": "x", "maxLength": "x"},
        "/parts/name": {"any": "x"},
        "/parts/*/nme": {"any": "x"},
        "topics": {"required": "x"},
        "why": {"required": "x"},
    }
    found = {
        finding.pointer: (finding.severity, finding.message)
        for finding in Form(SCHEMA, rules={"errors": errors}).findings
    }
    assert found == {
        "/errors/registraton": ("error", 'registraton is not a field of this form; did you mean "registration"?'),
        "/errors/registration/patern": (
            "error",
            'patern is no keyword that an answer can violate; did you mean "pattern"?',
        ),
        "/errors/registration/minLength": (
            "error",
            "registration has no minLength, so nobody would read this sentence; it has maxLength, pattern, required",
        ),
        "/errors/~1parts~1name": (
            "error",
            "/parts/name is not a field of this form; write * for the rows of a list: /parts/*/name",
        ),
        "/errors/~1parts~1*~1nme": ("error", '/parts/*/nme is not a field of this form; did you mean "name"?'),
        "/errors/topics/required": (
            "error",
            "topics is not required, so nobody would read this sentence; add it to required",
        ),
    }


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ({"error": {}}, 'did you mean "errors"'),
        ([], "a map"),
        ({"errors": []}, "a map"),
        ({"errors": {"topics": "No."}}, "{any: the sentence}"),
        ({"errors": {"topics": {"en": "No."}}}, "{any: the sentence}"),
        ({"errors": {"topics": {"any": 3}}}, "a sentence"),
        ({"errors": {"topics": {"any": {"en": ""}}}}, "a sentence"),
    ],
)
def test_rules_of_another_shape_are_refused(rules: Any, says: str) -> None:
    """F18: when the form is made, not when somebody errs."""
    with pytest.raises(FormError, match=says):
        Form(SCHEMA, rules=rules)
