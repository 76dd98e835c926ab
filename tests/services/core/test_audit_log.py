"""The history's chains: one entry a change, and six kinds of tampering, each found and named by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from formengine.errors import NotFound
from formengine.services.approvals import decisions as deciding
from formengine.services.case.repository import get_dossier
from formengine.services.case.timeline import visible_history
from formengine.services.core.audit_log import (
    ChainError,
    chain_checkpoint,
    erase_entries,
    verify_chains,
)
from formengine.services.core.vote_verification import verify_votes
from formengine.services.dossiers import assignment as handling
from formengine.services.dossiers import child_opening, notes
from formengine.storage.hash_chain import FIRST_PREVIOUS_HASH, hash_entry, hash_payload
from formengine.storage.models.history import ChainHead, HistoryEntry
from formengine.storage.models.rounds import Round, Seat
from tests.services.conftest import Case, MakeCase

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    made = make_case(by="cleo")
    made.step("paul", "pause")
    made.step("paul", "resume")
    made.step("paul", "ask", risk="low")
    return made


def tampered(case: Case, do: Callable[[Session, str], object], witness: Any = None) -> list[ChainError]:
    """What is found after something was done to the tables, which is then undone."""
    with case.platform.database.sessions() as session:
        do(session, case.reference)
        session.flush()
        session.expire_all()
        return list(verify_chains(session, witness))


def entry(session: Session, chain: str, number: int) -> HistoryEntry:
    query = select(HistoryEntry).where(HistoryEntry.chain == chain, HistoryEntry.number == number)
    return session.scalars(query).one()


def change(session: Session, chain: str) -> None:
    entry(session, chain, 3).payload = {"version": 1, "transition": "another"}


def another_author(session: Session, chain: str) -> None:
    entry(session, chain, 4).by = "somebody"


def shown_to_client(session: Session, chain: str) -> None:
    entry(session, chain, 4).visible_to_client = True


def take_out(session: Session, chain: str) -> None:
    session.execute(delete(HistoryEntry).where(HistoryEntry.chain == chain, HistoryEntry.number == 3))


def swap(session: Session, chain: str) -> None:
    for old, new in ((3, 1003), (4, 3), (1003, 4)):
        where = (HistoryEntry.chain == chain, HistoryEntry.number == old)
        session.execute(update(HistoryEntry).where(*where).values(number=new))


def cut_off(session: Session, chain: str) -> None:
    session.execute(delete(HistoryEntry).where(HistoryEntry.chain == chain, HistoryEntry.number > 4))


TAMPERINGS: list[tuple[Callable[[Session, str], object], int | None, str]] = [
    (change, 3, "content was changed"),
    (another_author, 4, "author, time or kind"),
    (shown_to_client, 4, "was changed"),
    (take_out, 3, "missing"),
    (swap, 3, "does not follow"),
    (cut_off, None, "ends at entry 4"),
]


def test_tampering_is_found_and_its_place_named(case: Case) -> None:
    """O5: change, restamped author, gap, reordering, truncation (T41)."""
    for do, number, what in TAMPERINGS:
        assert case.whole()
        found = tampered(case, do)
        assert {one.chain for one in found} == {case.reference}, do
        assert what in found[0].what
        assert number in (None, found[0].number)


def cut_with_head(session: Session, chain: str) -> None:
    cut_off(session, chain)
    last = entry(session, chain, 4)
    session.execute(update(ChainHead).where(ChainHead.chain == chain).values(number=4, hash=last.hash))


def stamp_anew(session: Session, chain: str) -> None:
    """Change an entry and reckon every hash from there on again, the head's too."""
    previous, last = FIRST_PREVIOUS_HASH, None
    rows = session.scalars(select(HistoryEntry).where(HistoryEntry.chain == chain).order_by(HistoryEntry.number))
    for row in rows:
        if row.number == 3:
            row.payload = {"version": 1, "comment": "never said"}
            row.payload_hash = hash_payload(row.payload)
        row.previous = previous
        row.hash = previous = hash_entry(row)
        last = row
    assert last is not None
    session.execute(update(ChainHead).where(ChainHead.chain == chain).values(hash=last.hash))


def burn(session: Session, chain: str) -> None:
    session.execute(delete(HistoryEntry).where(HistoryEntry.chain == chain))
    session.execute(delete(ChainHead).where(ChainHead.chain == chain))


def test_a_checkpoint_kept_outside_finds_the_rest(case: Case) -> None:
    """O5: truncation with its head, restamping, a chain burnt whole: only a witness can tell, and does."""
    with case.platform.database.transaction() as session:
        heads = {chain: (number, digest) for chain, (number, digest) in chain_checkpoint(session)["heads"].items()}
    for do, what in ((cut_with_head, "cut off"), (stamp_anew, "stamped anew"), (burn, "whole chain is missing")):
        assert tampered(case, do) == []
        assert [b for b in tampered(case, do, heads) if what in b.what and b.chain == case.reference], do


def test_every_change_has_exactly_one_entry(make_case: MakeCase) -> None:
    """O5, T42: each service that changes a dossier writes what happened, once."""
    case = make_case(by="cleo")

    def entries_of(act: Callable[[], object]) -> Counter[str]:
        before = len(case.history())
        act()
        return Counter(case.kinds()[before:])

    def decide(who: str, decision: str, comment: str | None = None) -> Callable[[], object]:
        return lambda: case(who, deciding.decide, decision, comment)

    assert entries_of(lambda: case("paul", handling.claim)) == {"claimed": 1}
    assert entries_of(lambda: case("paul", handling.release)) == {"released": 1}
    assert entries_of(lambda: case("sam", handling.assign, case.people("ana").id)) == {"claimed": 1}
    assert entries_of(lambda: case("ana", notes.add_note, "Hello")) == {"note": 1}
    assert entries_of(lambda: case("sam", handling.share, True)) == {"shared": 1}
    assert entries_of(lambda: case("sam", handling.share, True)) == {}
    assert entries_of(lambda: case("ana", child_opening.open_child, "task", {"title": "Look"})) == {"child_opened": 1}
    assert entries_of(lambda: case.step("ana", "ask", risk="low")) == {"step": 1, "round_opened": 1}
    assert entries_of(decide("bo", "approve")) == {"decided": 1}
    assert entries_of(decide("di", "reject", "No.")) == {"decided": 1, "round_closed": 1, "step": 1}
    assert [e.number for e in case.history()] == list(range(1, len(case.history()) + 1))
    assert case.whole()


def test_verifying_a_running_site_raises_no_false_alarm(case: Case) -> None:
    """O5: entries that are appended while the chains are read are no truncation."""
    done = Event()

    def write() -> None:
        while not done.is_set():
            case("paul", notes.add_note, "On we go")

    writer = Thread(target=write)
    writer.start()
    try:
        found = []
        for _ in range(8):
            with case.platform.database.reading() as session:
                found += list(verify_chains(session))
    finally:
        done.set()
        writer.join(30)
    assert found == []


def blank(session: Session, chain: str) -> None:
    entry(session, chain, 3).payload = {"erased": True}


def without_dossier(session: Session, chain: str) -> None:
    entry(session, chain, 3).dossier_id = None


@pytest.mark.parametrize("do", [blank, without_dossier])
def test_content_and_place_of_an_entry_are_verified(case: Case, do: Callable[[Session, str], object]) -> None:
    """T41: a payload that pretends to be erased, an entry without its dossier, or on another one."""
    assert [(error.chain, error.number) for error in tampered(case, do)] == [(case.reference, 3)]


def test_an_entry_that_was_moved_to_another_dossier_is_found(case: Case, make_case: MakeCase) -> None:
    """T41: the dossier of an entry is that of its chain."""
    other = make_case(by="maya").dossier.id

    def move(session: Session, chain: str) -> None:
        entry(session, chain, 3).dossier_id = other

    errors = tampered(case, move)
    assert [(error.chain, error.number) for error in errors] == [(case.reference, 3)]
    assert "was moved to" in errors[0].what


def test_an_erasure_is_named_by_a_later_entry(case: Case) -> None:
    """T45: after an erasure the content is gone, the chain verifies, and a later entry names the erased entries."""
    case("paul", lambda work, reference: erase_entries(work, get_dossier(work, reference), [2, 3]))
    assert case.whole()
    with case.platform.database.reading() as session:
        assert entry(session, case.reference, 2).payload == {"erased": True}
        last = case.history()[-1]
        assert (last.kind, last.payload) == ("erased", {"entries": [2, 3]})
    read = case.reads(visible_history, "paul")
    assert [entry.number for entry in read if entry.text == "Entry whose content was erased"] == [2, 3]


def set_of_seat(**values: object) -> Callable[[Session, str], object]:
    """Edit the row of the seat that has voted."""
    return lambda session, _chain: session.execute(update(Seat).where(Seat.status == "approved").values(**values))


def voted_without_history(session: Session, _chain: str) -> None:
    session.execute(update(Seat).where(Seat.status == "open").values(status="approved"))


def voted_row_deleted(session: Session, _chain: str) -> None:
    session.execute(delete(Seat).where(Seat.status == "approved"))


def rounds_deleted(session: Session, _chain: str) -> None:
    session.execute(delete(Seat))
    session.execute(delete(Round))


@pytest.mark.parametrize(
    ("do", "what"),
    [
        (set_of_seat(status="rejected"), "was changed: status"),
        (set_of_seat(status="open"), "was changed: status"),
        (set_of_seat(comment="I agree to everything"), "was changed: comment"),
        (set_of_seat(evidence={"text": "Bo Jansen"}), "was changed: evidence"),
        (set_of_seat(at=datetime(2020, 1, 1, tzinfo=UTC)), "was changed: at"),
        (voted_without_history, "no entry of the history says so"),
        (voted_row_deleted, "which voted, is missing"),
        (rounds_deleted, "which voted, is missing"),
        (set_of_seat(person="di"), "was changed: person"),
        (lambda session, _chain: session.execute(update(Round).values(number=7)), "was changed: round"),
    ],
)
def test_votes_are_compared_with_the_history(case: Case, do: Callable[[Session, str], object], what: str) -> None:
    """T41: status, comment, evidence and time of a vote in its own row, and votes that were added or taken away."""
    case("bo", deciding.decide, "approve", "Fine.")
    with case.platform.database.sessions() as session:
        assert list(verify_votes(session)) == []
        do(session, case.reference)
        session.flush()
        session.expire_all()
        errors = list(verify_votes(session))
    assert len(errors) == 1
    assert what in errors[0].what


def forget_seats(session: Session, **payload: object) -> HistoryEntry:
    """Make the entry of the vote one of an earlier version, which names no seats, or one of another payload."""
    row = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "decided")).one()
    row.payload = payload or {name: value for name, value in row.payload.items() if name != "seats"}
    session.flush()
    return row


@pytest.mark.parametrize(
    ("do", "what"),
    [
        (set_of_seat(comment="Other words"), "no entry of the history says so"),
        (set_of_seat(at=datetime(2020, 1, 1, tzinfo=UTC)), "no entry of the history says so"),
        (set_of_seat(status="rejected"), "no entry of the history says so"),
        (set_of_seat(status="open"), "no seat has the vote that it records"),
        (voted_row_deleted, "no seat has the vote that it records"),
        (rounds_deleted, "no seat has the vote that it records"),
    ],
)
def test_votes_of_older_entries_are_compared(case: Case, do: Callable[[Session, str], object], what: str) -> None:
    """T41: entries that name no seats were written by earlier versions: person, round, status, time and comment."""
    case("bo", deciding.decide, "approve", "Fine.")
    with case.platform.database.sessions() as session:
        forget_seats(session)
        assert list(verify_votes(session)) == []
        do(session, case.reference)
        session.expire_all()
        errors = list(verify_votes(session))
    assert len(errors) == 1
    assert what in errors[0].what


def test_an_erased_vote_excuses_no_other(case: Case) -> None:
    """T45, T41: of an erased entry author and time are left, and they are those of one vote."""
    case("bo", deciding.decide, "approve", "Fine.")
    with case.platform.database.sessions() as session:
        forget_seats(session, erased=True)
        assert list(verify_votes(session)) == []
        voted_without_history(session, case.reference)
        session.expire_all()
        assert "no entry of the history says so" in next(error.what for error in verify_votes(session))


def test_an_erasure_cannot_be_erased(case: Case) -> None:
    """T45: the entry that names erased entries keeps its content; without it the chain would not verify."""

    def erase(number: int) -> None:
        case("paul", lambda work, reference: erase_entries(work, get_dossier(work, reference), [number]))

    erase(2)
    erasure = case.history()[-1].number
    for number in (erasure, erasure + 1):  # nor one that there is not
        with pytest.raises(NotFound):
            erase(number)
    assert case.whole()
    assert case.history()[-1].payload == {"entries": [2]}


def test_everything_can_be_erased(case: Case) -> None:
    """T45: the submission, steps, documents and votes too; what is left agrees with the dossier."""
    case("bo", deciding.decide, "approve", "Fine.")
    numbers = [entry.number for entry in case.history()]
    case("paul", lambda work, reference: erase_entries(work, get_dossier(work, reference), numbers))
    assert case.whole()


def test_votes_during_verification_are_no_false_alarm(case: Case) -> None:
    """T41: entries and seats are read at two moments; a vote that comes between them is read again."""
    with case.platform.database.reading() as session:
        voted = False

        def vote(statement: Any) -> None:
            nonlocal voted
            if not voted and "fe_seats" in str(statement.statement):
                voted = True
                case("bo", deciding.decide, "approve", "Fine.")

        event.listen(session, "do_orm_execute", vote)
        assert list(verify_votes(session)) == []
    assert voted
    assert case.whole()


@pytest.mark.parametrize(
    "payload", [[1], "text", 5, {"seats": [1]}, {"seats": {"x": 1}}, {"data": "x"}, {"data": {"rule": []}}]
)
def test_an_entry_of_another_shape_hides_nothing(case: Case, payload: Any) -> None:
    """T41: an entry whose content was edited into something else is named, and everything else is verified as well."""
    case("bo", deciding.decide, "approve")

    def edit(session: Session, chain: str) -> None:
        vote = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "decided")).one()
        session.execute(update(HistoryEntry).where(HistoryEntry.id == vote.id).values(payload=payload))
        session.execute(update(Seat).where(Seat.status == "approved").values(evidence=["edited"], data=["edited"]))
        entry(session, chain, 1).by = "another"

    with case.platform.database.sessions() as session:
        edit(session, case.reference)
        session.flush()
        session.expire_all()
        errors = [*verify_chains(session), *verify_votes(session)]
    found = {(error.number, error.what) for error in errors if error.chain == case.reference}
    assert (1, "its author, time or kind was changed") in found
    assert any("its content was changed" in what for _number, what in found)
    assert any("seat" in what for _number, what in found)
