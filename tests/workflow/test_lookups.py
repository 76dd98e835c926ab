"""Look-up tables: policy to owner, entity and amount to approver; in steps, roles and the check (W21)."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from formengine.source import Finding
from formengine.workflow.loader import load_workflow
from formengine.workflow.simulation import Simulation
from tests.workflow.builders import NOW

TEXT = """
kind: matter
starts_in: asked
fields:
  limit: {title: Limit, $ref: "formengine:money"}
roles:
  requester: {is: submitter}
  lawyer: {team: legal}
  approver:
    lookup: approvers
    where: {entity: {from: entity}, up_to: {at_least: {from: amount}}}
    take: approver
states:
  asked: {approval: spending, approved: done, rejected: refused}
  done: {ends: true}
  refused: {ends: true}
transitions:
  note:
    from: asked
    to: same
    who: [lawyer]
    do: [{set: {limit: {lookup: limits, where: {entity: {from: entity}}, take: limit}}}]
  withdraw: {from: asked, to: refused, who: [requester]}
approvals:
  spending: {steps: [{name: Spending, approvers: [approver]}], if_nobody: refuse}
"""
FORM = {
    "properties": {
        "entity": {"title": "Entity", "enum": ["fr", "uk", "us"]},
        "amount": {"title": "Amount", "$ref": "formengine:money"},
    }
}
APPROVERS = {
    "columns": ["entity", "up_to", "approver"],
    "rows": [
        ["fr", "10000 EUR", "head@example.com"],
        ["fr", "50000 EUR", "cfo@example.com"],
        ["uk", "10000 EUR", "uk@example.com"],
        [None, None, "general_counsel"],
    ],
}
LIMITS = {"columns": ["entity", "limit"], "rows": [["fr", "50000 EUR"], ["uk", "10000 EUR"], ["us", None]]}
TEAMS = {"teams": {"legal": {"members": ["ana@example.com"]}}, "positions": {"general_counsel": "ines@example.com"}}


def load(tmp_path: Path, approvers: Any = APPROVERS, text: str = TEXT) -> tuple[Any, list[Finding]]:
    path = tmp_path / "spending" / "workflow.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return load_workflow(path, {"ask": FORM}, TEAMS, lists={"approvers": approvers, "limits": LIMITS})


def sim_of(tmp_path: Path, entity: str, amount: str) -> Simulation:
    definition, findings = load(tmp_path)
    assert not [finding for finding in findings if finding.severity == "error"], findings
    people = {"requester": ["cleo"], "lawyer": ["ana"], "position:general_counsel": ["ines"]}
    answers = {"entity": entity, "amount": {"amount": amount, "currency": "EUR"}}
    return Simulation(definition, "ask", answers, people, NOW)


@pytest.mark.parametrize(
    ("entity", "amount", "person"),
    [
        ("fr", "9999.99", "head@example.com"),
        ("fr", "10000", "head@example.com"),
        ("fr", "10000.01", "cfo@example.com"),
        ("fr", "50001", "ines"),
        ("uk", "10000", "uk@example.com"),
        ("us", "1", "ines"),
    ],
)
def test_the_first_row_that_fits_names_the_approver(tmp_path: Path, entity: str, amount: str, person: str) -> None:
    """W21: entity and amount; a bound is inclusive with `at_least`, an empty cell fits everything, positions too."""
    assert [seat.person for seat in sim_of(tmp_path, entity, amount).seats] == [person]


def test_a_step_sets_what_a_table_says(tmp_path: Path) -> None:
    """W21: money is written as a fact holds it; an empty cell leaves the field empty."""
    sim = sim_of(tmp_path, "fr", "1")
    sim.do("note", by="ana")
    assert sim.facts["limit"] == {"amount": "50000", "currency": "EUR"}
    sim = sim_of(tmp_path, "us", "1")
    sim.do("note", by="ana")
    assert sim.facts.get("limit") is None


ROWS = APPROVERS["rows"]


@pytest.mark.parametrize(
    ("change", "severity", "code", "sentence"),
    [
        (
            {"rows": [["de", "1 EUR", "a@b.test"], *ROWS]},
            "error",
            "lookup",
            "row 1 of `approvers`: `entity` is never de",
        ),
        ({"rows": [["fr", "many", "a@b.test"], *ROWS]}, "error", "lookup", "row 1 of `approvers`: `amount` is money"),
        ({"rows": [["fr", "1 EUR", "generl_counsel"], *ROWS]}, "error", "no-people", 'did you mean "general_counsel"'),
        ({"rows": [["fr", "1 EUR"], *ROWS]}, "error", "row", "a value for each of the 3 columns"),
        (
            {"columns": ["entity", "upto", "approver"]},
            "error",
            "unknown-column",
            'no column `up_to`; did you mean "upto"',
        ),
        ({"rows": []}, "error", "no-rows", "this table has no rows"),
        ({"rows": [ROWS[3], *ROWS[:3]]}, "warning", "unreachable-row", "row 2 of `approvers` is never reached"),
        (
            {"rows": [ROWS[1], ROWS[0], *ROWS[2:]]},
            "warning",
            "unreachable-row",
            "row 2 of `approvers` is never reached",
        ),
        ({"rows": ROWS[:2]}, "warning", "no-row", "no row of `approvers` is for uk, us; add rows"),
        ({"rows": ROWS[:2]}, "warning", "no-row", "for what lies above the highest `up_to`"),
    ],
)
def test_mistakes_in_a_table_are_found(
    tmp_path: Path, change: dict[str, Any], severity: str, code: str, sentence: str
) -> None:
    """W13, W21: keys that no option of the form has, cells of another kind, rows that are never reached, gaps."""
    _, findings = load(tmp_path, {**APPROVERS, **change})
    assert [f for f in findings if (f.severity, f.code) == (severity, code) and sentence in f.message], findings


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("lookup: approvers", "lookup: aprovers", 'there is no table `aprovers`; did you mean "approvers"'),
        ("take: approver\n", "take: aprover\n", "has no column `aprover`"),
        ("{from: amount}", "{from: amont}", 'did you mean "amount"'),
        ("at_least: {from: amount}", "at_most: [1]", "`up_to` takes {from: FACT}, a value, or one of at_least"),
        ("entity: {from: entity}, up_to", "entity: , up_to", "`entity` takes {from: FACT}, a value, or one of"),
        (
            "entity: {from: entity}, up_to",
            "entity: entity, up_to",
            "has `entity` in its column `entity`; for what the dossier says write `entity: {from: entity}`",
        ),
        ("{at_least: {from: amount}}", "{at_least: amount}", "write `up_to: {at_least: {from: amount}}`"),
        ("take: limit}", "take: entity}", "row 1 of `limits`: `limit` is money"),
        ("{at_least: {from: amount}}", "{at_least: {from: entity}}", "compares numbers, money and dates"),
    ],
)
def test_mistakes_in_a_look_up_are_found(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """W13, W21: unknown tables, columns and facts; fields that take no such value."""
    assert old in TEXT
    definition, findings = load(tmp_path, text=TEXT.replace(old, new))
    assert definition is None
    assert [finding for finding in findings if sentence in finding.message], findings


def test_a_step_looks_up_by_the_day_of_the_request(tmp_path: Path) -> None:
    """W21: `set` reads what the engine keeps beside the answers, as a role does."""
    limits = {"columns": ["since", "limit"], "rows": [[f"{NOW:%Y-%m-%d}", "7 EUR"], ["2000-01-01", "5 EUR"]]}
    where = "{lookup: limits, where: {entity: {from: entity}}"
    text = TEXT.replace(where, "{lookup: limits, where: {since: {at_most: {from: submitted_on}}}")
    path = tmp_path / "spending" / "workflow.yaml"
    path.parent.mkdir()
    path.write_text(text)
    definition, findings = load_workflow(path, {"ask": FORM}, TEAMS, lists={"approvers": APPROVERS, "limits": limits})
    assert definition is not None, findings
    people = {"requester": ["cleo"], "lawyer": ["ana"], "position:general_counsel": ["ines"]}
    sim = Simulation(definition, "ask", {"entity": "fr", "amount": {"amount": "1", "currency": "EUR"}}, people, NOW)
    sim.do("note", by="ana")
    assert sim.facts["limit"] == {"amount": "7", "currency": "EUR"}


def test_rows_that_are_never_reached_are_those_that_an_earlier_row_covers(tmp_path: Path) -> None:
    """W13, W21: for each table of three rows of a word and a number, empty cells among them."""
    where = "{entity: {from: entity}, up_to: {at_least: {from: amount}}}"
    text = TEXT.replace(where, "{entity: {from: entity}, word: {from: word}}")
    form = {"properties": {**FORM["properties"], "word": {"title": "Word", "type": "string"}}}
    path = tmp_path / "spending" / "workflow.yaml"
    path.parent.mkdir()
    path.write_text(text)
    cells = list(product(("fr", "uk", None), ("a", None)))
    for rows in product(cells, repeat=3):
        table = {"columns": ["entity", "word", "approver"], "rows": [[*row, "a@b.test"] for row in rows]}
        _, findings = load_workflow(path, {"ask": form}, TEAMS, lists={"approvers": table, "limits": LIMITS})
        covered = [
            f"row {later + 1} "
            for later in range(3)
            if any(all(cell in (None, rows[later][i]) for i, cell in enumerate(rows[e])) for e in range(later))
        ]
        told = [finding.message for finding in findings if finding.code == "unreachable-row"]
        assert [message[:6] for message in told] == covered, rows


def test_ranges_that_overlap_are_told(tmp_path: Path) -> None:
    """W21: rows with a lower and an upper bound each."""
    where = "{entity: {from: entity}, up_to: {at_least: {from: amount}}}"
    text = TEXT.replace(where, "{low: {at_most: {from: amount}}, high: {at_least: {from: amount}}}")
    rows = [["0 EUR", "10 EUR", "a@b.test"], ["5 EUR", "20 EUR", "b@b.test"], ["20 EUR", None, "c@b.test"]]
    _, findings = load(tmp_path, {"columns": ["low", "high", "approver"], "rows": rows}, text)
    overlaps = [finding.message for finding in findings if finding.code == "overlapping-rows"]
    assert overlaps == ["rows 1 and 2 of `approvers` overlap; the first of them decides there"]
