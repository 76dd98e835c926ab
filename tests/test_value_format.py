"""A value is formatted in the same way everywhere: on pages, in forms, mails, refusals and titles."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import formengine
from formengine.authoring.packs.title_pattern import fill_title
from formengine.conditions.parser import parse_condition
from formengine.forms import Form, Validator
from formengine.value_format import (
    currency_decimals,
    format_date,
    format_date_time,
    format_money,
    format_number,
    format_value,
)
from formengine.workflow.engine.case import EngineContext
from formengine.workflow.engine.execution import Execution
from formengine.workflow.engine.explanations import sentence, why_not
from tests.workflow.builders import simulate, workflow

MONEY = {"amount": "12500.00", "currency": "EUR"}
AT = "2026-03-02T09:00:00+00:00"
SCHEMA = {
    "type": "object",
    "properties": {
        "price": {"$ref": "formengine:money"},
        "rate": {"type": "number"},
        "due": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "date-time"},
    },
}
TEXTS = {
    "price": (MONEY, "€12,500.00", "12\u202f500,00\u00a0€"),
    "rate": (0.00012, "0.00012", "0,00012"),
    "due": ("2026-11-24", "24 November 2026", "24 novembre 2026"),
    "at": (AT, "2 March 2026 at 10:00", "2 mars 2026 à 10:00"),
}
WORKFLOW = """
starts_in: a
fields:
  price: {$ref: "formengine:money"}
  rate: {type: number}
  due: {type: string, format: date}
  at: {type: string, format: date-time}
states: {a: {}, z: {ends: true}}
transitions:
  go: {from: a, to: z, who: [drafter], when: [price over 12500.00 EUR, rate over 0.00012, due over 2026-11-24]}
  wait: {from: a, to: z, who: [drafter], when: at over 2026-03-02T09:00:00Z}
  end: {from: a, to: z, who: [requester]}
"""
PARIS = {"": {"zone": "Europe/Paris", "days": ["mon"], "hours": "09:00-17:00"}}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", list(TEXTS))
def test_value_has_the_same_text_everywhere(name: str, language: str) -> None:
    """Facts, the summary of a form and its plain-text form, a dossier's title, and a condition."""
    value, *texts = TEXTS[name]
    text = texts[language == "fr"]
    form = Form(SCHEMA, locale=language)
    schema: Any = SCHEMA["properties"]
    assert format_value(value, language, "Europe/Paris", schema[name]) == text
    assert f"<dd>{text}</dd>" in unescape(form.summary({name: value}, zone="Europe/Paris"))
    assert form.entries({name: value}, zone="Europe/Paris")[0][1] == text
    assert fill_title(f"{{{name}}}", {name: value}, SCHEMA, "", "", language, "Europe/Paris") == text
    operand = {"price": "12500.00 EUR", "rate": "0.00012", "due": "2026-11-24", "at": "2026-03-02T09:00:00Z"}[name]
    condition = parse_condition(f"{name} over {operand}")
    assert text in sentence(workflow(WORKFLOW), condition, language, zone="Europe/Paris")


def test_refusal_shows_local_time() -> None:
    """W5: in the calendar's zone if the reader is unknown, and numbers with all their digits."""
    answers = {"price": MONEY, "rate": 0.00001, "due": "2026-11-01", "at": "2026-03-01T09:00:00Z"}
    reasons = simulate(WORKFLOW, answers, calendars=PARIS).allowed("ana")
    assert reasons["wait"] == ["“At” is not over 2 March 2026 at 10:00."]
    assert reasons["go"] == [
        "“Price” is not over €12,500.00.",
        "“Rate” is not over 0.00012.",
        "“Due” is not over 24 November 2026.",
    ]


def test_refusal_shows_the_readers_time() -> None:
    """W5: in the reader's zone, if known."""
    sim = simulate(WORKFLOW, {"at": "2026-03-01T09:00:00Z"}, calendars=PARIS)
    context = EngineContext(sim.now, sim.directory, language="fr", zone="Asia/Tokyo")
    reasons = why_not(Execution(sim.workflow, sim.case, context), parse_condition("at over 2026-03-02T09:00:00Z"))
    assert reasons == ["«\u00a0At\u00a0» ne dépasse pas 2 mars 2026 à 18:00."]


def test_limits_of_numbers_keep_their_digits() -> None:
    """F5: in error messages."""
    (error,) = Validator({"minimum": 0.00012}).errors(0)
    assert error.message == "This must be 0.00012 or more."


@pytest.mark.parametrize(
    ("amount", "currency", "english", "french"),
    [
        ("12500", "EUR", "€12,500.00", "12\u202f500,00\u00a0€"),
        (Decimal("1.005"), "EUR", "€1.005", "1,005\u00a0€"),
        ("1250", "JPY", "JPY\u00a01,250", "1\u202f250\u00a0JPY"),
        ("1.5", "TND", "TND\u00a01.500", "1,500\u00a0TND"),
        ("-0.5", "USD", "-USD\u00a00.50", "-0,50\u00a0USD"),
        ("123456789012345678901234567890.12", "EUR", "€123,456,789,012,345,678,901,234,567,890.12", "890,12"),
        ("much", "EUR", "much\u00a0EUR", "much\u00a0EUR"),
    ],
)
def test_money(amount: object, currency: str, english: str, french: str) -> None:
    """With the decimals of the currency or more, all digits, and the currency code after the amount."""
    assert format_money(amount, currency, "en") == english
    assert french in format_money(amount, currency, "fr")


def test_numbers_dates_and_choices() -> None:
    """Exact, in the reader's language; a value that cannot be parsed is shown unchanged."""
    assert [format_number(value, "en") for value in (10**40, 1e-7, 1.0, Decimal("2.50"))] == [
        f"10{',000' * 13}",
        "0.0000001",
        "1",
        "2.5",
    ]
    assert format_date(date(2026, 11, 24), "fr") == "24 novembre 2026"
    assert format_date("soon", "en") == format_date_time("soon", "en", "UTC") == "soon"
    assert format_date_time("2026-11-24", "en", "Asia/Tokyo") == "24 November 2026"
    assert format_date_time("0001-01-01T00:00:00Z", "en", "America/New_York") == "0001-01-01T00:00:00Z"
    assert format_date_time(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "en", "Europe/Paris") == "2 July 2026 at 00:30"
    choices = {"type": "array", "items": {"oneOf": [{"const": "a", "title": {"en": "First", "fr": "Premier"}}]}}
    assert format_value(["a", "b"], "fr", "UTC", choices) == "Premier, b"
    assert format_value([True, None, 0.5], "en", "UTC") == "Yes, 0.5"
    assert format_value(True, "en", "UTC", {"oneOf": [{"const": 1, "title": "One"}]}) == "Yes"
    assert (currency_decimals("LBP"), currency_decimals("IQD")) == (2, 3)


def test_values_are_formatted_in_one_module() -> None:
    """No other module formats numbers or dates with Babel."""
    root = Path(formengine.__file__).parent
    formatting = re.compile(r"babel\.dates|babel import .*\bdates\b|\bformat_(decimal|currency|datetime)\b")
    users = {path.name for path in root.rglob("*.py") if formatting.search(path.read_text("utf-8"))}
    # besides: counts in translated texts; cities of time zones; the Date header of mails (email.utils.format_datetime)
    assert users == {"value_format.py", "i18n.py", "time_zones.py", "message.py"}


def test_rows_have_the_titles_of_their_choices() -> None:
    """P27, O7: as a choice outside rows has; behind the title of their column; one row ends with a semicolon."""
    flag = {
        "issue": {"type": "string"},
        "severity": {
            "title": {"en": "Severity", "fr": "Gravité"},
            "oneOf": [{"const": "major", "title": {"en": "Major", "fr": "Majeure"}}],
        },
    }
    schema = {"type": "array", "items": {"type": "object", "properties": flag}}
    rows = [{"issue": "Patents", "severity": "major"}, {"issue": "Leases", "severity": "major"}]
    assert format_value(rows, "fr", "UTC", schema) == (
        "Patents, Gravité\u00a0: Majeure\u00a0; Leases, Gravité\u00a0: Majeure"
    )


@pytest.mark.parametrize(
    ("value", "parts", "text"),
    [
        ({"name": "Joe", "email": "a@b.c"}, {"name": {}, "email": {}}, "Joe (a@b.c)"),
        ({"name": "Joe", "email": "a@b.c"}, {"name": {"title": "Name"}, "email": {}}, "Name: Joe, a@b.c"),
        ({"name": "Joe", "id": "7", "role": "CEO"}, {"role": {"title": "Role"}}, "Joe, Role: CEO"),
        ({**MONEY, "note": "net"}, {"note": {}}, "€12,500.00, net"),
    ],
)
def test_a_group_says_its_kind_and_what_stands_beside(value: Any, parts: dict[str, Any], text: str) -> None:
    """P27, O7: with the titles that are declared."""
    assert format_value(value, "en", "UTC", {"properties": parts}) == text


def test_a_country_is_named_and_a_question_takes_no_colon() -> None:
    """N1, D1: in the reader's language, as a lawyer would write it; a code that is no country's stays."""
    country = {"$ref": "formengine:country"}
    assert [format_value(code, "fr", "UTC", country) for code in ("DE", "FR", "QQ")] == ["Allemagne", "France", "QQ"]
    parts = {"law": {"title": "Governing law", **country}, "data": {"title": "Personal data?"}}
    assert format_value({"law": "GB", "data": True}, "en", "UTC", {"properties": parts}) == (
        "Governing law: United Kingdom, Personal data? Yes"
    )
