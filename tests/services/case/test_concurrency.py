"""Eight threads on one workflow and on one dossier: no lost update, no double step, chains whole (W11, T5, T6)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from formengine.errors import Refused, Stale
from formengine.services.approvals import decisions as deciding
from formengine.services.case.repository import get_dossier, load, load_for_update
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import assignment as handling
from formengine.services.dossiers import child_opening, documents, notes
from formengine.services.dossiers import timers as waking
from formengine.services.dossiers import transitions as moving
from formengine.services.files.uploads import store_upload
from formengine.services.intake import submissions as submitting
from formengine.storage.models.dossiers import Dossier, Fact
from formengine.workflow.engine import api as engine
from tests.services.conftest import MONDAY, Case, MakeCase, paper
from tests.support.people import People
from tests.support.platforms import acting_on

pytestmark = pytest.mark.site("casework")
THREADS = 8


def race(act: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
    """Each thread's answer, all begun at once; what one raises is raised here."""
    start = Barrier(threads)

    def run(number: int) -> Any:
        start.wait(30)
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def count_of(case: Case) -> int:
    def read(work: Any, dossier: Dossier) -> int:
        value = work.session.scalar(select(Fact.value).where(Fact.dossier_id == dossier.id, Fact.name == "count"))
        return int(value or 0)

    return case.reads(read)


def test_no_update_is_lost(make_case: MakeCase) -> None:
    """W11: eight threads increment a counter from the value they read; one that comes second gets Stale and reads
    again.
    """
    case, steps_of_thread = make_case(with_paper=False), 3
    lost: list[Stale] = []

    def count(number: int) -> None:
        done = 0
        while done < steps_of_thread:
            version, value = case.reads(lambda work, dossier: dossier.version), count_of(case)
            try:
                case("paul", moving.perform, "count_on", version, {"count": value + 1})
                done += 1
            except Stale as problem:
                lost.append(problem)

    before = case.version
    race(count)
    assert all(one.actual > one.expected for one in lost)
    steps = [e for e in case.history() if e.kind == "step" and e.payload.get("transition") == "count_on"]
    assert (count_of(case), len(steps)) == (THREADS * steps_of_thread, THREADS * steps_of_thread)
    assert case.version == before + THREADS * steps_of_thread
    assert [e.payload["version"] for e in steps] == list(range(before + 1, before + 1 + THREADS * steps_of_thread))
    assert case.whole()


def test_of_two_steps_on_one_version_one_succeeds(make_case: MakeCase) -> None:
    """W11, T6: the loser learns what changed and who changed it; the state is left once."""
    case = make_case()
    version, told = case.version, list[Any]()

    def ask(number: int) -> str:
        try:
            case("paul" if number % 2 else "ana", moving.perform, "ask", version, {"risk": "low"})
            return "moved"
        except Stale as problem:
            told.append(problem.changes)
            return "stale"

    assert Counter(race(ask)) == {"moved": 1, "stale": THREADS - 1}
    assert all(told)
    assert case.rounds == [("internal", 1, "open")]
    assert case.kinds().count("step") == 1
    assert case.whole()


def test_votes_cast_at_once_all_count(make_case: MakeCase) -> None:
    """W11, W7: votes of the quorum at the same time are each counted once, and the round ends once."""
    case = make_case(by="cleo")
    case.step("paul", "ask", risk="low")

    def vote(number: int) -> str:
        try:
            case(("bo", "di")[number % 2], deciding.decide, "approve")
            return "counted"
        except Refused:
            return "refused"

    assert Counter(race(vote)) == {"counted": 2, "refused": THREADS - 2}
    assert case.seats == {"bo": "approved", "di": "approved", "ines": "open"}
    assert case.kinds().count("decided") == 2
    assert case.whole()


def test_one_dossier_takes_everything_at_once(make_case: MakeCase) -> None:
    """W11, T5: steps, claims, notes, documents, children and timers by eight people at the same time, through services
    only.
    """
    case = make_case()
    tally = Counter[str]()

    def act(number: int) -> None:
        chance = random.Random(number)
        for _ in range(5):
            what = chance.choice(["step", "claim", "release", "note", "document", "child", "wake"])
            who = chance.choice(["paul", "ana"])
            try:
                _do(case, what, who, number)
                tally[what] += 1
            except (Refused, Stale):
                tally["refused"] += 1

    before, entries = case.version, len(case.history())
    race(act)
    kinds = Counter(case.kinds()[entries:])
    assert kinds["note"] == tally["note"]
    assert kinds["document"] == tally["document"]
    assert kinds["child_opened"] == tally["child"]
    assert kinds["step"] == tally["step"]
    assert kinds["released"] == tally["release"]
    moved = [e.payload["version"] for e in case.history()[entries:] if e.kind not in ("note", "attached", "document")]
    assert sorted(set(moved)) == list(range(before + 1, case.version + 1))
    assert case.whole()


def _do(case: Case, what: str, who: str, number: int) -> None:
    if what == "step":
        version = case.version
        case(who, moving.perform, "count_on", version, {"count": number})
    elif what == "claim":
        case(who, handling.claim)
    elif what == "release":
        case(who, handling.release)
    elif what == "note":
        case(who, notes.add_note, f"From {number}")
    elif what == "document":
        case(who, documents.new_document_version, "contract", paper(b"%%%d" % number))
    elif what == "child":
        case(who, child_opening.open_child, "task", {"title": "Look it up"})
    else:
        case(None, lambda work, reference: waking.fire_timers(work, reference))


def test_many_dossiers_of_one_workflow_share_its_machine(platform: Platform, people: People) -> None:
    """W11, T6: eight threads open and move dossiers of their own; references are unique, every chain is whole."""
    people.all()

    def live(number: int) -> list[str]:
        references = []
        for _ in range(2):
            with acting_on(platform, people("maya"), now=MONDAY) as work:
                reference = submitting.submit(work, "deal", {"subject": f"No. {number}"}).dossier.reference
            case = Case(platform, people, reference)
            for transition in ("pause", "resume", "finish"):
                case.step("paul", transition)
            references.append(reference)
        return references

    references = [one for found in race(live) for one in found]
    assert len(set(references)) == len(references) == 2 * THREADS
    with platform.database.transaction() as session:
        assert list(verify_chains(session)) == []
        rows = list(session.scalars(select(Dossier)))
    assert {row.state for row in rows} == {"done"}
    assert len({row.version for row in rows}) == 1


def test_a_change_is_noticed_although_a_file_was_stored_before_the_dossier_was_locked(make_case: MakeCase) -> None:
    """W11, T5: on SQLite the row of the file takes the write lock, and the dossier must be guarded by then."""
    case = make_case(by="cleo")
    attempts = 0

    def count(work: UnitOfWork, reference: str) -> int:
        nonlocal attempts
        attempts += 1
        dossier = get_dossier(work, reference)
        load(work, dossier)
        store_upload(work, paper(b"% form"))
        if attempts == 1:  # somebody else is quicker
            case("ana", moving.perform, "count_on", dossier.version, {"count": 1})
        return load_for_update(work, reference).run(engine.set_priority, "high", work.actor_id).version

    version = case("paul", count)
    assert attempts == (2 if case.platform.database.is_sqlite else 1)
    assert version == case.version == 3
    assert [entry.payload["version"] for entry in case.history() if "version" in entry.payload][-2:] == [2, 3]
    assert case.whole()
