"""The built-in field kinds: parsed as people type them, validated, and shown in their language."""

from __future__ import annotations

import io
import random
from decimal import Decimal
from typing import Any

import pytest

from formengine.forms import KINDS, Form, FormError, Upload, Validator
from formengine.forms.kinds.text_input import format_input, is_ambiguous, parse_input
from formengine.forms.tree.uploads import MemoryFiles
from tests.forms.browser import Page, posted
from tests.forms.test_form import at, fill, press

MONEY = {"type": "object", "properties": {"m": {"title": "Fee", "$ref": "formengine:money"}}}


@pytest.mark.parametrize(
    ("language", "typed", "stored"),
    [
        ("fr", "1 234,50", "1234.50"),
        ("fr", "1\u202f234,50", "1234.50"),
        ("fr", "1.234,50", "1234.50"),
        ("fr", "1234.5", "1234.5"),
        ("fr", "-12", "-12"),
        ("en", "1,234.50", "1234.50"),
        ("en", "1'234.50", "1234.50"),
        ("en", "1,234", "1234"),
        ("en", "12,5", "12.5"),
        ("en", "١٢٣٤٫٥", "1234.5"),
        ("en", "1,23,4", "1,23,4"),
        ("fr", "12 €", "12"),
        ("fr", "douze", "douze"),
    ],
)
def test_typed_amounts_are_parsed(language: str, typed: str, stored: str) -> None:
    """F12: with the language's decimal mark and separators; other text stays as it was typed, with an error."""
    form = Form(MONEY, locale=language)
    euro = next(
        element
        for element in Page(form.render()).elements
        if element["tag"] == "option" and element["text"].startswith("EUR")
    )
    answers = form.read(fill(form.render(), {"/m/amount": typed, "/m/currency": euro["value"]}))
    assert answers.data == {"m": {"amount": stored, "currency": "EUR"}}
    assert answers.valid is (stored.strip("-0123456789.") == "")
    shown = at(Page(answers.html()), "/m/amount")[0]["value"]
    assert form.read(posted(answers.html())).data == answers.data
    assert shown == (format_input("amount", stored, language) if answers.valid else typed)


def test_an_ambiguous_amount_is_an_error() -> None:
    """F12: 1.234 in French may be 1.234 or 1234, so the person is asked."""
    form = Form(MONEY, locale="fr")
    answers = form.read(fill(form.render(), {"/m/amount": "1.234", "/m/currency": "EUR"}))
    assert [(error.pointer, error.keyword) for error in answers.errors] == [("/m/amount", "two-numbers")]
    assert at(Page(answers.html()), "/m/amount")[0]["value"] == "1.234"


@pytest.mark.parametrize("language", ["en", "fr", "de", "ar", "de-CH"])
def test_formatted_amounts_parse_to_themselves(language: str) -> None:
    """F12: thousands of amounts, formatted and parsed in the same language, do not change."""
    chance = random.Random(language)
    for _ in range(2000):
        value = f"{Decimal(chance.randrange(10 ** chance.randrange(1, 14))) / 10 ** chance.randrange(0, 4)}"
        if "E" not in value:
            shown = format_input("amount", value, language)
            assert not is_ambiguous("amount", shown, language)
            assert parse_input("amount", shown, language) == value


@pytest.mark.parametrize(
    ("amount", "currency", "sentence"),
    [
        ("12.50", "EUR", ""),
        ("12", "EUR", ""),
        ("12.505", "EUR", "au plus 2 chiffres après la virgule"),
        ("1250", "JPY", ""),
        ("12.50", "JPY", "montant entier"),
        ("12.505", "TND", ""),
        ("12.5055", "TND", "au plus 3 chiffres"),
        ("12.50", "LBP", ""),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(amount: str, currency: str, sentence: str) -> None:
    """F12: more decimals than the currency has are refused at the amount, posted or as data; none is rounded."""
    form = Form(MONEY, locale="fr")
    data = {"m": {"amount": amount, "currency": currency}}
    posted_errors = form.read(posted(form.render(data))).errors
    for errors in (posted_errors, form.validate(data)):
        assert [error.pointer for error in errors] == (["/m/amount"] if sentence else [])
        assert all(sentence in error.message for error in errors)
    assert Validator(MONEY).is_valid(data) is not bool(sentence)
    assert format_input("amount", amount, "fr") in form.summary(data).replace("&#8239;", "\u202f")
    assert "data-dynamic" not in form.render()


def test_a_currency_alone_is_no_answer() -> None:
    """F12: the portal's currency is preselected; without an amount, optional money is absent."""
    kinds = {**KINDS, "formengine:currency": {**KINDS["formengine:currency"], "default": "CHF"}}
    form = Form(MONEY, kinds=kinds)
    chosen = [
        element["text"]
        for element in Page(form.render()).elements
        if element["tag"] == "option" and "selected" in element
    ]
    assert chosen == ["CHF – Swiss Franc"]
    assert form.read(posted(form.render())).data == {}
    needed = Form({**MONEY, "required": ["m"]}, kinds=kinds)
    assert [error.pointer for error in needed.read(posted(needed.render())).errors] == ["/m/amount"]


def test_ibans_and_telephone_numbers_are_checked() -> None:
    """F12: an IBAN by its check digits and length, a telephone number by E.164; spaces and marks are removed."""
    properties = {"i": {"$ref": "formengine:iban"}, "p": {"$ref": "formengine:phone"}}
    form = Form({"type": "object", "properties": properties})
    good = form.read(fill(form.render(), {"/i": " fr76-3000 6000 0112 3456 7890 189", "/p": "0033 (1) 23.45.67.89"}))
    assert good.data == {"i": "FR7630006000011234567890189", "p": "+33123456789"}
    assert good.valid
    for iban in ("FR7630006000011234567890188", "FR763000600001123456789018", "ZZ00", "DE89370400440532013001"):
        assert [error.keyword for error in form.validate({"i": iban})] == ["format"], iban
    assert form.validate({"i": "DE89370400440532013000"}) == []
    bad = form.read(fill(form.render(), {"/p": "01 23 45 67 89"}))
    assert "code of its country" in bad.errors[0].message
    assert at(Page(bad.html()), "/p")[0]["value"] == "01 23 45 67 89"


def test_countries_are_iso_3166_with_preferred_ones_first() -> None:
    """F12: names in the language, sorted without regard to accents; an unknown code is refused."""
    kinds = {**KINDS, "formengine:country": {**KINDS["formengine:country"], "examples": ["LB"]}}
    form = Form({"type": "object", "properties": {"c": {"$ref": "formengine:country"}}}, locale="fr", kinds=kinds)
    names = [element["text"] for element in Page(form.render()).all("option")]
    assert names[1] == "Liban"
    assert names.index("Égypte") < names.index("Espagne")
    assert "data-long" in at(Page(form.render()), "/c")[0]
    assert [error.keyword for error in form.validate({"c": "XX"})] == ["enum"]


def test_known_parties_are_suggested_and_new_ones_accepted() -> None:
    """F12: a counterparty may be known or new; the id of a known one is kept."""
    kinds = {**KINDS, "formengine:party-name": {**KINDS["formengine:party-name"], "examples": ["Globex SA"]}}
    form = Form({"type": "object", "properties": {"p": {"$ref": "formengine:party"}}}, kinds=kinds)
    page = Page(form.render({"p": {"name": "New & Co", "id": "x1"}}))
    name = at(page, "/p/name")[0]
    suggested = next(element for element in page.elements if element.get("id") == name["list"])
    assert [element["value"] for element in page.options(suggested)] == ["Globex SA"]
    assert at(page, "/p/id")[0]["type"] == "hidden"
    assert form.read(posted(form.render({"p": {"name": "New & Co", "id": "x1"}}))).data["p"]["id"] == "x1"


def test_markdown_is_sanitised() -> None:
    """F12: help and answers in Markdown are rendered, without scripts."""
    nasty = "**b** <script>x</script> [l](javascript:x) [ok](https://example.com)"
    schema = {"type": "object", "properties": {"n": {"$ref": "formengine:markdown"}}}
    form = Form(schema, ui={"fields": {"n": {"help": nasty}}})
    for shown in (form.render(), form.summary({"n": nasty})):
        assert "<strong>b</strong>" in shown
        assert 'href="https://example.com"' in shown
        assert "<script" not in shown
        assert 'href="javascript' not in shown


def test_files_are_limited_by_type_size_and_count() -> None:
    """F9: the limits are shown beforehand, and errors name the file."""
    file: dict[str, Any] = {"properties": {"type": {"enum": ["application/pdf"]}, "size": {"maximum": 2000}}}
    papers = {"type": "array", "maxItems": 2, "items": {"$ref": "formengine:file", **file}}
    form = Form({"type": "object", "properties": {"p": {"title": "Papers", **papers}}}, files=MemoryFiles())
    page = Page(form.render())
    control = at(page, "/p")[0]
    assert control["accept"] == "application/pdf"
    described = next(element for element in page.elements if element.get("id") == control["aria-describedby"])
    assert described["text"] == "Accepted: PDF. Up to 2 kB a file. At most 2 files."
    sent = [("a.pdf", "application/pdf", 3000), ("契約.txt", "text/plain", 10), ("c.pdf", "application/pdf", 5)]
    uploads = [
        (control["name"], Upload(name, type, io.BytesIO((b"%PDF-" if "pdf" in type else b"xxxxx").ljust(size, b"x"))))
        for name, type, size in sent
    ]
    answers = form.read([*posted(form.render()), *uploads])
    assert {error.message for error in answers.errors} == {
        "“a.pdf” is larger than 2 kB.",
        "“契約.txt” is a file of a type that is not accepted here.",
        "There may be at most 2 entries.",
    }
    assert {error.control_id for error in answers.errors} == {control["id"]}
    less = form.read(press(answers.html(), "remove", "/p"))
    assert [file["name"] for file in less.data["p"]] == ["契約.txt", "c.pdf"]


def test_read_only_choices_are_text() -> None:
    """F2: they are shown as text and posted back unchanged."""
    choice = {"enum": ["a", "b"], "readOnly": True}
    several = {"type": "array", "uniqueItems": True, "items": {"enum": ["x", "y"]}, "readOnly": True}
    yes = {"type": "boolean", "readOnly": True, "deprecated": True}
    form = Form({"type": "object", "properties": {"c": choice, "s": several, "y": yes}})
    data = {"c": "b", "s": ["y", "x"], "y": False}
    page = Page(form.render(data))
    assert {element["type"] for element in page.all("input")} == {"hidden"}
    assert page.all("select") == []
    assert "no longer used" in form.render(data)
    assert form.read(posted(form.render(data))).data == data


def test_kinds_are_those_of_the_form_alone() -> None:
    """What other forms compiled before changes nothing: neither kinds of theirs nor their replacements."""
    country = {"properties": {"c": {"$ref": "formengine:country"}}}
    own = {"type": "object", "properties": {"c": {"$ref": "acme:site"}}}
    assert Form(own, kinds={**KINDS, "acme:site": {"const": "Lyon"}}).validate({"c": "Paris"}) != []
    assert Form(country, kinds={**KINDS, "formengine:country": {"const": "Utopia"}}).validate({"c": "Utopia"}) == []
    assert Form(country).validate({"c": "Utopia"}) != []
    for kinds in (KINDS, {}, {"formengine:country": KINDS["formengine:country"]}):
        with pytest.raises(FormError, match="acme:site"):
            Form(own, kinds=kinds)
    with pytest.raises(FormError, match="formengine:country"):
        Form(country, kinds={"acme:site": {}})
    assert "Germany" in Form(country).render({"c": "DE"})
    assert "Allemagne" in Form(country, locale="fr").render({"c": "DE"})
    replaced = {**KINDS, "formengine:country": {"enum": ["Utopia"]}}
    assert "Utopia" in Form(country, kinds=replaced).render({})
    assert "Utopia" not in Form(country).render({})
