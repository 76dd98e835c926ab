"""Date-times by the clock of a zone, where it changes too (F5, W9).

The changes are those of the IANA time zone database: in the European Union (Directive 2000/84/EC, articles 2 and 3) on
the last Sundays of March and October at 01:00 UTC; in the United States (15 U.S.C. 260a) on the second Sunday of March
and the first of November at 02:00 local time; in New South Wales (Standard Time Act 1987) on the first Sundays of
October and April.
"""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formengine.forms import Form
from formengine.forms.tree.local_times import UnclearTime, to_typed, with_offset

SCHEMA = {"type": "object", "properties": {"at": {"type": "string", "format": "date-time", "title": "Hearing"}}}
NAME = next(iter(Form(SCHEMA).draft({"at": "2026-01-01T00:00:00Z"})))
"""The name of the control."""

CLOCKS = [
    ("2026-01-15T14:30", "Europe/Paris", "2026-01-15T14:30:00+01:00"),
    ("2026-07-15T14:30", "Europe/Paris", "2026-07-15T14:30:00+02:00"),
    ("2026-03-29T01:59:59", "Europe/Paris", "2026-03-29T01:59:59+01:00"),
    ("2026-03-29T03:00", "Europe/Paris", "2026-03-29T03:00:00+02:00"),
    ("2026-10-25T01:59:59", "Europe/Paris", "2026-10-25T01:59:59+02:00"),
    ("2026-10-25T03:00", "Europe/Paris", "2026-10-25T03:00:00+01:00"),
    ("2026-03-29T00:59:59", "Europe/London", "2026-03-29T00:59:59+00:00"),
    ("2026-03-29T02:00", "Europe/London", "2026-03-29T02:00:00+01:00"),
    ("2026-10-25T02:00", "Europe/London", "2026-10-25T02:00:00+00:00"),
    ("2026-03-08T01:59:59", "America/New_York", "2026-03-08T01:59:59-05:00"),
    ("2026-03-08T03:00", "America/New_York", "2026-03-08T03:00:00-04:00"),
    ("2026-11-01T02:00", "America/New_York", "2026-11-01T02:00:00-05:00"),
    ("2026-04-05T01:59:59", "Australia/Sydney", "2026-04-05T01:59:59+11:00"),
    ("2026-04-05T03:00", "Australia/Sydney", "2026-04-05T03:00:00+10:00"),
    ("2026-06-01T12:00", "Asia/Kolkata", "2026-06-01T12:00:00+05:30"),
    ("2026-06-01T12:00", "UTC", "2026-06-01T12:00:00Z"),
]
UNCLEAR = [
    ("2026-03-29T02:30", "Europe/Paris", "skipped", ("01:30", "03:30")),
    ("2026-03-29T02:00", "Europe/Paris", "skipped", ("01:00", "03:00")),
    ("2026-03-29T01:15", "Europe/London", "skipped", ("00:15", "02:15")),
    ("2026-03-08T02:30", "America/New_York", "skipped", ("01:30", "03:30")),
    ("2026-10-04T02:30", "Australia/Sydney", "skipped", ("01:30", "03:30")),
    ("2026-10-04T02:15", "Australia/Lord_Howe", "skipped", ("01:45", "02:45")),
    ("2026-10-25T02:30", "Europe/Paris", "doubled", ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")),
    ("2026-10-25T02:00", "Europe/Paris", "doubled", ("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00")),
    ("2026-10-25T01:30", "Europe/London", "doubled", ("2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00")),
    ("2026-11-01T01:30", "America/New_York", "doubled", ("2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00")),
    ("2026-04-05T02:30", "Australia/Sydney", "doubled", ("2026-04-05T02:30:00+11:00", "2026-04-05T02:30:00+10:00")),
]


@pytest.mark.parametrize(("typed", "zone", "stored"), CLOCKS)
def test_a_time_on_the_clock_has_an_offset(typed: str, zone: str, stored: str) -> None:
    """F5, W9: what was typed is stored with the offset of its zone at that time, and shown as it was typed."""
    assert with_offset(typed, zone) == stored
    assert to_typed(stored, zone)[: len(typed)] == typed


@pytest.mark.parametrize(("typed", "zone", "kind", "readings"), UNCLEAR)
def test_a_time_that_clocks_skip_or_double_is_asked_about(
    typed: str, zone: str, kind: str, readings: tuple[str, str]
) -> None:
    """F5, W9: with the two readings that it may have."""
    unclear = with_offset(typed, zone)
    assert isinstance(unclear, UnclearTime)
    assert (unclear.kind, unclear.readings) == (kind, readings)


@given(
    st.datetimes(min_value=datetime.fromisoformat("1990-01-01"), max_value=datetime.fromisoformat("2060-01-01")),
    st.sampled_from(["Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
)
def test_no_stored_moment_moves(moment: datetime, zone: str) -> None:
    """F5: shown by the clock of a zone and read back, a moment is the same."""
    stored = f"{moment:%Y-%m-%dT%H:%M:%S}Z"
    read = with_offset(to_typed(stored, zone), zone)
    assert isinstance(read, str)
    assert datetime.fromisoformat(read) == datetime.fromisoformat(stored)


def test_a_form_reads_and_shows_the_clock_of_its_zone() -> None:
    """F5: 14:30 in Paris is stored as 14:30+01:00, and drawn as 14:30, also when it was stored in UTC."""
    form = Form(SCHEMA).in_zone("Europe/Paris")
    answers = form.read([(NAME, "2026-03-02T14:30")])
    assert answers.errors == []
    assert answers.data == {"at": "2026-03-02T14:30:00+01:00"}
    for stored in ("2026-03-02T14:30:00+01:00", "2026-03-02T13:30:00Z"):
        assert 'value="2026-03-02T14:30:00"' in form.render({"at": stored})
    assert "Europe/Paris" not in form.render()
    assert "Europe/Paris" in Form(SCHEMA).in_zone("Europe/Paris", named=True).render()


@pytest.mark.parametrize("stored", ["2026-03-02T13:30:00Z", "2026-03-02T15:30:00+02:00", "2026-03-02T14:30:00+01:00"])
def test_a_time_that_nobody_changed_keeps_its_text(stored: str) -> None:
    """F5, F19: an answer is not changed by being shown by another clock and sent again; rows too."""
    dates = {"type": "array", "items": {"type": "object", "properties": {"at": SCHEMA["properties"]["at"]}}}
    schema = {"type": "object", "properties": {"at": SCHEMA["properties"]["at"], "rows": dates}}
    form = Form(schema).in_zone("Europe/Paris")
    before = {"at": stored, "rows": [{"at": stored}]}
    posted = [(name, value) for name, values in form.draft(before).items() for value in values]
    assert form.read(posted, before).data == before
    later = [(name, value.replace("14:30", "14:31")) for name, value in posted]
    assert form.read(later, before).data["at"] == "2026-03-02T14:31:00+01:00"
    assert form.read(posted).data["at"] == "2026-03-02T14:30:00+01:00"


@pytest.mark.parametrize(
    ("typed", "language", "sentence"),
    [
        (
            "2026-03-29T02:30",
            "en",
            "The clocks go forward on 29 March 2026, and 02:30 does not exist: write 01:30 or 03:30.",
        ),
        (
            "2026-10-25T02:30",
            "fr",
            "Le 25 octobre 2026, les montres reculent et 02:30 revient deux fois\u00a0: écrivez"
            " 2026-10-25T02:30:00+02:00 pour la première, 2026-10-25T02:30:00+01:00 pour la seconde.",
        ),
    ],
)
def test_the_page_asks_which_time_is_meant(typed: str, language: str, sentence: str) -> None:
    """F5: at the control, with what was typed; the answer it proposes is taken."""
    form = Form(SCHEMA, locale=language).in_zone("Europe/Paris")
    answers = form.read([(NAME, typed)])
    assert [error.message for error in answers.errors] == [sentence]
    assert f'value="{typed}"' in answers.html()
    reading = with_offset(typed, "Europe/Paris")
    assert isinstance(reading, UnclearTime)
    if reading.kind == "doubled":
        assert 'type="text"' in answers.html()
        assert form.read([(NAME, reading.readings[1])]).data == {"at": reading.readings[1]}
        assert reading.readings[1] in form.render({"at": reading.readings[1]})


def test_the_hint_for_a_wrong_time_is_as_people_type_it() -> None:
    """F5, F6: without an offset; by the API, where a date-time has one, with it."""
    form = Form(SCHEMA)
    (error,) = form.read([(NAME, "12/12/2026")]).errors
    assert error.message == "Write a date and time, such as 2026-03-31T14:30."
    assert form.read([(NAME, "2026-03-31T14:30")]).valid
    (error,) = form.validate({"at": "2026-03-31T14:30"})
    assert error.message == "Write a date and time, such as 2026-03-31T14:30:00Z."


@pytest.mark.parametrize("year", ["0026", "0000", "0999"])
def test_a_year_of_two_digits_is_asked_about(year: str) -> None:
    """F6: dates of pages begin in the year 1000, for two digits in a browser are such a year; what was typed stays."""
    schema = {
        "type": "object",
        "properties": {"at": {"type": "string", "format": "date"}, "then": SCHEMA["properties"]["at"]},
    }
    names = list(Form(schema).draft({"at": "2026-01-01", "then": "2026-01-01T00:00:00Z"}))[:2]
    for name, typed in zip(names, (f"{year}-01-01", f"{year}-01-01T10:00"), strict=True):
        answers = Form(schema).read([(name, typed)])
        assert [(error.control_id, error.message) for error in answers.errors] == [
            (name, "Write the year with four digits, such as 2026; dates begin in the year 1000.")
        ]
        assert f'value="{typed}"' in answers.html()
    assert Form(schema).read([(names[0], "1000-01-01"), (names[1], "1000-01-01T00:00")]).valid
