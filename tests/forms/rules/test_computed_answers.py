"""Computed answers: the form's own values, whatever is posted or sent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from formengine.forms import Form, FormError
from tests.forms.browser import Page, posted
from tests.forms.test_form import at, fill, press

DATE = {"type": "string", "format": "date"}
MONEY = {"$ref": "formengine:money"}
LINE = {"type": "object", "properties": {"what": {"type": "string"}, "amount": MONEY, "hours": {"type": "number"}}}
SCHEMA: dict[str, Any] = {"type": "object", "required": ["starts", "total", "hours"], "properties": {
    "starts": DATE, "months": {"type": "integer"}, "ends": DATE, "reminder": DATE,
    "lines": {"type": "array", "items": LINE},
    "total": {**MONEY, "title": "Total"}, "hours": {"type": "number"}, "count": {"type": "integer"},
}}  # fmt: skip
COMPUTED = {
    "reminder": "ends - 30 days", "ends": "starts + months months", "total": "sum of lines.amount",
    "hours": "sum of lines.hours", "count": "number of lines",
}  # fmt: skip


def form(**options: Any) -> Form:
    return Form(SCHEMA, rules={"computed": COMPUTED}, **options)


def euro(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def test_values_are_exact() -> None:
    """F17: sums are decimals, a month's last day is kept, and one calculation reads another."""
    data = {
        "starts": "2026-01-31", "months": 1,
        "lines": [{"amount": euro("0.1"), "hours": 0.1}, {"amount": euro("0.20"), "hours": 0.2}],
    }  # fmt: skip
    assert form().complete(data) == {
        **data, "ends": "2026-02-28", "reminder": "2026-01-29", "total": euro("0.30"), "hours": 0.3, "count": 2,
    }  # fmt: skip


def test_what_cannot_be_told_is_absent() -> None:
    """F17: a number over no rows is 0; an amount over none, or over several currencies, and a date without its parts
    are absent, and never missing."""
    assert form().complete({"starts": "2026-01-31"}) == {"starts": "2026-01-31", "hours": 0, "count": 0}
    assert form().validate({"starts": "2026-01-31"}) == []
    mixed = {"starts": "2026-01-31", "lines": [{"amount": euro("1")}, {"amount": euro("1", "USD")}]}
    assert form().complete(mixed) == {**mixed, "hours": 0, "count": 2}
    assert form().complete({"starts": "9999-12-01", "months": 12}) == {
        "starts": "9999-12-01", "months": 12, "hours": 0, "count": 0,
    }  # fmt: skip
    assert form().complete({"lines": [{"amount": {"amount": "abc", "currency": "EUR"}}, {"amount": euro("2")}]})[
        "total"
    ] == euro("2")


def test_large_values() -> None:
    """F17: sums of long numbers are exact, an amount has no exponent, and too many months make no date, never an
    exception.
    """
    lines = [{"hours": 10**30 + 1, "amount": euro("1" * 40)}, {"hours": 1, "amount": euro("0.0000001")}]
    completed = form().complete({"lines": lines})
    assert (completed["hours"], completed["total"]) == (10**30 + 2, euro("1" * 40 + ".0000001"))
    assert form().complete({"lines": [{"hours": 10**400}, {"hours": 0.5}]})["hours"] == 10**400
    assert form().complete({"lines": [{"amount": euro("0.0000001")}]})["total"] == euro("0.0000001")
    assert "total" not in form().complete({"lines": [{"amount": euro("1e99999999")}]})
    for months in (10**30, -(10**400), "1e99999999"):
        data = {"starts": "2026-01-31", "months": months}
        assert form().complete(data) == {**data, "hours": 0, "count": 0}


def test_an_amount_whose_type_is_wrapped_is_absent_too() -> None:
    """F17: what is summed tells that it is money, where the schema of the field does not."""
    properties = {**SCHEMA["properties"], "total": {"allOf": [MONEY]}}
    wrapped = Form({"type": "object", "properties": properties}, rules={"computed": {"total": "sum of lines.amount"}})
    assert wrapped.complete({"lines": [{"what": "x"}]}) == {"lines": [{"what": "x"}]}
    assert wrapped.complete({"lines": [{"amount": euro("1")}]})["total"] == euro("1")


def test_values_in_sent_data_are_ignored() -> None:
    """F17: T9: the form judges and completes with its own values."""
    sent = {"starts": "2026-01-31", "total": euro("1000"), "hours": "lots", "count": None, "ends": "never"}
    assert form().validate(sent, before=None) == []
    assert form().complete(sent) == {"starts": "2026-01-31", "hours": 0, "count": 0}
    limited = Form(
        {**SCHEMA, "properties": {**SCHEMA["properties"], "count": {"type": "integer", "minimum": 1}}},
        rules={"computed": COMPUTED},
    )
    errors = limited.validate({"starts": "2026-01-31", "count": 5})
    assert [(error.pointer, error.keyword) for error in errors] == [("/count", "minimum")]


def test_a_page_shows_them_and_a_post_does_not_change_them() -> None:
    """F17: T9: there is no control to post; what is posted all the same is dropped."""
    data = {"starts": "2026-01-31", "months": 12, "lines": [{"what": "x", "amount": euro("1250")}]}
    html = form().render(data)
    assert '<output class="ff-value"' in html
    assert "31 January 2027" in html
    assert "€1,250.00" in html
    total = at(Page(html), "/lines/0/amount/amount")[0]["name"]
    names = {element["name"] for element in Page(html).elements if "name" in element}
    shown = Page(html).elements
    ids = [element["id"] for element in shown if "ff-computed" in element.get("class", "")]
    assert len(ids) == 5
    assert not names & set(ids)
    hostile = [*posted(html), *((name, "7") for name in ids), *((f"{name}-j", "7") for name in ids)]
    answers = form().read([(name, "10.50" if name == total else value) for name, value in hostile])
    assert answers.valid
    assert answers.data == form().complete({**data, "lines": [{"what": "x", "amount": euro("10.50")}]})
    assert "€10.50" in answers.html()
    assert form().resume(answers.draft).data == answers.data


def test_they_are_calculated_anew_by_a_button() -> None:
    """F17: without JavaScript the button shows them; a row that is added or removed counts at once."""
    data = {"starts": "2026-01-31", "lines": [{"what": "x"}]}
    html = form().render(data)
    button = press(html, "choose", "")[-1]
    again = form().read([*fill(html, {"/months": "3"}), button])
    assert again.data["ends"] == "2026-04-30"
    assert "30 April 2026" in again.html()
    fewer = form().read(press(html, "remove", "/lines/0"))
    assert fewer.data["count"] == 0


def test_a_hidden_one_is_absent_and_what_it_decides_follows() -> None:
    """F17: F4: it is shown, and kept, as conditions have it; conditions read it as they read any answer."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "number"}, "rows": {"type": "array", "items": {"type": "number"}},
                       "sum": {"type": "number"}, "twice": {"type": "number"}},
        "allOf": [
            {"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"properties": {"sum": False}}},
            {"if": {"properties": {"sum": {"minimum": 10}}, "required": ["sum"]},
             "then": {"required": ["why"], "properties": {"why": {"type": "string"}}}},
        ],
    }  # fmt: skip
    computed = Form(schema, rules={"computed": {"twice": "sum", "sum": "sum of rows"}})
    assert computed.complete({"a": 1, "rows": [10]}) == {"a": 1, "rows": [10]}
    assert computed.validate({"a": 1, "rows": [10], "sum": 10}) == []
    assert computed.complete({"a": 2, "rows": [10]}) == {"a": 2, "rows": [10], "sum": 10, "twice": 10}
    assert [error.pointer for error in computed.validate({"a": 2, "rows": [10]})] == ["/why"]
    html = computed.render({"a": 2, "rows": [10]})
    assert at(Page(html), "/why")
    assert [error.pointer for error in computed.read(posted(html)).errors] == ["/why"]


def test_the_clock_is_that_of_the_zone() -> None:
    """F17: `today` is a day in the zone of the form."""
    schema = {"type": "object", "properties": {"due": DATE}}
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    computed = Form(schema, rules={"computed": {"due": "today + 1 week"}}).at(late)
    assert computed.complete({}) == {"due": "2026-03-08"}
    assert computed.in_zone("Europe/Paris").complete({}) == {"due": "2026-03-09"}


def test_stored_ones_are_read_as_they_were_kept() -> None:
    """F14: F17: the summary of answers shows what was stored, not what would be calculated today."""
    schema = {"type": "object", "properties": {"due": DATE}}
    computed = Form(schema, rules={"computed": {"due": "today + 1 week"}})
    assert "8 January 2020" in computed.summary({"due": "2020-01-08"})
    assert "change" not in computed.summary({"due": "2020-01-08"}, change=lambda name, title: "change")


@pytest.mark.parametrize(
    ("computed", "place", "message"),
    [
        ({"totl": "sum of lines.amount"}, "/computed/totl", 'did you mean "total"?'),
        ({"total": "sum of line.amount"}, "/computed/total", 'did you mean "lines"?'),
        ({"total": "sum of lines.what"}, "/computed/total", "takes numbers and money"),
        ({"total": "starts + 1 month"}, "/computed/total", "is money and"),
        ({"ends": "starts + total months"}, "/computed/ends", "a length needs a number"),
        ({"ends": "starts + hours months"}, "/computed/ends", "make it `type: integer`"),
        ({"ends": "months + 1 month"}, "/computed/ends", "a time is added to a date"),
        ({"count": "sum of lines.hours"}, "/computed/count", "may be a fraction"),
        ({"total": "lines.hours"}, "/computed/total", "write sum of lines.hours"),
        ({"count": "count of lines"}, "/computed/count", "write number of lines"),
        ({"ends": "starts minus months"}, "/computed/ends", "write starts - months months (or days"),
        ({"total": "2 * starts"}, "/computed/total", "do not multiply or divide"),
        ({"lines.amount": "sum of lines.hours"}, "/computed/lines.amount", "is a field of each row"),
        ({"total": 12}, "/computed/total", "cannot be calculated"),
        ({"hours": "any of lines.hours"}, "/computed/hours", "is a condition"),
        ({"ends": "reminder + 1 day", "reminder": "ends - 1 day"}, "/computed/ends", "ends → reminder → ends"),
        (["total"], "/computed", "takes a map"),
    ],
)
def test_mistakes_are_refused_with_their_place(computed: Any, place: str, message: str) -> None:
    """F17: an unknown field, a type that does not fit, a circle."""
    with pytest.raises(FormError) as refused:
        Form(SCHEMA, rules={"computed": computed})
    assert refused.value.pointer == place
    assert message in refused.value.message


ROWS: dict[str, Any] = {"l": {"type": "array", "items": LINE}, "n": {"type": "integer"}, "z": {"type": "boolean"}}
MANY: dict[str, Any] = {"properties": {"n": {"minimum": 2}}, "required": ["n"]}


def rows_with(properties: dict[str, Any] = ROWS, **rules: Any) -> list[tuple[str, str, str]]:
    """The findings of a form that counts its rows."""
    schema = {"type": "object", "properties": properties, **rules}
    findings = Form(schema, rules={"computed": {"n": "number of l"}}).findings
    return [(finding.part + finding.pointer, finding.code, finding.message.partition(":")[0]) for finding in findings]


def test_a_calculation_does_not_take_away_what_it_reads() -> None:
    """F17: the same circle as that of two calculations is told: rows would be dropped, and the number be wrong."""
    direct = [("rules/computed/n", "circle", "l → n → l")]
    assert rows_with(**{"if": MANY, "then": {"properties": {"l": False}}}) == direct
    assert (
        rows_with(**{"if": MANY, "else": {"$ref": "#/$defs/e"}, "$defs": {"e": {"properties": {"l": False}}}}) == direct
    )
    column = {"items": {"properties": {"hours": False}}}
    assert rows_with(allOf=[{"if": {"not": MANY}, "then": {"properties": {"l": column}}}]) == direct
    only_then = {name: schema for name, schema in ROWS.items() if name != "l"}
    assert rows_with(only_then, **{"if": {"not": MANY}, "then": {"properties": {"l": ROWS["l"]}}}) == direct
    branches = [{"properties": {"n": {"const": 1}}}, {"properties": {"n": {"enum": [2]}, "l": False}}]
    assert rows_with(oneOf=branches) == direct
    chain = [
        {"if": MANY, "then": {"properties": {"z": False}}},
        {"if": {"required": ["z"]}, "else": {"properties": {"l": False}}},
    ]
    assert rows_with(allOf=chain) == [("rules/computed/n", "circle", "l → n → z → l")]
    for harmless in ({"z": False}, {"l": {"maxItems": 9}}, {"why": {"type": "string"}}):
        assert rows_with(**{"if": MANY, "then": {"properties": harmless}}) == []
    assert rows_with(**{"if": {"required": ["z"]}, "then": {"properties": {"l": False}}}) == []


@pytest.mark.parametrize("function", ["sum", "highest", "lowest"])
@pytest.mark.parametrize(("locale", "words"), [("en", "different currencies"), ("fr", "devises différentes")])
def test_amounts_in_several_currencies_are_an_error_at_their_list(function: str, locale: str, words: str) -> None:
    """F17: no rate is known, so the value cannot be told: whoever fills in the form is told so, once, before it is
    sent, while they type, and where data are sent."""
    computed = {"total": f"{function} of lines.amount", "hours": f"{function} of lines.hours"}
    check = {"when": f"{function} of lines.amount at most 5 EUR", "says": "Too much.", "at": ["lines"]}
    summing = Form(SCHEMA, rules={"computed": computed, "checks": [check]}, locale=locale)
    mixed = {"starts": "2026-01-31", "lines": [{"amount": euro("1"), "hours": 1}, {"amount": euro("1", "USD")}]}
    errors = summing.validate(mixed)
    assert [(error.pointer, error.keyword) for error in errors] == [("/lines", "check")]
    assert words in errors[0].message
    answers = summing.read(posted(summing.render(mixed)))
    assert [error.pointer for error in answers.errors] == ["/lines"]
    assert [error.pointer for error in answers.lingering] == ["/lines"]
    assert not summing.validate({**mixed, "lines": mixed["lines"][:1]})


def test_a_computed_amount_that_is_not_shown_asks_for_no_single_currency() -> None:
    """F17: amounts in several currencies are answers like others, where nothing is worked out from them."""
    only_euros = {"if": {"properties": {"count": {"const": 1}}}, "else": {"properties": {"total": False}}}
    hidden = Form({**SCHEMA, **only_euros}, rules={"computed": COMPUTED})
    mixed = {"starts": "2026-01-31", "lines": [{"amount": euro("1")}, {"amount": euro("1", "USD")}]}
    assert hidden.validate(mixed) == []
