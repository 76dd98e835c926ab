"""Legal periods: where they end, against a table reckoned by hand from statutes; lengths from facts; edges (W18)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from formengine.conditions.durations import UNITS, Duration
from formengine.workflow import Simulation
from formengine.workflow.definition.model import DeadlineRule
from formengine.workflow.engine.calendar import make_calendar
from formengine.workflow.engine.periods import due_of
from tests.support.thorough import examples
from tests.workflow.builders import NOW, at, simulate

TABLE: dict[str, Any] = yaml.load((Path(__file__).parent / "legal_periods.yaml").read_text("utf-8"), yaml.BaseLoader)
ROWS = [(name, *row[:3]) for name, rows in TABLE.items() if name != "calendars" for row in rows]
FIELDS = """
fields:
  event: {type: string, format: date}
  moment: {type: string, format: date-time}
  months: {type: integer}
  notice: {type: number}
"""


def counted(deadline: str, facts: dict[str, Any], calendar: dict[str, Any] | None = None) -> Simulation:
    """A dossier in a state with one deadline, on a calendar."""
    text = f"""
starts_in: a
{FIELDS}
states:
  a: {{deadlines: [{{{deadline}, name: Period, then: {{tell: [drafter]}}}}]}}
  z: {{ends: true}}
transitions:
  serve: {{from: a, to: a, who: [drafter], requires: [event]}}
  agree: {{from: a, to: a, who: [drafter], requires: [months]}}
  end: {{from: a, to: z, who: [requester]}}
"""
    return simulate(text, facts, calendars={"": calendar or {"zone": "Europe/Paris"}})


def shown(sim: Simulation) -> list[str]:
    return [deadline.shown for deadline in sim.deadlines if deadline.status != "met"]


def test_the_table_is_long_enough() -> None:
    """W18: sixty rows, with their sources."""
    assert len(ROWS) >= 60
    assert all(len(row) == 4 and row[3] for name, rows in TABLE.items() if name != "calendars" for row in rows)


@pytest.mark.parametrize(("calendar", "words", "event", "expected"), ROWS)
def test_a_period_ends_as_the_statute_has_it(calendar: str, words: str, event: str, expected: str) -> None:
    """W18: Regulation 1182/71 art. 3, French CPC art. 640 to 642, US FRCP 6(a), CPR 2.8."""
    fact = "moment" if "T" in event else "event"
    sim = counted(f"{words}, of: {fact}", {fact: event}, {**TABLE["calendars"][calendar]})
    assert shown(sim) == [expected]


@pytest.mark.parametrize(
    ("words", "facts", "expected"),
    [
        ("on: event", {"event": "2026-03-21"}, "21 March 2026, end of day"),
        ("on: event, rolls: forward", {"event": "2026-03-21"}, "23 March 2026, end of day"),
        ("on: event, rolls: back", {"event": "2026-03-21"}, "20 March 2026, end of day"),
        ("on: event, at_opening: true", {"event": "2026-03-21"}, "21 March 2026 at 09:00"),
        ("on: moment", {"moment": "2026-03-21T14:30:00+01:00"}, "21 March 2026 at 14:30"),
        ("on: moment, rolls: forward", {"moment": "2026-03-28T14:30:00+01:00"}, "30 March 2026 at 14:30"),
        ("before: 5 days, of: event", {"event": "2026-03-20"}, "15 March 2026, end of day"),
        ("before: 5 days, of: event, rolls: back", {"event": "2026-03-20"}, "13 March 2026, end of day"),
        ("before: 5 days, of: event, at_opening: true", {"event": "2026-03-20"}, "15 March 2026 at 09:00"),
        ("before: 3 days, of: moment", {"moment": "2026-03-20T14:00:00Z"}, "17 March 2026, end of day"),
        ("before: 7 days, of: event, clear_days: true", {"event": "2026-03-20"}, "12 March 2026, end of day"),
        ("after: 7 days, of: event, clear_days: true", {"event": "2026-03-01"}, "9 March 2026, end of day"),
        ("within: 5 days, clear_days: true", {}, "8 March 2026, end of day"),
        ("within: 5 days, clear_days: true, rolls: forward", {}, "9 March 2026, end of day"),
        ("before: 3 hours, of: event", {"event": "2026-03-20"}, "20 March 2026 at 06:00"),
    ],
)
def test_a_date_lasts_through_its_day(words: str, facts: dict[str, Any], expected: str) -> None:
    """W18: also `before` in whole days; `at_opening` ends at the opening hour; clear days, closed days."""
    assert shown(counted(words, facts)) == [expected]


def test_the_calendar_has_a_way_of_rolling_that_before_does_not_take() -> None:
    """W18: Regulation 1182/71, article 3(4): not for periods counted back from a date."""
    calendar = {"zone": "Europe/Paris", "rolls": "forward"}
    assert shown(counted("on: event", {"event": "2026-03-21"}, calendar)) == ["23 March 2026, end of day"]
    assert shown(counted("on: event, rolls: none", {"event": "2026-03-21"}, calendar)) == ["21 March 2026, end of day"]
    before = {"event": "2026-03-28"}
    assert shown(counted("before: 1 week, of: event", before, calendar)) == ["21 March 2026, end of day"]
    assert shown(counted("within: 2 working days", {}, calendar)) == ["4 March 2026 at 11:00"]


@pytest.mark.parametrize(
    ("words", "months", "expected"),
    [
        ("after: {from: months, unit: months}, of: event", 3, ["30 April 2026, end of day"]),
        ("after: {from: months, unit: weeks}, of: event", 2, ["14 February 2026, end of day"]),
        ("before: {from: months, unit: months}, of: event", 1, ["31 December 2025, end of day"]),
        ("within: {from: months, unit: working days}", 2, ["4 March 2026 at 11:00"]),
        ("after: {from: months, unit: days}, of: event", 0, ["31 January 2026, end of day"]),
        ("after: {from: months, unit: months}, of: event", -1, []),
        ("after: {from: months, unit: years}, of: event", 99_999, []),
        ("after: {from: months, unit: years}, of: event", 10**12, []),
        ("after: {from: months, unit: months}, of: event", None, []),
    ],
)
def test_a_length_is_read_from_a_fact(words: str, months: int | None, expected: list[str]) -> None:
    """W18: `{from: FACT, unit: UNIT}`; without a number that makes a date there is no deadline yet."""
    assert shown(counted(words, {"event": "2026-01-31", "months": months})) == expected


def test_a_deadline_moves_with_the_fact_of_its_length() -> None:
    """W18."""
    sim = counted("after: {from: months, unit: months}, of: event", {"event": "2026-01-31"})
    assert sim.deadlines == []
    sim.do("agree", by="ana", fields={"months": 2})
    assert shown(sim) == ["31 March 2026, end of day"]
    sim.do("agree", by="ana", fields={"months": 3})
    assert shown(sim)[-1] == "30 April 2026, end of day"


def test_the_part_of_a_month_makes_a_deadline_earlier() -> None:
    """W18: a fraction counts as the whole unit that ends earlier."""
    facts = {"event": "2026-05-31", "notice": 1.5}
    assert shown(counted("after: {from: notice, unit: months}, of: event", facts)) == ["30 June 2026, end of day"]
    assert shown(counted("before: {from: notice, unit: months}, of: event", facts)) == ["31 March 2026, end of day"]


@pytest.mark.parametrize(
    ("words", "event"),
    [
        ("after: 1 year, of: event", "9999-12-31"),
        ("after: 1 day, of: event", "9999-12-31"),
        ("before: 1 month, of: event", "0001-01-01"),
        ("on: event", "9999-12-31"),
    ],
)
def test_a_day_that_no_calendar_has_makes_no_deadline(words: str, event: str) -> None:
    """W18."""
    assert counted(words, {"event": event}).deadlines == []


def test_reminders_count_from_the_last_day() -> None:
    """W18: a day before 28 February is the 27th, at the opening hour, not the morning of the last day."""
    sim = counted(
        "after: 1 month, of: event, remind: [1 day, 1 week, 2 hours], tell: [drafter]", {"event": "2026-02-28"}
    )
    sim.advance(to=at(days=60))
    moments = sorted({mail.at for mail in sim.mails if mail.kind == "deadline_near"})
    assert moments == [
        datetime(2026, 3, 21, 8, tzinfo=UTC),
        datetime(2026, 3, 27, 8, tzinfo=UTC),
        datetime(2026, 3, 28, 21, tzinfo=UTC),
    ]
    assert sim.deadlines[0].due == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert sim.now > NOW


RULES = st.builds(
    lambda anchor, length, more: DeadlineRule("a.0", "A", **{anchor: length} if anchor else {}, of="fact", **more),
    st.sampled_from(("within", "after", "before", None)),
    st.builds(Duration, st.integers(0, 99_999), st.sampled_from(UNITS)),
    st.fixed_dictionaries(
        {
            "rolls": st.sampled_from((None, "forward", "back", "none")),
            "clear_days": st.booleans(),
            "at_opening": st.booleans(),
        }
    ),
)
FACTS = st.one_of(
    st.none(), st.dates().map(str), st.datetimes().map(str), st.text(max_size=12), st.integers(), st.booleans()
)


@settings(max_examples=examples(120, 300), deadline=None, derandomize=True, database=None)
@given(
    rule=RULES,
    value=FACTS,
    more=st.lists(st.builds(Duration, st.integers(1, 99_999), st.sampled_from(UNITS)), max_size=2),
)
def test_whatever_is_written_a_period_has_an_end_or_none(
    rule: DeadlineRule, value: object, more: list[Duration]
) -> None:
    """W18: nothing raises; what counts forward never ends before it begins, and what is rolled ends on open days."""
    calendar = make_calendar({"zone": "Europe/Paris", "country": "FR"})
    due = due_of(calendar, rule, NOW, {"fact": value}, more)
    if due is None:
        return
    if rule.within is not None and rule.rolls != "back":
        assert due.at >= NOW
    working = rule.length is not None and rule.length.unit.startswith("working")
    if due.last_day is not None and rule.rolls in ("forward", "back") and not working:
        assert calendar.is_open(date.fromisoformat(due.last_day))


class JudicialHolidays:
    """A plugin's calendar on which August does not count."""

    def add(self, start: datetime, amount: int, unit: str) -> datetime:
        return datetime(2026, 9, 5, tzinfo=UTC)

    def between(self, start: datetime, end: datetime) -> float:
        return 0.0


def test_the_calendar_of_a_plugin_counts_itself() -> None:
    """W18, X2: what ends at midnight ends with its day."""
    text = """
starts_in: a
fields: {event: {type: string, format: date}}
states:
  a: {deadlines: [{after: 30 days, of: event, then: {tell: [drafter]}}]}
  z: {ends: true}
transitions:
  end: {from: a, to: z, who: [requester]}
"""
    sim = simulate(text, {"event": "2026-07-20"}, calendars={"": JudicialHolidays()})
    assert [deadline.shown for deadline in sim.deadlines] == ["4 September 2026, end of day"]
