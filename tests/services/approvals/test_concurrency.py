"""Decisions, rounds and seats that two units of work change at the same time, on both databases (W7, W11, T5)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.services.accounts import accounts
from formengine.services.approvals import decisions
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import notes, transitions
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.rounds import Round, Seat
from tests.services.conftest import MONDAY, Case, MakeCase
from tests.support.concurrency import Operation, at_once
from tests.support.people import People

pytestmark = pytest.mark.site("casework")


def seat_id(case: Case, name: str) -> int:
    """The newest seat of somebody on a dossier."""
    person = case.people(name).id
    query = select(Seat.id).join(Round, Round.id == Seat.round_id).where(Seat.person == person).order_by(Seat.id.desc())
    return case.reads(
        lambda work, dossier: work.session.scalars(query.where(Round.dossier_id == dossier.id)).first() or 0
    )


def deciding(case: Case, seat: int) -> Operation:
    def decide(work: UnitOfWork) -> None:
        work.now = MONDAY
        decisions.decide(work, case.reference, "approve", seat=seat)

    return decide


def test_one_decision_delivered_twice_at_once(platform: Platform, people: People, make_case: MakeCase) -> None:
    """W7, W11: it counts once; the second delivery reads that the seat is decided."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    decide, bo = deciding(case, seat_id(case, "bo")), people("bo").id
    assert sorted(at_once(platform, (bo, decide), (bo, decide))) == ["", "Stale"]
    assert case.kinds().count("decided") == 1
    assert case.whole()


def test_round_opened_twice_at_once(platform: Platform, people: People, make_case: MakeCase) -> None:
    """W11: the second reads that the dossier has moved."""
    case = make_case()
    version = case.version

    def ask(work: UnitOfWork) -> None:
        work.now = MONDAY
        transitions.perform(work, case.reference, "ask", version, {"risk": "low"})

    assert sorted(at_once(platform, (people("paul").id, ask), (people("ana").id, ask))) == ["", "Stale"]
    assert case.rounds == [("internal", 1, "open")]
    assert case.whole()


def test_seat_delegated_while_it_is_decided(platform: Platform, people: People, make_case: MakeCase) -> None:
    """W7: the first of both wins; the other is refused because the seat is no longer open, or no longer theirs."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")
    seat, bo, lena = seat_id(case, "bo"), people("bo").id, people("lena").id

    def delegate(work: UnitOfWork) -> None:
        work.now = MONDAY
        decisions.delegate(work, case.reference, lena, seat)

    decided, delegated = at_once(platform, (bo, deciding(case, seat)), (bo, delegate))
    seats = case.seats
    assert (decided, delegated) in [("", "Stale"), ("Refused", ""), ("Stale", "")]
    assert (seats.get("bo") == "approved", "lena" in seats) in [(True, False), (False, True)]
    assert case.whole()


def test_no_seat_for_an_account_that_is_closed_at_once(platform: Platform, people: People, make_case: MakeCase) -> None:
    """W8, T5: the round is opened on those who are left, or the seat is given up with the account."""
    case = make_case(by="cleo")
    version, bo = case.version, people("bo").id

    def ask(work: UnitOfWork) -> None:
        work.now = MONDAY
        transitions.perform(work, case.reference, "ask", version, {"risk": "low"})

    def close(work: UnitOfWork) -> None:
        work.now = MONDAY
        accounts.close_account(work, bo)

    outcome = at_once(platform, (people("paul").id, ask), (people("sam").id, close))
    with platform.database.reading() as session:
        assert session.scalars(select(Seat).where(Seat.person == bo, Seat.status == "open")).all() == []
    assert outcome[1] == ""
    assert outcome[0] in ("", "Refused", "Stale")
    assert case.whole()


def test_note_edited_twice_at_once(platform: Platform, people: People, make_case: MakeCase) -> None:
    """P19, O5: the history keeps every text that the note ever had."""
    case = make_case()
    note = case("paul", lambda work, reference: notes.add_note(work, reference, "First").id)

    def edit(text: str) -> Operation:
        def run(work: UnitOfWork) -> None:
            work.now = MONDAY
            notes.edit_note(work, note, text)

        return run

    paul = people("paul").id
    assert at_once(platform, (paul, edit("Second")), (paul, edit("Third"))) == ["", ""]
    with platform.database.reading() as session:
        payloads = session.scalars(select(HistoryEntry.payload).where(HistoryEntry.kind == "note_edited"))
        before = [payload["before"] for payload in payloads]
    assert before[0] == "First"
    assert before[1] in ("Second", "Third")
