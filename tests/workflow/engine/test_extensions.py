"""Deadlines extended by a step: once, by how much, with its reason, and the record of it (W18)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from formengine.workflow import Simulation
from formengine.workflow.engine.case import HistoryRecorded
from tests.workflow.builders import at, refusal, simulate

TEXT = """
starts_in: a
fields:
  more: {{type: integer}}
deadlines:
  - {{id: reply, name: Reply, {deadline}, tell: [drafter, finance], then: {{tell: [chief]}}}}
states:
  a: {{}}
  b: {{approval: internal, approved: a, rejected: a}}
  hold: {{category: waiting, pauses_deadlines: true}}
  z: {{ends: true}}
transitions:
  extend: {{from: [a, hold], to: a, who: [drafter], requires_comment: true, {requires}do: [{{extend: reply, {by}}}]}}
  hold: {{from: a, to: hold, who: [drafter]}}
  go_on: {{from: hold, to: a, who: [drafter]}}
  ask: {{from: a, to: b, who: [drafter]}}
  extend_later:
    {{from: a, to: a, who: [drafter], approval_first: internal, do: [{{extend: reply, {by}}}]}}
  date: {{from: a, to: a, who: [drafter], requires: [due_on]}}
  end: {{from: any, to: z, who: [requester]}}
approvals:
  internal: {{steps: [{{name: Chief, approvers: [chief]}}]}}
"""


def replying(deadline: str, by: str, answers: dict[str, Any] | None = None, requires: str = "") -> Simulation:
    """A dossier with a deadline of these words, and a step that extends it."""
    return simulate(TEXT.format(deadline=deadline, by=by, requires=requires), answers)


def extend(sim: Simulation, **options: Any) -> None:
    sim.do("extend", by="ana", comment="many requests", **options)


def shown(sim: Simulation) -> list[str]:
    return [deadline.shown.removesuffix(", end of day") for deadline in sim.deadlines]


@pytest.mark.parametrize(
    ("deadline", "by", "days"),
    [
        ("after: 1 month, of: due_on", "by: 2 months", "30 April 2026"),  # GDPR 12(3): three months from 31 January
        ("after: 1 month, of: due_on, rolls: forward", "by: 2 months", "30 April 2026"),
        ("after: 1 month, of: due_on, rolls: forward", "by: 14 days", "16 March 2026"),  # from 28 February, a Saturday
        ("after: 2 weeks, of: due_on", "by: 1 week", "21 February 2026"),
        ("after: 2 weeks, of: due_on", "by: 1 month", "14 March 2026"),
        ("after: 5 days, of: due_on, clear_days: true", "by: 5 days", "11 February 2026"),
        ("on: due_on", "by: 1 month", "28 February 2026"),
        ("before: 7 days, of: due_on", "by: 2 days", "26 January 2026"),
        ("within: 10 working days", "by: 5 working days", "23 March 2026 at 10:00"),
        ("within: 48 hours", "by: 24 hours", "5 March 2026 at 10:00"),
        ("within: 48 hours", "by: 1 week", "11 March 2026 at 10:00"),
        ("within: 2 weeks", "by: 12 hours", "17 March 2026 at 12:00"),
    ],
)
def test_a_step_extends_a_deadline(deadline: str, by: str, days: str) -> None:
    """W18: in its own unit counted from the anchor, in another one from its last day, then rolled."""
    now = datetime(2026, 1, 2, 9, tzinfo=UTC)
    text = TEXT.format(deadline=deadline, by=by, requires="")
    sim = simulate(text, {"due_on": "2026-01-31"}, now=now if "due_on" in deadline else at())
    extend(sim)
    assert shown(sim) == [days]
    assert [deadline.status for deadline in sim.deadlines] == ["running"]


def test_its_record_has_the_old_and_the_new_day_and_the_reason() -> None:
    """W18: an entry of its own, before that of the step, and a mail to whom the deadline tells, but who did it."""
    sim = replying("within: 1 month", "by: 2 months")
    extend(sim)
    records = [effect for effect in sim.effects if isinstance(effect, HistoryRecorded)]
    entry = next(record for record in records if record.kind == "extended")
    assert [record.kind for record in records][-2:] == ["extended", "step"]
    assert (entry.by, entry.comment, entry.data["name"]) == ("ana", "many requests", "Reply")
    assert entry.data["length"] == {"amount": 2, "unit": "months"}
    assert entry.data["from_due"] == {"due": "2026-04-03T00:00:00+00:00", "last_day": "2026-04-02"}
    assert entry.data["to_due"] == {"due": "2026-06-03T00:00:00+00:00", "last_day": "2026-06-02"}
    assert [mail.to for mail in sim.mails if mail.kind == "extended"] == ["bo", "di"]
    (kept,) = sim.case.deadlines[0].extensions
    assert (kept["by"], kept["comment"], kept["before"]["last_day"]) == ("ana", "many requests", "2026-04-02")


def test_no_more_often_than_it_says() -> None:
    """W18: refused with its reason, also on the page, before anybody presses the button."""
    sim = replying("within: 1 month", "by: 1 month, at_most: 1")
    assert sim.allowed("ana")["extend"] == []
    extend(sim)
    reason = "The deadline “Reply” has been extended already."
    assert sim.allowed("ana")["extend"] == [reason]
    assert refusal(lambda: extend(sim)) == [reason]
    assert shown(sim) == ["2 May 2026"]
    sim = replying("within: 1 month", "by: 1 month, at_most: 2")
    extend(sim)
    extend(sim)
    assert refusal(lambda: extend(sim)) == ["The deadline “Reply” has been extended 2 times already."]
    assert shown(sim) == ["2 June 2026"]


def test_what_does_not_run_is_not_extended() -> None:
    """W18: once it is missed, or before its date is known."""
    sim = replying("within: 1 month", "by: 1 month")
    sim.advance(to=at(days=40))
    assert refusal(lambda: extend(sim)) == ["The deadline “Reply” is not running."]
    sim = replying("on: due_on", "by: 1 month")
    assert sim.allowed("ana")["extend"] == ["The deadline “Reply” is not running."]


def test_the_length_is_a_fact_that_the_step_asks_for() -> None:
    """W18: in the unit of the deadline; nothing, or no number, is refused, and then nothing has changed."""
    sim = replying("within: 2 weeks", "by: {from: more}", requires="requires: [more], ")
    assert sim.allowed("ana")["extend"] == []
    for wrong in (0, -3):
        assert refusal(lambda wrong=wrong: extend(sim, fields={"more": wrong})) == [  # type: ignore[misc]
            "“More” has to say by how much, as a whole number."
        ]
    assert (shown(sim), sim.version) == (["16 March 2026"], 1)
    extend(sim, fields={"more": 3})
    assert shown(sim) == ["6 April 2026"]
    sim = replying("within: 2 weeks", "by: {from: more, unit: days}")
    assert sim.allowed("ana")["extend"] == ["“More” has to say by how much, as a whole number."]
    sim = replying("within: 2 weeks", "by: {from: more, unit: years}", requires="requires: [more], ")
    assert refusal(lambda: extend(sim, fields={"more": 99_999})) == ["The deadline “Reply” cannot be extended by that."]


def test_reminders_move_and_the_old_day_misses_nothing() -> None:
    """W18."""
    sim = replying("within: 2 weeks, remind: [1 day]", "by: 1 week")
    extend(sim)
    sim.advance(to=at(days=15))
    kinds = [mail.kind for mail in sim.mails]
    assert (kinds.count("extended"), kinds.count("deadline_near"), kinds.count("deadline_missed")) == (2, 0, 0)
    sim.advance(to=at(days=30))
    near = {mail.at for mail in sim.mails if mail.kind == "deadline_near"}
    assert near == {datetime(2026, 3, 22, 9, tzinfo=UTC)}
    assert [deadline.status for deadline in sim.deadlines] == ["missed"]


def test_an_extension_stays_when_the_date_moves() -> None:
    """W18."""
    sim = replying("after: 1 month, of: due_on", "by: 1 month", {"due_on": "2026-03-31"})
    extend(sim)
    sim.do("date", by="ana", fields={"due_on": "2026-04-30"})
    assert shown(sim) == ["30 June 2026"]


def test_after_a_pause_it_is_extended_from_where_it_stands() -> None:
    """W18, W9: ten days of pause, then a week; a paused one has a week more left."""
    sim = replying("within: 2 weeks", "by: 1 week")
    sim.do("hold", by="ana")
    sim.advance(to=at(days=10))
    sim.do("go_on", by="ana")
    assert shown(sim) == ["27 March 2026 at 00:00"]
    extend(sim)
    assert shown(sim) == ["3 April 2026 at 00:00"]
    sim = replying("within: 2 weeks", "by: 1 week")
    sim.do("hold", by="ana")
    sim.advance(to=at(days=10))
    extend(sim)  # leads out of the pause
    assert shown(sim) == ["3 April 2026 at 00:00"]


def test_an_extension_that_waits_for_approval() -> None:
    """W18: made in the name of who asked; a deadline that was missed meanwhile is left as it is."""
    sim = replying("within: 2 weeks", "by: 1 week, at_most: 1")
    sim.do("extend_later", by="ana", comment="more time")
    assert shown(sim) == ["16 March 2026"]
    sim.decide("approve", by="ines")
    assert shown(sim) == ["23 March 2026"]
    entry = next(e for e in sim.effects if isinstance(e, HistoryRecorded) and e.kind == "extended")
    assert (entry.by, entry.comment) == ("ana", "more time")
    sim = replying("within: 2 weeks", "by: 1 week")
    sim.do("extend_later", by="ana")
    sim.advance(to=at(days=20))
    sim.decide("approve", by="ines")
    assert [deadline.status for deadline in sim.deadlines] == ["missed"]
    assert sim.history[-1].transition == "extend_later"


def test_a_step_that_stays_extends_the_deadline_of_its_state() -> None:
    """W18: `to: same`; a child's own likewise."""
    text = """
starts_in: a
states:
  a: {deadlines: [{id: reply, within: 1 month, then: {tell: [chief]}}]}
  z: {ends: true}
transitions:
  extend: {from: a, to: same, who: [drafter], do: [{extend: reply, by: 2 months, at_most: 1}]}
  list: {from: a, to: same, who: [drafter], starts: {visit: 1}}
  end: {from: a, to: z, who: [requester]}
children:
  visit:
    starts_in: planned
    states:
      planned: {deadlines: [{id: visiting, within: 1 week, then: {tell: [drafter]}}]}
      made: {ends: true}
    transitions:
      put_off:
        {from: planned, to: same, who: [drafter], do: [{extend: visiting, by: 1 week}, {extend: reply, by: 1 day}]}
      make: {from: planned, to: made, who: [drafter]}
"""
    sim = simulate(text)
    sim.do("extend", by="ana")
    sim.do("list", by="ana")
    sim.do("list", by="ana")
    sim.do("put_off", by="ana", child=("visit", 2))
    assert shown(sim) == ["3 June 2026", "9 March 2026", "16 March 2026"]
    assert [deadline.status for deadline in sim.deadlines] == ["running"] * 3
