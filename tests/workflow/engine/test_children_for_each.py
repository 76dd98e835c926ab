"""Children for each entry of a list, with a person in charge of each: a due diligence (W10)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from formengine.errors import Refused
from formengine.source import Finding
from formengine.workflow.loader import load_workflow
from formengine.workflow.simulation import Simulation
from tests.workflow.builders import NOW, Cast, at

TEXT = """
kind: matter
starts_in: received
roles:
  requester: {is: submitter}
  lawyer: {team: legal}
  reviewer: {field: reviewer}
states:
  received: {}
  review:
    when_true: [{when: all_area over 0 and open_area is 0, go: report}]
  report: {ends: true}
transitions:
  begin:
    from: received
    to: review
    who: [lawyer]
    starts: {area: {each: areas, with: {name: {from: item.name}, reviewer: {from: item.who}, due: today + 2 weeks}}}
  again:
    from: review
    to: same
    who: [lawyer]
    requires: [areas]
    starts: {area: {each: areas, with: {name: {from: item.name}, reviewer: {from: item.who}, due: today + 2 weeks}}}
  tags: {from: received, to: same, who: [lawyer], starts: {topic: {each: topics, with: {word: {from: item}}}}}
  withdraw: {from: any, to: report, who: [requester]}
children:
  topic:
    fields: {word: {type: string}}
    requires: [word]
    starts_in: open
    states: {open: {}, closed: {ends: true}}
    transitions: {close: {from: open, to: closed, who: [lawyer]}}
  area:
    fields:
      name: {type: string}
      reviewer: {title: Reviewer, $ref: "formengine:person"}
      due: {type: string, format: date}
      finding: {title: Finding, type: string}
    requires: [name, reviewer]
    starts_in: asked
    states:
      asked:
        notify: [reviewer]
        deadlines: [{name: Review, on: due, remind: [2 days], tell: [reviewer], then: {tell: [reviewer, lawyer]}}]
      done: {ends: true}
    transitions:
      report: {from: asked, to: done, who: [reviewer], requires: [finding], notify: [lawyer]}
"""
FORM = {
    "properties": {
        "topics": {"type": "array", "items": {"enum": ["tax", "ip"]}},
        "areas": {
            "type": "array",
            "items": {
                "properties": {
                    "name": {"type": "string"},
                    "who": {"$ref": "formengine:person"},
                    "fee": {"type": "number"},
                }
            },
        },
    }
}
AREAS = [{"name": "Tax", "who": "tim"}, {"name": "Employment", "who": "eva"}]


def load(tmp_path: Path, text: str = TEXT) -> tuple[Any, list[Finding]]:
    path = tmp_path / "diligence" / "workflow.yaml"
    path.parent.mkdir()
    path.write_text(text)
    return load_workflow(path, {"ask": FORM})


@pytest.fixture
def sim(tmp_path: Path) -> Simulation:
    definition, findings = load(tmp_path)
    assert definition is not None, findings
    people = {"requester": ["cleo"], "lawyer": ["ana"]}
    return Simulation(definition, "ask", {"areas": AREAS, "topics": ["tax", "ip"]}, people, NOW)


def mails(sim: Simulation, kind: str) -> list[str]:
    return [mail.to for mail in sim.mails if mail.kind == kind]


def test_each_entry_has_a_child_of_its_own_reviewer(sim: Simulation) -> None:
    """W10: only the person in charge acts and is told; the parent goes on when all are done."""
    sim.do("begin", by="ana")
    assert [(child.number, child.fields["name"], child.fields["reviewer"]) for child in sim.children] == [
        (1, "Tax", "tim"),
        (2, "Employment", "eva"),
    ]
    assert [child.fields["due"] for child in sim.children] == ["2026-03-16", "2026-03-16"]
    assert mails(sim, "transition") == ["tim", "eva"]
    assert not any(map(sim.sees, ("tim", "eva", "zoe")))  # each reads their own child alone
    assert sim.allowed("eva", child=("area", 1))["report"] == ["Only the reviewer (tim) may do this."]
    assert sim.allowed("ana", child=("area", 1))["report"] != []
    sim.do("report", by="tim", child=("area", 1), fields={"finding": "Clean"})
    assert sim.state == "review"
    sim.do("report", by="eva", child=("area", 2), fields={"finding": "A claim"})
    assert sim.state == "report"


def test_the_deadline_of_a_child_is_told_to_who_is_in_charge_of_it(sim: Simulation) -> None:
    """W8, W10: the reminder goes to those whose child it is, once the others are done."""
    sim.do("begin", by="ana")
    sim.do("report", by="tim", child=("area", 1), fields={"finding": "Clean"})
    sim.advance(at(days=20))
    assert mails(sim, "deadline_near") == ["eva"]
    assert set(mails(sim, "deadline_missed")) == {"eva", "ana"}


def test_an_entry_that_is_added_gets_a_child_and_the_others_no_second(sim: Simulation) -> None:
    """W10: the first field that comes from the entry tells entries apart; what is gone from the list stays."""
    sim.do("begin", by="ana")
    sim.do("again", by="ana", fields={"areas": [AREAS[1], {"name": "IP", "who": "ida"}, {"name": "IP", "who": "tim"}]})
    assert [child.fields["name"] for child in sim.children] == ["Tax", "Employment", "IP"]


def test_a_choice_of_several_has_a_child_for_each_word(sim: Simulation) -> None:
    """W10: entries that are no rows."""
    sim.do("tags", by="ana")
    assert [child.fields for child in sim.children] == [{"word": "tax"}, {"word": "ip"}]


def test_an_entry_without_what_its_child_requires_refuses_the_step(tmp_path: Path) -> None:
    """W5, W10: nobody in charge; nothing changes."""
    definition, _ = load(tmp_path)
    people = {"requester": ["cleo"], "lawyer": ["ana"]}
    sim = Simulation(definition, "ask", {"areas": [*AREAS, {"name": "IP"}]}, people, NOW)
    with pytest.raises(Refused, match="Reviewer"):
        sim.do("begin", by="ana")
    assert (sim.state, sim.children) == ("received", [])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("each: areas", "each: aeras", 'there is no fact `aeras`; did you mean "areas"'),
        ("{from: item.who}", "{from: item.fee}", "`reviewer` is a person, and `item.fee` is a number"),
        ("{from: item.who}", "{from: item.wo}", 'no entry of `areas` has `wo`; did you mean "who"'),
        ("{from: item.name}", "{from: item}", "write from: item.name"),
        ("name: {from: item.name}, reviewer: {from: item.who}", "name: x", "`area` requires `reviewer`"),
        (
            "name: {from: item.name}, reviewer: {from: item.who}",
            "reviewer: tim, name: x",
            "nothing tells the children apart",
        ),
        ("due: today", "deu: today", '`area` has no field `deu`; did you mean "due"'),
        ("due: today + 2 weeks", "due: soon", "`due` is a date"),
        (
            "withdraw: {from: any, to: report, who: [requester]}",
            "withdraw: {from: any, to: report, who: [requester, reviewer]}",
            "is a field of area",
        ),
    ],
)
def test_mistakes_in_each_are_found(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """W10, W13: lists, fields and entries that do not exist or do not fit; a child's role in a step of the dossier."""
    assert old in TEXT
    definition, findings = load(tmp_path, TEXT.replace(old, new))
    assert definition is None
    assert [finding for finding in findings if sentence in finding.message], [str(finding) for finding in findings]


def test_a_child_in_which_nobody_could_act_is_not_opened(sim: Simulation) -> None:
    """W10: a reviewer whose account is closed would leave the dossier waiting for ever, with nobody told."""
    sim.directory = Cast(sim.directory.people, gone={"eva"})
    with pytest.raises(Refused, match=r"Nobody could act in .*\(Employment\)"):
        sim.do("begin", by="ana")
    assert (sim.state, sim.children, mails(sim, "transition")) == ("received", [], [])
    sim.directory = Cast(sim.directory.people)
    sim.do("begin", by="ana")
    assert len(sim.children) == 2


def test_the_simulation_refuses_a_client_in_a_child_that_is_hidden_from_clients(tmp_path: Path) -> None:
    """P27, W15: as the portal does, although the workflow names the requester; whoever is in charge acts."""
    definition, findings = load(tmp_path, TEXT.replace("who: [reviewer]", "who: [reviewer, requester]"))
    assert definition is not None, findings
    sim = Simulation(definition, "ask", {"areas": AREAS}, {"requester": ["cleo"], "lawyer": ["ana"]}, NOW)
    sim.do("begin", by="ana")
    assert sim.allowed("cleo", ("area", 1)) == {"report": ["Your account does not allow this."]}
    with pytest.raises(Refused, match="Your account does not allow this"):
        sim.do("report", by="cleo", fields={"finding": "Clean"}, child=("area", 1))
    sim.do("report", by="tim", fields={"finding": "Clean"}, child=("area", 1))
    assert sim.children[0].state == "done"


def test_nothing_is_done_in_children_of_a_dossier_that_has_ended(sim: Simulation) -> None:
    """W10: steps are refused, and none is opened; the reason says so."""
    sim.do("begin", by="ana")
    sim.do("withdraw", by="cleo")
    assert sim.allowed("tim", ("area", 1)) == {"report": ["The dossier has ended: what was open in it stays as it is."]}
    with pytest.raises(Refused, match="The dossier has ended: nothing can be added"):
        sim.open_child("task", by="ana")
