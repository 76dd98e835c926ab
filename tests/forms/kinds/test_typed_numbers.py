"""Numbers and amounts as people type them in their language, and as they are shown to be read back."""

from __future__ import annotations

import random
from typing import Any

import pytest

from formengine.forms import Form
from formengine.forms.kinds.typed_numbers import (
    decimal_text,
    depends_on_language,
    number_as_typed,
    number_separators,
)
from formengine.forms.tree.value_text import to_number
from tests.forms.browser import Page, posted
from tests.forms.test_form import at, fill

FIELDS: dict[str, Any] = {
    "x": {"type": "number"}, "n": {"type": "integer"}, "p": {"$ref": "formengine:percentage"},
    "m": {"$ref": "formengine:money"},
}  # fmt: skip
SCHEMA: dict[str, Any] = {"type": "object", "properties": FIELDS}
FORMS = {locale: Form(SCHEMA, locale=locale) for locale in ("en", "fr", "de")}


@pytest.mark.parametrize(
    ("locale", "typed", "read"),
    [
        ("en", "1,250", "1250"), ("en", "1.250", "1.250"), ("en", "1,234,567.5", "1234567.5"), ("en", "1,25", "1.25"),
        ("en", "-1,250", "-1250"), ("en", "1,23,4", "text"), ("en", "0,500", "text"), ("en", "1.250,5", "text"),
        ("fr", "1 250", "1250"), ("fr", "1\u202f250,75", "1250.75"), ("fr", "1.250", "two"), ("fr", "12.5", "12.5"),
        ("fr", "1.250,75", "1250.75"), ("fr", "1.234.567", "1234567"), ("fr", "0.500", "0.500"), ("fr", ",5", "0.5"),
        ("de", "1.000", "1000"), ("de", "1.000,5", "1000.5"), ("de", "12,5", "12.5"), ("de", "0.5", "0.5"),
        ("de", "-1.000", "-1000"), ("de", "1,000.5", "text"), ("de", ".5", "0.5"),
        ("en", "12 34", "text"), ("fr", "1 2 3", "text"), ("de", "5 000 10", "text"), ("fr", "1 23,5", "text"),
        ("en", "12 345 67", "text"), ("fr", "1 234 567,5", "1234567.5"), ("fr", "- 1 250", "-1250"),
        *[(locale, "١٫٢٥٠", "1.250") for locale in ("en", "fr", "de")], ("en", "١٬٢٥", "text"),
        *[(locale, "-١٬٢٥٠٫٥", "-1250.5") for locale in ("en", "fr", "de")],
    ],
)  # fmt: skip
def test_all_kinds_of_numbers_are_read_alike(locale: str, typed: str, read: str) -> None:
    """F12: T9: by the decimal mark and the grouping of the language, the same in a number, a whole number, a percentage
    and an amount; what is two numbers is told with how to write either, and kept as it was typed.
    """
    form = FORMS[locale]
    page = fill(form.render(), {"/x": typed, "/n": typed, "/p": typed, "/m/amount": typed, "/m/currency": "EUR"})
    answers = form.read(page)
    errors = {error.pointer: error.keyword for error in answers.errors}
    if read in ("text", "two"):
        expected = {"x": typed, "n": typed, "p": typed, "m": {"amount": typed, "currency": "EUR"}}
        assert answers.data == expected
        assert errors.keys() == {"/x", "/n", "/p", "/m/amount"}
        assert (errors["/x"] == "two-numbers") is (read == "two")
        assert {errors[pointer] for pointer in ("/x", "/n", "/p")} == {errors["/x"]}
        return
    assert answers.data["m"]["amount"] == read
    for name in ("x", "n", "p"):
        assert answers.data[name] == float(read)
        assert isinstance(answers.data[name], int) is ("." not in read)


@pytest.mark.parametrize(
    ("typed", "percentage", "amount", "wrong"),
    [
        ("7,5 %", 7.5, "7,5 %", ["/x", "/m/amount"]),
        ("50\u202f%", 50, "50\u202f%", ["/x", "/m/amount"]),
        ("%50", 50, "%50", ["/x", "/m/amount"]),
        ("300 EUR", "300 EUR", "300", ["/x", "/p"]),
        ("€5", "€5", "5", ["/x", "/p"]),
        ("-€5", "-€5", "-5", ["/x", "/p"]),
        ("5 €", "5 €", "5", ["/x", "/p"]),
        ("EUR 300", "EUR 300", "300", ["/x", "/p"]),
        ("1 250,50 euros", "1 250,50 euros", "1250.50", ["/x", "/p"]),
        ("12 mois", "12 mois", "12 mois", ["/x", "/p", "/m/amount"]),
        ("$5", "$5", "$5", ["/x", "/p", "/m/amount"]),
        ("CHF 1 250", "CHF 1 250", "CHF 1 250", ["/x", "/p", "/m/amount"]),
    ],
)  # fmt: skip
def test_a_sign_beside_a_number_is_its_own_or_told(
    typed: str, percentage: float | str, amount: str, wrong: list[str]
) -> None:
    """F12, F6: the sign of a percentage or of the chosen currency is left out; any other is named at its control, and
    what was typed stays there.
    """
    page = fill(FORMS["fr"].render(), {"/x": typed, "/p": typed, "/m/amount": typed, "/m/currency": "EUR"})
    answers = FORMS["fr"].read(page)
    assert answers.data == {"x": typed, "p": percentage, "m": {"amount": amount, "currency": "EUR"}}
    assert [(error.pointer, error.keyword) for error in answers.errors] == [(pointer, "sign") for pointer in wrong]
    shown = Page(answers.html())
    assert {at(shown, pointer)[0]["value"] for pointer in wrong} == {typed}
    again = FORMS["fr"].read(posted(answers.html()))
    assert (again.data, again.errors) == (answers.data, answers.errors)
    assert FORMS["en"].resume(answers.draft).data == answers.data


def test_the_sign_of_another_currency_is_named() -> None:
    """F12, F6: beside the chosen one; digits that are grouped wrongly have no sign."""
    controls = {"/x": "$5", "/p": "12 34", "/m/amount": "$5", "/m/currency": "EUR"}
    answers = FORMS["fr"].read(fill(FORMS["fr"].render(), controls))
    errors = {error.pointer: error for error in answers.errors}
    assert errors["/x"].message == "Écrivez le nombre seul, sans «\u00a0$\u00a0»."
    expected = "Vous avez écrit $, mais la devise choisie est EUR\u00a0: corrigez l’une des deux."
    assert errors["/m/amount"].message == expected
    assert errors["/p"].keyword != "sign"


@pytest.mark.parametrize(
    ("typed", "only", "currency"),
    [
        ("300 EUR", None, "EUR"), ("300 €", None, "EUR"), ("300 euros", None, "EUR"), ("CHF 300", None, "CHF"),
        ("300 $", None, None), ("300 $", ["EUR", "USD"], "USD"), ("300 EUR", ["USD", "CHF"], None),
    ],
)  # fmt: skip
def test_a_currency_typed_with_the_amount_is_chosen(typed: str, only: list[str] | None, currency: str | None) -> None:
    """F12, F6: where it means one alone of those that the form allows; else it is asked for, and nothing is lost."""
    narrowed = {"properties": {"currency": {"enum": only}}} if only else {}
    form = Form({"type": "object", "properties": {"m": {**FIELDS["m"], **narrowed}}}, locale="fr")
    answers = form.read(fill(form.render(), {"/m/amount": typed, "/m/currency": ""}))
    if currency is not None:
        assert (answers.data, answers.errors) == ({"m": {"amount": "300", "currency": currency}}, [])
        assert form.read(posted(answers.html())).data == answers.data
        return
    assert {error.pointer for error in answers.errors} == {"/m/amount", "/m/currency"}
    assert "Choisissez la devise" in answers.errors[0].message
    chosen = form.read(fill(answers.html(), {"/m/currency": "USD"}))
    amount = "300" if "$" in typed else typed
    assert chosen.data == {"m": {"amount": amount, "currency": "USD"}}


def test_a_page_takes_the_text_that_the_schema_takes() -> None:
    """F12: a number with a sign is a text, where a text will do: the API takes it too."""
    form = Form({"type": "object", "properties": {"a": {"type": ["number", "string"]}}})
    asked = form.read([("f-6tqwt6ho-t", "number")])
    for typed, read in (("12 EUR", "12 EUR"), ("12", 12), ("soon", "soon")):
        answers = form.read(fill(asked.html(), {"/a": typed}))
        assert (answers.data, answers.errors) == ({"a": read}, [])


def test_an_amount_that_is_two_numbers_is_told_without_its_sign() -> None:
    """F12, F6: with both that it could be."""
    form = FORMS["fr"]
    (two,) = form.read(fill(form.render(), {"/m/amount": "1.250 €", "/m/currency": "EUR"})).errors
    assert two.message.endswith("écrivez 1250 ou 1,250.")


def test_a_page_is_read_by_its_own_language() -> None:
    """F12, F4: T9: what is typed in an empty field of a page in one language, read by the form in another; also what
    other answers took off the page.
    """
    for written, typed in (("en", "1,250"), ("fr", "1,250"), ("de", "1.250")):
        meant = {"en": 1250, "fr": 1.25, "de": 1250}[written]
        data = {"x": meant, "m": {"amount": "1.250" if meant == 1.25 else "1250", "currency": "TND"}}
        page = fill(FORMS[written].render(), {"/x": typed, "/m/amount": typed, "/m/currency": "TND"})
        for form in FORMS.values():
            answers = form.read(page)
            assert (answers.data, answers.errors) == (data, [])
            assert form.read(posted(answers.html())).data == data
            assert FORMS[written].resume(answers.draft).data == data
    asked = {
        "type": "object",
        "properties": {"a": {"enum": ["yes", "no"]}},
        "if": {"properties": {"a": {"const": "yes"}}, "required": ["a"]},
        "then": {"properties": {"x": {"type": "number"}}},
    }
    english, german = Form(asked), Form(asked, locale="de")
    page = fill(english.render({"a": "yes"}), {"/x": "1,250", "/a": "no"})
    gone = german.read(page)
    assert gone.data == {"a": "no"}
    assert german.read(fill(gone.html(), {"/a": "yes"})).data == {"a": "yes", "x": 1250}


def test_amounts_have_no_signs_and_zeros_that_say_nothing() -> None:
    """F12, F19: as in numbers; an amount that was stored with them, by the API, stays as it was."""
    form = FORMS["en"]
    for typed, read in (("+5", "5"), ("007", "7"), ("-0", "0"), ("-007.50", "-7.50"), ("0.50", "0.50")):
        answers = form.read(fill(form.render(), {"/m/amount": typed, "/m/currency": "EUR"}))
        assert (answers.data, answers.errors) == ({"m": {"amount": read, "currency": "EUR"}}, [])
    stored = {"m": {"amount": "007", "currency": "EUR"}}
    assert form.read(posted(form.render(stored)), stored).data == stored


def test_a_number_with_more_digits_than_are_kept_is_told() -> None:
    """F2: what a float would make of it is an answer that nobody gave; whole numbers are kept whole."""
    form = FORMS["fr"]
    for typed, kept in {
        "99999999999999,99": "99999999999999,98", "0,30000000000000000001": "0,3",
        "123456789012345678,5": "123456789012345680", "9007199254740993,0": "9007199254740992",
        "99999999999999999999,5": "100000000000000000000",
    }.items():  # fmt: skip
        answers = form.read(fill(form.render(), {"/x": typed}))
        assert [(error.pointer, error.keyword) for error in answers.errors] == [("/x", "digits")]
        assert f"il deviendrait {kept}." in answers.errors[0].message
        assert at(Page(answers.html()), "/x")[0]["value"] == typed
        assert form.read(fill(answers.html(), {"/x": kept})).valid
    whole = {"x": 9007199254740993, "n": 10**30 + 1}
    assert form.read(fill(form.render(), {f"/{name}": str(value) for name, value in whole.items()})).data == whole
    assert form.read(fill(form.render(), {"/x": "0,10000000000000001"})).data == {"x": 0.1}, "as programs write 0.1"


def test_two_numbers_are_told_with_both() -> None:
    """F12, F6: the sentence says how to write either, and either is read as that."""
    form = FORMS["fr"]
    answers = form.read(fill(form.render(), {"/x": "1.250"}))
    (error,) = answers.errors
    assert (error.pointer, error.message) == (
        "/x",
        "Cela peut se lire de deux façons\u00a0: écrivez 1250 ou 1,250.",
    )
    assert at(Page(answers.html()), "/x")[0]["value"] == "1.250"
    assert form.read(fill(answers.html(), {"/x": "1,250"})).data == {"x": 1.25}
    assert form.read(fill(answers.html(), {"/x": "1250"})).data == {"x": 1250}


def numbers(count: int) -> list[float]:
    """Numbers of all sizes and as many decimals, whole ones, and those that repr writes with an exponent."""
    chance = random.Random(12)
    drawn: list[float] = [0, -0.5, 3.0, 1.234, 1234.5, 1e22, 1e-7, 123456789.123, 10**20, -1.001]
    for _ in range(count):
        number = round(chance.uniform(-1, 1) * 10 ** chance.randrange(0, 12), chance.randrange(0, 6))
        drawn.append(int(number) if chance.random() < 0.3 else number)
    return drawn


@pytest.mark.parametrize("locale", ["en", "fr", "de", "de-CH", "ar", "fr-CA", "pt-BR"])
def test_numbers_that_are_shown_are_read_as_themselves(locale: str) -> None:
    """F12: T9: each as its language writes it."""
    for number in numbers(1500):
        read = to_number(number_as_typed(number, locale), locale)
        assert (read, type(read)) == (number, type(number))


def test_stored_numbers_come_back_in_every_language() -> None:
    """F12, F4: T9: from a page, from the same page opened in another language, from a draft and with what a live answer
    shows; the decimal mark is that of the reader.
    """
    for number in [*numbers(25), 1.234, 12.125]:
        data = {"x": number, "m": {"amount": "1.234", "currency": "TND"}}
        for locale, form in FORMS.items():
            page = form.render(data)
            mark = "." if locale == "en" else ","
            assert at(Page(page), "/x")[0]["value"] == repr(number).replace(".", mark)
            for other in FORMS.values():
                for answers in (other.read(posted(page)), other.resume(form.draft(data))):
                    assert answers.data == data
                    assert answers.errors == []
                    assert form.read(posted(answers.html())).data == data
                    assert form.resume(answers.draft).data == data


def test_what_was_typed_means_the_same_in_another_language() -> None:
    """F12, F8: T9: 1.000 of a German draft is a thousand on the French form too, and shown as such."""
    typed = FORMS["de"].read(fill(FORMS["de"].render(), {"/x": "1.000", "/n": "2.000"}))
    french = FORMS["fr"].resume(typed.draft)
    assert french.data == typed.data == {"x": 1000, "n": 2000}
    assert at(Page(french.html()), "/x")[0]["value"] == "1000"
    assert FORMS["en"].read(posted(french.html())).data == typed.data
    assert not depends_on_language("1234")
    assert decimal_text("x", "de") == "x"


def test_a_slider_posts_a_point_in_every_language() -> None:
    """F12: 1.125 of a browser's slider is no thousand, and the slider stands where the answer is."""
    schema = {
        "type": "object",
        "properties": {"x": {"type": "number", "minimum": 0, "maximum": 9, "multipleOf": 0.125}},
    }
    form = Form(schema, ui={"fields": {"x": {"widget": "range"}}}, locale="de")
    page = form.render({"x": 1.125})
    (slider,) = at(Page(page), "/x")
    assert (slider["type"], slider["value"]) == ("range", "1.125")
    assert [element["text"] for element in Page(page).all("output")] == ["1,125"]
    answers = form.read(posted(page))
    assert answers.data == {"x": 1.125}
    assert at(Page(answers.html()), "/x")[0]["value"] == "1.125"


@pytest.mark.parametrize(
    ("bounds", "value"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 100}, None),  # browsers post the middle of an untouched slider
        ({"type": "integer", "minimum": 1, "maximum": 9, "multipleOf": 2}, 4),  # and would move 4 to 3 or 5
        ({"type": "integer", "minimum": 0.5, "maximum": 9}, 4),
        ({"type": "number", "minimum": 0, "maximum": 9, "multipleOf": 2}, 3),
        ({"type": "number", "minimum": 0, "maximum": 9}, 12),
    ],
)
def test_a_slider_that_would_answer_by_itself_is_a_box(bounds: dict[str, Any], value: Any) -> None:
    """F3: F12: no slider stands where a browser would post another number than the one that was given."""
    form = Form({"type": "object", "required": ["x"], "properties": {"x": bounds}},
                ui={"fields": {"x": {"widget": "range"}}})  # fmt: skip
    data = {} if value is None else {"x": value}
    page = form.render(data)
    assert at(Page(page), "/x")[0]["type"] == "text"
    assert form.read(posted(page)).data == data


def test_a_number_typed_in_place_of_a_slider_is_read_as_any_other() -> None:
    """F12: an empty slider, and one out of its bounds, is a text box, in which people type by their own language; what
    is two numbers stays in one.
    """
    schema = {"type": "object", "properties": {"x": {"type": "number", "minimum": 0, "maximum": 5000}}}
    german, french = (Form(schema, ui={"fields": {"x": {"widget": "range"}}}, locale=locale) for locale in ("de", "fr"))
    answers = german.read(fill(german.render(), {"/x": "1.500"}))
    assert answers.data == {"x": 1500}
    assert at(Page(answers.html()), "/x")[0]["type"] == "range"
    assert german.read(posted(answers.html())).data == {"x": 1500}
    too_much = german.read(fill(german.render(), {"/x": "6.000"}))
    assert (too_much.data, [error.keyword for error in too_much.errors]) == ({"x": 6000}, ["maximum"])
    assert at(Page(too_much.html()), "/x")[0]["value"] == "6.000"
    asked = french.read(fill(french.render(), {"/x": "1.500"}))
    assert [error.keyword for error in asked.errors] == ["two-numbers"]
    box = at(Page(asked.html()), "/x")[0]
    assert (box["type"], box["value"]) == ("text", "1.500")
    assert [error.keyword for error in french.read(posted(asked.html())).errors] == ["two-numbers"]


def test_languages_that_are_posted_are_not_kept() -> None:
    """T9: no post makes a process remember languages that no form has; those of other pages are as before."""
    form = FORMS["fr"]
    page = [(name, value) for name, value in fill(form.render(), {"/x": "1,5"}) if not name.endswith("-l")]
    (name,) = (name for name, value in page if value == "1,5")
    form.read(page)
    before = number_separators.cache_info()
    assert before.maxsize is not None
    for number in range(40):
        assert form.read([*page, (f"{name}-l", f"en-x{number:03}")]).data == {"x": 1.5}
    assert number_separators.cache_info().currsize == before.currsize
