"""The page, the library and the API's way of judging agree on checks and computed answers, whatever is answered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from formengine.conditions.durations import shift_day
from formengine.forms import Form
from tests.forms.browser import posted

DATE = {"type": "string", "format": "date"}
MONEY = {"$ref": "formengine:money"}
SCHEMA: dict[str, Any] = {"type": "object", "required": ["ends"], "properties": {
    "starts": DATE, "months": {"type": "integer"}, "ends": DATE, "signed": DATE, "budget": MONEY,
    "detailed": {"type": "boolean"},
    "lines": {"type": "array", "items": {"type": "object", "required": ["share"], "properties": {
        "share": {"type": "number"}, "most": {"type": "number"}, "amount": MONEY}}},
    "total": MONEY, "shares": {"type": "number"}, "count": {"type": "integer"},
    }, "if": {"properties": {"detailed": {"const": False}}, "required": ["detailed"]},
    "then": {"properties": {"count": False}},
}  # fmt: skip
RULES = {
    "computed": {"ends": "starts + months months", "total": "sum of lines.amount", "shares": "sum of lines.share",
                 "count": "number of lines"},
    "checks": [
        {"when": "signed on or before today", "says": "1"},
        {"when": "ends after signed", "says": "2"},
        {"when": "shares is 100", "at": ["lines"], "says": "3"},
        {"when": "share at most most", "each": "lines", "says": "4"},
        {"when": "total at most budget", "says": "5"},
    ],
}  # fmt: skip
FORM = Form(SCHEMA, rules=RULES).at(datetime(2026, 6, 15, tzinfo=UTC))
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31)).map(str)
AMOUNTS = st.builds(
    lambda cents, currency: {"amount": f"{Decimal(cents) / 100:.2f}", "currency": currency},
    st.integers(0, 100_000),
    st.sampled_from(["EUR", "EUR", "USD"]),
)
SHARES = st.sampled_from([0.1, 0.2, 49.9, 50, 50.1, 99.7, 100, 120])
LINES = st.lists(
    st.fixed_dictionaries({"share": SHARES}, optional={"most": SHARES, "amount": AMOUNTS}), min_size=1, max_size=4
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "starts": DAYS, "months": st.integers(-20, 40), "signed": DAYS, "budget": AMOUNTS, "detailed": st.booleans(),
        "lines": LINES, "total": AMOUNTS, "count": st.integers(), "ends": st.text(max_size=5),
    },
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(answers=ANSWERS)
def test_page_and_library_agree(answers: dict[str, Any]) -> None:
    """F16: F17: the post of the page that shows some answers has the same data and the same errors as the answers
    themselves, and both have the values that plain arithmetic gives.
    """
    complete = FORM.complete(answers)
    errors = [(error.pointer, error.keyword, error.message) for error in FORM.validate(answers, before=None)]
    read = FORM.read(posted(FORM.render(answers)))
    assert read.data == complete == FORM.complete(complete)
    assert [(error.pointer, error.keyword, error.message) for error in read.errors] == errors
    assert [(error.pointer, error.keyword, error.message) for error in FORM.validate(complete)] == errors
    assert complete.get("ends") == expected_end(answers)
    assert {pointer for pointer, _, message in errors if message == "4"} == expected_rows(answers)
    assert ("count" in complete) is (answers.get("detailed") is not False)
    exact = sum(Decimal(str(line["share"])) for line in answers.get("lines", ()))
    assert Decimal(str(complete["shares"])) == exact
    assert ("/lines" in {pointer for pointer, _, message in errors if message == "3"}) is (exact != 100)


def expected_end(answers: dict[str, Any]) -> str | None:
    """The computed date, worked out apart."""
    if "starts" not in answers or "months" not in answers:
        return None
    return str(shift_day(date.fromisoformat(answers["starts"]), answers["months"], "months"))


def expected_rows(answers: dict[str, Any]) -> set[str]:
    """The places of the check of each row, worked out apart."""
    failing = [
        number
        for number, line in enumerate(answers.get("lines", ()))
        if line["share"] > line.get("most", line["share"])
    ]
    return {f"/lines/{number}/{name}" for number in failing for name in ("share", "most")}
