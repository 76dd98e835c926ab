"""Restricted dossiers: their workflow says who sees them by a role, and whom it keeps out (U11)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from formengine.errors import NotFound, Refused
from formengine.services.access.enforcement import has_permission, readable_dossiers
from formengine.services.approvals import decisions, seat_changes
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import assignment, notes
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.intake.submissions import submit
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier, Reader
from formengine.storage.models.mails import Mail
from formengine.storage.models.rounds import Seat
from formengine.workflow import Simulation, load_workflow
from tests.services.conftest import MONDAY, Case
from tests.support.people import People
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("ethics")
WORKFLOW = Path(__file__).parents[2] / "sites/ethics/workflows/alert/workflow.yaml"
FORM = {"properties": {"subject": {"type": "string"}, "accused": {"$ref": "formengine:person"}}}
TEAM = {"team:ethics": ["paul", "ana", "nora"], "team:audit": ["lena"], "position:cfo": ["bo"], "legal_admin": ["sam"]}


@pytest.fixture
def alert(platform: Platform, people: People) -> Case:
    """Maya's restricted alert about Ana, who is of the ethics team."""
    return sent(platform, people, confidentiality="restricted")


def sent(platform: Platform, people: People, **answers: Any) -> Case:
    people.all()
    with acting_on(platform, people("maya"), now=MONDAY) as work:
        submitted = submit(work, "alert", {"subject": "Gifts", "accused": people("ana").id, **answers})
        return Case(platform, people, submitted.dossier.reference)


def sees(case: Case, name: str) -> bool:
    """Whether somebody may read the dossier; the rule, the condition of lists and the list itself have to agree."""
    with acting_on(case.platform, case.people(name), now=case.now) as work:
        row = case.row(work)
        allowed = has_permission(work, "dossier.read", row)
        listed = work.session.scalar(select(Dossier.id).where(Dossier.id == row.id, readable_dossiers(work)))
        in_list = dossier_page(work, ListFilter()).items
        assert (allowed, allowed) == (listed is not None, case.reference in {item.reference for item in in_list}), name
        return allowed


def seers(case: Case) -> set[str]:
    return {name for name in case.people.known if sees(case, name)}


def told(platform: Platform, kind: str) -> set[str]:
    with platform.database.reading() as session:
        return {mail.to.partition("@")[0] for mail in session.scalars(select(Mail).where(Mail.kind == kind))}


def test_the_workflow_says_who_sees_a_restricted_dossier(alert: Case) -> None:
    """U11: its own people, those of `sees`, legal admins and auditors; not other counsel, nor the accused."""
    assert seers(alert) == {"maya", "paul", "nora", "lena", "bo", "sam", "theo"}


def test_simulation_and_portal_agree(alert: Case) -> None:
    """U11: on everybody."""
    workflow, findings = load_workflow(WORKFLOW, forms={"alert": FORM})
    assert workflow is not None, findings
    answers = {"subject": "Gifts", "accused": "ana"}
    sim = Simulation(workflow, "alert", answers, {"author": ["maya"], **TEAM}, MONDAY)
    everybody = set(alert.people.known) - {"theo"}  # the auditor reads everything, which workflows do not know of
    assert {name for name in everybody if sim.sees(name)} == seers(alert) - {"theo"}


def test_the_accused_neither_acts_nor_sees_nor_hears(alert: Case, platform: Platform) -> None:
    """U11, W5: no button, no seat, no mail, no claim, and nobody hands it over to them."""
    for act in (assignment.claim, lambda work, reference: notes.add_note(work, reference, "Hello")):
        with pytest.raises(NotFound):
            alert("ana", act)
    with pytest.raises(Refused, match="not of the team"):
        alert("sam", assignment.assign, alert.people("ana").id)
    with pytest.raises(Refused, match="kept out"):
        alert("sam", assignment.watch, alert.people("ana").id)
    candidates = alert.reads(assignment.possible_assignees, "sam")
    assert {person.email.partition("@")[0] for person in candidates} == {"paul", "nora"}
    alert.step("paul", "hear")
    assert set(alert.seats) == {"paul"}
    with pytest.raises(Refused, match="kept out of this dossier"):
        alert("paul", decisions.delegate, alert.people("ana").id)
    assert told(platform, "new_dossier") == {"paul", "nora", "bo"}


def test_somebody_who_comes_to_be_accused_loses_it(alert: Case) -> None:
    """U11: the claim ends; the seats that were given stay in the history."""
    alert("nora", assignment.claim)
    alert.step("nora", "name", also_accused=alert.people("nora").id)
    assert (alert.dossier.assignee_id, alert.kinds().count("released")) == (None, 1)
    assert not sees(alert, "nora")
    assert sees(alert, "paul")
    with acting_on(alert.platform, None) as work:
        rows = work.session.scalars(select(Reader).where(Reader.kept_out.is_(True))).all()
        assert {row.source for row in rows} >= {f"person:{alert.people(name).id}" for name in ("ana", "nora")}


def test_nobody_hands_the_accused_a_seat(alert: Case) -> None:
    """U11: not by hand, not in a later step, not in the place of an officer: a seat would show them the dossier."""
    alert("nora", assignment.claim)
    alert.step("nora", "hear")
    accused = alert.people("ana").id
    with alert.platform.database.reading() as session:
        seat = session.scalars(select(Seat)).one()
    for act, *given in (
        (seat_changes.add_seat, seat.round_id, accused),
        (seat_changes.add_seat, seat.round_id, "ANA@example.com"),
        (seat_changes.replace_seat, seat.round_id, seat.id, accused),
        (decisions.add_approver, accused, 0),
    ):
        with pytest.raises(Refused, match=r"somebody else's eyes|kept out"):
            alert("nora", act, *given)
    assert not sees(alert, "ana")


def test_somebody_who_comes_to_be_accused_loses_their_seats(alert: Case) -> None:
    """U11: those by a role and those by hand, and what they showed; simulation and portal agree."""
    alert("nora", assignment.claim)
    alert.step("nora", "hear")
    with alert.platform.database.reading() as session:
        round_id = session.scalars(select(Seat.round_id)).one()
    alert("nora", seat_changes.add_seat, round_id, alert.people("paul").id)
    assert sees(alert, "paul")
    alert.step("nora", "name", also_accused=alert.people("paul").id)
    assert not sees(alert, "paul")
    workflow, findings = load_workflow(WORKFLOW, forms={"alert": FORM})
    assert workflow is not None, findings
    answers = {"subject": "Gifts", "accused": "ana", "confidentiality": "restricted"}
    sim = Simulation(workflow, "alert", answers, {"author": ["maya"], **TEAM}, MONDAY)
    sim.do("hear", by="nora")
    with pytest.raises(Refused, match="kept out"):
        sim.add_approver("ana", by="nora")
    sim.add_approver("paul", by="nora")
    sim.do("name", by="nora", fields={"also_accused": "paul"})
    assert not sim.sees("paul")


def test_a_seat_shows_nothing_once_the_dossier_is_restricted(platform: Platform, people: People) -> None:
    """U11: to whoever came to be accused before it was restricted."""
    case = sent(platform, people)
    case("nora", assignment.claim)
    case.step("nora", "hear")
    with platform.database.reading() as session:
        round_id = session.scalars(select(Seat.round_id)).one()
    case("nora", seat_changes.add_seat, round_id, people("paul").id)
    case.step("nora", "name", also_accused=people("paul").id)
    case("sam", assignment.restrict, True)
    assert not sees(case, "paul")


def test_a_dossier_that_is_not_restricted_is_open_to_counsel(platform: Platform, people: People) -> None:
    """U11: the rule is about restricted ones; whoever may act by a role sees it, restricted or not."""
    case = sent(platform, people)
    assert {"paul", "ana", "lena", "ines", "bo", "nora"} <= seers(case)
    case("sam", assignment.restrict, True)
    assert "ines" not in seers(case)
    with pytest.raises(Refused, match="cannot be shared"):
        case("sam", assignment.share, True)


def test_a_team_that_changes_changes_who_sees(alert: Case, platform: Platform, monkeypatch: Any) -> None:
    """U11: teams are looked up when somebody reads, not when the dossier was written."""
    with acting_on(platform, None) as work:
        site = work.platform.definitions.site(work.session)
    monkeypatch.setitem(site.positions, "cfo", ["ines@example.com"])
    assert sees(alert, "ines")
    assert not sees(alert, "bo")


def test_those_who_handle_it_are_told(alert: Case, platform: Platform) -> None:
    """P10, N1: team and position of a restricted request, `notify` of its first state, the assignee."""
    assert told(platform, "new_dossier") == {"paul", "nora", "bo"}
    assert told(platform, "transition") == {"lena"}
    alert("sam", assignment.assign, alert.people("nora").id)
    with platform.database.reading() as session:
        (mail,) = session.scalars(select(Mail).where(Mail.kind == "assigned"))
        subject, text = word_mail(platform, session, mail)
        (arrival,) = session.scalars(select(Mail).where(Mail.kind == "transition"))
        assert "Received" in word_mail(platform, session, arrival)[0]
    assert mail.to == "nora@example.com"
    assert alert.reference in subject
    assert "Sam" in text
