"""Children whose reviewer and working days stand in a table, by the area that each is opened for (W10, W21)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from formengine.errors import Refused
from formengine.source import Finding
from formengine.workflow.loader import load_workflow
from formengine.workflow.simulation import Simulation
from tests.workflow.builders import NOW

TEXT = """
kind: matter
starts_in: received
fields:
  chief: {title: Chief, $ref: "formengine:person"}
roles:
  requester: {is: submitter}
  lawyer: {team: legal}
  reviewer: {field: reviewer}
states:
  received: {}
  review: {when_true: [{when: all_area over 0 and open_area is 0, go: report}]}
  report: {ends: true}
transitions:
  begin:
    from: received
    to: review
    who: [lawyer]
    do: [{set: {chief: {lookup: reviewers, where: {area: {from: first}}, take: reviewer}}}]
    starts:
      area:
        each: areas
        with:
          name: {from: item}
          reviewer: {lookup: reviewers, where: {area: {from: item}}, take: reviewer}
          days: {lookup: reviewers, where: {area: {from: item}}, take: days}
        SHOWN
  withdraw: {from: any, to: report, who: [requester]}
children:
  area:
    fields: {name: {type: string}, reviewer: {title: Reviewer, $ref: "formengine:person"}, days: {type: integer}}
    requires: [name, reviewer]
    starts_in: asked
    states: {asked: {notify: [reviewer]}, done: {ends: true}}
    transitions: {report: {from: asked, to: done, who: [reviewer, requester]}}
"""
FORM = {
    "properties": {
        "first": {"enum": ["tax", "ip", "land"]},
        "areas": {"type": "array", "items": {"enum": ["tax", "ip", "land"]}},
    }
}
ROWS = [["tax", "tim@example.com", 5], ["ip", "ip_counsel", 10], ["land", None, 3]]
TEAMS = {"teams": {"legal": {"members": ["ana@example.com"]}}, "positions": {"ip_counsel": "ida@example.com"}}
PEOPLE = {"requester": ["cleo"], "lawyer": ["ana"], "position:ip_counsel": ["ida"], "team:other": ["ida"]}


def load(tmp_path: Path, text: str = TEXT, shown: str = "", rows: Any = ROWS) -> tuple[Any, list[Finding]]:
    path = tmp_path / "deal" / "workflow.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("SHOWN", shown))
    tables = {"reviewers": {"columns": ["area", "reviewer", "days"], "rows": rows}}
    return load_workflow(path, {"ask": FORM}, TEAMS, lists=tables)


def begun(tmp_path: Path, areas: list[str], shown: str = "") -> Simulation:
    definition, findings = load(tmp_path, shown=shown)
    assert findings == []
    sim = Simulation(definition, "ask", {"areas": areas, "first": "ip"}, PEOPLE, NOW)
    sim.do("begin", by="ana")
    return sim


def test_each_child_takes_its_person_and_time_from_the_row_of_its_entry(tmp_path: Path) -> None:
    """W10, W21: an e-mail address, and a position, whose holder is the person; a field of the dossier likewise."""
    sim = begun(tmp_path, ["tax", "ip"])
    assert [child.fields for child in sim.children] == [
        {"name": "tax", "reviewer": "tim@example.com", "days": 5},
        {"name": "ip", "reviewer": "ida", "days": 10},
    ]
    assert sim.facts["chief"] == "ida"


def test_an_entry_whose_row_has_nobody_refuses_the_step(tmp_path: Path) -> None:
    """W10, W21: the child requires its reviewer."""
    with pytest.raises(Refused, match="Reviewer"):
        begun(tmp_path, ["land"])


def test_steps_of_clients_in_children_that_they_do_not_see_are_found(tmp_path: Path) -> None:
    """W10, W13, P27: `visible_to_client` of `starts` shows them."""
    text = TEXT.replace("who: [reviewer, requester]}", "who: [requester]}")
    _, findings = load(tmp_path, text)
    assert [finding.code for finding in findings] == ["hidden-child"]
    definition, findings = load(tmp_path, text, "visible_to_client: true")
    assert findings == []
    sim = Simulation(definition, "ask", {"areas": ["ip"], "first": "ip"}, PEOPLE, NOW)
    sim.do("begin", by="ana")
    assert [child.visible_to_client for child in sim.case.children] == [True]


@pytest.mark.parametrize(
    ("old", "new", "rows", "sentence"),
    [
        ("{area: {from: item}}", "{area: {from: item.name}}", ROWS, "no entry of `areas` has `name`"),
        ("take: days", "take: day", ROWS, 'has no column `day`; did you mean "days"'),
        ("take: days", "take: reviewer", ROWS, "`days` is a number"),
        ("kind: matter", "kind: matter", [*ROWS, ["sea", "tim@example.com", 5]], "sea"),
        ("kind: matter", "kind: matter", ROWS[:2], "no row of `reviewers` is for land"),
        ("kind: matter", "kind: matter", [*ROWS[:2], ["land", "ip_council", 5]], 'position; did you mean "ip_counsel"'),
    ],
)  # fmt: skip
def test_mistakes_in_a_table_of_children_are_found(
    tmp_path: Path, old: str, new: str, rows: Any, sentence: str
) -> None:
    """W13, W21: a look-up reads what an entry has, and its row gives what the child's field takes."""
    assert old in TEXT
    _, findings = load(tmp_path, TEXT.replace(old, new), rows=rows)
    assert [finding for finding in findings if sentence in finding.message], [str(finding) for finding in findings]
