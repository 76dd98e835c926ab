"""Filters and values of Word templates, in the two languages of the product (S1)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.documents.word_templates.environment import environment_in
from formengine.documents.word_templates.field_types import COMPANY, TEXT, FieldType, types_of, values_of
from formengine.documents.word_templates.number_words import number_in_words
from formengine.documents.word_templates.values import decoded
from formengine.forms import KINDS

NB, NN = "\u00a0", "\u202f"
ACME = {
    "name": "Acme SAS",
    "form": "société par actions simplifiée",
    "registration": "552 100 554 RCS Paris",
    "address": {"lines": ["8 rue de Londres"], "postcode": "75009", "city": "Paris", "country": "FR"},
    "represented_by": {"name": "Inès Carrel", "title": "directrice juridique"},
}
SCHEMA = {
    "properties": {
        "price": {"$ref": "formengine:money"},
        "signed": {"type": "string", "format": "date"},
        "years": {"type": "integer"},
        "rate": {"type": "number"},
        "law": {"$ref": "formengine:country"},
        "us": {"oneOf": [{"const": "acme", "title": "Acme SAS (France)"}]},
        "them": {"$ref": "formengine:party"},
        "seat": {"$ref": "formengine:address"},
        "secret": {"type": "boolean"},
        "account": {"$ref": "formengine:iban"},
        "kinds": {"type": "array", "items": {"oneOf": [{"const": c, "title": f"kind {c}"} for c in "abc"]}},
        "note": {"$ref": "formengine:text"},
        "who": {"$ref": "formengine:person"},
        "rows": {
            "type": "array",
            "items": {"type": "object", "properties": {"due": {"type": "string", "format": "date"}}},
        },
    }
}
FACTS: dict[str, Any] = {
    "price": {"amount": "12500", "currency": "EUR"},
    "signed": "2026-12-01",
    "years": 1,
    "rate": 2.5,
    "law": "GB",
    "us": "acme",
    "them": {"name": "Globex & <Co>", "registration": "12", "country": "NL"},
    "seat": {"lines": ["1 High Street"], "postcode": "AB1", "city": "London", "country": "GB"},
    "secret": True,
    "account": "FR7630006000011234567890189",
    "kinds": ["a", "b", "c"],
    "note": "One line",
    "who": "p1",
    "rows": [{"due": "2026-03-09"}],
}


def render(source: str, language: str, **facts: Any) -> str:
    types = types_of(SCHEMA, KINDS, {"acme": ACME})
    values = values_of({**FACTS, **facts}, types, {"acme": ACME}, {"p1": "Maya Okafor"})
    template = environment_in(language).from_string(source)
    return template.render({name: decoded(value, language) for name, value in values.items()})


@pytest.mark.parametrize(
    ("source", "english", "french"),
    [
        ("{{ price }}", "€12,500.00", f"12{NN}500,00{NB}€"),
        ("{{ price|in_words }}", "twelve thousand five hundred euros", "douze mille cinq cents euros"),
        ("{{ signed }}", "1 December 2026", "1er décembre 2026"),
        ("{{ signed|short_date }}", "01/12/2026", "01/12/2026"),
        ("{{ signed|date_after(years=2, days=-1) }}", "30 November 2028", "30 novembre 2028"),
        ("{{ years|years }}", "1 year", "1 an"),
        ("{{ (years + 1)|years(in_words=true) }}", "two (2) years", "deux (2) ans"),
        ("{{ 3|working_days }}", "3 working days", "3 jours ouvrés"),
        ("{{ rate }}", "2.5", "2,5"),
        ("{{ rate|percent }}", "2.5%", f"2,5{NB}%"),
        ("{{ 12500|number }}, {{ 2026 }}", "12,500, 2026", f"12{NN}500, 2026"),
        ("{{ law }}", "United Kingdom", "Royaume-Uni"),
        ("{{ law|country_of }}", "of the United Kingdom", "du Royaume-Uni"),
        ("{{ law|country_in }}", "in the United Kingdom", "au Royaume-Uni"),
        ("{{ [law]|list }}", "the United Kingdom", "Royaume-Uni"),
        ("{{ us }} {{ us.represented_by.name }}", "Acme SAS Inès Carrel", "Acme SAS Inès Carrel"),
        ("{{ them }}", "Globex &amp; &lt;Co&gt;", "Globex &amp; &lt;Co&gt;"),
        (
            "{{ them|party }}",
            "Globex &amp; &lt;Co&gt;, registered in the Netherlands under number 12",
            "Globex &amp; &lt;Co&gt;, immatriculée aux Pays-Bas sous le numéro 12",
        ),
        ("{{ seat }}", "1 High Street, AB1 London, United Kingdom", "1 High Street, AB1 London, Royaume-Uni"),
        (
            "{{ seat|address_lines }}",
            "1 High Street\nAB1 London\nUnited Kingdom",
            "1 High Street\nAB1 London\nRoyaume-Uni",
        ),
        ("{{ account }}", "FR76 3000 6000 0112 3456 7890 189", "FR76 3000 6000 0112 3456 7890 189"),
        ("{{ secret }} {{ (not secret)|yes_no }}", "yes no", "oui non"),
        ("{{ kinds }}", "kind a, kind b and kind c", "kind a, kind b et kind c"),
        ("{{ kinds|or_list }}", "kind a, kind b or kind c", "kind a, kind b ou kind c"),
        ("{{ note|sentence }}", "One line.", "One line."),
        ("{{ who }}", "Maya Okafor", "Maya Okafor"),
        ("{{ rows[0].due }}", "9 March 2026", "9 mars 2026"),
        ("{{ years|plural('share', 'shares') }} {{ 0|plural('part', 'parts') }}", "share parts", "share part"),
        ("{{ us|upper }} {{ note|lower|capital }}", "ACME SAS One line", "ACME SAS One line"),
        ("{{ missing }}{{ missing.part }}{{ missing|years }}{{ missing|party }}{{ missing|in_words }}", "", ""),
    ],
)  # fmt: skip
def test_values_are_written_in_the_language_of_the_document(source: str, english: str, french: str) -> None:
    """S1: money, dates, lengths, countries, parties, lists, yes and no, choices by their titles."""
    assert render(source, "en") == english
    assert render(source, "fr") == french


def test_a_company_is_described_as_in_the_first_lines_of_a_contract() -> None:
    """S1: form, registration, registered office, represented by whom in what position."""
    assert render("{{ us|party }}", "fr") == (
        "Acme SAS, société par actions simplifiée, immatriculée sous le numéro 552 100 554 RCS Paris, dont le siège "
        "est situé 8 rue de Londres, 75009 Paris, France, représentée par Inès Carrel, en qualité de directrice "
        "juridique"
    )
    assert render("{{ them|party(by='Joe Martin', title='Director', address=seat) }}", "en") == (
        "Globex &amp; &lt;Co&gt;, registered under number 12, whose registered office is at 1 High Street, AB1 London, "
        "United Kingdom, represented by Joe Martin, Director"
    )


def test_conditions_compare_what_the_form_stores() -> None:
    """S1: a choice by its value, not by its title; an answer that is missing does not hold."""
    source = "{% if us == 'acme' and signed == '2026-12-01' and secret and 'b' in kinds and not gone %}yes{% endif %}"
    assert render(source, "en") == "yes"


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [
        (0, "zero", "zéro"),
        (21, "twenty-one", "vingt et un"),
        (70, "seventy", "soixante-dix"),
        (71, "seventy-one", "soixante et onze"),
        (80, "eighty", "quatre-vingts"),
        (91, "ninety-one", "quatre-vingt-onze"),
        (100, "one hundred", "cent"),
        (200, "two hundred", "deux cents"),
        (201, "two hundred and one", "deux cent un"),
        (1000, "one thousand", "mille"),
        (80_000, "eighty thousand", "quatre-vingt mille"),
        (200_000, "two hundred thousand", "deux cent mille"),
        (1_000_001, "one million and one", "un million un"),
        (2_300_000_000, "two billion three hundred million", "deux milliards trois cents millions"),
        (10**15, "1000000000000000", "1000000000000000"),
    ],
)
def test_numbers_in_words(number: int, english: str, french: str) -> None:
    """S1: the plural of vingt and cent, and the and of English."""
    assert number_in_words(number, "en") == english
    assert number_in_words(number, "fr") == french


@pytest.mark.parametrize(
    ("amount", "currency", "english", "french"),
    [
        ("1", "EUR", "one euro", "un euro"),
        ("2000000", "EUR", "two million euros", "deux millions d’euros"),
        ("10.50", "GBP", "ten pounds sterling and fifty pence", "dix livres sterling et cinquante pence"),
        ("1000000", "USD", "one million US dollars", "un million de dollars américains"),
    ],
)
def test_amounts_in_words(amount: str, currency: str, english: str, french: str) -> None:
    """S1: with the name of the currency."""
    value = {"amount": amount, "currency": currency}
    assert render("{{ price|in_words }}", "en", price=value) == english
    assert render("{{ price|in_words }}", "fr", price=value) == french


def test_what_people_type_is_neither_markup_nor_a_filter_that_writes_it() -> None:
    """T31: autoescape is on, and nothing turns it off."""
    assert render("{{ note }}", "en", note="<w:t>{{ 7 * 7 }}</w:t>") == "&lt;w:t&gt;{{ 7 * 7 }}&lt;/w:t&gt;"
    for name in ("safe", "attr", "xmlattr", "tojson", "urlize"):
        assert name not in environment_in("en").filters
    assert set(environment_in("en").globals) == {"range", "namespace"}


def test_a_kind_of_a_list_of_our_companies_has_their_particulars() -> None:
    types = types_of(SCHEMA, KINDS, {"acme": ACME})
    assert types["us"].members == COMPANY.members
    assert types_of(SCHEMA, KINDS, {})["us"] == FieldType("choice", titles={"acme": "Acme SAS (France)"})
    assert types["note"] == FieldType("text")
    assert types["them"].members["name"] == TEXT
