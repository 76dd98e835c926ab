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


def test_a_fraction_is_no_whole_number_however_long() -> None:
    """F2: a float would hold 1e+20, an answer that nobody gave."""
    form = FORMS["en"]
    answers = form.read(fill(form.render(), {"/x": "99999999999999999999.5", "/n": "123456789012345678.5"}))
    assert {error.pointer for error in answers.errors} == {"/x", "/n"}


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
    answers = form.read(posted(page))
    assert answers.data == {"x": 1.125}
    assert at(Page(answers.html()), "/x")[0]["value"] == "1.125"


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
