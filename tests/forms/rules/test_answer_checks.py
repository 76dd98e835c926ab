"""Checks between answers: what holds, what fails, and at which fields the sentence stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from formengine.conditions.condition_words import ConditionWord
from formengine.forms import Form, FormError

DATE = {"type": "string", "format": "date"}
MONEY = {"$ref": "formengine:money"}
ROW = {"type": "object", "properties": {
    "name": {"type": "string"}, "share": {"type": "number"}, "cap": {"type": "number"},
    "amount": MONEY, "until": DATE,
}}  # fmt: skip
SCHEMA: dict[str, Any] = {"type": "object", "properties": {
    "starts": DATE, "ends": DATE, "share": {"type": "number"}, "most": {"type": "number"}, "budget": MONEY,
    "rows": {"type": "array", "items": ROW}, "note": {"type": "string"},
    "tags": {"type": "array", "items": {"enum": ["a", "b"]}},
}}  # fmt: skip
SAYS = {"en": "Mend this.", "fr": "À corriger."}


def euro(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def places(data: Any, when: Any, **more: Any) -> list[str]:
    """The JSON Pointers at which a check fails."""
    form = Form(SCHEMA, rules={"checks": [{"when": when, "says": SAYS, **more}]})
    errors = form.at(datetime(2026, 3, 1, 12, tzinfo=UTC)).validate(data)
    assert {(error.keyword, error.message) for error in errors} <= {("check", "Mend this.")}
    assert all(error.control_id for error in errors)
    return [error.pointer for error in errors]


@pytest.mark.parametrize(
    ("when", "data", "failing"),
    [
        ("ends after starts", {"starts": "2026-01-02", "ends": "2026-01-01"}, ["/starts", "/ends"]),
        ("ends after starts", {"starts": "2026-01-01", "ends": "2026-01-02"}, []),
        ("ends after starts", {"starts": "2026-01-02"}, []),
        ("starts on or before today", {"starts": "2026-03-01"}, []),
        ("starts on or before today", {"starts": "2026-03-02"}, ["/starts"]),
        ("note is empty", {}, []),
        ("note is empty", {"note": "x"}, ["/note"]),
        ("note is not empty", {}, ["/note"]),
        ("note is empty or most over 3", {"note": "x", "most": 2}, ["/most", "/note"]),
        ("note is empty or most over 3", {"note": "x"}, []),
        ("sum of rows.share is 100", {}, []),
        ("sum of rows.share is 100", {"rows": []}, ["/rows"]),
        ("sum of rows.share is 100", {"rows": [{"share": 99.9}, {"share": 0.1}]}, []),
        ("sum of rows.share is 100", {"rows": [{"share": 60}, {"name": "x"}]}, ["/rows"]),
        ("number of rows at least 2", {"rows": [{"name": "x"}]}, ["/rows"]),
        ("number of rows at least 2", {}, []),
        ("highest of rows.share at most most", {"rows": [{"share": 3}], "most": 2}, ["/most", "/rows"]),
        ("highest of rows.share at most most", {"rows": [{"name": "x"}], "most": 2}, []),
        ("every of rows.until after starts", {"starts": "2026-02-01", "rows": [{"until": "2026-01-01"}]},
         ["/starts", "/rows"]),
        ("every of rows.until after starts", {"starts": "2026-02-01", "rows": [{"name": "x"}]}, []),
        ("every of rows.name is not empty", {}, []),
        ("every of rows.name is not empty", {"rows": [{"name": "x"}, {"share": 1}]}, ["/rows"]),
        ("sum of rows.amount at most budget", {"rows": [{"amount": euro("10.01")}], "budget": euro("10")},
         ["/budget", "/rows"]),
        ("sum of rows.amount at most 10 EUR", {"rows": [{"amount": euro("9.99")}, {"amount": euro("0.01")}]}, []),
        ("sum of rows.amount at most 10 EUR", {"rows": [{"name": "x"}]}, []),
        ("tags contains a", {"tags": ["b"]}, ["/tags"]),
        (["most over 1", "most under 3"], {"most": 4}, ["/most"]),
    ],
)  # fmt: skip
def test_a_check_on_the_form(when: Any, data: Any, failing: list[str]) -> None:
    """F16: an absent answer leaves a comparison alone, and the sentence stands at every field that the check names."""
    assert places(data, when) == failing


def test_a_check_of_each_row_reads_the_row_first() -> None:
    """F16: the row's own fields come before those of the form, also where the row has no answer"""
    data = {"share": 500, "most": 50, "rows": [{"share": 60}, {"share": 50}, {"name": "x"}]}
    assert places(data, "share at most most", each="rows") == ["/most", "/rows/0/share"]
    assert places(data, "share at most most", each="rows", at=["share"]) == ["/rows/0/share"]
    assert places(data, "share at most 40", each="rows") == ["/rows/0/share", "/rows/1/share"]
    assert places({"rows": [{"share": 4, "cap": 3}, {"share": 2, "cap": 3}]}, "share at most cap", each="rows") == [
        "/rows/0/share",
        "/rows/0/cap",
    ]


def test_the_sentence_stands_where_the_author_says() -> None:
    """F16: `at` names the places, one error for each."""
    data = {"starts": "2026-01-02", "ends": "2026-01-01"}
    assert places(data, "ends after starts", at=["ends"]) == ["/ends"]
    assert places(data, "ends after starts", at=["note", "ends"]) == ["/ends", "/note"]


def test_amounts_in_several_currencies_are_told_in_our_own_sentence() -> None:
    """F16: no rate is known, so neither side of such a check can be told."""
    checks = [{"when": "sum of rows.amount at most budget", "says": SAYS}]
    data = {"rows": [{"amount": euro("1")}, {"amount": euro("1", "USD")}], "budget": euro("5")}
    errors = Form(SCHEMA, rules={"checks": checks}).validate(data)
    assert [error.pointer for error in errors] == ["/budget", "/rows"]
    assert {error.message for error in errors} == {"These amounts are in different currencies; write them in one."}
    french = Form(SCHEMA, rules={"checks": checks}, locale="fr").validate({**data, "rows": [{"amount": euro("6")}]})
    assert {error.message for error in french} == {"À corriger."}


def test_a_value_that_is_not_of_its_type_has_the_error_of_the_schema_alone() -> None:
    """F16: text in a date is no answer to compare yet."""
    form = Form(SCHEMA, rules={"checks": [{"when": "ends after starts", "says": SAYS}]})
    errors = form.validate({"starts": "2026-01-01", "ends": "soon"})
    assert [(error.pointer, error.keyword) for error in errors] == [("/ends", "format")]


def test_errors_of_checks_and_of_the_schema_come_in_the_order_of_the_form() -> None:
    """F16: F6: one list, as one reads the page."""
    rules = {"checks": [{"when": "note is not empty", "says": SAYS}, {"when": "starts after ends", "says": SAYS}]}
    errors = Form(SCHEMA, rules=rules).validate({"starts": "2026-01-01", "ends": "2026-01-01", "share": "x"})
    assert [error.pointer for error in errors] == ["/starts", "/ends", "/share", "/note"]


def test_a_sentence_in_one_language_serves_every_reader() -> None:
    """F16: read by the language of the form, else the first that there is."""
    data = {"most": 5}
    for says, locale, sentence in (
        ({"de": "Nein", "fr": "Non"}, "en", "Nein"),
        ("No", "fr", "No"),
        (SAYS, "fr", SAYS["fr"]),
    ):
        form = Form(SCHEMA, locale=locale, rules={"checks": [{"when": "most under 3", "says": says}]})
        assert [error.message for error in form.validate(data)] == [sentence]


@pytest.mark.parametrize(
    ("check", "place", "message"),
    [
        ({"when": "end after starts", "says": "x"}, "/checks/0/when", 'did you mean "ends"?'),
        ({"when": "ends over 3", "says": "x"}, "/checks/0/when", "a date"),
        ({"when": "ends is after today", "says": "x"}, "/checks/0/when", "; write ends after today"),
        ({"when": ["starts before or on ends"], "says": "x"}, "/checks/0/when", "write starts on or before ends"),
        ({"when": "not ends before today", "says": "x"}, "/checks/0/when", "write ends on or after today"),
        ({"when": "sum of name is 3", "says": "x"}, "/checks/0/when", "of the rows of rows: write sum of rows.name"),
        ({"when": "ends in the future", "says": "x"}, "/checks/0/when", "write ends after today"),
        ({"when": "most is 100 %", "says": "x"}, "/checks/0/when", "; write most is 100"),
        ({"when": "note.text is empty", "says": "x"}, "/checks/0/when", "note is no list of rows"),
        ({"when": "ends after most", "says": "x"}, "/checks/0/when", "compare two of one kind"),
        ({"when": "sum of rows.name is 3", "says": "x"}, "/checks/0/when", "takes numbers and money"),
        ({"when": "sum of rows.shar is 3", "says": "x"}, "/checks/0/when", 'did you mean "share"?'),
        ({"when": "share at most 3", "says": "x", "each": "note"}, "/checks/0/each", "no list of rows"),
        ({"when": "until after starts", "says": "x"}, "/checks/0/when", "`until` is not a field"),
        ({"when": "most > 3", "says": "x"}, "/checks/0/when", "write most over 3"),
        ({"when": "votes of board at least 3", "says": "x"}, "/checks/0/when", "no"),
        ({"when": {"use": "some_guard"}, "says": "x"}, "/checks/0/when", "guard"),
        ({"when": "ends has passed", "says": "x", "at": ["end"]}, "/checks/0/at/0", 'did you mean "ends"?'),
        ({"when": "ends has passed"}, "/checks/0", "says:"),
        ({"says": "x"}, "/checks/0", "when:"),
        ({"when": "ends has passed", "says": "x", "att": ["ends"]}, "/checks/0/att", 'did you mean "at"?'),
        ({"when": "ends has passed", "says": " "}, "/checks/0/says", "sentence"),
        ("ends after starts", "/checks/0", "a check is written"),
    ],
)  # fmt: skip
def test_mistakes_are_refused_with_their_place(check: Any, place: str, message: str) -> None:
    """F16: an unknown fact, a type that does not fit, a mistyped key: where, what, and what to write instead."""
    with pytest.raises(FormError) as refused:
        Form(SCHEMA, rules={"checks": [check]})
    assert refused.value.pointer == place
    assert message in refused.value.message


WORDS = {"begins with": ConditionWord("begins with", lambda fact, value: fact.startswith(str(value)), ["string"])}


@pytest.mark.parametrize(
    ("note", "message"),
    [("L-1", None), ("x", "À corriger."), (None, None)],
)
def test_a_further_word_in_a_check(note: str | None, message: str | None) -> None:
    """F16: of whoever uses the library, such as a plugin's; it is not asked about an absent answer."""
    checks = [{"when": "note begins with L- or note is urgent", "says": SAYS}]
    form = Form(SCHEMA, rules={"checks": checks}, words=WORDS, locale="fr")
    errors = form.validate({} if note is None else {"note": note})
    assert [(error.pointer, error.message) for error in errors] == ([("/note", message)] if message else [])
    assert form.validate({"note": "urgent"}) == []


def test_a_word_that_fails_does_not_hold(caplog: pytest.LogCaptureFixture) -> None:
    """F16: T46: a person sees the author's sentence, and the log why."""
    words = {"begins with": ConditionWord("begins with", lambda fact, value: fact == 1 / 0)}
    form = Form(SCHEMA, rules={"checks": [{"when": "note begins with x", "says": SAYS}]}, words=words)
    assert [error.message for error in form.validate({"note": "x"})] == ["Mend this."]
    assert "the condition word 'begins with' of a plugin failed" in caplog.text


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("most begins with x", "`begins with` stands after string, and `most` is a number"),
        ("note begins", "write one of"),
        ("nota begins with x", "`nota` is not a field of this form"),
    ],
)
def test_a_further_word_that_does_not_fit(when: str, says: str) -> None:
    """F16: told when the form is compiled, with what to write."""
    with pytest.raises(FormError, match=says):
        Form(SCHEMA, rules={"checks": [{"when": when, "says": SAYS}]}, words=WORDS)
