"""Children for each entry of a list in the portal: who is in charge takes its steps, sees the dossier, and is told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from webtest import TestApp

from formengine.authoring import Bundle
from formengine.errors import NotFound, Refused
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.children import children, missing_children
from formengine.services.dossiers.overview import overview
from formengine.services.dossiers.transitions import perform
from formengine.services.dossiers.waiting_children import children_waiting_for_actor
from formengine.services.publishing.publications import publish
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Child
from tests.services.conftest import Case, MakeCase
from tests.support.people import People
from tests.support.platforms import SITES, acting_on
from tests.support.server import app_of
from tests.web.conftest import sign_in

pytestmark = pytest.mark.site("casework")
WORKFLOW = """
title: {en: Deal, fr: Affaire}
kind: contract
starts_in: open
fields:
  areas:
    title: {en: Areas, fr: Domaines}
    type: array
    items:
      type: object
      properties: {name: {title: Name, type: string}, who: {title: Who, $ref: "formengine:person"}}
roles:
  requester: {is: submitter}
  lead: {team: contracts}
  reviewer: {field: reviewer}
states:
  open: {title: {en: Open, fr: Ouvert}}
  review:
    title: {en: Review, fr: Examen}
    when_true: [{when: all_area over 0 and open_area is 0, go: done}]
  done: {title: {en: Done, fr: Terminé}, ends: true}
transitions:
  begin:
    title: Begin
    from: open
    to: review
    who: [lead]
    requires: [areas]
    starts: {area: {each: areas, with: {name: {from: item.name}, reviewer: {from: item.who}, due: today + 14 days}}}
  begin_again:
    title: Begin again
    from: review
    to: same
    who: [lead]
    starts: {area: {each: areas, with: {name: {from: item.name}, reviewer: {from: item.who}, due: today + 14 days}}}
  list_again: {title: List again, from: review, to: same, who: [lead], requires: [areas]}
  withdraw: {title: Withdraw, from: any, to: done, who: [requester]}
children:
  area:
    title: {en: Area, fr: Domaine}
    fields:
      name: {title: Name, type: string}
      reviewer: {title: Reviewer, $ref: "formengine:person"}
      finding: {title: Finding, type: string}
      due: {title: Due, type: string, format: date}
    requires: [name, reviewer]
    starts_in: asked
    states:
      asked: {title: Asked, notify: [reviewer], deadlines: [{name: Review, on: due, tell: [reviewer]}]}
      done: {title: Done, ends: true}
    transitions:
      report: {title: Report, from: asked, to: done, who: [reviewer], requires: [finding]}
"""


@pytest.fixture
def case(platform: Platform, people: People, make_case: MakeCase) -> Case:
    people.all()
    site = Bundle.from_folder(SITES / "casework")
    with acting_on(platform, people("sam")) as work:
        publish(work, Bundle({**site.files, "workflows/deal/workflow.yaml": WORKFLOW.encode()}))
    return make_case(by="maya")


def test_a_deadline_says_which_entry_its_child_is_for(case: Case) -> None:
    """P27: which area, and not its number."""
    reviewers = {name: case.people(name).id for name in ("ana", "ines")}
    case.step(
        "paul", "begin", areas=[{"name": "Tax", "who": reviewers["ana"]}, {"name": "IP", "who": reviewers["ines"]}]
    )
    shown = case.reads(lambda work, dossier: overview(work, dossier), "paul").deadlines
    assert [deadline.of for deadline in shown] == ["Tax", "IP"]


def report(case: Case, by: str, number: int) -> None:
    with acting_on(case.platform, case.people(by)) as work:
        row = work.session.scalars(select(Child).where(Child.kind == "area", Child.number == number)).one()
        perform(work, case.dossier.reference, "report", row.dossier.version, {"finding": "Clean"}, child=row)


def test_whoever_is_in_charge_of_a_child_takes_its_steps(case: Case) -> None:
    """W10, P26: a child for each row, its button and mail for its reviewer alone; the dossier goes on at last."""
    reviewers = {name: case.people(name).id for name in ("ana", "ines")}
    areas = [{"name": "Tax", "who": reviewers["ana"]}, {"name": "Employment", "who": reviewers["ines"]}]
    case.step("paul", "begin", areas=areas)

    def buttons(name: str) -> list[list[str]]:
        views = case.reads(lambda work, dossier: children(work, dossier, "area"), name)
        return [[button.id for button in view.buttons] for view in views]

    assert (buttons("ana"), buttons("ines"), buttons("paul")) == ([["report"], []], [[], ["report"]], [[], []])
    with case.platform.database.reading() as session:
        told = session.scalars(select(Mail.to).where(Mail.kind == "transition")).all()
    assert {"ana@example.com", "ines@example.com"} <= set(told)
    with pytest.raises(Refused):
        report(case, "paul", 1)
    report(case, "ana", 1)
    assert case.state == "review"
    report(case, "ines", 2)
    assert case.state == "done"


def test_whoever_is_in_charge_of_a_child_sees_no_other(case: Case) -> None:
    """W10, P27: a reviewer on the client's side sees the child that they are in charge of, not that of another."""
    reviewers = {name: case.people(name).id for name in ("bo", "di")}
    case.step("paul", "begin", areas=[{"name": "Tax", "who": reviewers["bo"]}, {"name": "Pay", "who": reviewers["di"]}])

    def names(name: str) -> list[str]:
        return [view.values["name"] for view in case.reads(lambda w, dossier: children(w, dossier, "area"), name)]

    assert (names("bo"), names("di"), names("paul")) == (["Tax"], ["Pay"], ["Tax", "Pay"])
    with pytest.raises(NotFound):
        report(case, "di", 1)
    report(case, "bo", 1)
    report(case, "di", 2)
    assert case.state == "done"


def test_children_say_who_is_in_charge_and_what_has_none(case: Case) -> None:
    """W10: who is in charge, what is late, entries without a child, and children whose entry is gone."""
    ana, ines = (case.people(name).id for name in ("ana", "ines"))
    tax, pay = {"name": "Tax", "who": ana}, {"name": "Pay", "who": ines}
    case.step("paul", "begin", areas=[tax])
    case.step("paul", "list_again", areas=[pay])

    def shown(name: str) -> list[object]:
        views = case.reads(lambda work, dossier: children(work, dossier, "area"), name)
        return [(view.entry, view.names_in_charge, view.is_late, view.without_entry) for view in views]

    def missing(name: str) -> list[object]:
        views = case.reads(lambda work, dossier: missing_children(work, dossier, "area"), name)
        return [(view.step, view.entries) for view in views]

    assert shown("paul") == [("Tax", ("Ana Duarte",), False, True)]
    assert missing("paul") == [("Begin again", ("Pay",))]
    assert missing("maya") == []
    view = case.reads(lambda work, dossier: children(work, dossier, "area"), "paul")[0]
    assert (view.fields, view.last_day) == ([], view.values["due"])
    case.now += timedelta(days=15)
    assert shown("paul") == [("Tax", ("Ana Duarte",), True, True)]
    case.step("paul", "begin_again")
    assert missing("paul") == []
    report(case, "ana", 1)
    view = case.reads(lambda work, dossier: children(work, dossier, "area"), "paul")[0]
    assert (view.due, view.is_late, view.ended) == (None, False, True)


def test_a_child_waits_for_whoever_is_in_charge_of_it(case: Case) -> None:
    """P7, W10: the home page of the person in charge, a client too, lists it until it is done; nobody else's does."""
    case.step("paul", "begin", areas=[{"name": n, "who": case.people(w).id} for n, w in (("Tax", "bo"), ("Pay", "di"))])

    def waiting(name: str) -> list[str]:
        return [child.name for child in case.reads(lambda work, _d: children_waiting_for_actor(work), name)]

    assert (waiting("bo"), waiting("di"), waiting("paul"), waiting("maya")) == (["Tax"], ["Pay"], [], [])
    with acting_on(case.platform, case.people("bo")) as work:
        assert [c.dossier.reference for c in children_waiting_for_actor(work)] == [case.dossier.reference]
    report(case, "bo", 1)
    assert (waiting("bo"), waiting("di")) == ([], ["Pay"])


def test_the_pages_of_whoever_is_in_charge_lead_to_the_child(case: Case) -> None:
    """P7, W10: a client's home page links to the child, which names the person in charge and offers the step."""
    case.step("paul", "begin", areas=[{"name": "Tax", "who": case.people("bo").id}])
    browser = TestApp(app_of(case.platform), extra_environ={"REMOTE_ADDR": "192.0.2.1"})
    sign_in(browser, case.people("bo").email)
    home = browser.get("/")
    assert "You are in charge" in home.text
    page = browser.get(home.html.find("a", href=re.compile("/children/area/1$"))["href"])
    assert f"In charge: {case.people('bo').name}" in page.text
    assert "/children/area/1/steps/report" in page.text
