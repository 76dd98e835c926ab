"""The history's chains: one entry a change, and six kinds of tampering, each found and named by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from formengine.services.approvals import decisions as deciding
from formengine.services.core.audit_log import ChainFault, append_entry, chain_checkpoint, verify_chains
from formengine.services.dossiers import assignment as handling
from formengine.services.dossiers import notes
from formengine.services.dossiers import transitions as moving
from formengine.storage.hash_chain import FIRST_PREVIOUS_HASH, hash_entry, hash_payload
from formengine.storage.models.history import ChainHead, HistoryEntry
from tests.services.conftest import Case, MakeCase

pytestmark = pytest.mark.site("casework")


@pytest.fixture
def case(make_case: MakeCase) -> Case:
    made = make_case(by="cleo")
    made.step("paul", "pause")
    made.step("paul", "resume")
    made.step("paul", "ask", risk="low")
    return made


def tampered(case: Case, do: Callable[[Session, str], object], witness: Any = None) -> list[ChainFault]:
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
    assert entries_of(lambda: case("ana", moving.open_child, "task", {"title": "Look"})) == {"child_opened": 1}
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


def test_an_erased_payload_leaves_the_chain_whole(case: Case) -> None:
    """O5, T45: what the law has erased keeps its hash."""

    def erase(session: Session, chain: str) -> None:
        entry(session, chain, 3).payload = {"erased": True}

    assert tampered(case, erase) == []
    case(None, lambda work, _: append_entry(work, "note", {"of": "the site"}))
    assert case.whole()
