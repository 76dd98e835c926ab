"""Deadlines of states, of dossiers and of children: each anchor, moving, pausing, met and missed (W9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from formengine.workflow import Deadline, Simulation
from formengine.workflow.engine import api as engine
from tests.support.cpu_time import cpu_limit
from tests.workflow.builders import NOW, at, run, simulate


def waiting(deadline: str, answers: dict[str, object] | None = None, more: str = "", **options: object) -> Simulation:
    """A dossier in a state with a deadline of these lines."""
    text = f"""
starts_in: a
fields:
  served: {{type: string, format: date}}
  heard: {{type: string, format: date-time}}
  risk: {{enum: [low, high]}}
states:
  a: {{title: Drafting, deadlines: [{{{deadline}}}]}}
  b: {{}}
  hold: {{category: waiting, pauses_deadlines: true}}
  z: {{ends: true, reopen_within: always}}
transitions:
  go: {{from: [a, hold], to: b, who: [drafter]}}
  back: {{from: b, to: a, who: [drafter]}}
  hold: {{from: [a, b], to: hold, who: [drafter]}}
  serve: {{from: a, to: a, who: [drafter], requires: [served]}}
  rate: {{from: a, to: a, who: [drafter], requires: [risk]}}
  note: {{from: [a, b], to: b, who: [drafter], requires: [due_on]}}
  end: {{from: any, to: z, who: [requester]}}
  reopen: {{from: z, to: b, who: [drafter]}}
{more}
"""
    return simulate(text, answers, **options)


def due(sim: Simulation) -> list[datetime]:
    return [deadline.due for deadline in sim.deadlines]


@pytest.mark.parametrize(
    ("anchor", "answers", "moment"),
    [
        ("within: 2 working days", {}, at(days=2)),
        ("within: 3 hours", {}, at(hours=3)),
        ("within: 1 month", {}, datetime(2026, 4, 3, tzinfo=UTC)),
        ("after: 5 days, of: due_on", {"due_on": "2026-03-10"}, datetime(2026, 3, 16, tzinfo=UTC)),
        ("after: 5 working days, of: due_on", {"due_on": "2026-03-10"}, datetime(2026, 3, 16, 17, tzinfo=UTC)),
        ("before: 5 days, of: due_on", {"due_on": "2026-03-20"}, datetime(2026, 3, 16, tzinfo=UTC)),
        ("before: 1 working day, of: due_on", {"due_on": "2026-03-20"}, datetime(2026, 3, 19, 9, tzinfo=UTC)),
        ("on: due_on", {"due_on": "2026-03-21"}, datetime(2026, 3, 22, tzinfo=UTC)),  # a Saturday: open or not
        ("on: due_on, at_opening: true", {"due_on": "2026-03-21"}, datetime(2026, 3, 21, 9, tzinfo=UTC)),
        ("on: heard", {"heard": "2026-03-21T14:30:00+01:00"}, datetime(2026, 3, 21, 13, 30, tzinfo=UTC)),
        ("before: 2 hours, of: heard", {"heard": "2026-03-20T14:00:00Z"}, datetime(2026, 3, 20, 12, tzinfo=UTC)),
        (
            "before: 4 working hours, of: heard",
            {"heard": "2026-03-20T11:00:00Z"},
            datetime(2026, 3, 19, 15, tzinfo=UTC),
        ),
        ("before: 3 days, of: heard", {"heard": "2026-03-20T14:00:00Z"}, datetime(2026, 3, 18, tzinfo=UTC)),
    ],
)
def test_each_anchor(anchor: str, answers: dict[str, object], moment: datetime) -> None:
    """W9."""
    assert due(waiting(anchor, answers)) == [moment]


def test_it_is_named_after_its_state_unless_it_has_a_name() -> None:
    """W9."""
    assert waiting("within: 1 day").deadlines[0].name == "Drafting"
    assert waiting("within: 1 day, name: {en: Draft, fr: Projet}").deadlines[0].name == "Draft"


def test_it_exists_once_its_fact_has_a_value_and_moves_with_it() -> None:
    """W9."""
    sim = waiting("after: 1 week, of: served")
    assert sim.deadlines == []
    sim.do("serve", by="ana", fields={"served": "2026-03-03"})
    assert due(sim)[-1] == datetime(2026, 3, 11, tzinfo=UTC)
    sim = waiting("within: 1 year", more="deadlines: [{name: Whole, on: due_on}]")
    assert len(sim.deadlines) == 1
    sim.do("note", by="ana", fields={"due_on": "2026-05-01"})
    whole = [deadline for deadline in sim.deadlines if deadline.name == "Whole"]
    assert [(deadline.due, deadline.status) for deadline in whole] == [(datetime(2026, 5, 2, tzinfo=UTC), "running")]
    sim.do("note", by="ana", fields={"due_on": "2026-06-01"})
    whole = [deadline for deadline in sim.deadlines if deadline.name == "Whole"]
    assert [(deadline.due, deadline.status) for deadline in whole] == [(datetime(2026, 6, 2, tzinfo=UTC), "running")]


def test_leaving_before_it_is_due_meets_it() -> None:
    """W9: entering the state again starts it again."""
    sim = waiting("within: 2 working days")
    sim.do("go", by="ana")
    assert [deadline.status for deadline in sim.deadlines] == ["met"]
    sim.advance(to=at(days=1))
    sim.do("back", by="ana")
    assert sim.deadlines == [Deadline("Drafting", at(days=2), "met"), Deadline("Drafting", at(days=3), "running")]


WHEN = {"value": {"amount": 5, "currency": "EUR"}}


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("when: value over 1 EUR", "missed"),
        ("when: value over 10 EUR", "met"),
        ("when: value over 1 USD", "met"),  # undecided is not met
        ("unless: value over 1 EUR", "met"),
        ("unless: value over 10 EUR", "missed"),
        ("unless: value over 1 USD", "missed"),
        ("unless: paper is ours", "missed"),  # absent
    ],
)
def test_its_condition_is_tested_when_it_is_due(condition: str, status: str) -> None:
    """W9: met with a false `when` or a true `unless`."""
    sim = waiting(f"within: 1 day, {condition}, then: {{go: b}}", WHEN)
    sim.advance(to=at(days=3))
    assert [deadline.status for deadline in sim.deadlines] == [status]
    assert sim.state == ("b" if status == "missed" else "a")


def test_the_condition_sees_the_facts_of_that_moment() -> None:
    """W9."""
    sim = waiting("within: 1 day, when: risk is high, then: {go: b}")
    sim.case.fields["risk"] = "high"
    sim.advance(to=at(days=3))
    assert sim.state == "b"


# the dossier's own

WHOLE = """
deadlines:
  - {name: Turnaround, within: 5 working days, stops_in: [b], then: {tell: [chief]}}
"""


def whole(sim: Simulation) -> tuple[datetime, str]:
    (deadline,) = [deadline for deadline in sim.deadlines if deadline.name == "Turnaround"]
    return deadline.due, deadline.status


def test_the_dossiers_own_runs_from_submission_over_all_states() -> None:
    """W9."""
    sim = waiting("within: 1 year", more=WHOLE)
    sim.advance(to=at(days=1))
    sim.do("serve", by="ana", fields={"served": "2026-03-03"})
    assert whole(sim) == (at(days=7), "running")


@pytest.mark.parametrize(("by", "step"), [("ana", "go"), ("cleo", "end")])
def test_it_is_met_where_it_stops_and_where_the_dossier_ends(by: str, step: str) -> None:
    """W9: `stops_in`, or a state that ends."""
    sim = waiting("within: 1 year", more=WHOLE)
    sim.do(step, by=by)
    assert whole(sim)[1] == "met"
    sim.advance(to=at(days=30))
    assert whole(sim)[1] == "met"


def test_it_is_missed_when_it_is_due_elsewhere() -> None:
    """W9."""
    sim = waiting("within: 1 year", more=WHOLE)
    sim.advance(to=at(days=7))
    assert whole(sim) == (at(days=7), "missed")
    assert [mail.to for mail in sim.mails if mail.kind == "deadline_missed"] == ["ines"]


def test_a_pause_keeps_the_working_time_that_was_left() -> None:
    """W9: paused after a day and an hour of work, four days later there are as many working hours left."""
    sim = waiting("within: 1 year", more=WHOLE)
    sim.advance(to=at(days=1, hours=1))  # Tuesday 11:00; three days and seven hours are left
    sim.do("hold", by="ana")
    assert whole(sim)[1] == "paused"
    sim.advance(to=at(days=60))  # nothing happens meanwhile
    assert whole(sim)[1] == "paused"
    sim.do("go", by="ana")
    assert whole(sim)[1] == "met"
    sim = waiting("within: 1 year", more=WHOLE.replace("[b]", "[z]"))
    sim.advance(to=at(days=1, hours=1))
    sim.do("hold", by="ana")
    sim.advance(to=at(days=4, hours=9))  # Friday 19:00
    sim.do("go", by="ana")
    # Monday to Thursday 09:00-17:00 are four days of eight hours: 3 d 7 h end on Thursday at 16:00
    assert whole(sim) == (datetime(2026, 3, 12, 16, tzinfo=UTC), "running")


def test_a_date_does_not_wait_for_a_pause() -> None:
    """W9: `before` and `on` keep their day through a pause; `after` is extended by it."""
    lines = "deadlines: [{name: Turnaround, ANCHOR: due_on, stops_in: [z]}]"
    for anchor, moment in (("on", "2026-03-21T00:00"), ("after: 5 days, of", "2026-03-30T00:00")):
        sim = waiting("within: 1 year", {"due_on": "2026-03-20"}, more=lines.replace("ANCHOR", anchor))
        sim.do("hold", by="ana")
        assert whole(sim)[1] == "paused"
        sim.advance(to=at(days=4))
        sim.do("go", by="ana")
        shown, expected = whole(sim)[0], datetime.fromisoformat(moment).replace(tzinfo=UTC)
        assert shown == expected


def test_a_paused_deadline_moves_with_its_fact() -> None:
    """W9: the time left counts from the start of the pause."""
    lines = "deadlines: [{name: Turnaround, after: 2 working days, of: due_on, stops_in: [z]}]"
    sim = waiting("within: 1 year", {"due_on": "2026-03-10"}, more=lines)
    sim.do("hold", by="ana")
    sim.advance(to=at(days=1))
    sim.case.fields["due_on"] = "2026-03-11"
    run(sim, engine.set_priority, "high", "ana")
    assert whole(sim) == (datetime(2026, 3, 12, 17, tzinfo=UTC), "paused")
    sim.do("go", by="ana")
    assert whole(sim) == (datetime(2026, 3, 13, 17, tzinfo=UTC), "running")


def test_it_does_not_run_again_in_a_dossier_that_is_opened_again() -> None:
    """W9: it was met when the dossier ended."""
    sim = waiting("within: 1 year", more=WHOLE.replace("[b]", "[hold]"))
    sim.do("end", by="cleo")
    sim.do("reopen", by="ana")
    assert whole(sim)[1] == "met"
    assert sim.now == NOW


@pytest.mark.parametrize(
    ("rule", "answers", "shown"),
    [
        ("after: 1 month, of: due_on", {"due_on": "2026-01-31"}, "28 February 2026, end of day"),
        ("after: 1 month, of: due_on", {"due_on": "2028-01-31"}, "29 February 2028, end of day"),
        ("after: 1 year, of: due_on", {"due_on": "2028-02-29"}, "28 February 2029, end of day"),
        ("after: 7 days, of: due_on", {"due_on": "2026-03-01"}, "8 March 2026, end of day"),
        ("within: 2 weeks", {}, "16 March 2026, end of day"),
        ("within: 3 hours", {}, "2 March 2026 at 13:00"),
        ("within: 1 working day", {}, "3 March 2026 at 10:00"),
    ],
)
def test_a_deadline_of_whole_days_is_shown_as_its_last_day(rule: str, answers: dict[str, Any], shown: str) -> None:
    """W18: a period in days, weeks, months or years ends with the last hour of its last day; in a month without that
    day, with the last of the month (Regulation (EEC, Euratom) No 1182/71, article 3(2)).
    """
    text = f"""
starts_in: a
states:
  a: {{deadlines: [{{{rule}, then: {{tell: [drafter]}}}}]}}
  z: {{ends: true}}
transitions:
  end: {{from: a, to: z, who: [requester]}}
"""
    assert [deadline.shown for deadline in simulate(text, answers).deadlines] == [shown]


@pytest.mark.parametrize("due_on", ["5000-01-03", "9999-12-20"])
@pytest.mark.parametrize("length", ["after: 5 working days", "before: 5 working days"])
def test_a_pause_long_before_a_day_takes_no_time(due_on: str, length: str) -> None:
    """T8: a date that a client types keeps the dossier's lock no longer than another, and the pause ends."""
    with cpu_limit(2):
        sim = waiting(
            "within: 1 day",
            {"due_on": due_on},
            more=f"deadlines: [{{name: Whole, {length}, of: due_on, stops_in: [z]}}]",
        )
        before = [deadline.due for deadline in sim.deadlines if deadline.name == "Whole"]
        sim.do("hold", by="ana")
        sim.advance(to=at(days=2))
        sim.do("go", by="ana")
        whole = [(deadline.due, deadline.status) for deadline in sim.deadlines if deadline.name == "Whole"]
        assert whole == [(due, "running") for due in before]
        assert len(before) == 1


@pytest.mark.parametrize("due_on", ["0001-01-01", "1000-01-01"])
def test_working_days_do_not_come_round_since_antiquity(due_on: str) -> None:
    """T8: nor are they counted until today."""
    with cpu_limit(2):
        sim = waiting("after: 1 working day, of: due_on, every: 1 working day", {"due_on": due_on})
        assert sim.deadlines == []
