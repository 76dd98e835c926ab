"""What is calculated in steps, deadlines and refusals, driven through the simulation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from formengine.conditions.parser import parse_condition
from formengine.workflow.engine.explanations import sentence
from tests.workflow.builders import at, simulate, workflow

TEXT = """
starts_in: a
fields:
  end_date: {title: End date, type: string, format: date}
  asked_on: {title: Asked on, type: string, format: date}
  asked_at: {title: Asked at, type: string, format: date-time}
  note_of: {title: Note, type: string}
  total: {title: Total, $ref: "formengine:money"}
  lines: {title: Lines, type: integer}
  powers:
    title: {en: Powers, fr: Pouvoirs}
    type: array
    items:
      properties:
        limit: {title: {en: Limit, fr: Plafond}, $ref: "formengine:money"}
        until: {title: Until, type: string, format: date}
states: {a: {}, b: {approval: board, approved: c, rejected: a}, c: {}, z: {ends: true}}
transitions:
  reckon:
    from: a
    to: b
    who: [drafter]
    requires: [powers]
    do:
      - set:
          end_date: due_on + 12 months
          asked_on: today
          asked_at: now
          note_of: due_on + 12 months
          total: sum of powers.limit
          lines: number of powers
  go: {from: [a, c], to: z, who: [drafter], when: WHEN}
  end: {from: any, to: z, who: [requester]}
approvals:
  board:
    document: contract
    steps: [{approvers: [{role: board, need: 2}]}]
"""
EUR = "EUR"
POWERS = [
    {"limit": {"amount": "100.50", "currency": EUR}, "until": "2026-04-30"},
    {"limit": {"amount": "9", "currency": EUR}},
]


def _text(when: str = "paper is ours", deadlines: str = "") -> str:
    text = TEXT.replace("WHEN", f"'{when}'")
    return text.replace("states: {a: {}", f"states: {{a: {{deadlines: [{deadlines}]}}") if deadlines else text


def test_a_step_sets_what_is_calculated() -> None:
    """W21: dates a time later, today, now, sums; a field that is a text takes the words literally."""
    sim = simulate(_text(), {"due_on": "2026-02-28"}, documents=["contract"])
    sim.do("reckon", by="ana", fields={"powers": POWERS})
    facts = sim.facts
    assert (facts["end_date"], facts["asked_on"]) == ("2027-02-28", "2026-03-02")
    assert (facts["asked_at"], facts["note_of"]) == ("2026-03-02T10:00:00+00:00", "due_on + 12 months")
    assert (facts["total"], facts["lines"]) == ({"amount": "109.50", "currency": EUR}, 2)


def test_what_is_calculated_from_nothing_is_nothing() -> None:
    """W21: an absent fact has no date a year later."""
    sim = simulate(_text(), {}, documents=["contract"])
    sim.do("reckon", by="ana", fields={"powers": POWERS})
    assert sim.facts["end_date"] is None


def test_a_deadline_is_counted_from_a_calculated_date_and_moves_with_it() -> None:
    """W21: the earliest end of a power, less a week."""
    deadlines = "{name: Renew, on: lowest of powers.until - 1 week}, {name: Later, after: 1 month, of: due_on + 1 year}"
    sim = simulate(_text(deadlines=deadlines), {"powers": POWERS})
    assert [deadline.name for deadline in sim.deadlines] == ["Renew"]
    assert sim.case.deadlines[0].anchor == "2026-04-23"
    later = simulate(_text(deadlines=deadlines), {"due_on": "2026-01-31", "powers": []})
    assert [deadline.name for deadline in later.deadlines] == ["Later"]
    assert later.deadlines[0].due.date() in (date(2027, 2, 28), date(2027, 3, 1))  # to the end of 28 February


@pytest.mark.parametrize(
    ("when", "allowed"),
    [
        ("votes of board is 0 and open seats of board is 0", True),
        ("votes of board at least 1", False),
        ("document contract is there", True),
        ("document contract is not there", False),
    ],
)
def test_rounds_and_documents_are_conditions(when: str, allowed: bool) -> None:
    """W21: before any round there are no votes."""
    sim = simulate(_text(when), {}, documents=["contract"])
    assert (sim.allowed("ana")["go"] == []) is allowed


def test_votes_are_counted_in_the_newest_round() -> None:
    """W21: seats open, votes given, none open once it is over."""
    sim = simulate(_text("votes of board at least 2 and open seats of board is 0"), {}, documents=["contract"])
    sim.do("reckon", by="ana", fields={"powers": POWERS})
    sim.decide("approve", by="vi")
    sim.decide("approve", by="wu")
    assert (sim.state, sim.allowed("ana")["go"]) == ("c", [])


@pytest.mark.parametrize(
    ("when", "answers", "english", "french"),
    [
        ("end_date after asked_on", {}, "“End date” is not filled in.", "« End date » n’est pas rempli."),
        (
            "due_on after today + 12 months",
            {"due_on": "2026-04-01"},
            "“Due on” is not after today + 12 months.",
            "« Due on » n’est pas après aujourd’hui + 12 mois.",
        ),
        (
            "due_on within 3 months",
            {"due_on": "2026-07-01"},
            "“Due on” is not within 3 months.",
            "« Due on » n’est pas dans un délai de 3 mois.",
        ),
        (
            "highest of powers.limit under value",
            {"powers": POWERS, "value": {"amount": "7", "currency": EUR}},
            "“highest Limit of Powers” is not under “Total value”.",
            "« Plafond le plus élevé de Pouvoirs » n’est pas en dessous de « Total value ».",
        ),
        (
            "any of powers.limit over 500 EUR",
            {"powers": POWERS},
            "This is not so: “Limit in a row of Powers” is over €500.00.",
            "Ceci n’est pas le cas : « Plafond dans une ligne de Pouvoirs » dépasse 500,00 €.",
        ),
        ("document contract is there", {}, "“contract” is still missing.", "« contract » manque encore."),
        (
            "votes of board at least 2",
            {},
            "“votes of Board” is less than 2.",
            "« voix de Conseil d’administration » n’atteint pas 2.",
        ),
    ],
)
def test_a_refusal_names_what_was_compared(when: str, answers: dict[str, Any], english: str, french: str) -> None:
    """W21, W5: in both languages."""
    for language, expected in (("en", english), ("fr", french)):
        sim = simulate(_text(when), answers, language=language)
        reasons = [reason.replace("\u00a0", " ").replace("\u202f", " ") for reason in sim.allowed("ana")["go"]]
        assert reasons == [expected]


def test_a_condition_of_facts_reads_as_a_sentence() -> None:
    """W21, W4."""
    definition = workflow(_text())
    condition = parse_condition("end_date on or before asked_on + 1 year and number of powers over 1")
    assert sentence(definition, condition, "en") == (
        "“End date” is on or before “Asked on + 1 year” and “number of Powers” is over 1"
    )
    assert "« Asked on + 1 an »" in sentence(definition, condition, "fr").replace("\u00a0", " ")


def test_a_fact_is_compared_with_a_fact_after_is_where_no_word_can_stand() -> None:
    """W21: a date, a number or money has no words; a choice and a text have."""
    sim = simulate(_text("end_date is due_on"), {"due_on": "2026-02-28", "end_date": "2026-02-28"})
    assert sim.allowed("ana")["go"] == []
    assert simulate(_text("note is paper"), {"note": "paper", "paper": "ours"}).allowed("ana")["go"] == []


def test_time_passes_for_conditions() -> None:
    """W21: within three months, from 31 March on."""
    sim = simulate(_text("due_on within 3 months"), {"due_on": "2026-06-30"}, now=datetime(2026, 3, 29, 10, tzinfo=UTC))
    assert sim.allowed("ana")["go"] != []
    sim.advance(datetime(2026, 3, 30, 10, tzinfo=UTC))
    assert sim.allowed("ana")["go"] == []
    assert at() < sim.now


def test_the_day_of_the_submission_is_a_fact() -> None:
    """W21, W18: in the calendar's zone, where it is the next day already; seven days of it end with the ninth."""
    text = """
starts_in: a
deadlines: [{name: Receipt, after: 7 days, of: submitted_on, stops_in: [z], then: {tell: [drafter]}}]
fields: {asked_on: {type: string, format: date}, until: {type: string, format: date}}
states:
  a: {title: A}
  z: {ends: true}
transitions:
  note: {from: a, to: a, who: [drafter], do: [{set: {asked_on: submitted_on, until: submitted_on + 1 month}}]}
  late: {from: a, to: z, who: [drafter], when: today after submitted_on}
  end: {from: a, to: z, who: [requester]}
"""
    sent = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    sim = simulate(text, calendars={"": {"zone": "Europe/Paris"}}, now=sent)
    assert [deadline.shown for deadline in sim.deadlines] == ["9 March 2026, end of day"]
    sim.do("note", by="ana")
    assert (sim.facts["asked_on"], sim.facts["until"]) == ("2026-03-02", "2026-04-02")
    assert sim.allowed("ana")["late"]
    sim.advance(to=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    assert sim.allowed("ana")["late"] == []


def test_a_question_called_submitted_on_comes_first() -> None:
    """W21: workflows that have one of their own mean theirs."""
    text = """
starts_in: a
fields: {submitted_on: {type: string, format: date}, copy: {type: string, format: date}}
states:
  a: {title: A}
  z: {ends: true}
transitions:
  note: {from: a, to: a, who: [drafter], requires: [submitted_on], do: [{set: {copy: submitted_on}}]}
  end: {from: a, to: z, who: [requester]}
"""
    sim = simulate(text)
    sim.do("note", by="ana", fields={"submitted_on": "2020-01-31"})
    assert sim.facts["copy"] == "2020-01-31"
