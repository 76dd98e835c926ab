"""Many demo dossiers: copies that agree with their history, spread over people, organisations and years."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import func, select

from formengine.cli.demo.accounts import make_people
from formengine.cli.demo.command import copy_dossiers
from formengine.cli.demo.crowd import make_crowd
from formengine.cli.demo.dossiers import read_demo_dossiers
from formengine.cli.demo.prototypes import Prototype, make_prototypes
from formengine.cli.demo.row_process import made_apart
from formengine.cli.demo.volume import write_copies
from formengine.services.case.search_documents import search_words
from formengine.services.core.audit_log import verify_chains
from formengine.services.core.dossier_verification import verify_dossiers
from formengine.services.core.unit_of_work import Platform, UnitOfWork, open_work
from formengine.services.core.vote_verification import verify_votes
from formengine.services.dossiers.list_filter import ListFilter
from formengine.services.dossiers.listing import dossier_page
from formengine.services.dossiers.overview import overview
from formengine.services.intake.reference_numbers import reserve_numbers
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.files_and_notes import Note, StoredFile
from formengine.storage.models.lists import SearchDocument
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Child, Deadline, Seat
from tests.support.platforms import settings_of

COPIES = 150
STEPS = ("outside", "note", "child", "list_hearing", "give_memo")


@pytest.fixture(scope="module")
def prototypes(tmp_path_factory: pytest.TempPathFactory) -> list[Prototype]:
    """Prototypes of a few demo dossiers: with votes, signatures from outside, notes, hearings, and one that is open."""
    folder = tmp_path_factory.mktemp("prototypes")
    settings = settings_of(database_url="sqlite://", storage_url=f"file:{folder}", site=".")
    chosen = [row for row in read_demo_dossiers(finished=True) if any(word in str(row.steps) for word in STEPS)]
    return make_prototypes(settings, chosen)


def test_copies_agree_with_their_history(platform: Platform, prototypes: list[Prototype]) -> None:
    """O1: copies of demo dossiers are whole: chains, votes, answers and documents verify, and their pages open."""
    people = make_people(platform)
    assert write_copies(platform, people, prototypes, 16, COPIES) == COPIES
    with platform.database.reading() as session:
        assert [*verify_chains(session), *verify_votes(session), *verify_dossiers(session)] == []
        dossiers = session.scalars(select(Dossier).order_by(Dossier.id)).all()
        assert len({row.reference for row in dossiers}) == COPIES
        opened = [row.opened_at.date() for row in dossiers]
        assert opened == sorted(opened)
        assert opened[0].year < opened[-1].year
        assert len({row.requester_id for row in dossiers}) > 1
        assert len({row.organisation_id for row in dossiers}) > 1
        assert {row.kind for row in dossiers} == {"contract", "litigation", "matter"}
        documents = {row.dossier_id: row.about.split() for row in session.scalars(select(SearchDocument))}
        assert all(
            {*search_words([row.reference, row.requester.name]).split()} <= {*documents[row.id]} for row in dossiers
        )
        for table in (Seat, Child, Deadline, Note):
            assert session.scalar(select(func.count()).select_from(table)), table
        lawyers = {people[name].id for name in ("paul", "ana", "lena", "omar")}
        assert lawyers.isdisjoint(session.scalars(select(StoredFile.stored_by))), "their quota of files"
        now = datetime.now(UTC)
        assert all(row.wake_at is None or row.wake_at > now for row in dossiers)
        assert all(row.opened_at <= row.entered_at <= now for row in dossiers)
    with open_work(platform, people["ines"].id) as work:
        for reference in {row.state: row.reference for row in dossiers}.values():
            dossier = work.session.scalars(select(Dossier).where(Dossier.reference == reference)).one()
            view = overview(work, dossier)
            assert view.people
            assert dossier.requester.name in str(view)


def test_numbers_go_on_after_copies(platform: Platform, prototypes: list[Prototype]) -> None:
    """O1: the next request gets the next number, and a second run writes the same copies elsewhere or none again."""
    people = make_people(platform)
    write_copies(platform, people, prototypes, 16, 105)
    assert copy_dossiers(platform, people, 16 + 105) == 0
    with platform.database.reading() as session:
        last = {kind: _last(session, kind) for kind in ("contract", "matter")}
    with open_work(platform, people["maya"].id) as work:
        for kind, number in last.items():
            assert reserve_numbers(work, kind).reference.endswith(f"{number + 1:04}")


def _last(session: object, kind: str) -> int:
    year = datetime.now(UTC).year
    query = select(Dossier.reference).where(Dossier.kind == kind, Dossier.reference.contains(f"-{year}-"))
    return max(int(reference.rsplit("-", 1)[1]) for reference in session.scalars(query))  # type: ignore[attr-defined]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_client_of_a_copy_reads_it_and_nothing_else(platform: Platform, prototypes: list[Prototype]) -> None:
    """P28: whoever asked for a copy finds it in the list, and no copy of somebody else."""
    people = make_people(platform)
    clients = make_crowd(platform, 40, people)
    assert make_crowd(platform, 40, people) == clients
    write_copies(platform, people, prototypes, 16, COPIES)
    with platform.database.reading() as session:
        asker = session.scalars(
            select(Person).join(Dossier, Dossier.requester_id == Person.id).where(Person.role == "client")
        ).first()
        assert asker is not None
        rows = dossier_page(UnitOfWork(platform, session, asker), ListFilter(), limit=100).items
        assert rows
        assert len(rows) < COPIES
        own = session.scalars(select(Dossier.id).where(Dossier.requester_id == asker.id)).all()
        assert {*own} <= {row.id for row in rows}


def test_rows_are_made_by_another_process(capfd: pytest.CaptureFixture[str]) -> None:
    """O1: in their order; a process that fails ends the load, and is not taken for one that is done."""
    assert list(made_apart(partial(iter, ["a", "b"]))) == ["a", "b"]
    made = made_apart(partial(map, int, ["1", "2", "three"]))
    assert (next(made), next(made)) == (1, 2)
    with pytest.raises(ChildProcessError):
        next(made)
    assert "three" in capfd.readouterr().err
